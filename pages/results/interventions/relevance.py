"""Specificity: what relevant interventions suppress against what irrelevant ones do."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import polars as pl

from pages.results.interventions import panels
from pages.results.interventions.panels import ComparedArms, Drawing
from pages.ui.charts import forest
from pages.ui.charts.base import KIND_COLOURS, NEUTRAL
from pages.ui.charts.forest import Estimated, Span
from pages.ui.charts.references import Reference
from pages.ui.parts import bounded
from pages.ui.view import arms
from pages.ui.words import columns, numbers, values, wordings
from warehouse.analysis import Analysis
from warehouse.stats.indices import INDICES
from warehouse.stats.pooling import WAYS
from warehouse.stats.rates import IDENTITY
from warehouse.stats.suppression import NOT_COMPARED

TITLE = "Relevance"

WHERE = (*IDENTITY, "model", "dataset")

SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down", "wedge")
MEDIAN = "Median"
MARKS: forest.Marks = {
    kind: (KIND_COLOURS[kind], shape)
    for kind, shape in zip(list(KIND_COLOURS)[1:], SHAPES, strict=True)
} | {MEDIAN: (NEUTRAL, "diamond")}

GAPS = {
    "suppression_relevant": "Relevant",
    "suppression_irrelevant": "Irrelevant",
    "specificity_gap": "Relevant less irrelevant",
}
"""The indices of the profile that this section shows, and what each stands under."""

BEYOND = 150
"""Percent; intervals that reach farther are cut off."""

BESIDE = (Reference(0, "None of it"), Reference(100, "All of it"))

NOTHING = (
    "Suppression is undefined for everything in sight: there is no untuned model to compare with, "
    "or the control does not exceed it. Under Effects stands how far each intervention is from "
    "its control."
)

COLUMNS = (
    *("relevance", "suppression", "suppression_low", "suppression_high", "suppression_note"),
    *("rate", "baseline_rate", "untuned_rate", "difference", "n_trait", "n_counted", "paired"),
)

LEGEND = (
    "Suppression: the share of what training brought about that the intervention takes away, "
    "(control − arm) / (control − untuned). Grey: the median. "
)


is_offered = panels.is_treated


@panels.served
def draw(view: Analysis) -> ComparedArms | str:
    """What each intervention in sight takes away."""
    found = ordered(arms.effects(view))
    if found["suppression"].count() == 0:
        return NOTHING
    lines = drawn(found, arms.profile(view))
    shown = [Drawing(" · ".join(panels.shared(found)), plotted(lines))]
    legend = f"{LEGEND}{INDICES['specificity_gap'].definition}"
    left_out = bounded.told(min(found.height, bounded.LINES), found.height)
    return ComparedArms("relevance", found, shown, COLUMNS, legend, left_out)


def ordered(effects: pl.DataFrame) -> pl.DataFrame:
    """The effects without a text at evaluation, the most relevant first, then the strongest."""
    known = list(values.RELEVANCES)
    rank = pl.col("relevance").replace_strict(known, range(len(known)), default=None)
    plain = effects.filter(pl.col("eval_intervention").fill_null("none") == "none")
    return plain.sort(*WHERE, rank, -pl.col("suppression"), "intervention", *WAYS, nulls_last=True)


def drawn(found: pl.DataFrame, profile: pl.DataFrame) -> list[Estimated]:
    """The lines of a forest, and the medians under them; cells are the rows of `found`."""
    rows = bounded.lines(found, WHERE).with_row_index("cell")
    several = [name for name in WHERE if found[name].n_unique() > 1]
    lines: list[Estimated] = []
    for where, part in rows.group_by(WHERE, maintain_order=True):
        held = dict(zip(WHERE, where, strict=True))
        above = " · ".join(values.value(name, held[name]) for name in several)
        own = [line(row, ways(part)) for row in part.iter_rows(named=True)]
        own = _under_headings([*own, *medians(profile, where)])
        lines += [
            one._replace(heading=" · ".join(filter(None, (above, one.heading)))) for one in own
        ]
    return panels.compact(lines)


def plotted(lines: list[Estimated]) -> partial[Any]:
    """Their forest."""
    ends = (end for one in lines for end in (one.low, one.high) if end is not None)
    kept = [min(max(end, -BEYOND), BEYOND) for end in ends]
    low, high = forest.span([*(one.value for one in lines), *kept, 100], 20)
    scale = Span(columns.measured("suppression"), low, high)
    marks = {name: mark for name, mark in MARKS.items() if name in {one.group for one in lines}}
    return partial(forest.chart, lines, scale, marks, BESIDE)


def ways(part: pl.DataFrame) -> list[str]:
    """In which of training and sampling fine-tunes of one model and dataset differ."""
    return [way for way in WAYS if part[way].n_unique() > 1]


def line(row: Mapping[str, Any], apart: Sequence[str] = ()) -> Estimated:
    """An intervention's suppression as a line of the forest; `apart` tells arms apart."""
    ends = [row[f"suppression{end}"] for end in ("", "_low", "_high")]
    value, low, high = (numbers.hundredth(end) for end in ends)
    written = numbers.percent(*ends) if value is not None else numbers.percent(row["rate"])
    return Estimated(
        cell=row["cell"],
        heading=values.value("relevance", row["relevance"]),
        name=" · ".join(
            [values.intervention(row["intervention"]), *(row[way] for way in apart if row[way])]
        ),
        text=written,
        value=value,
        low=low,
        high=high,
        group=values.value("kind", row["kind"]),
        is_result=True,
        missing=_missing(row) if value is None else None,
        about={
            "Intervention": values.intervention(
                row["intervention"], row["relevance"], row["placement"]
            ),
            "Text": wordings.said(row),
            "Suppression": written if value is not None else row["suppression_note"],
            "Rate": numbers.rate(row),
            "Control": numbers.percent(row["baseline_rate"]),
            "Untuned model": numbers.percent(row["untuned_rate"]),
        },
    )


def medians(profile: pl.DataFrame, where: Sequence[Any]) -> list[Estimated]:
    """The profile's indices of a model and dataset as lines that cannot be clicked."""
    rows = profile.filter(
        pl.col("index").is_in(list(GAPS)),
        pl.col("n") > 0,
        *(pl.col(name) == value for name, value in zip(WHERE, where, strict=True)),
    )
    made = []
    for row in rows.iter_rows(named=True):
        ends = [row[name] for name in ("value", "low", "high")]
        value, low, high = (numbers.hundredth(end) for end in ends)
        written = "undefined" if value is None else numbers.percent(*ends)
        made.append(
            Estimated(
                cell=forest.NOTHING,
                heading=GAPS[row["index"]],
                name="Difference of the medians" if row["index"] == "specificity_gap" else MEDIAN,
                text=f"{written} · {numbers.plural(row['n'], 'intervention')}",
                value=value,
                low=low,
                high=high,
                group=MEDIAN,
                is_result=True,
                missing=row["note"] or "undefined" if value is None else None,
                about={
                    "Intervention": row["label"],
                    "Text": "",
                    "Suppression": written,
                    "Rate": row["definition"],
                    "Control": "",
                    "Untuned model": "",
                },
            )
        )
    return made


def _under_headings(lines: Sequence[Estimated]) -> list[Estimated]:
    """The lines with those under one heading next to each other."""
    headings = list(dict.fromkeys(line.heading for line in lines))
    return sorted(lines, key=lambda line: headings.index(line.heading))


def _missing(row: Mapping[str, Any]) -> str:
    """Why there is no suppression, as short as a line of the forest has room for."""
    if row["suppression_note"] != NOT_COMPARED:
        return str(row["suppression_note"]).removeprefix("undefined: ")
    if row["baseline"] is None:
        return "no control to compare with"
    return "no untuned model" if row["untuned_rate"] is None else "not a result"
