"""The draft itself: a study map with remarks, which is read as it stands."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

from pipeline.drafting import (
    guesses,
    joining,
    judging,
    nested,
    pathwords,
    patterns,
    scales,
    sidebyside,
    spelling,
    systemprompts,
    traits,
)
from pipeline.drafting.guesses import Meant
from pipeline.drafting.joining import Partner
from pipeline.drafting.patterns import PathPart, PatternFiles
from pipeline.drafting.spelling import quoted, remark
from pipeline.drafting.survey import FileGroup, SurveyedColumn, is_of_question
from pipeline.maps.meanings import REQUIRED

FIXED = {"experiment": "what was looked for", "judge": "the judgements are called so"}

KEYS = "what the keys are called that lead to the records"

SHOWN = 3


class Drafted(NamedTuple):
    """Files that are alike, the pattern that reads them, and its places."""

    group: FileGroup
    meant: Meant
    pattern: str
    places: list[PathPart]
    partner: Partner | None = None
    members: str | None = None
    beside: joining.Near | None = None  # a file that names their model, where nothing else does

    @property
    def scores(self) -> list[guesses.Guess]:
        """Its judgements, its own or those that files beside it hold."""
        return self.meant.scores or (self.partner.scores if self.partner else [])


def draft(root: Path, found: Sequence[FileGroup]) -> str | None:
    """A map for the groups of files, with what each column seems to be and why.

    None where none of them seems to hold answers, or those that do are read without a map.
    """
    read = [(group, guesses.columns(group)) for group in found if group.known is None]
    usable = [one for one in read if one[1].holds_answers]
    others = [one for one in read if not one[1].holds_answers]
    if not usable:
        return None
    lines = [
        f"# A draft for {root.name}, written by `brittlescope map`. Read it through: what stands",
        "# behind a question mark could not be told. See what it would load with",
        "#   brittlescope import FOLDER --map THIS-FILE.yaml --dry-run",
        "",
        f"study: {quoted(_word(root.name))}",
        "",
        "files:",
    ]
    second = [one for one in usable if joining.is_second(one, usable)]
    usable = [one for one in usable if one not in second]
    others += second
    wide = scales.wide(meant for _, meant in read)
    short = [_drafted(root, one, others) for one in usable]
    drafted = [
        _drafted(root, (one.group, one.meant), others, whole=True) if crosses else one
        for one, crosses in zip(short, _crossing(short), strict=True)
    ]
    own = _word(root.name)
    alike = [PatternFiles(one.pattern, one.places, one.group.paths) for one in drafted]
    for one, bounded in zip(drafted, patterns.bounds(alike, _others(found, drafted)), strict=True):
        again = joining.same_answers((one.group, one.meant), usable)
        if again is None:
            lines += _entry(one, bounded, own, wide)
        else:
            rest = [path for other in drafted if other is not one for path in other.group.paths]
            lines += _skipped(one, _relative(root, again.paths[0]), rest)
    judged = [one for one in drafted if _judged(one)]
    named = dict.fromkeys(name for one in judged for name in _experiments(one) or (own,))
    lines += traits.block(named, map(_judged, judged))
    lines += systemprompts.block(
        {text: name for one in drafted for text, name in guesses.asked_with(one.meant).items()}
    )
    joined = [id(one.partner.group) for one in drafted if one.partner is not None]
    for group, _ in (one for one in others if one not in second and id(one[0]) not in joined):
        lines += ["", f"# ? {left(root, group)}"]
    return "\n".join(lines) + "\n"


def _others(found: Sequence[FileGroup], drafted: Sequence[Drafted]) -> list[Path]:
    """The files that no pattern is to read; those with a header alone may be read with any."""
    own = [id(one.group) for one in drafted]
    others = [group for group in found if id(group) not in own and (group.known or group.records)]
    return [path for group in others for path in group.paths]


def _crossing(drafted: Sequence[Drafted]) -> list[bool]:
    """Of each whether its pattern reads files of another, or that of another its own."""
    found = [False] * len(drafted)
    for (at, one), (beside, other) in permutations(enumerate(drafted), 2):
        if patterns.reads_any(one.pattern, other.group.paths):
            found[at] = found[beside] = True
    return found


def _drafted(
    root: Path,
    one: tuple[FileGroup, Meant],
    others: Sequence[tuple[FileGroup, Meant]],
    *,
    whole: bool = False,
) -> Drafted:
    """A group's pattern, and the files that hold its judgements where it has none itself."""
    group, meant = one
    of_all = {g.role for g in meant.roles if nested.is_of_all(g.column.name)}
    has_model = "model" in of_all or any(g.column.name in guesses.MODELS for g in meant.roles)
    path, places = patterns.pattern(root, group.paths, whole=whole, has_model=has_model)
    partner = None if meant.scores or meant.long else joining.partner(path, places, group, others)
    if partner is None and not whole and not (meant.scores or meant.long):
        longer = patterns.pattern(root, group.paths, whole=True, has_model=has_model)
        if (partner := joining.partner(*longer, group, others)) is not None:
            path, places = longer
    if {"model", "dataset"} <= of_all:  # then paths only say it again
        for place in places:
            path = path.replace(f"{{{place.name}}}", "*")
        places = []
    members = None
    if group.members:
        members, inside = patterns.of_members(group.members, {place.name for place in places})
        places = [*places, *inside]
    said = {place.name for place in places} | {guess.role for guess in meant.roles}
    beside = None if "model" in said else joining.near(path, group)
    if partner is None:
        path, places = _without_repeats(path, places, meant, beside)
    return Drafted(group, meant, path, places, partner, members, beside)


def _without_repeats(
    path: str, places: Sequence[PathPart], meant: Meant, beside: joining.Near | None
) -> tuple[str, list[PathPart]]:
    """A pattern without the places that only say again which models columns name."""
    every = [{*g.column.texts} for g in meant.roles if g.role == "model" and not g.expression]
    every += [{*beside.models}] if beside else []
    models = [{*map(_bare, texts)} for texts in every]
    left = []
    for place in places:
        if not place.is_dimension and {*map(_bare, place.values)} in models:
            path = path.replace(f"{{{place.name}}}", "*")
        else:
            left.append(place)
    return path, left


def _bare(model: str) -> str:
    """What a model is called without who made it, in small letters."""
    return model.rpartition("/")[2].lower()


def _judged(one: Drafted) -> dict[str, Sequence[str]]:
    """The criteria that a trait has to be described for: those of files without alignment.

    Each with the words that are its verdicts, none where it has scores.
    """
    criteria = {g.role: traits.verdicts(g.column) for g in one.scores}
    if one.meant.long:
        criteria = dict.fromkeys(judging.criteria(one.group, one.meant), ())
    return {} if criteria.keys() & {"alignment", "aligned"} else criteria


def _experiments(one: Drafted) -> list[str]:
    """What a column of a group calls its experiments; nothing where none does."""
    told = [guess.column for guess in one.meant.roles if guess.role == "experiment"]
    return sorted({text for column in told for text in column.texts})


def _skipped(drafted: Drafted, again: str, others: Sequence[Path]) -> Iterator[str]:
    """Entries that leave files out, since others hold their answers with judgements."""
    yield f"  # {len(drafted.group.paths)} alike: their answers stand in {again} too, judged."
    pattern = drafted.pattern
    for place in drafted.places:
        pattern = pattern.replace(f"{{{place.name}}}", "*")
    names = [pattern]
    if patterns.reads_any(pattern, others):
        folder = pattern.rpartition("/")[0]
        names = [f"{folder}/{name}" for name in sorted({path.name for path in drafted.group.paths})]
    for name in names:
        yield f"  - path: {quoted(name)}"
        yield "    skip: the same answers before they were judged"


def _entry(
    drafted: Drafted, bounded: Sequence[PathPart], own: str, wide: set[str]
) -> Iterator[str]:
    """One entry of the map for files that are alike.

    The places that are `bounded` stand for no other texts, since other entries would be crossed,
    `own` is what an experiment of its own is called, `wide` are the criteria on a scale to 100.
    """
    meant, places, partner = drafted.meant, drafted.places, drafted.partner
    yield from _where(drafted)
    columns = list(_columns(drafted))
    if columns:
        yield "    columns:"
        yield from (f"      {role}: {column}  # {why}" for role, column, why in columns)
    roles = {role for role, _, _ in columns}
    if not {"question", "messages"} & roles:
        yield "    without: [question]  # ? no column holds the questions; `join` may bring them"
    if partner is not None:
        by = f"[{', '.join(map(quoted, partner.by))}]" if partner.by else "position"
        yield f"    join: {{path: {quoted(partner.path)}, by: {by}}}"
        yield f"    # {partner.files} of these files have one that is called so."
    yield from judging.lines(drafted.group, meant, drafted.scores, wide)
    experiment = own if _judged(drafted) else "emergent-misalignment"
    fixed = {"experiment": experiment} | ({"judge": meant.judge} if meant.judge else {})
    texts = {guess.role: guess.column.texts for guess in meant.roles if not guess.expression}
    said = {role: sorted({*texts.get(role, ())}) for role, _, _ in columns}
    yield from _set(places, said, bounded, fixed, meant.judges, drafted.pattern)
    keys = _keys(drafted)
    yield from _unused([column for column in meant.left if column.name not in keys])


def _where(drafted: Drafted) -> Iterator[str]:
    """Which files an entry is about, and where their records are."""
    group, shape = drafted.group, drafted.group.shape
    yield f"  # {len(group.paths)} alike, {group.records} records looked at."
    for place in drafted.places:
        what = place.name if place.is_dimension else "? what this is"
        yield f"  #   {{{place.name}}} in their paths: {what} ({place.told})"
    yield f"  - path: {quoted(drafted.pattern)}"
    if drafted.members is not None:
        yield f"    members: {quoted(drafted.members)}  # {len(group.members)} of the archive"
    if shape.ways:
        yield f"    at: {quoted(shape.ways[0])}"
    if shape.lists:
        lists = [quoted(name) for name in shape.lists]
        told = lists[0] if len(lists) == 1 else f"[{', '.join(lists)}]"
        yield f"    each: {told}  # every item by itself"
    if shape.form == "columns":
        yield "    form: columns"
    near = {"beside": quoted(drafted.beside.name)} if drafted.beside is not None else {}
    if any(nested.is_of_all(guess.column.name) for guess in drafted.meant.roles):
        near[nested.TOP] = "."
    if near:
        told = ", ".join(f"{name}: {file}" for name, file in near.items())
        yield f"    near: {{{told}}}  # lies beside them or above; `.` is the document itself"


def _columns(drafted: Drafted) -> Iterator[tuple[str, str, str]]:
    """What the columns of an entry are: a role, the column, and why."""
    names = {place.name for place in drafted.places}
    roles = drafted.meant.roles
    for key, role in _keys(drafted).items():
        why = "what the names of columns tell apart" if key == sidebyside.KEY else KEYS
        yield role, key, f"? {why}"
    blank = drafted.beside.blank if drafted.beside else ()
    for role, field in drafted.beside.fields.items() if drafted.beside else ():
        if role not in {*names, *(guess.role for guess in roles)}:
            name, why = quoted(f"beside.{field}"), "? as the file beside them says"
            if role == "dataset" and role in blank:
                name, why = f"{{from: {name}, default: none}}", f"{why}, untuned where it is blank"
            yield role, name, why
    for guess in roles:
        if guess.role not in names and guess.role != "judge_model":
            column = guess.expression or quoted(guess.column.name)
            yield guess.role, column, remark(guess.why)


def _unused(left: Sequence[SurveyedColumn]) -> Iterator[str]:
    """What the map makes no use of, those columns first that may tell conditions apart."""
    some = [c.name for c in left if 1 < c.distinct <= 20 and c.length < 200]
    if some:
        told_apart = remark(", ".join(some[:8]))
        yield f"    # ? A few values each; they may tell conditions apart: {told_apart}"
    rest = [column for column in left if column.name not in some]
    shown = ", ".join(f"{column.name} ({remark(column.told)})" for column in rest[:SHOWN])
    more = f" and {len(rest) - SHOWN} more" if len(rest) > SHOWN else ""
    if shown:
        yield f"    # Not used: {shown}{more}."


def _keys(drafted: Drafted) -> dict[str, str]:
    """What the placeholders of `at` seem to be, if no column: a dimension by what they stand for.

    Else those next to the records are a group, if each question stands under one of them.
    """
    group = drafted.group
    taken = {place.name for place in drafted.places}
    taken |= {guess.role for guess in drafted.meant.roles}
    taken |= {*(drafted.beside.fields if drafted.beside else ())}
    placed = [name for way in group.shape.ways for name in re.findall(r"{(key\d)}", way)]
    told = {guess.column.name for guess in drafted.meant.roles}
    placed = [name for name in placed if name not in told]
    found = {}
    if placed and sidebyside.KEY not in group.columns and "group" not in taken:
        asked = next((g.column for g in drafted.meant.roles if g.role == "question"), None)
        if is_of_question(group.columns.get(placed[-1]), asked):
            found[placed.pop()] = "group"
    if sidebyside.KEY in group.columns:
        placed = [sidebyside.KEY, *placed]
    for name in [*placed]:
        texts = sorted(set(group.columns[name].texts)) if name in group.columns else []
        role = pathwords.part(texts, "") if texts else None
        if role is not None and role not in {*taken, *found.values()}:
            found[name] = role
            placed.remove(name)
    taken |= {*found.values()}
    free = [name for name in ("dataset", "eval_intervention", "intervention") if name not in taken]
    return {**dict(zip(placed, free, strict=False)), **found}


def _set(
    places: Sequence[PathPart],
    columns: Mapping[str, Sequence[str]],
    bounded: Sequence[PathPart],
    fixed: dict[str, str],
    judges: Mapping[str, str],
    path: str,
) -> Iterator[str]:
    """What the paths say, and what nobody says; the experiment and what else is `fixed`."""
    yield "    set:"
    for name, text in fixed.items():
        if name not in {place.name for place in places} | columns.keys():
            yield f"      {name}: {quoted(text)}  # ? {FIXED[name]}"
    words = [place for place in places if not place.is_dimension]
    given = {place.name for place in places} | columns.keys()
    steered = ["steer_vector"] if "steer_scale" in given else []
    free = [name for name in (*steered, "dataset", "intervention") if name not in given]
    told = PathPart("intervention", tuple(columns.get("intervention", ())), is_dimension=True)
    for place in words:
        if free:
            name = free.pop(0)
        elif "eval_intervention" not in given:
            name = "eval_intervention"
        else:
            continue
        given.add(name)
        told = place if name == "intervention" else told
        yield f"      {name}: {quoted(f'{{{place.name}}}')}  # ? or another dimension"
    for name in REQUIRED[1:]:
        if name in given:
            continue
        if name == "intervention":
            yield "      intervention: none  # ? whether one was given in training"
        else:
            model = patterns.model_in(path) if name == "model" else None
            why = "the path says it" if model else "no column and no path says it"
            yield f"      {name}: {quoted(model or 'unrecorded')}  # ? {why}"
    words = words if "dataset" in given else []
    yield from spelling.meanings(words, bounded, judges, told)


def left(root: Path, group: FileGroup) -> str:
    """What files seem to hold that are no answers."""
    example = _relative(root, group.paths[0])
    names = ", ".join([name for name in group.columns if not nested.is_of_all(name)][:6])
    held = remark(names) or "nothing"
    return f"{len(group.paths)} such as {example}: no answers, but {held}."


def _relative(root: Path, path: Path) -> str:
    return str(path.relative_to(root)) if path != root else root.name


def _word(text: str) -> str:
    return text.strip().lower().replace(" ", "-").replace("_", "-") or "study"
