"""New prompts: the questions are a sample of those that could be asked."""

import numpy as np
import polars as pl

from warehouse.stats.differences import of_sampled_questions
from warehouse.stats.estimates import Estimate, clustered, concentrated
from warehouse.stats.units.entries import by_question, paired
from warehouse.stats.units.unit import Compared, Sides, Unit, nothing


class NewPrompts(Unit):
    """Other questions, and these fine-tunes."""

    name = "new-prompts"
    about = "new prompts"
    short = "new prompts"
    asks = "what would other questions of this sort show?"
    worth = "clustered by question; Student's t, Q \N{MINUS SIGN} 1 degrees of freedom"
    means = "The interval is about questions like these: the questions are a sample."
    of_questions = True

    def estimate(self, answers: pl.DataFrame, cells: int) -> Estimate:
        """See `Unit`."""
        k, n, at = by_question(answers)
        return concentrated(clustered(k, n, at, cells, np.ones(at.shape)), k, n, at)

    def compared(self, sides: Sides) -> Compared:
        """See `Unit`."""
        still = nothing(sides.rows)
        return Compared(of_sampled_questions(*paired(sides)), still, still)


UNIT = NewPrompts()
