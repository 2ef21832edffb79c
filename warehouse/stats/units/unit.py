"""What every unit says of itself, and what it is asked."""

from abc import ABC, abstractmethod
from typing import NamedTuple

import numpy as np
import polars as pl

from warehouse.stats.crossed import Runs
from warehouse.stats.differences import Difference, Flags
from warehouse.stats.estimates import Estimate, Floats


class UnitAsked(ABC):
    """What may be asked for: a unit, or a way to choose one row by row.

    `name` stands in links, options and columns; `about` and `short` follow "intervals about" and
    "intervals for"; `means` is a sentence. `asks` and `worth` are for the documentation: the
    question that an interval answers, and what its width rests on.
    """

    name: str
    about: str
    short: str
    asks: str
    worth: str
    means: str

    @abstractmethod
    def decided(self, repeated: pl.Expr) -> pl.Expr:
        """The name of the unit of a row.

        Args:
            repeated: Whether everything in it was trained twice or more.
        """


class Sides(NamedTuple):
    """Rows of a comparison, whose arms are to be held against their baselines."""

    rows: int  # how many, in the whole comparison
    pairs: pl.DataFrame  # one row per row (`cell`) and shared question: counts of both arms
    questions: pl.DataFrame  # counted answers of every arm by question and run
    untuned: bool  # whether the baseline is an untuned model, which has no runs


class Compared(NamedTuple):
    """Their differences, and what runs add to the rate of either side."""

    difference: Difference
    first: Runs
    second: Runs

    @classmethod
    def unknown(cls, rows: int) -> "Compared":
        """Nothing is known of any row."""
        nan = np.full(rows, np.nan)
        rate, runs = Estimate(nan, nan, nan), Runs(*(nan for _ in Runs._fields))
        return cls(Difference(rate, rate, nan, nan), runs, runs)

    def but(self, rows: Flags, other: "Compared") -> "Compared":
        """The same, with some rows taken from another."""

        def chosen(mine: Floats, theirs: Floats) -> Floats:
            return np.where(rows, theirs, mine)

        here, there = self.difference, other.difference
        return Compared(
            Difference(
                Estimate(*map(chosen, here.first, there.first)),
                Estimate(*map(chosen, here.second, there.second)),
                chosen(here.correlation, there.correlation),
                chosen(here.freedom, there.freedom),
            ),
            Runs(*map(chosen, self.first, other.first)),
            Runs(*map(chosen, self.second, other.second)),
        )


class Unit(UnitAsked):
    """What the interval of a row is about: what is taken for a sample, and what for fixed.

    `of_questions` and `of_runs` say which of the two is a sample.
    """

    of_questions = False
    of_runs = False

    def decided(self, repeated: pl.Expr) -> pl.Expr:
        """See `UnitAsked`."""
        return pl.lit(self.name)

    @abstractmethod
    def estimate(self, answers: pl.DataFrame, cells: int) -> Estimate:
        """The balanced rate of every cell, and how well it is known.

        Args:
            answers: One row per cell, condition, run and question: n_trait, n_counted.
            cells: Number of cells.
        """

    @abstractmethod
    def compared(self, sides: Sides) -> Compared:
        """The difference of every row, and how well it is known."""


def nothing(rows: int) -> Runs:
    """Runs that add nothing."""
    return Runs(*(np.zeros(rows) for _ in Runs._fields))
