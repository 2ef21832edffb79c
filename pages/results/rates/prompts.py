"""That rates pool questions which were asked under several system prompts, where they do."""

from collections.abc import Sequence

import polars as pl

from pages.ui.view import store
from pages.ui.words import numbers
from warehouse import harmless
from warehouse.stats import pooling

LETTERS = 40
"""How many letters of a system prompt are quoted."""


@store.memo()
def pooled(counts: pl.DataFrame, by: Sequence[str] = ()) -> str:
    """A sentence on the system prompts that a cell of this layout pools; none where it is one."""
    found = pooling.prompts(counts, store.query("questions"), by)
    if not found:
        return ""
    named = [
        "none" if one is None else f"“{harmless.short(one, LETTERS)}”"
        for one in sorted(found, key=lambda one: one is not None)
    ]
    return (
        f"A rate pools questions asked under {numbers.plural(len(found), 'system prompt')}: "
        f"{numbers.listing(named)}; rates by question tell them apart."
    )
