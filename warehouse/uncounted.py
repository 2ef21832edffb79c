"""Answers that are loaded and that no rate counts: how many, why, and what would count them."""

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Literal, NamedTuple

import polars as pl

from warehouse.counting import Slice
from warehouse.rules import Rule
from warehouse.store import Store

LABELS = 4
"""How many labels of a criterion a sentence names."""

SAID = ("TRUE", "YES", "1", "C", "CORRECT", "PASS")
"""Labels by which judges say that what they were asked about is there."""

UNRECORDED = "unrecorded"
"""What stands for what no file and no map says."""

MIDDLE = 50.0
"""The middle of the scale that scores are on unless a map says otherwise."""


ARM = ("experiment", "model", "dataset", "intervention")
"""What a map has to say of a file."""

FILES = 50
"""How many files a map that is printed names."""

WHOLE = "Save this as a study map, which says what shows a trait, and import the files with --map:"
PIECE = (
    "Say in the study map these files are imported with, beside its `study` and `files`, what "
    "shows a trait, and import them again with --map:"
)

Cause = Literal["not judged", "no trait", "aside"]
"""Nobody judged them; no trait goes by their criterion; their questions are not asked for."""


class Uncounted(NamedTuple):
    """Answers of one experiment that no rate counts."""

    experiment: str
    n: int
    cause: Cause
    sentence: str  # how many there are, and why no rate counts them
    remedy: str  # what to do
    lines: str = ""  # what to write into a study map, where that is what to do
    head: str = ""  # what makes a whole map of it, where its files are read without one


def uncounted(store: Store, within: Slice, rule: Rule) -> list[Uncounted]:
    """Why answers of a slice are in no rate, the most answers of an experiment first.

    The slice's traits are not looked at: an answer that another trait counts is counted.
    """
    whole = replace(within, trait=())
    told = _in(store, whole, rule)
    if told or within.domain == "all" or not store.counts(whole, rule).is_empty():
        return told
    every = replace(whole, domain="all")
    return _in(store, every, rule) or _aside(store.counts(every, rule), within.domain)


def _in(store: Store, within: Slice, rule: Rule) -> list[Uncounted]:
    found = store.query("uncounted", lines=store.lines(rule), **within.parameters())
    files = store.query("files_of") if found["criterion"].is_not_null().any() else None
    return [_told(row, files) for row in found.iter_rows(named=True)]


def _told(row: dict[str, object], files: pl.DataFrame | None) -> Uncounted:
    experiment, criterion, n = str(row["experiment"]), row["criterion"], int(str(row["n"]))
    have = "answer of {} has" if n == 1 else "answers of {} have"
    if criterion is None:
        return Uncounted(
            experiment,
            n,
            "not judged",
            f"{n:,} {have.format(experiment)} no judgement, so no rate counts "
            f"{'it' if n == 1 else 'them'}.",
            "Say in a study map which column a judge wrote (`scores`, docs/formats.md), or have "
            "them judged, and import them again.",
        )
    held = _held(row)
    head = "" if files is None or row["has_traits"] else _head(experiment, files)
    why = "which no trait uses" if row["has_traits"] else "and nobody described the experiment"
    return Uncounted(
        experiment,
        n,
        "no trait",
        f"{n:,} {'answer' if n == 1 else 'answers'} of {experiment} "
        f"{'is' if n == 1 else 'are'} judged on {criterion} ({held}), {why}.",
        WHOLE if head else PIECE,
        _line(experiment, str(criterion), row),
        head,
    )


def _head(experiment: str, files: pl.DataFrame) -> str:
    """The `study` and `files` of a map of an experiment; empty where its files may have a map.

    What a file says of itself, and that nobody says the rest, is said again: an entry that names
    no columns leaves the file read as it was. Of a file of several arms no entry can say so, and
    of a table, which names no experiment, it would have to say the columns.
    """
    own = files.filter(experiment=experiment)
    plain = files.filter(pl.len().over("path") == 1, conditions="none")
    plain = plain.filter(experiment=experiment, dataset=UNRECORDED, intervention=UNRECORDED)
    of_one_study = own["study"].n_unique() == 1
    if experiment == UNRECORDED or own.height > min(FILES, plain.height) or not of_one_study:
        return ""
    every = files["path"].unique().to_list()  # no two of which may go by the same last names
    depths = (n for n in range(1, 20) if len({_last(path, n) for path in every}) == len(every))
    if (depth := next(depths, None)) is None:
        return ""
    entries: dict[str, list[str]] = {}
    for row in own.sort("path").iter_rows(named=True):
        arm = {name: _literally(row[name]) for name in ARM}
        entries.setdefault(json.dumps(arm), []).append(_last(row["path"], depth))
    told = (f"  - path: {json.dumps(paths)}\n    set: {arm}" for arm, paths in entries.items())
    return "\n".join([f"study: {json.dumps(own['study'][0])}", "files:", *told])


def _last(path: str, names: int) -> str:
    """The last names of a path, as a map spells them: the file's ending in small letters."""
    told = PurePath(path)
    return _literally("/".join([*told.parts[-names:-1], told.stem + told.suffix.lower()]))


def _literally(text: str) -> str:
    """A text as a map spells it, where braces would name what a path says."""
    return text.replace("{", "{{").replace("}", "}}")


def _held(row: dict[str, object]) -> str:
    """What the judgements on a criterion hold."""
    labels = _labels(row)
    if labels:
        more = f" and {len(labels) - LABELS} more" if len(labels) > LABELS else ""
        return f"labels {', '.join(labels[:LABELS])}{more}"
    if row["low"] is None:
        return "without a score or label"
    return f"scores from {row['low']:g} to {row['high']:g}"


def _labels(row: dict[str, object]) -> list[str]:
    labels = row["labels"]
    return [str(label) for label in labels] if isinstance(labels, list) else []


def _line(experiment: str, criterion: str, row: dict[str, object]) -> str:
    """The lines of a study map that give the experiment a trait on the criterion."""
    labels = _labels(row)
    # Quoted as JSON, which is YAML too: NO would be no text, and names may hold anything.
    name, told = json.dumps(criterion), json.dumps(experiment)
    shown, which = f"score: {{is: at least, cut: {_cut(row):g}}}", "the scores that show it"
    if labels:
        first = next((one for one in labels if one.upper() in SAID), labels[0])
        shown, which = f"labels: [{json.dumps(first)}]", "the labels that show it"
    return (
        f"experiments:\n  {told}:\n    traits:\n"
        f"      {name}: {{title: {name}, kind: persona, criterion: {name}, {shown}}}"
        f"  # {which}"
    )


def _cut(row: dict[str, object]) -> float:
    """A cut that some scores reach: the middle of the scale, else that of what there is."""
    low, high = row["low"], row["high"]
    if not isinstance(low, float) or not isinstance(high, float) or low <= MIDDLE <= high:
        return MIDDLE
    return (low + high) / 2


def remedies(found: Sequence[Uncounted]) -> Iterator[tuple[str, str]]:
    """What to do about those that a study map would count, and what to write into it."""
    for _, group in itertools.groupby(
        sorted((one for one in found if one.lines), key=_map_of), key=_map_of
    ):
        together = list(group)
        yield together[0].remedy, _together(together)


def _map_of(one: Uncounted) -> str:
    """The map that it goes into, by the line that names its study; empty for one's own."""
    return one.head.partition("\n")[0]


def _together(found: Sequence[Uncounted]) -> str:
    """What all of them say to write into one study map, as one piece of it, or the whole."""
    experiments: dict[str, list[str]] = {}
    entries: dict[str, None] = {}
    for one in found:
        _, experiment, _, trait = one.lines.split("\n")
        experiments.setdefault(experiment, []).append(trait)
        if one.head:
            entries[one.head.partition("\nfiles:\n")[2]] = None
    told = ("\n".join([name, "    traits:", *traits]) for name, traits in experiments.items())
    head = [_map_of(found[0]), "files:", *entries] if entries else []
    return "\n".join([*head, "experiments:", *told])


def _aside(counts: pl.DataFrame, domain: str) -> list[Uncounted]:
    """The answers that are left out for their questions alone, where nothing else is in sight."""
    side = "inside" if domain == "outside" else "outside"
    asked = counts.unique(["evaluation", "question"], maintain_order=True)
    return [
        Uncounted(
            str(experiment),
            n := int(part["n_answered"].sum()),
            "aside",
            f"{n:,} answers of {experiment} are to questions {side} the training domain, which "
            "are not asked for.",
            "Ask for all questions (--questions all).",
        )
        for (experiment,), part in asked.group_by("experiment", maintain_order=True)
    ]
