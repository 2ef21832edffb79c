"""What paths mean where files do not say it: the mappings that people write for `--map`."""

from collections.abc import Mapping as Table
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec

from pipeline import interventions, pathpatterns
from pipeline.interventions import Intervention
from pipeline.meanings import (
    FIELDS,
    GIVEN,
    REQUIRED,
    ROLES,
    SHAPES,
    Constant,
    Failures,
    Scale,
    Text,
    Values,
    canonical,
    filled,
    fitted,
    is_told,
    meant,
)
from pipeline.meanings import Columns as Columns
from pipeline.meanings import Dimensions as Dimensions
from pipeline.meanings import Meaning as Meaning
from pipeline.pathpatterns import PathPattern
from warehouse import catalogue, definitions
from warehouse.errors import InvalidDefinition


class Experiment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The traits of an experiment that the catalogue does not have."""

    traits: Annotated[dict[Text, catalogue.Trait], msgspec.Meta(min_length=1)]


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pattern, and what it says of the files it matches."""

    path: Text
    set: dict[str, Constant] = {}
    values: dict[str, Values] = {}
    rename: dict[str, Values] = {}
    columns: dict[Text, Text | tuple[Text, ...]] = {}
    scores: dict[Text, Text] | tuple[Text, ...] = ()
    scale: dict[Text, Scale] = {}
    failures: Failures | None = None
    skip: Text | None = None


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping as it is written; what stands here holds for every entry that has no own."""

    study: Text
    files: Annotated[tuple[Entry, ...], msgspec.Meta(min_length=1)]
    set: dict[str, Constant] = {}
    values: dict[str, Values] = {}
    rename: dict[str, Values] = {}
    columns: dict[Text, Text | tuple[Text, ...]] = {}
    scores: dict[Text, Text] | tuple[Text, ...] = ()
    scale: dict[Text, Scale] = {}
    failures: Failures | None = None
    system_prompts: dict[str, Text] = {}
    experiments: dict[str, Experiment] = {}
    interventions: dict[Text, Intervention] = {}


class Mapping:
    """A mapping that was read, ready to be asked what a path means."""

    def __init__(self, definition: Definition, name: str) -> None:
        self.definition = definition
        self.name = name
        self.entries = [
            _CheckedEntry(definition, entry, f"{name}: files[{place}]")
            for place, entry in enumerate(definition.files)
        ]

    def meaning(self, path: Path) -> Meaning | None:
        """What the mapping says of a file, or None where no pattern covers it.

        A pattern with `skip` wins over the others. What can be read in two ways is unclear.
        """
        try:
            return self._meaning(path)
        except pathpatterns.TooManyWays:
            return self._unclear("a pattern can be tried along its path in too many ways")

    def _meaning(self, path: Path) -> Meaning | None:
        study, parts = self.definition.study, pathpatterns.spelled(path)
        for entry in self.entries:
            if entry.written.skip is not None and entry.pattern.readings(parts):
                return Meaning(study, skipped=entry.written.skip)
        ways: dict[str, tuple[Meaning, str]] = {}
        for entry in self.entries:
            for reading in entry.pattern.readings(parts) if entry.written.skip is None else ():
                try:
                    told = entry.meaning(reading)
                    ways.setdefault(told.signature, (told, entry.pattern.text))
                except msgspec.ValidationError as error:
                    return self._unclear(f"{entry.pattern.text} misreads its path: {error}")
        if len(ways) > 1:
            (one, first), (other, second) = list(ways.values())[:2]
            patterns = first if first == second else f"{first} and {second}"
            differ = _difference(one, other)
            return self._unclear(f"{patterns} can read its path in more than one way: {differ}")
        if not ways:
            return self._nearly(parts)
        ((meaning, _),) = ways.values()
        assert meaning.dimensions is not None
        own = self.definition.experiments.get(meaning.dimensions.experiment)
        return msgspec.structs.replace(
            meaning,
            system_prompts=self.definition.system_prompts,
            traits=own.traits if own else {},
            interventions=self.definition.interventions,
        )

    def interventions_met(self) -> set[str] | None:
        """The interventions that files can have; None where a path or column can give any."""
        found: set[str] = set()
        for entry in self.entries:
            if entry.written.skip is None:
                for own in map(entry.names_of, GIVEN):
                    if own is None:
                        return None
                    found |= own
        return found

    def _nearly(self, parts: tuple[str, ...]) -> Meaning | None:
        """Why a path that no pattern matches is in doubt, or None where none comes near."""
        for entry in self.entries:
            if entry.pattern.contradicted(parts):
                why = "gives one placeholder two values in its path"
                return self._unclear(f"{entry.pattern.text} {why}")
        for entry in self.entries:
            for name, text in entry.pattern.unlisted(parts).items():
                why = f"fits its path, but `values` does not list {text!r} for {name}"
                doubt = self._unclear(f"{entry.pattern.text} {why}; add it there")
                return msgspec.structs.replace(doubt, columns=entry.columns, covered=False)
        return None

    def _unclear(self, why: str) -> Meaning:
        return Meaning(self.definition.study, unclear=f"in {self.name}, {why}")


class _CheckedEntry:
    """One entry with the mapping's defaults, checked."""

    def __init__(self, definition: Definition, entry: Entry, where: str) -> None:
        self.written = entry
        self.where = where
        self.study = definition.study
        self.interventions = definition.interventions
        self.values = {**definition.values, **entry.values}
        self.rename = {**definition.rename, **entry.rename}
        listed: dict[str, pathpatterns.Shape] = {
            name: frozenset(values) for name, values in self.values.items()
        }
        # What is spelled in another way is not yet a number.
        open_ = {name: None for name in self.rename}
        try:
            self.pattern = PathPattern(entry.path, SHAPES | open_ | listed)
        except ValueError as error:
            raise InvalidDefinition(f"{where}: the path {entry.path[:200]!r} {error}.") from None
        self.found = set(self.pattern.placeholders)
        self.columns = self._columns({**definition.columns, **entry.columns})
        given = self.found | self.columns.words.keys()
        defaults = {name: value for name, value in definition.set.items() if name not in given}
        self.set = {**defaults, **entry.set} if entry.skip is None else {}
        self.failures = entry.failures or definition.failures or Failures()
        self.scores = _named(definition.scores) | _named(entry.scores)
        self.scale = {**definition.scale, **entry.scale}
        self._check()

    def _columns(self, given: dict[str, str | tuple[str, ...]]) -> Columns:
        """The columns by role; the others are dimensions of a row, or words that `set` uses."""
        ignore = given.get("ignore", ())
        roles: dict[str, str] = {}
        words: dict[str, str] = {}
        for name, column in given.items():
            if name == "ignore":
                continue
            if not isinstance(column, str):
                self._refuse(f"columns.{name} names several columns; it can be one of them")
            (roles if name in ROLES else words)[name] = column
        if both := sorted(self.found & words.keys()):
            self._refuse(f"{both[0]} is both a column and a placeholder")
        every = (ignore,) if isinstance(ignore, str) else ignore
        return Columns(**roles, ignore=every, words=words)

    def _check(self) -> None:
        """Whether the entry makes sense.

        Raises:
            InvalidDefinition: naming its key and what is wrong.
        """
        if "." not in self.written.path.rpartition("/")[2]:
            self._refuse(f"the path {self.written.path!r} does not end in .csv, or as files do")
        given = self.found | self.columns.words.keys()
        needed = self._check_set(given)
        self._check_names(given, needed)
        self._check_values()
        missing = [name for name in REQUIRED if name not in given | self.set.keys()]
        if missing and self.written.skip is None:
            told = ", ".join(missing)
            self._refuse(f"nothing says {told}; name it in the path or under `set`")

    def _check_names(self, given: set[str], needed: set[str]) -> None:
        """Whether every name that is told means something, or is used by `set`."""
        for name in sorted(self.found - FIELDS.keys() - needed):
            self._refuse(
                f"the placeholder {{{name}}} is no dimension, and `set` does not use it; "
                + _there_are()
            )
        for name in sorted(self.columns.words.keys() - FIELDS.keys() - needed):
            self._refuse(
                f"`columns` names {name!r}, which is nothing that a column can be, and `set` does "
                f"not use it; there are {', '.join((*ROLES, *FIELDS, 'ignore'))}"
            )
        for key, lists in (("values", self.written.values), ("rename", self.written.rename)):
            for name in sorted(lists.keys() - given):
                self._refuse(f"`{key}` lists {name!r}, which is no placeholder of its path")

    def _check_values(self) -> None:
        """Whether every value is one that its dimension can have."""
        for key, lists in (("values", self.values), ("rename", self.rename)):
            for name, values in lists.items():
                for spelled, value in values.items() if name in FIELDS else ():
                    self._fit(name, value, f"{key}.{name}.{spelled}")
        for name, (none, full) in self.scale.items():
            if none == full:
                self._refuse(f"scale.{name} gives 0 and 100 the same raw value {none:g}")

    def _check_set(self, given: set[str]) -> set[str]:
        """The placeholders and words that `set` uses."""
        for name in self.set:
            if name not in FIELDS:
                self._refuse(f"`set` names {name!r}, which is no dimension; {_there_are()}")
        if twice := sorted(given & self.written.set.keys()):
            kind = "placeholder" if twice[0] in self.found else "column"
            self._refuse(f"{twice[0]} is both set and a {kind}")
        needed: set[str] = set()
        for name, value in self.set.items():
            inside = self._placeholders(name, value)
            if strange := sorted(inside - given):
                self._refuse(f"`set` uses {{{strange[0]}}} for {name}, which is not in its path")
            needed |= inside
            if not inside:
                self._fit(name, value, "set")
        return needed

    def _placeholders(self, name: str, value: Constant) -> set[str]:
        if not isinstance(value, str):
            return set()
        try:
            return {inside for _, inside in pathpatterns.pieces(value) if inside}
        except ValueError as error:
            self._refuse(f"set.{name}: {value!r} {error}")

    def _fit(self, name: str, value: Constant, place: str) -> None:
        try:
            fitted(name, value)
        except msgspec.ValidationError as error:
            self._refuse(f"{place} gives {name} the value {value!r} ({error})")

    def names_of(self, name: str) -> set[str] | None:
        """All that a dimension can be here; None where the path or a column can give anything."""
        if name in self.set:
            value = self.set[name]
            return None if self._placeholders(name, value) else {str(value)}
        if name in self.values:
            return {str(value) for value in self.values[name].values()}
        return None if name in self.found | self.columns.words.keys() else set()

    def _refuse(self, why: str) -> NoReturn:
        raise InvalidDefinition(f"{self.where}: {why}.")

    def meaning(self, reading: Table[str, str]) -> Meaning:
        """What one reading of a path makes of the file, in the catalogue's spelling.

        Raises:
            msgspec.ValidationError: where a value does not fit its dimension.
        """
        words = {
            name: meant(name, text, self.values, self.rename) for name, text in reading.items()
        }
        told: dict[str, Constant] = {name: words[name] for name in words if name in FIELDS}
        rows = {name: f"{{{name}}}" for name in self.columns.words if name in FIELDS}
        for name, value in self.set.items():
            if not isinstance(value, str):
                told[name] = value
            elif self._placeholders(name, value) & self.columns.words.keys():
                known = {word: f"{{{word}}}" for word in self.columns.words}
                rows[name] = str(filled(value, known | _escaped(words)))
            else:
                told[name] = str(filled(value, words))
        fit = {name: fitted(name, value) for name, value in told.items()}
        later = {name: rows[name] for name in REQUIRED if name in rows}
        listed = {n for n, text in reading.items() if is_told(n, text, self.values, self.rename)}
        told_so = listed | rows.keys()
        dimensions = canonical(Dimensions(**(later | fit)), told_so, self.interventions)
        return Meaning(
            self.study,
            dimensions,
            self.columns,
            rows=rows,
            values={name: self.values[name] for name in self.columns.words if name in self.values},
            rename={name: self.rename[name] for name in self.columns.words if name in self.rename},
            scores=self.scores,
            scale=self.scale,
            failures=self.failures,
            spelled={
                str(value): getattr(dimensions, name)
                for name, value in told.items()
                if name not in rows and str(value) != str(getattr(dimensions, name))
            },
        )


def _named(scores: dict[str, str] | tuple[str, ...]) -> dict[str, str]:
    """Criteria with their columns; a list names columns that are criteria under their own name."""
    return scores if isinstance(scores, dict) else {name: name for name in scores}


def _escaped(words: Table[str, Constant]) -> dict[str, Constant]:
    """The words as they stand in a template that is filled in once more."""
    return {n: str(v).replace("{", "{{").replace("}", "}}") for n, v in words.items()}


def load(path: Path) -> Mapping:
    """The mapping in a YAML file.

    Raises:
        InvalidDefinition: naming the file, the place in it and what is wrong.
    """
    definition = definitions.load(path, Definition)
    for name in definition.experiments:
        if catalogue.experiment_named(name):
            raise InvalidDefinition(
                f"{path}: experiments.{name} is known to Brittlescope already; leave it out."
            )
        for trait, told in definition.experiments[name].traits.items():
            if told.problem:
                where = f"{path}: experiments.{name}.traits.{trait}"
                raise InvalidDefinition(f"{where}: {told.problem}.")
    mapping = Mapping(definition, str(path))
    if wrong := interventions.mistake(definition.interventions, mapping.interventions_met()):
        raise InvalidDefinition(f"{path}: {wrong}.")
    given = {name for entry in mapping.entries for name in entry.found | entry.columns.words.keys()}
    for key, lists in (("values", definition.values), ("rename", definition.rename)):
        for name in lists:
            if name not in given:
                raise InvalidDefinition(
                    f"{path}: `{key}` lists {name!r}, which is no placeholder of any path."
                )
    return mapping


def _difference(one: Meaning, other: Meaning) -> str:
    told = [
        f"{name} is {getattr(one.dimensions, name)!r} or {getattr(other.dimensions, name)!r}"
        for name in FIELDS
        if getattr(one.dimensions, name) != getattr(other.dimensions, name)
    ]
    return ", ".join(told) or "what their columns, scores or failures are"


def _there_are() -> str:
    return f"there are {', '.join(FIELDS)}"
