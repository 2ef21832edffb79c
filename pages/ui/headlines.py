"""The sentences of the overview: what is loaded, the headline rates, what looks suspicious."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from pages.ui import cells, labels
from pages.ui.filters import View
from pages.ui.page import escaped
from warehouse.stats.rates import IDENTITY

NO_FINDINGS = "Nothing looks suspicious in what the filters let through."

DISAGREEMENT = "judges-disagree"
"""The doctor's check that finds a judge's own questions contradicting each other."""

DOUBT = "The judge’s own questions contradict each other here: see what looks suspicious."

_CONTROL = (pl.col("intervention") == "none") & (pl.col("eval_intervention") == "none")
_TUNED = pl.col("dataset") != "none"


def loaded(counts: pl.DataFrame) -> str:
    """How much of everything is in sight, in one sentence."""
    answers = _samples(counts).select(pl.col("n_planned", "n_answered").sum()).row(0)
    tuned = counts.filter(_TUNED)
    interventions = counts.filter(pl.col("intervention") != "none")["intervention"].n_unique()
    parts = [
        labels.plural(counts["model"].n_unique(), "model"),
        labels.plural(tuned["dataset"].n_unique(), "dataset"),
        labels.plural(interventions, "intervention"),
        labels.plural(counts["evaluation"].n_unique(), "evaluation"),
        labels.plural(counts["question"].n_unique(), "question"),
    ]
    return (
        f"{', '.join(parts)}: {labels.plural(answers[0], 'planned answer')}, "
        f"{answers[1]:,} of them there."
    )


def of(
    counts: pl.DataFrame,
    view: View,
    findings: pl.DataFrame,
) -> Iterator[str]:
    """One sentence, in Markdown, for every experiment, trait and judge."""
    doubted = set(findings.filter(pl.col("check") == DISAGREEMENT)["experiment"].drop_nulls())
    by = ["model", "settings"]
    groups = {
        "untuned": (~_TUNED, "Before fine-tuning", ["model"]),
        "control": (_TUNED & _CONTROL, "Fine-tuned without an intervention", by),
        "treated": (_TUNED & ~_CONTROL, "With an intervention", ["model", "intervention"]),
    }
    for values, part in counts.sort(IDENTITY).group_by(IDENTITY, maintain_order=True):
        said = [
            f"{lead}: {_span(cells.of(rows, cells.apart(rows, dims), view))}"
            for keep, lead, dims in groups.values()
            if not (rows := part.filter(keep)).is_empty()
        ]
        text = f"- **{escaped(cells.heading(values))}**  \n"
        text += "  \n".join(escaped(sentence) for sentence in said)
        if values[0] in doubted:
            text += f"  \n:material/flag: {DOUBT}"
        yield text


def findings(found: pl.DataFrame, view: View) -> pl.DataFrame:
    """What the doctor found within the experiments, models and interventions in sight."""
    for name in ("experiment", "model", "intervention", "run", "evaluation"):
        wanted = getattr(view.slice, name)
        if wanted:
            found = found.filter(pl.col(name).is_in(wanted) | pl.col(name).is_null())
    named = labels.named(found).select(
        "severity", "title", "detail", "n", "experiment", "model", "intervention"
    )
    return named.with_columns(
        pl.col(name).replace(labels.UNKNOWN, "—")
        for name in ("experiment", "model", "intervention")
    )


def coverage(counts: pl.DataFrame) -> pl.DataFrame:
    """How many answers were planned for every model, dataset and intervention.

    Returns:
        The columns model, dataset and intervention (raw), n, and cell, row, column, text
        (labels) for `charts.coverage`.
    """
    dims = ["dataset", "intervention", "model"]
    found = (
        _samples(counts)
        .group_by(dims)
        .agg(pl.col("n_planned").sum().alias("n"))
        .sort("dataset", pl.col("intervention") != "none", *dims[1:], nulls_last=True)
        .with_row_index("cell")
    )
    human = labels.named(found)
    return found.with_columns(
        (human["dataset"] + " · " + human["intervention"].str.replace(r" \(.*", "")).alias("row"),
        human["model"].alias("column"),
        pl.Series("text", [f"{n:,}" for n in found["n"]], dtype=pl.String()),
    )


def _samples(counts: pl.DataFrame) -> pl.DataFrame:
    """Samples once each, however many traits and judges they were looked at for."""
    return counts.group_by("evaluation", "question").agg(
        pl.col("dataset", "intervention", "model").first(),
        pl.col("n_planned", "n_answered").max(),
    )


def _span(found: pl.DataFrame) -> str:
    """The lowest and the highest result among cells, or why there is none."""
    results = found.filter("is_result").sort("rate", maintain_order=True)
    left_out = found.height - results.height
    caveat = f" {labels.plural(left_out, 'cell')} with too many unscored answers left out." * (
        left_out > 0
    )
    if results.is_empty():
        return f"no result.{caveat}"
    low, high = (_written(results.row(place, named=True)) for place in (0, -1))
    return (f"{high}." if results.height == 1 else f"from {low} to {high}.") + caveat


def _written(row: dict[str, Any]) -> str:
    return f"{row['text']} ({row['name']})"
