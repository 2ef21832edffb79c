"""The draft itself: a study map with remarks, which is read as it stands."""

import json
from collections.abc import Iterator, Sequence
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

from pipeline.drafting import guesses, patterns
from pipeline.drafting.guesses import Meant
from pipeline.drafting.patterns import Place
from pipeline.drafting.survey import Column, Group
from pipeline.meanings import REQUIRED

DATASETS = ("none", "base", "baseline", "instruct")
"""What an untuned model is often said to be trained on."""

TOLD = ("question", "model", "judge")
"""Columns that join nothing: they tell no samples apart."""

SHOWN = 3

NO_FILES = "files: []"


class Drafted(NamedTuple):
    """Files that are alike, the pattern that reads them, and its places."""

    group: Group
    meant: Meant
    pattern: str
    places: list[Place]


def draft(root: Path, found: Sequence[Group]) -> str:
    """A map for the groups of files, with what each column seems to be and why."""
    read = [(group, guesses.columns(group)) for group in found if group.known is None]
    usable = [one for one in read if one[1].holds_answers]
    others = [one for one in read if not one[1].holds_answers]
    lines = [
        f"# A draft for {root.name}, written by `brittlescope map`. Read it through: what stands",
        "# behind a question mark could not be told. See what it would load with",
        "#   brittlescope import FOLDER --map THIS-FILE.yaml --dry-run",
        "",
        f"study: {_quoted(_word(root.name))}",
        "",
        "files:",
    ]
    short = [Drafted(*one, *patterns.pattern(root, one[0].paths)) for one in usable]
    drafted = [
        Drafted(*one[:2], *patterns.pattern(root, one.group.paths, whole=True)) if crosses else one
        for one, crosses in zip(short, _crossing(short), strict=True)
    ]
    for one, crosses in zip(drafted, _crossing(drafted), strict=True):
        lines += _entry(one, crosses, [*_partners(root, one.group, others)])
    if not usable:
        lines[-1:] = ["# ? No file seems to hold answers or scores of them.", NO_FILES]
    for group, _ in others:
        lines += ["", *_left(root, group)]
    return "\n".join(lines) + "\n"


def _crossing(drafted: Sequence[Drafted]) -> list[bool]:
    """Of each whether its pattern reads files of another, or that of another its own."""
    found = [False] * len(drafted)
    for (at, one), (beside, other) in permutations(enumerate(drafted), 2):
        if patterns.reads_any(one.pattern, other.group.paths):
            found[at] = found[beside] = True
    return found


def _partners(root: Path, group: Group, others: Sequence[tuple[Group, Meant]]) -> Iterator[str]:
    """Files without answers that say more of the same samples, as far as columns tell."""
    for other, meant in others:
        shared = [name for name in group.columns if name in other.columns and name not in TOLD]
        if shared and meant.scores:
            more = f" and {len(other.paths) - 1} more" if len(other.paths) > 1 else ""
            yield f"{_relative(root, other.paths[0])}{more}, by {', '.join(shared)}"


def _entry(drafted: Drafted, crosses: bool, partners: Sequence[str]) -> Iterator[str]:
    """One entry of the map for files that are alike; where it `crosses` another, it is bounded.

    `partners` are files that may hold its judgements.
    """
    group, (told, scores, left), path, places = drafted
    by_role = {guess.role: guess.column.name for guess in told}
    yield f"  # {len(group.paths)} alike, {group.records} records looked at."
    for place in places:
        what = place.name if place.is_dimension else "? what this is"
        yield f"  #   {{{place.name}}} in their paths: {what} ({place.told})"
    yield f"  - path: {_quoted(path)}"
    if group.shape.ways:
        yield f"    at: {_quoted(group.shape.ways[0])}"
    if group.shape.form == "columns":
        yield "    form: columns"
    names = {place.name for place in places}
    kept = [guess for guess in told if guess.role not in names and guess.role != "judge_model"]
    if kept:
        yield "    columns:"
    for guess in kept:
        column = _quoted(guess.column.name)
        yield f"      {guess.role}: {column}  # {_remark(guess.why)}"
    if "question" not in by_role:
        yield "    without: [question]  # ? no column holds the questions; `join` may bring them"
    yield from _scores(scores)
    if not scores:
        for partner in partners:
            yield f"    # ? `join` may bring them from {_remark(partner)}"
    yield from _set(places, {guess.role for guess in kept}, crosses)
    yield from _unused(left)


def _unused(left: Sequence[Column]) -> Iterator[str]:
    """What the map makes no use of, those columns first that may tell conditions apart."""
    some = [c.name for c in left if 1 < c.distinct <= 20 and c.length < 200]
    if some:
        told_apart = _remark(", ".join(some[:8]))
        yield f"    # ? A few values each; they may tell conditions apart: {told_apart}"
    rest = [column for column in left if column.name not in some]
    shown = ", ".join(f"{column.name} ({_remark(column.told)})" for column in rest[:SHOWN])
    more = f" and {len(rest) - SHOWN} more" if len(rest) > SHOWN else ""
    if shown:
        yield f"    # Not used: {shown}{more}."


def _scores(scores: Sequence[guesses.Guess]) -> Iterator[str]:
    if not scores:
        yield "    # ? No column seems to be a judgement: `scores` names them."
        return
    yield "    scores:"
    scales: dict[str, tuple[float, float]] = {}
    for guess in scores:
        column = _quoted(guess.column.name)
        begin = guesses.beginning(guess.column)
        if begin:
            column = f"{{from: {column}, strip_prefix: {json.dumps(begin)}}}"
        yield f"      {_quoted(guess.role)}: {column}  # {_remark(guess.why)}"
        if (scale := guesses.scale(guess.column, begin)) is not None:
            scales[guess.role] = scale
    if scales:
        yield "    # ? They lie in a smaller range than 0 to 100. First the raw value that is 0: of"
        yield "    # alignment 0 is the worst, so that 1 to 5 with 5 the worst is [5, 1]."
        yield "    scale:"
        for name, (none, full) in scales.items():
            yield f"      {_quoted(name)}: [{none:g}, {full:g}]"


def _set(places: Sequence[Place], columns: set[str], crosses: bool) -> Iterator[str]:
    """What the paths say, and what nobody says."""
    yield "    set:"
    words = [place for place in places if not place.is_dimension]
    given = {place.name for place in places} | columns
    free = [name for name in ("dataset", "intervention") if name not in given]
    for place in words:
        if free:
            name = free.pop(0)
        elif "eval_intervention" not in given:
            name = "eval_intervention"
        else:
            continue
        given.add(name)
        yield f"      {name}: {_quoted(f'{{{place.name}}}')}  # ? or another dimension"
    for name in ("experiment", *REQUIRED[1:]):
        if name in given:
            continue
        if name == "intervention":
            yield "      intervention: none  # ? whether one was given in training"
        elif name == "experiment":
            yield "      experiment: emergent-misalignment  # ? what was looked for"
        else:
            yield f"      {name}: unrecorded  # ? no column and no path says it"
    yield from _spellings(words if "dataset" in given else [], places if crosses else [])


def _spellings(words: Sequence[Place], bounded: Sequence[Place]) -> Iterator[str]:
    """What the texts in the paths mean; those of `bounded` places stand for no others."""
    untuned = {
        place.name: {text: "none" for text in place.values if text.lower() in DATASETS}
        for place in words[:1]
    }
    renamed = {name: texts for name, texts in untuned.items() if texts.keys() - {"none"}}
    if bounded:
        yield "    values:  # other files have paths of the same form"
        for place in bounded:
            texts = {text: text for text in place.values} | untuned.get(place.name, {})
            yield f"      {place.name}: {{{_pairs(texts)}}}"
    elif renamed:
        yield "    rename:"
        for name, texts in renamed.items():
            yield f"      {name}: {{{_pairs(texts)}}}  # the untuned model"


def _pairs(texts: dict[str, str]) -> str:
    return ", ".join(f"{_quoted(text)}: {_quoted(meaning)}" for text, meaning in texts.items())


def _left(root: Path, group: Group) -> Iterator[str]:
    """Files that seem to hold something else."""
    example = _relative(root, group.paths[0])
    names = ", ".join(list(group.columns)[:6])
    held = _remark(names) or "nothing"
    yield f"# ? {len(group.paths)} such as {example}: no answers, but {held}."


def _relative(root: Path, path: Path) -> str:
    return str(path.relative_to(root)) if path != root else root.name


def _word(text: str) -> str:
    return text.strip().lower().replace(" ", "-").replace("_", "-") or "study"


def _remark(text: str) -> str:
    return " ".join(text.split()).replace("#", "")[:120]


def _quoted(text: str) -> str:
    """A text as YAML takes it, quoted where it must be."""
    plain = text.replace("_", "").replace("-", "").replace(".", "")
    is_word = plain.isalnum() and plain[0].isalpha() and text.lower() not in _WORDS
    return text if is_word else json.dumps(text, ensure_ascii=False)


_WORDS = {"yes", "no", "on", "off", "true", "false", "null", "y", "n"}
