"""A study map as people write it: typed records, from which its JSON schema is made."""

from typing import Annotated, Literal

import msgspec

from pipeline.foreign.spec import Column, Join, JudgeKind, Long, Names, Shape, Status
from pipeline.maps.interventions import MappedIntervention
from pipeline.maps.meanings import Constant, Failures, Listed, Scale, Text, Values
from warehouse import catalogue


class MappedExperiment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The traits of an experiment that the catalogue does not have."""

    traits: Annotated[dict[Text, catalogue.Trait], msgspec.Meta(min_length=1)]


class Common(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What may stand at the top of a map, for all entries, and with an entry, for it alone."""

    set: dict[str, Constant] = {}
    values: dict[str, Listed] = {}
    rename: dict[str, Values] = {}
    columns: dict[Text, Column] = {}
    scores: dict[Text, Column] | tuple[Text, ...] = ()
    long: Long | None = None
    flags: dict[Text, Text] | Text = {}
    raw: dict[Text, Text] | Text = {}
    outcomes: dict[Text, Status] = {}
    scale: dict[Text, Scale] = {}
    failures: Failures | None = None
    near: dict[Text, Text] = {}
    judges: dict[Text, JudgeKind] = {}
    without: tuple[Literal["question", "answer"], ...] = ()
    members: Text | None = None
    at: Names = ()
    form: Literal["records", "columns"] | None = None
    each: Names = ()
    join: Join | tuple[Join, ...] = ()


class MapEntry(Common, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A pattern, and what it says of the files it matches."""

    path: Text | tuple[Text, ...]  # too long ones are told in a sentence (`pathpatterns`)
    skip: Text | None = None

    @property
    def paths(self) -> tuple[str, ...]:
        """Its patterns: whatever it says holds for each of them."""
        return (self.path,) if isinstance(self.path, str) else self.path

    @property
    def shape(self) -> Shape:
        """Where its files' records are."""
        form = self.form or "records"
        return Shape(members=self.members, at=self.at, form=form, each=self.each)

    @property
    def joins(self) -> tuple[Join, ...]:
        """The other files that say more of its files' samples."""
        return (self.join,) if isinstance(self.join, Join) else self.join


class Definition(Common, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A study map as it is written; what stands here holds for every entry that has no own."""

    study: Text
    files: Annotated[tuple[MapEntry, ...], msgspec.Meta(min_length=1)]
    system_prompts: dict[str, Text] = {}
    experiments: dict[str, MappedExperiment] = {}
    interventions: dict[Text, MappedIntervention] = {}

    def completed(self, entry: MapEntry) -> MapEntry:
        """An entry with where records stand and what is joined, as the map's top has it."""
        places = ("members", "at", "form", "each", "join")
        own = {name: getattr(entry, name) or getattr(self, name) for name in places}
        return msgspec.structs.replace(entry, **own)
