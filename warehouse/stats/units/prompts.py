"""These prompts: the questions are fixed, and only the sampling of answers is uncertain."""

import numpy as np
import polars as pl

from warehouse.stats.differences import of_fixed_questions
from warehouse.stats.estimates import Estimate, fixed
from warehouse.stats.units.entries import by_question, paired
from warehouse.stats.units.unit import Compared, Sides, Unit, nothing


class Prompts(Unit):
    """These questions, and these fine-tunes."""

    name = "prompts"
    about = "these prompts"
    short = "these prompts"
    asks = "what would more samples of these same questions show?"
    worth = "variance stratified by question; normal quantile"
    means = "The interval is about these very questions: sampling error alone."

    def estimate(self, answers: pl.DataFrame, cells: int) -> Estimate:
        """See `Unit`."""
        k, n, at = by_question(answers)
        return fixed(k, n, at, cells, np.ones(at.shape))

    def compared(self, sides: Sides) -> Compared:
        """See `Unit`."""
        still = nothing(sides.rows)
        return Compared(of_fixed_questions(*paired(sides)), still, still)


UNIT = Prompts()
