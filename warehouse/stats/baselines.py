"""What an arm is compared with: its control, its untuned model, itself unprompted, another.

What a baseline is, and how it is told and found, stands in one place; nobody compares its name.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from warehouse.errors import UnknownName

if TYPE_CHECKING:
    from warehouse.counting import Slice

_UNTUNED = pl.col("dataset").eq_missing(pl.lit("none"))
_PLAIN = pl.col("intervention").eq_missing(pl.lit("none"))
_UNPROMPTED = pl.col("eval_intervention").eq_missing(pl.lit("none"))
_TRAINED_ALIKE = ("model", "dataset", "eval_intervention")


class Matching(NamedTuple):
    """Who is who in a comparison."""

    compared: pl.Expr  # whether an arm is compared
    base: pl.Expr  # whether it is what others are compared with
    match: tuple[str, ...]  # what the two agree in, besides experiment, trait and judge


class Baseline(ABC):
    """What arms are compared with, called by its `name` in links and options."""

    name: str
    is_trained = True
    """Whether it has runs and settings of training; an untuned model has none."""
    is_control = False
    """Whether verdicts are about it: what the intervention did."""

    differs: Mapping[str, str]
    """In which dimensions it differs from its arm, and what it has there."""

    @abstractmethod
    def told(self, name: Callable[[str, Any], str]) -> str:
        """What arms are compared with, in a sentence; `name` says what a value is called."""

    @abstractmethod
    def roles(self, arms: pl.DataFrame) -> Matching:
        """Which of some arms are compared with which.

        Raises:
            UnknownName: where there can be no such baseline.
        """

    @abstractmethod
    def of(self, within: "Slice") -> "Slice":
        """What the arms of a slice are compared with, which its own filters may hide."""


def _trained_otherwise(within: "Slice") -> "Slice":
    """The slice whatever an arm was trained with."""
    return replace(within, kind=(), relevance=(), placement=(), run=(), evaluation=())


def _beside(within: "Slice") -> "Slice":
    """The controls and the untuned models of a slice: both stand beside an arm."""
    return replace(
        _trained_otherwise(within),
        dataset=(*within.dataset, "none") if within.dataset else (),
        intervention=("none",),
        eval_intervention=(*within.eval_intervention, "none") if within.eval_intervention else (),
    )


class Control(Baseline):
    """Trained on the same without the intervention."""

    name = "control"
    is_control = True
    differs: Mapping[str, str] = {"intervention": "none"}

    def told(self, name: Callable[[str, Any], str]) -> str:
        """See `Baseline`."""
        return "their control"

    def roles(self, arms: pl.DataFrame) -> Matching:
        """See `Baseline`."""
        return Matching(~_UNTUNED & ~_PLAIN, ~_UNTUNED & _PLAIN, _TRAINED_ALIKE)

    def of(self, within: "Slice") -> "Slice":
        """See `Baseline`."""
        return _beside(within)


class Untuned(Baseline):
    """The model before training."""

    name = "untuned"
    is_trained = False
    differs: Mapping[str, str] = {"dataset": "none", "intervention": "none"}

    def told(self, name: Callable[[str, Any], str]) -> str:
        """See `Baseline`."""
        return "the untuned model"

    def roles(self, arms: pl.DataFrame) -> Matching:
        """See `Baseline`."""
        return Matching(~_UNTUNED, _UNTUNED, ("model", "eval_intervention"))

    def of(self, within: "Slice") -> "Slice":
        """See `Baseline`."""
        return _beside(within)


class Unprompted(Baseline):
    """The same fine-tune evaluated without its text."""

    name = "unprompted"
    differs: Mapping[str, str] = {"eval_intervention": "none"}

    def told(self, name: Callable[[str, Any], str]) -> str:
        """See `Baseline`."""
        return "themselves without a text at evaluation"

    def roles(self, arms: pl.DataFrame) -> Matching:
        """See `Baseline`."""
        match = ("model", "dataset", "intervention", "settings")
        return Matching(~_UNPROMPTED, _UNPROMPTED, match)

    def of(self, within: "Slice") -> "Slice":
        """See `Baseline`. The same fine-tunes, whatever they were chosen by."""
        return replace(within, eval_intervention=("none",), evaluation=())


class Other(Baseline):
    """Trained with another intervention, head to head."""

    def __init__(self, intervention: str) -> None:
        """Its name is the intervention's."""
        self.name = intervention
        self.differs = {"intervention": intervention}

    def told(self, name: Callable[[str, Any], str]) -> str:
        """See `Baseline`."""
        return name("intervention", self.name)

    def roles(self, arms: pl.DataFrame) -> Matching:
        """See `Baseline`."""
        there = arms["intervention"].drop_nulls().unique().sort().to_list()
        if self.name not in there:
            raise UnknownName(
                f"There is no baseline {self.name!r}; choose {', '.join(BASELINES)} or an "
                f"intervention: {', '.join(there)}."
            )
        chosen = pl.col("intervention").eq_missing(pl.lit(self.name))
        return Matching(~_UNTUNED & ~chosen & ~_PLAIN, chosen, _TRAINED_ALIKE)

    def of(self, within: "Slice") -> "Slice":
        """See `Baseline`."""
        return replace(_trained_otherwise(within), intervention=(self.name,))


BASELINES: dict[str, Baseline] = {one.name: one for one in (Control(), Untuned(), Unprompted())}
"""Those that every study may have, by name; any other name is an intervention's."""


def named(name: str) -> Baseline:
    """The baseline of that name."""
    return BASELINES.get(name) or Other(name)
