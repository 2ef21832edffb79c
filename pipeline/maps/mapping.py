"""What paths mean where files do not say it: the study maps that people write for `--map`."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from pipeline.errors import RefusedFile
from pipeline.foreign import places
from pipeline.maps import interventions, pathpatterns
from pipeline.maps.entries import CheckedEntry
from pipeline.maps.meanings import FIELDS, GIVEN
from pipeline.maps.meanings import Columns as Columns
from pipeline.maps.meanings import Dimensions as Dimensions
from pipeline.maps.meanings import Meaning as Meaning
from pipeline.maps.studymap import Definition, MapEntry
from warehouse import catalogue, definitions
from warehouse.errors import InvalidDefinition


class Mapping:
    """A mapping that was read, ready to be asked what a path means."""

    def __init__(self, definition: Definition, name: str) -> None:
        self.definition = definition
        self.name = name
        self.entries = [
            checked
            for place, entry in enumerate(definition.files)
            for checked in _checked(definition, entry, f"{name}: files[{place}]")
        ]

    def meaning(self, path: Path) -> Meaning | None:
        """What the mapping says of a file, or None where no pattern covers it.

        A pattern with `skip` wins over the others. What can be read in two ways is unclear.
        """
        try:
            return self._meaning(path)
        except RefusedFile as error:
            return self._unclear(str(error))
        except pathpatterns.TooManyWays:
            return self._unclear("a pattern can be tried along its path in too many ways")

    def companions(self, path: Path) -> set[Path]:
        """The files that say more of the samples of a file, as the mapping joins them."""
        told = self.meaning(path)
        if told is None:
            return set()
        layout = told.layout
        base = Path(*path.parts[: -layout.depth])
        near = (places.near(path, layout.depth, name) for name in layout.near.values())
        return {base / one.path for one in layout.companions} | {one for one in near if one}

    def _meaning(self, path: Path) -> Meaning | None:
        study, parts = self.definition.study, pathpatterns.spelled(path)
        for entry in self.entries:
            if entry.written.skip is not None and entry.pattern.readings(parts):
                return Meaning(study, skipped=entry.written.skip)
        ways = self._ways(path, parts)
        if isinstance(ways, Meaning):
            return ways
        if len(ways) > 1:
            (one, first), (other, second) = ways[:2]
            patterns = (
                first.pattern.text
                if first is second
                else f"{first.pattern.text} and {second.pattern.text}"
            )
            differ = _difference(one, other)
            return self._unclear(f"{patterns} can read its path in more than one way: {differ}")
        if not ways:
            return self._nearly(parts)
        ((meaning, _),) = ways
        assert meaning.dimensions is not None
        own = self.definition.experiments.get(meaning.dimensions.experiment)
        return msgspec.structs.replace(
            meaning,
            system_prompts=self.definition.system_prompts,
            traits=own.traits if own else {},
            interventions=self.definition.interventions,
        )

    def _ways(
        self, path: Path, parts: tuple[str, ...]
    ) -> "list[tuple[Meaning, CheckedEntry]] | Meaning":
        """The different meanings a path can have, or why it has none.

        Of two patterns one of which is a special case of the other, that one counts.
        """
        able = [(e, e.pattern.readings(parts)) for e in self.entries if e.written.skip is None]
        able = [(entry, readings) for entry, readings in able if readings]
        ways: dict[str, tuple[Meaning, CheckedEntry]] = {}
        for entry, readings in able:
            if any(other.pattern.is_special_case_of(entry.pattern) for other, _ in able):
                continue
            for reading in readings:
                try:
                    told = entry.meaning(reading, path)
                    ways.setdefault(told.signature, (told, entry))
                except msgspec.ValidationError as error:
                    return self._unclear(f"{entry.pattern.text} misreads its path: {error}")
        return list(ways.values())

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


def _checked(definition: Definition, entry: MapEntry, where: str) -> Iterator[CheckedEntry]:
    """An entry, once for each of its paths and each way to leave out optional parts of it."""
    entry = definition.completed(entry)
    for written in entry.paths:
        try:
            paths = pathpatterns.variants(written)
            names = {n for path in paths for _, n in pathpatterns.pieces(path) if n}
        except ValueError as error:
            raise InvalidDefinition(f"{where}: the path {written[:200]!r} {error}.") from None
        for path in paths:
            yield CheckedEntry(definition, entry, path, where, names if len(paths) > 1 else set())


def load(path: Path) -> Mapping:
    """The mapping in a YAML file.

    Raises:
        InvalidDefinition: naming the file, the place in it and what is wrong.
    """
    definition = definitions.load(path, Definition, as_written=True)
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
    given |= {"judge"} if any(entry.names_judges for entry in mapping.entries) else set()
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
