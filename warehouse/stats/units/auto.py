"""Whatever can be told: new prompts, and new fine-tunes too where there are several."""

import polars as pl

from warehouse.stats.units import both, new_prompts
from warehouse.stats.units.unit import UnitAsked


class Auto(UnitAsked):
    """Both where every condition was trained twice or more: one run says nothing of another."""

    name = "auto"
    about = "new prompts, and fine-tunes where there are several"
    short = "new prompts and, where several, fine-tunes"
    asks = "which of two can be told of this row?"
    worth = "both where every arm concerned was trained twice or more, else new prompts"
    means = (
        "The interval is about questions like these, and about training again where every arm "
        "concerned was trained with two seeds or more."
    )

    def decided(self, repeated: pl.Expr) -> pl.Expr:
        """See `UnitAsked`."""
        several = pl.when(repeated).then(pl.lit(both.UNIT.name))
        return several.otherwise(pl.lit(new_prompts.UNIT.name))


UNIT = Auto()
