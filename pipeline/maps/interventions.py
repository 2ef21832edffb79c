"""What a study map or a study says of its interventions, and whether it can be so."""

import math
from collections.abc import Collection, Mapping
from typing import Annotated, Any, get_args

import msgspec

from pipeline.files.texts import unreadable
from warehouse import catalogue

Text = Annotated[str, msgspec.Meta(min_length=1)]

CONTROL = ("control", "none")
"""The kinds that say of an intervention that there is none."""

PHASES = ("train", "eval", "both")

WORDS: Mapping[str, tuple[str, ...]] = {
    "kind": (*(k for k in get_args(catalogue.Kind) if k != "none"), "control"),
    "relevance": tuple(r for r in get_args(catalogue.Relevance) if r != "none"),
    "placement": tuple(p for p in get_args(catalogue.Placement) if p != "none"),
    "phase": PHASES,
}
"""What may be said of an intervention, by aspect."""


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """An intervention as its study describes it; what is None it does not say."""

    kind: Text | None = None
    relevance: Text | dict[Text, Text] | None = None
    """To the dataset of the experiment; one word for all, or one for each experiment."""
    placement: Text | None = None
    phase: Text | None = None
    dose: float | None = None
    text: Text | None = None

    def row(self, experiment: str, name: str) -> dict[str, Any]:
        """It as a row of the lake's relation `intervention`.

        The words of the control say nothing of an intervention that is none.
        """
        relevance = self.relevance
        if isinstance(relevance, dict):
            experiments = {catalogue.experiment_named(key) or key: key for key in relevance}
            relevance = relevance.get(experiments.get(experiment, experiment))
        words = {"kind": self.kind, "relevance": relevance, "placement": self.placement}
        return {
            "experiment": experiment,
            "intervention": name,
            **{aspect: None if word == "none" else word for aspect, word in words.items()},
            "phase": self.phase,
            "dose": self.dose,
            "text": self.text,
        }

    @property
    def problem(self) -> str | None:
        """What is wrong with it, with what may be said, or None."""
        for aspect, words in WORDS.items():
            said = getattr(self, aspect)
            for word in said.values() if isinstance(said, dict) else (said,):
                if word is not None and word not in (*words, "none"):
                    return f"its {aspect} is {word!r}; there are {', '.join(words)}"
        if self.phase == "none":
            return f"its phase is 'none'; there are {', '.join(PHASES)}"
        if self.dose is not None and not math.isfinite(self.dose):
            return f"its dose is {self.dose}, which is no amount"
        why = unreadable(self.text or "")
        return f"its text {why}" if why else None


class MappedIntervention(Described, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An intervention as a study map describes it, which may be the control under another name."""

    control: bool | None = None

    @property
    def is_control(self) -> bool:
        """Whether it is the control: what is called so is `none`."""
        return bool(self.control) or self.kind in CONTROL

    @property
    def problem(self) -> str | None:
        """What is wrong with it, with what may be said, or None."""
        said = [name for name in self.__struct_fields__ if getattr(self, name) is not None]
        if not said:
            return f"nothing is said of it; say one of {', '.join(self.__struct_fields__)}"
        if not self.is_control:
            return super().problem
        if self.control is False or self.kind not in (None, *CONTROL):
            return f"it is the control and is not; leave out `{'kind' if self.kind else 'control'}`"
        more = [n for n in said if n not in ("kind", "control") and getattr(self, n) != "none"]
        if more:
            return f"the control has no {more[0]}; leave out `{more[0]}`, or that it is the control"
        return None


def spelled(experiment: str, name: str, described: Mapping[str, MappedIntervention]) -> str:
    """An intervention's name: as it is described, else as the catalogue spells it."""
    return name if name in described else catalogue.intervention(experiment, name).name


def mistake(described: Mapping[str, MappedIntervention], met: Collection[str] | None) -> str | None:
    """What is wrong with the interventions of a map, with their place, or None.

    `met` are the names that its files can give; None where paths or columns give any.
    """
    for name, told in described.items():
        if told.problem:
            return f"interventions.{name}: {told.problem}"
        if name == "none" and not told.is_control:
            return "interventions.none: `none` is the control and no intervention; leave it out"
        if met is not None and name not in met and name != "none":
            names = ", ".join(sorted(met)) or "none"
            return f"interventions.{name} is what no file is said to have; there are {names}"
    return None
