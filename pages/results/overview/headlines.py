"""The sentences of the overview: what is loaded, the verdicts, what looks suspicious."""

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import polars as pl

from pages.ui.parts import bounded, suspicions
from pages.ui.view import arms, cells, store
from pages.ui.words import emergence, numbers, values, verdicts
from warehouse.analysis import Analysis
from warehouse.stats.pooling import apart
from warehouse.stats.rates import IDENTITY
from warehouse.uncounted import Uncounted

NO_FINDINGS = "Nothing looks suspicious in what the filters let through."

SIDES = {"row": "rows", "column": "models"}
"""The sides of the coverage."""

FEW = 4
"""Up to how many headlines stand with the rates behind them."""

_TUNED = pl.col("dataset") != "none"


class Headline(NamedTuple):
    """What may be said of one experiment, trait and judge."""

    heading: str
    sentence: str  # its verdict
    doubt: str  # what speaks against trusting it, if anything does
    details: list[str]  # the rates behind it


def loaded(counts: pl.DataFrame) -> str:
    """How much of everything is in sight, in one sentence."""
    answers = _samples(counts).select(pl.col("n_planned", "n_answered").sum()).row(0)
    tuned = counts.filter(_TUNED)
    interventions = counts.filter(pl.col("intervention") != "none")["intervention"].n_unique()
    parts = [
        numbers.plural(counts["model"].n_unique(), "model"),
        numbers.plural(tuned["dataset"].n_unique(), "dataset"),
        numbers.plural(interventions, "intervention"),
        numbers.plural(counts["evaluation"].n_unique(), "evaluation"),
        numbers.plural(counts["question"].n_unique(), "question"),
    ]
    return (
        f"{', '.join(parts)}: {numbers.plural(answers[0], 'planned answer')}, "
        f"{answers[1]:,} of them there."
    )


def left_over(told: Sequence[Uncounted]) -> str:
    """How many answers beside those in sight are in no number, in one sentence."""
    most = {one.experiment: 0 for one in told}
    for one in told:
        most[one.experiment] = max(most[one.experiment], one.n)
    total = numbers.plural(sum(most.values()), "more answer")
    return f"{total} loaded, in no number: see why, and what would count them"


@store.memo()
def of(view: Analysis) -> list[Headline]:
    """A headline for every experiment, trait and judge; those of who scored little come last."""
    counts, findings = store.counts(view.slice, view.rule), store.findings()
    effects, tuned = arms.effects(view), arms.contrasts(view, "untuned")
    found: list[tuple[bool, Headline]] = []
    for identity, part in counts.sort(IDENTITY).group_by(IDENTITY, maintain_order=True):
        mine = [pl.col(name) == value for name, value in zip(IDENTITY, identity, strict=True)]
        compared = effects.filter(mine)
        told = emergence.sentence(tuned.filter(mine), view.margin)
        told += "." if compared.is_empty() else f"; {verdicts.sentence(compared, view.margin)}"
        headline = Headline(
            cells.heading(identity),
            told[0].upper() + told[1:],
            _doubt(findings, part),
            list(_rates(part, view)),
        )
        found.append((_is_unscored(part), headline))
    return [headline for _, headline in sorted(found, key=itemgetter(0))]


def coverage(counts: pl.DataFrame) -> pl.DataFrame:
    """How many answers were planned for every model, dataset and intervention.

    Returns:
        The columns model, dataset and intervention (raw), n, and cell, row, column, text
        (labels) for `coverage.chart`.
    """
    dims = ["dataset", "intervention", "model"]
    found = (
        _samples(counts)
        .group_by(dims)
        .agg(pl.col("n_planned").sum().alias("n"))
        .sort("dataset", pl.col("intervention") != "none", *dims[1:], nulls_last=True)
        .with_row_index("cell")
    )
    human = values.named(found)
    return found.with_columns(
        (human["dataset"] + " · " + human["intervention"].str.replace(r" \(.*", "")).alias("row"),
        human["model"].alias("column"),
        pl.Series("text", [f"{n:,}" for n in found["n"]], dtype=pl.String()),
    )


def first(grid: pl.DataFrame) -> pl.DataFrame:
    """As much of a coverage as is drawn: its first rows and columns."""
    rows = grid["row"].unique(maintain_order=True).head(bounded.SIDE)
    columns = grid["column"].unique().sort().head(bounded.SIDE)
    return grid.filter(
        pl.col("row").is_in(rows.implode()), pl.col("column").is_in(columns.implode())
    )


def _doubt(findings: pl.DataFrame, part: pl.DataFrame) -> str:
    """Of which models the judge's own questions contradict each other, if of any."""
    doubted = findings.filter(
        pl.col("check") == suspicions.DISAGREEMENT,
        pl.col("experiment") == part["experiment"][0],
        pl.col("model").is_in(part["model"].unique().implode()),
    ).sort("n", descending=True)
    judged = doubted["model"].unique(maintain_order=True)
    models = numbers.listing(values.value("model", model) for model in judged)
    if not models:
        return ""
    return f"{models}: the judge’s own questions contradict each other. See what looks suspicious."


def _is_unscored(part: pl.DataFrame) -> bool:
    """Whether most answers have no outcome that says anything."""
    lacking = pl.col("n_unparsed") + pl.col("n_missing")
    return bool(part.select(2 * lacking.sum() > pl.col("n_planned").sum()).item())


def _rates(part: pl.DataFrame, view: Analysis) -> Iterator[str]:
    """The lowest and the highest rate before training, of the controls and of the treated."""
    groups = {
        "Before fine-tuning": (~_TUNED, ["model"]),
        "Fine-tuned without an intervention": (_TUNED & emergence.CONTROL, ["model", "settings"]),
        "With an intervention": (_TUNED & ~emergence.CONTROL, ["model", "intervention"]),
    }
    for lead, (keep, dims) in groups.items():
        rows = part.filter(keep)
        if not rows.is_empty():
            yield f"{lead}: {_span(cells.of(rows, apart(rows, dims), view))}"


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
    caveat = f" {numbers.plural(left_out, 'cell')} left out as not a result." * (left_out > 0)
    if results.is_empty():
        return f"no result.{caveat}"
    low, high = (_written(results.row(place, named=True)) for place in (0, -1))
    return (f"{high}." if results.height == 1 else f"from {low} to {high}.") + caveat


def _written(row: dict[str, Any]) -> str:
    return f"{row['text']} ({cells.short(row['name'])})"
