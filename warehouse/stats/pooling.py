"""What no cell may pool unsaid: answers that were made under different conditions.

The identity of a number (`rates.IDENTITY`) is never pooled over, and an arm never pools over its
conditions (`ARM`). A layout may leave some out; where a cell would then hold several, it is split
by them, or it is said. Commands and pages alike take from here what they keep apart.
"""

from collections.abc import Sequence

import polars as pl

from warehouse.stats.rates import cell_dimensions, mixed

WAYS = ("settings", "sampling")
"""How an arm was trained and how its answers were drawn, as texts (`core.run`, `core.told`)."""

CONDITIONS = ("dataset", "intervention", "eval_intervention", *WAYS)
"""What makes answers different things: 3 epochs at 100 % and 9 epochs at 0 % are never 50 %.

A text at evaluation that has the name of another one has a name of its own (`core.evaluation`).
"""

ARM = ("model", *CONDITIONS)
"""What is compared: fine-tunes alike in all but their seed, evaluated alike."""

GROUPED = {
    "intervention": ("kind", "relevance", "placement", "dose"),
    "dataset": ("kind", "relevance", "placement", "dose"),
}
"""A layout by one of these asks for several interventions, or datasets, together."""


def pooled(counts: pl.DataFrame, by: Sequence[str]) -> list[str]:
    """The conditions of which some cell of the layout `by` holds several.

    A temperature that differs is named as such, what else differs in sampling as sampling. What
    differs only because another does is not named beside it: an untuned model has no training
    settings.
    """
    found: list[str] = []
    for name in (*CONDITIONS[:-1], "temperature", CONDITIONS[-1]):
        asked = set(GROUPED.get(name, ())) & set(by)
        if name in counts.columns and not asked and mixed(counts, [*by, *found], [name]):
            found.append(name)
    return found


def apart(counts: pl.DataFrame, by: Sequence[str]) -> list[str]:
    """The dimensions of a layout, and after the first the conditions its cells would pool."""
    return [*by[:1], *pooled(counts, by), *by[1:]]


def prompts(counts: pl.DataFrame, questions: pl.DataFrame, by: Sequence[str]) -> list[str | None]:
    """The system prompts that some cell of the layout `by` pools, from the most frequent.

    A question that was asked with a system prompt is a question of its own, and rates are means
    over questions: a cell may hold questions of several prompts. None stands for having none.

    Args:
        counts: The counts frame.
        questions: The query `questions`.
        by: The dimensions of the layout.
    """
    told = counts.filter(pl.col("n_counted") > 0).join(
        questions.select("question", "system_prompt"), on="question", how="left"
    )
    dims = cell_dimensions(told, by)
    each = pl.col("system_prompt").n_unique().over(dims)
    found = told.filter(each > 1)["system_prompt"].value_counts(sort=True)
    return found["system_prompt"].to_list()
