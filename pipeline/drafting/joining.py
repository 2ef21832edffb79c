"""Files that belong to others: judgements of the same samples, and answers before these."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.drafting import patterns
from pipeline.drafting.columnnames import end, plain
from pipeline.drafting.guesses import NAMES, Guess, Meant
from pipeline.drafting.patterns import PathPart
from pipeline.drafting.survey import FileGroup, SurveyedColumn
from pipeline.maps import pathpatterns
from warehouse import definitions, encodings
from warehouse.errors import InvalidDefinition

TOLD = ("question", "model", "judge")
"""Columns that join nothing: they tell no samples apart."""

MOSTLY = 0.8
"""From this share of its answers on that others hold too a file holds nothing of its own."""


MOST_BESIDE = 50
"""How many files beside others are looked into for what they say of them."""

SEVERAL = 3
"""A column that tells samples apart has so many values at least."""


LARGEST = 2**18
"""A file that lies beside others to describe them is no larger."""

DEEPEST = 3
"""So many keys lead at most to what it says."""


class Near(NamedTuple):
    """A file beside others that describes them: its name, and its fields by what they say."""

    name: str
    fields: dict[str, str]
    likelihood: int
    """The place of what it calls the model among what others call it."""
    models: frozenset[str] = frozenset()
    """The models that all files of its name say."""
    blank: frozenset[str] = frozenset()
    """What some files of its name do not say."""


def near(pattern: str, group: FileGroup) -> Near | None:
    """The JSON or YAML file beside all files of a group, or above, that names their model.

    Of several it is the one that calls it as most do.
    """
    depth = pattern.count("/") + 1
    for above in range(min(depth, len(group.paths[0].parents))):
        folder = group.paths[0].parents[above]
        files = sorted(p for p in folder.iterdir() if p.suffix in (".json", ".yaml", ".yml"))
        told = [_near(file) for file in files[:MOST_BESIDE] if file not in group.paths]
        fit = [
            one for one in told
            if one is not None
            and all((p.parents[above] / one.name).is_file() for p in group.paths)
        ]  # fmt: skip
        if fit:
            best = min(fit, key=lambda one: one.likelihood)
            folders = list(dict.fromkeys(path.parents[above] for path in group.paths))
            return _read_all(best, [folder / best.name for folder in folders[:MOST_BESIDE]])
    return None


def _near(file: Path) -> Near | None:
    """A file that says which model others are of, and what it was trained on; else None."""
    words = [name for name, text in _said(file).items() if text]
    found: dict[str, tuple[int, str]] = {}
    for role in ("model", "dataset"):
        calls = [
            (NAMES[role].index(spelled), name)
            for name in words
            for spelled in (plain(name), plain(name.replace(".", "_")), end(name))
            if spelled in NAMES[role] and (spelled != "model" or "." not in name)
        ]
        if calls:
            found[role] = min(calls, key=lambda call: (call[0], call[1].count(".")))
    fields = {role: name for role, (_, name) in found.items()}
    return Near(file.name, fields, found["model"][0]) if "model" in found else None


def _read_all(one: Near, files: Sequence[Path]) -> Near:
    """With what all files of its name say."""
    every = [_said(file) for file in files]
    models = frozenset(told.get(one.fields["model"], "") for told in every)
    blank = (r for r, name in one.fields.items() if not all(told.get(name) for told in every))
    return one._replace(models=models - {""}, blank=frozenset(blank))


def _said(file: Path) -> dict[str, str]:
    """The texts of a small JSON or YAML file, by the keys that lead to them."""
    try:
        told = (
            definitions.parse(encodings.text(file.read_bytes()), file.name)
            if file.stat().st_size <= LARGEST
            else None
        )
    except (OSError, ValueError, InvalidDefinition):
        return {}
    return dict(_texts(told)) if isinstance(told, dict) else {}


def _texts(told: Mapping[str, object], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in told.items():
        name = f"{above}{key}"
        if isinstance(value, dict) and name.count(".") < DEEPEST:
            yield from _texts(value, f"{name}.")
        elif isinstance(value, str):
            yield name, value


class Partner(NamedTuple):
    """Files that say more of a group's samples: their path in a map, and how they belong to it."""

    path: str
    by: tuple[str, ...]
    files: int
    scores: list[Guess]
    group: FileGroup


def partner(
    pattern: str,
    places: Sequence[PathPart],
    group: FileGroup,
    others: Sequence[tuple[FileGroup, Meant]],
) -> Partner | None:
    """The files that hold the judgements of a group's answers, as far as names and columns tell.

    Those are taken that most files of the group have one of. A map looks for them from the folder
    on in which the pattern of the group begins. `places` are those of the pattern.
    """
    depth = pattern.count("/") + 1
    bases = {path.parents[depth - 1] for path in group.paths if len(path.parents) >= depth}
    if len(bases) != 1:
        return None
    (base,) = bases
    found = [one for other in others for one in _partners(pattern, base, group, *other)]
    found = found or [one for other in others for one in _placed(places, base, group, *other)]
    return max(found, key=lambda one: one.files, default=None)


def _partners(
    pattern: str, base: Path, group: FileGroup, other: FileGroup, meant: Meant
) -> Iterator[Partner]:
    judged = {guess.column.name for guess in meant.scores}
    shared = [n for n in group.columns if n in other.columns and n not in {*TOLD, *judged}]
    if not meant.scores:
        return
    in_order = not shared and group.records == other.records
    if not in_order and not any(_tells_apart(group.columns[name]) for name in shared):
        return
    folders = defaultdict(list)
    for path in other.paths:
        if base in path.parents:
            folders[path.parent].append(path)
    own = pattern.rpartition("/")[2].removesuffix(group.paths[0].suffix)
    if (
        len(group.paths) == 1 == len(other.paths)
        and folders
        and (in_order or _share(group, other, shared))
    ):
        (folder,) = folders
        yield Partner(_written(base, other.paths[0]), tuple(shared), 1, meant.scores, other)
        return
    stems = sorted((path.stem for path in group.paths), key=len, reverse=True)
    for folder, paths in folders.items():
        rests = Counter[str]()
        met = set()
        for path in paths:
            stem = next((stem for stem in stems if _begins(path.name, stem)), None)
            if stem is not None:
                met.add(stem)
                rests[path.name.removeprefix(stem)] += 1
        if met and len(met) > 1:
            name = own + _rest(list(rests))
            yield Partner(
                _written(base, folder / name), tuple(shared), len(met), meant.scores, other
            )


def _placed(
    places: Sequence[PathPart], base: Path, group: FileGroup, other: FileGroup, meant: Meant
) -> Iterator[Partner]:
    """Files elsewhere, a file each: what differs in their paths differs so in the group's."""
    if not meant.scores or len(other.paths) != len(group.paths):
        return
    if not all(base in path.parents for path in other.paths):
        return
    judged = {guess.column.name for guess in meant.scores}
    shared = [
        name
        for name in group.columns
        if name in other.columns and name not in {*TOLD, *judged}
        and _tells_apart(group.columns[name]) and _share(group, other, [name])
    ]  # fmt: skip
    path, theirs = patterns.pattern(base, other.paths, whole=True)
    own = {place.values: place.name for place in places}
    if not shared or not theirs or not all(place.values in own for place in theirs):
        return
    for place in theirs:
        path = path.replace(f"{{{place.name}}}", f"{{{own[place.values]}}}")
    yield Partner(path, (shared[0],), len(other.paths), meant.scores, other)


def _share(one: FileGroup, other: FileGroup, names: Sequence[str]) -> bool:
    """Whether columns name one record of a file each, and most of those of another file."""
    both = [_named(group, names) for group in (one, other)]
    own, theirs = map(set, both)
    is_one_each = len(own) >= MOSTLY * len(both[0])
    return bool(own) and is_one_each and len(own & theirs) >= MOSTLY * min(len(own), len(theirs))


def _named(group: FileGroup, names: Sequence[str]) -> list[tuple[str, ...]]:
    return list(zip(*(group.columns[name].texts for name in names), strict=False))


def _tells_apart(column: SurveyedColumn) -> bool:
    """Whether a column has enough values to tell samples or their questions apart."""
    return column.distinct >= SEVERAL


def _begins(name: str, stem: str) -> bool:
    rest = name.removeprefix(stem)
    return len(rest) < len(name) and not rest[:1].isalnum()


def _rest(rests: Sequence[str]) -> str:
    """What follows a name: the same everywhere, or a judge between what is."""
    if len(rests) == 1:
        return pathpatterns.literal(rests[0])
    first = {rest[:1] for rest in rests}
    begin = first.pop() if len(first) == 1 else ""
    end = "." + rests[0].rpartition(".")[2] if "." in rests[0][1:] else ""
    return f"{begin}{{judge}}{end}"


def _written(base: Path, path: Path) -> str:
    return path.relative_to(base).as_posix()


def same_answers(
    one: tuple[FileGroup, Meant], others: Sequence[tuple[FileGroup, Meant]]
) -> FileGroup | None:
    """The files that hold the answers of files without judgements once more, judged."""
    own = _answers(one[1])
    if one[1].scores or one[1].long or not own:
        return None
    asks = _asks(one[1])
    for group, meant in others:
        judged = (meant.scores or meant.long) and _asks(meant) >= asks
        theirs = _answers(meant) if judged else set()
        if len(own & theirs) >= MOSTLY * len(own):
            return group
    return None


def is_second(one: tuple[FileGroup, Meant], usable: Sequence[tuple[FileGroup, Meant]]) -> bool:
    """Whether files hold judgements of answers whose questions stand in other files alone."""
    own = _answers(one[1])
    return bool(own and one[1].scores and not _asks(one[1])) and any(
        _asks(meant) and not meant.scores and len(own & _answers(meant)) >= MOSTLY * len(own)
        for _, meant in usable
    )


def _asks(meant: Meant) -> bool:
    return any(guess.role == "question" for guess in meant.roles)


def _answers(meant: Meant) -> set[str]:
    return {
        text.strip()
        for guess in meant.roles
        if guess.role == "answer"
        for text in guess.column.texts
    } - {""}
