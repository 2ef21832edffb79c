"""New prompts and new fine-tunes: questions and runs are samples, crossed with each other."""

import polars as pl

from warehouse.stats.crossed import widened, widened_difference
from warehouse.stats.estimates import Estimate
from warehouse.stats.units import new_prompts
from warehouse.stats.units.entries import added_by_runs, answers_of
from warehouse.stats.units.unit import Compared, Sides, Unit, nothing


class Both(Unit):
    """Other questions, and other seeds."""

    name = "both"
    about = "new prompts and new fine-tunes"
    short = "new prompts and fine-tunes"
    asks = "what would other questions and another seed show?"
    worth = "crossed by question and run; Student's t, degrees of freedom by share of the variance"
    means = "The interval is about other questions and training again, both at once."
    of_questions = True
    of_runs = True

    def estimate(self, answers: pl.DataFrame, cells: int) -> Estimate:
        """See `Unit`."""
        return widened(new_prompts.UNIT.estimate(answers, cells), added_by_runs(answers, cells))

    def compared(self, sides: Sides) -> Compared:
        """See `Unit`. Both sides share their questions, and not their runs."""
        difference = new_prompts.UNIT.compared(sides).difference
        first = added_by_runs(answers_of(sides, "arm"), sides.rows)
        second = nothing(sides.rows)
        if not sides.untuned:
            second = added_by_runs(answers_of(sides, "base"), sides.rows)
        return Compared(widened_difference(difference, first, second), first, second)


UNIT = Both()
