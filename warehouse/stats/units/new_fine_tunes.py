"""New fine-tunes: the runs of a condition are a sample, and the questions fixed."""

import numpy as np
import polars as pl

from warehouse.stats.crossed import CONDITION, balanced
from warehouse.stats.differences import independent
from warehouse.stats.estimates import Estimate, clustered, fixed
from warehouse.stats.units.entries import answers_of, arrays, numbered, paired
from warehouse.stats.units.unit import Compared, Sides, Unit, nothing


class NewFineTunes(Unit):
    """These questions, and other seeds."""

    name = "new-fine-tunes"
    about = "new fine-tunes"
    short = "new fine-tunes"
    asks = "what would another fine-tune with another seed show?"
    worth = "clustered by run; Student's t, runs \N{MINUS SIGN} conditions degrees of freedom"
    means = "The interval is about training again: the spread between seeds."
    of_runs = True

    def estimate(self, answers: pl.DataFrame, cells: int) -> Estimate:
        """See `Unit`. Runs vary about the mean of their condition."""
        conditions = [name for name in CONDITION if name in answers.columns]
        runs = balanced(answers, ["cell", *conditions, "run"])
        k, n, at = arrays(runs)
        return clustered(k, n, at, cells, np.ones(at.shape), numbered(runs, "cell", *conditions))

    def compared(self, sides: Sides) -> Compared:
        """See `Unit`. Each run is taken at the mean rate of its shared questions."""
        first = self.estimate(answers_of(sides, "arm"), sides.rows)
        if sides.untuned:
            # An untuned model has no seeds: only its own answers are uncertain.
            *_, k, n, at, rows = paired(sides)
            second = fixed(k, n, at, rows, np.ones(at.shape))
        else:
            second = self.estimate(answers_of(sides, "base"), sides.rows)
        still = nothing(sides.rows)
        return Compared(independent(first, second), still, still)


UNIT = NewFineTunes()
