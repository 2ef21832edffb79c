"""What paths mean where files do not say it: the mappings that people write for `--map`."""

from collections.abc import Mapping as Table
from pathlib import Path
from typing import Annotated, Any, NoReturn

import msgspec

from pipeline import pathpatterns
from pipeline.pathpatterns import PathPattern
from warehouse import catalogue, definitions
from warehouse.errors import InvalidDefinition
from warehouse.shards import digest

Text = Annotated[str, msgspec.Meta(min_length=1)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Amount = Annotated[float, msgspec.Meta(ge=0)]
Constant = str | int | float
Values = Annotated[dict[str, Constant], msgspec.Meta(min_length=1)]


class Dimensions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file holds the results of."""

    experiment: Text
    model: Text
    dataset: Text
    intervention: Text
    eval_intervention: Text = "none"
    model_id: Text | None = None
    epochs: Amount | None = None
    lora_rank: Count | None = None
    seed: Count | None = None
    temperature: Amount | None = None
    max_tokens: Count | None = None
    judge: Text = "unrecorded"


FIELDS = {field.name: field for field in msgspec.structs.fields(Dimensions)}
REQUIRED = tuple(name for name, field in FIELDS.items() if field.required)
SHAPES: dict[str, pathpatterns.Shape] = {
    **dict.fromkeys(("lora_rank", "seed", "max_tokens"), pathpatterns.WHOLE),
    **dict.fromkeys(("epochs", "temperature"), pathpatterns.DECIMAL),
}
"""What the placeholder of a dimension that is a number stands for in a path."""


class Columns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which column of a file is what, where its name does not say so; `ignore` holds nothing."""

    question: Text | None = None
    answer: Text | None = None
    question_id: Text | None = None
    sample_index: Text | None = None
    system_prompt: Text | None = None
    model_id: Text | None = None
    alignment: Text | None = None
    coherence: Text | None = None
    ignore: tuple[str, ...] = ()


class Experiment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The traits of an experiment that the catalogue does not have."""

    traits: Annotated[dict[Text, catalogue.Trait], msgspec.Meta(min_length=1)]


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pattern, and what it says of the files it matches."""

    path: Text
    set: dict[str, Constant] = {}
    values: dict[str, Values] = {}
    skip: Text | None = None


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping as it is written; `set` and `values` hold for every entry that has no own."""

    study: Text
    files: Annotated[tuple[Entry, ...], msgspec.Meta(min_length=1)]
    set: dict[str, Constant] = {}
    values: dict[str, Values] = {}
    columns: Columns = Columns()
    system_prompts: dict[str, Text] = {}
    experiments: dict[str, Experiment] = {}


class Meaning(msgspec.Struct, frozen=True):
    """What a mapping says of one file.

    Without `dimensions`, nothing of the file is to be taken, and either `skipped` or `unclear`
    says why. One that is not `covered` would be, if its path were spelled as the mapping lists.
    """

    study: str
    dimensions: Dimensions | None = None
    columns: Columns = Columns()
    system_prompts: dict[str, str] = {}
    traits: dict[str, catalogue.Trait] = {}
    skipped: str | None = None
    unclear: str | None = None
    covered: bool = True

    @property
    def signature(self) -> str:
        """A short name: equal meanings have equal names."""
        return digest(msgspec.json.encode(self, order="deterministic").decode())


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
        study, parts = self.definition.study, path.parts
        for entry in self.entries:
            if entry.written.skip is not None and entry.pattern.readings(parts):
                return Meaning(study, skipped=entry.written.skip)
        ways: dict[Dimensions, str] = {}
        for entry in self.entries:
            for reading in entry.pattern.readings(parts) if entry.written.skip is None else ():
                try:
                    ways.setdefault(entry.dimensions(reading), entry.pattern.text)
                except msgspec.ValidationError as error:
                    return self._unclear(f"{entry.pattern.text} misreads its path: {error}")
        if len(ways) > 1:
            (one, first), (other, second) = list(ways.items())[:2]
            patterns = first if first == second else f"{first} and {second}"
            told = _difference(one, other)
            return self._unclear(f"{patterns} can read its path in more than one way: {told}")
        if not ways:
            return self._nearly(parts)
        (dimensions,) = ways
        own = self.definition.experiments.get(dimensions.experiment)
        return Meaning(
            study,
            dimensions,
            self.definition.columns,
            self.definition.system_prompts,
            own.traits if own else {},
        )

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
                return msgspec.structs.replace(
                    doubt, columns=self.definition.columns, covered=False
                )
        return None

    def _unclear(self, why: str) -> Meaning:
        return Meaning(self.definition.study, unclear=f"in {self.name}, {why}")


class _CheckedEntry:
    """One entry with the mapping's defaults, checked."""

    def __init__(self, definition: Definition, entry: Entry, where: str) -> None:
        self.written = entry
        self.where = where
        self.values = {**definition.values, **entry.values}
        listed: dict[str, pathpatterns.Shape] = {
            name: frozenset(values) for name, values in self.values.items()
        }
        try:
            self.pattern = PathPattern(entry.path, SHAPES | listed)
        except ValueError as error:
            raise InvalidDefinition(f"{where}: the path {entry.path[:200]!r} {error}.") from None
        found = set(self.pattern.placeholders)
        defaults = {name: value for name, value in definition.set.items() if name not in found}
        self.set = {**defaults, **entry.set} if entry.skip is None else {}
        self._check(found)

    def _check(self, found: set[str]) -> None:
        """Whether the entry makes sense.

        Raises:
            InvalidDefinition: naming its key and what is wrong.
        """
        if not self.written.path.endswith(".csv"):
            self._refuse(f"the path {self.written.path!r} does not end in .csv")
        for name in self.set:
            if name not in FIELDS:
                self._refuse(f"`set` names {name!r}, which is no dimension; {_there_are()}")
        if twice := sorted(found & self.written.set.keys()):
            self._refuse(f"{twice[0]} is both set and a placeholder")
        needed: set[str] = set()
        for name, value in self.set.items():
            inside = self._placeholders(name, value)
            if strange := sorted(inside - found):
                self._refuse(f"`set` uses {{{strange[0]}}} for {name}, which is not in its path")
            needed |= inside
            if not inside:
                self._fit(name, value, "set")
        for name in sorted(found - FIELDS.keys() - needed):
            self._refuse(
                f"the placeholder {{{name}}} is no dimension, and `set` does not use it; "
                + _there_are()
            )
        for name in sorted(self.written.values.keys() - found):
            self._refuse(f"`values` lists {name!r}, which is no placeholder of its path")
        for name, values in self.values.items():
            for spelled, value in values.items() if name in FIELDS else ():
                self._fit(name, value, f"values.{name}.{spelled}")
        missing = [name for name in REQUIRED if name not in found | self.set.keys()]
        if missing and self.written.skip is None:
            told = ", ".join(missing)
            self._refuse(f"nothing says {told}; name it in the path or under `set`")

    def _placeholders(self, name: str, value: Constant) -> set[str]:
        if not isinstance(value, str):
            return set()
        try:
            return {inside for _, inside in pathpatterns.pieces(value) if inside}
        except ValueError as error:
            self._refuse(f"set.{name}: {value!r} {error}")

    def _fit(self, name: str, value: Constant, place: str) -> None:
        try:
            _fitted(name, value)
        except msgspec.ValidationError as error:
            self._refuse(f"{place} gives {name} the value {value!r} ({error})")

    def _refuse(self, why: str) -> NoReturn:
        raise InvalidDefinition(f"{self.where}: {why}.")

    def dimensions(self, reading: Table[str, str]) -> Dimensions:
        """What one reading of a path makes of the dimensions, in the catalogue's spelling.

        Raises:
            msgspec.ValidationError: where a value does not fit its dimension.
        """
        meant = {
            name: self.values[name][text] if name in self.values else text
            for name, text in reading.items()
        }
        told = {name: value for name, value in meant.items() if name in FIELDS}
        for name, value in self.set.items():
            told[name] = value.format(**meant) if isinstance(value, str) else value
        return _canonical(
            Dimensions(**{name: _fitted(name, value) for name, value in told.items()})
        )


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
    placeholders = {name for entry in mapping.entries for name in entry.pattern.placeholders}
    for name in definition.values:
        if name not in placeholders:
            raise InvalidDefinition(
                f"{path}: `values` lists {name!r}, which is no placeholder of any path."
            )
    return mapping


def _fitted(name: str, value: Constant) -> Any:
    """A value as its dimension holds it: a number written as text becomes one."""
    kept = value if name in SHAPES else str(value)
    return msgspec.convert(kept, FIELDS[name].type, strict=False)


def _canonical(told: Dimensions) -> Dimensions:
    """The same in the catalogue's spelling, so that studies that mean one thing agree."""
    experiment = catalogue.experiment_named(told.experiment) or told.experiment
    return msgspec.structs.replace(
        told,
        experiment=experiment,
        model=catalogue.model(told.model).name,
        dataset=told.dataset.strip().lower().replace("_", "-"),
        intervention=catalogue.intervention(experiment, told.intervention).name,
        eval_intervention=catalogue.intervention(experiment, told.eval_intervention).name,
    )


def _difference(one: Dimensions, other: Dimensions) -> str:
    return ", ".join(
        f"{name} is {getattr(one, name)!r} or {getattr(other, name)!r}"
        for name in FIELDS
        if getattr(one, name) != getattr(other, name)
    )


def _there_are() -> str:
    return f"there are {', '.join(FIELDS)}"
