"""Conditionality: the same fine-tune evaluated with and without a text before the question."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import polars as pl

from pages.results.interventions import panels
from pages.results.interventions.panels import ComparedArms, Drawing
from pages.ui.charts import forest
from pages.ui.charts.base import CATEGORIES, NEUTRAL
from pages.ui.charts.forest import Estimated, Span
from pages.ui.charts.references import Reference
from pages.ui.parts import bounded
from pages.ui.view import arms
from pages.ui.words import columns, numbers, values, wordings
from warehouse.analysis import Analysis
from warehouse.stats.pooling import WAYS
from warehouse.stats.rates import IDENTITY

TITLE = "Text at evaluation"

GAPS = 4
"""How many conditionality gaps are told in words; the profile has all."""

SAME, OTHER, PLAIN, UNTUNED = (
    *("Trained with this text", "Trained with another text", "Trained without a text"),
    "Untuned model",
)
MARKS: forest.Marks = {
    SAME: (CATEGORIES[0], "circle"),
    OTHER: (CATEGORIES[4], "diamond"),
    PLAIN: (CATEGORIES[2], "square"),
    UNTUNED: (NEUTRAL, "triangle-right"),
}

ABOVE = (*IDENTITY, "model")

COLUMNS = (
    *("eval_intervention", "with_text", "without_text"),
    *("difference", "difference_low", "difference_high", "n_trait", "n_counted", "paired"),
    *("p", "q", "flags"),
)

LEGEND = (
    "Each line is one fine-tune: its rate with the text before every question, less its rate "
    "without. Far to the right of the shaded margin for a fine-tune that was trained with this "
    "text: training hid the trait behind the text and did not remove it. Click a mark, or a count "
    "in the table, to read the answers given with the text."
)


def is_offered(whole: pl.DataFrame) -> bool:
    """Whether anything was asked with a text before the questions.

    Args:
        whole: The counts frame of the focus, whatever the filters leave.
    """
    return bool((whole["eval_intervention"].fill_null("none") != "none").any())


@panels.served
def draw(view: Analysis) -> ComparedArms | str:
    """Every arm in sight with and without its text."""
    found = compared(view)
    if found.is_empty():
        return "Nothing in sight was evaluated both with and without a text before the questions."
    lines = drawn(found, view)
    several = panels.shared(found.filter(pl.col("dataset") != "none"))
    said = "; ".join(gaps(arms.profile(view), found))
    shown = [Drawing(" · ".join(several), plotted(lines, view), said)]
    left_out = bounded.told(len(lines), found.height)
    legend = f"{LEGEND} {panels.family(found, view)}"
    return ComparedArms("texts", found, shown, COLUMNS, legend, left_out)


def answer(view: Analysis) -> str:
    """What the text does that changes a fine-tune most."""
    tuned = compared(view).filter(pl.col("dataset") != "none", pl.col("difference").is_not_null())
    found = tuned.filter("is_result", "baseline_is_result")
    if found.is_empty():
        return "No fine-tune is a result both with and without a text before the questions."
    row = found.sort(pl.col("difference").abs(), descending=True).row(0, named=True)
    ends = [row[name] for name in ("difference", "difference_low", "difference_high")]
    return (
        f"Nothing was trained with an intervention. Of texts at evaluation, "
        f"{values.intervention(row['eval_intervention'])} changes most "
        f"({values.value('model', row['model'])}): {numbers.points(*ends)}, "
        f"n = {row['n_counted']:,} · {numbers.plural(row['paired'], 'question')}."
    )


def compared(view: Analysis) -> pl.DataFrame:
    """Every arm in sight that was evaluated with a text, beside itself without."""
    return (
        arms.contrasts(view, "unprompted")
        .filter(pl.col("baseline").is_not_null())
        .with_columns(with_text="rate", without_text="baseline_rate")
        .sort(*ABOVE, "eval_intervention", "dataset", "intervention", *WAYS, nulls_last=True)
    )


def drawn(found: pl.DataFrame, view: Analysis) -> list[Estimated]:
    """The lines of a forest, under their model and text; cells are the rows of `found`."""
    tuned = found.filter(pl.col("dataset") != "none")
    several = [way for way in WAYS if tuned[way].n_unique() > 1]
    models = found["model"].n_unique() > 1
    rows = bounded.lines(found).with_row_index("cell")
    lines = [line(row, view, several, models) for row in rows.iter_rows(named=True)]
    return panels.compact(lines)


def plotted(lines: list[Estimated], view: Analysis) -> partial[Any]:
    """Their forest."""
    margin = numbers.hundredth(view.margin)
    low, high = forest.span((v for one in lines for v in (one.low, one.high)), 2 * margin)
    scale = Span(columns.measured("difference"), low, high)
    marks = {name: mark for name, mark in MARKS.items() if name in {one.group for one in lines}}
    return partial(forest.chart, lines, scale, marks, [Reference(0, "Without the text", margin)])


def line(row: Mapping[str, Any], view: Analysis, apart: Sequence[str], models: bool) -> Estimated:
    """An arm with a text as a line of the forest.

    `apart` is what tells arms apart, `models` whether there are several models.
    """
    ends = [row[name] for name in ("difference", "difference_low", "difference_high")]
    value, low, high = (numbers.hundredth(end) for end in ends)
    difference, tested = numbers.points(*ends), panels.tested(row, view)
    trained = values.intervention(row["intervention"], row["relevance"])
    own = "".join(f" · {row[way]}" for way in apart if row[way])
    name = UNTUNED if row["dataset"] == "none" else f"{trained}{own}"
    given = f"Text: {values.intervention(row['eval_intervention'])}"
    return Estimated(
        cell=row["cell"],
        heading=f"{values.value('model', row['model'])} · {given}" if models else given,
        name=name,
        text=difference.replace(" points", ""),
        value=value,
        low=low,
        high=high,
        group=_group(row),
        is_result=row["is_result"] and row["baseline_is_result"],
        missing="no question was asked both ways" if value is None else None,
        about={
            "Trained with": name,
            "At evaluation": values.intervention(row["eval_intervention"]),
            "Text": wordings.of(row["eval_intervention"], row["experiment"], row["study"]).said,
            "Difference": f"{difference}, {tested}",
            "With the text": numbers.rate(row),
            "Without it": numbers.percent(row["baseline_rate"]),
            "Flags": "; ".join(row["flags"]) or "none",
        },
    )


def gaps(profile: pl.DataFrame, found: pl.DataFrame) -> list[str]:
    """The conditionality gaps of the models in sight, in words."""
    rows = profile.filter(
        pl.col("index").str.starts_with("conditionality"), pl.col("value").is_not_null()
    ).join(found.select(ABOVE).unique(), on=list(ABOVE), how="semi", nulls_equal=True)
    several = found["model"].n_unique() > 1
    said = []
    for row in rows.sort("index", "model", maintain_order=True).head(GAPS).iter_rows(named=True):
        model = f"{values.value('model', row['model'])}, " if several else ""
        gap = numbers.points(row["value"], row["low"], row["high"])
        of = numbers.plural(row["n"], row["of"].removesuffix("s"))
        said.append(f"{model}{row['label'].lower()}: {gap}, median of {of}")
    return said


def _group(row: Mapping[str, Any]) -> str:
    if row["dataset"] == "none":
        return UNTUNED
    if row["intervention"] == "none":
        return PLAIN
    return SAME if row["intervention"] == row["eval_intervention"] else OTHER
