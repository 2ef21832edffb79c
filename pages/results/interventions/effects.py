"""Effects: every intervention against its control."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from pages.results.interventions import panels
from pages.results.interventions.panels import Comparison, Panel
from pages.ui.charts import forest
from pages.ui.charts.base import NO_RESULT
from pages.ui.charts.forest import Line, Scale
from pages.ui.charts.references import Reference
from pages.ui.parts import bounded, markup
from pages.ui.view import arms, bound, cells
from pages.ui.words import columns, numbers, values, verdicts
from warehouse.analysis import Analysis
from warehouse.stats.equivalence import MEANINGS
from warehouse.stats.pooling import WAYS
from warehouse.stats.rates import IDENTITY

TITLE = "Effects"

QUESTION = "Every intervention against its control"

SCALES = {"difference": "Differences to the control", "rate": "Rates"}

SHOWN = {
    "difference": ("difference", "difference_low", "difference_high"),
    "rate": ("rate", "low", "high"),
}
"""The estimate and the bounds of each scale."""

PLACED = ("baseline_settings", "baseline_sampling")

COMPARED = (*IDENTITY, "model", "dataset", "eval_intervention", *PLACED)
"""Arms that share these have one control, and one untuned model."""

COLUMNS = (
    *("verdict", "rate", "baseline_rate", "difference", "difference_low", "difference_high"),
    *("n_trait", "n_counted", "paired", "log_odds_ratio", "p", "q"),
    *("suppression", "suppression_low", "suppression_high", "suppression_note"),
    *("more_questions", "more_answers", "reason", "flags"),
)

LEGEND = (
    "Shaded: the margin around the control and around the untuned model. Hollow mark: the arm or "
    f"its control is {NO_RESULT}. Dashed line through a mark: no interval can be estimated. Click "
    "a mark, or a count in the table, to read the answers behind it."
)


@panels.served
def draw(view: Analysis) -> Comparison | str:
    """Every effect in sight."""
    found = ordered(arms.effects(view))
    if found.is_empty():
        return panels.NO_INTERVENTION
    with st.container(horizontal=True, vertical_alignment="center"):
        scale = bound.row("Show", SCALES, "scale")
        with st.popover("What the verdicts mean", icon=":material/help:"):
            for verdict, meaning in MEANINGS.items():
                name = markup.escaped(verdicts.name(verdict))
                st.markdown(f"**{name}.** {markup.escaped(meaning)}")
    kept = bounded.lines(found, COMPARED)
    legend = f"{LEGEND} {panels.family(found, view)}"
    left_out = bounded.told(kept.height, found.height)
    return Comparison("effects", found, drawn(kept, view, scale), COLUMNS, legend, left_out)


def ordered(effects: pl.DataFrame) -> pl.DataFrame:
    """The effects in the order of telling: by control, kind, relevance and dose."""
    ranks = [
        pl.col(name).replace_strict(list(known), range(len(known)), default=None)
        for name, known in (("kind", values.KINDS), ("relevance", values.RELEVANCES))
    ]
    prompted = pl.col("eval_intervention") != "none"
    return effects.sort(
        *COMPARED[:5], prompted, *COMPARED[5:], *ranks, "dose", "intervention", *WAYS,
        nulls_last=True,
    )  # fmt: skip


def drawn(found: pl.DataFrame, view: Analysis, scale: str) -> list[Panel]:
    """A panel for every control and what is compared with it; cells are the rows of `found`."""
    rows = found.with_row_index("cell")
    lines = [line(row, view, scale) for row in rows.iter_rows(named=True)]
    drawn = {one.group for one in lines if one.value is not None}
    marks = {name: mark for name, mark in verdicts.MARKS.items() if name in drawn}
    measured = _measured(found, view.margin, scale)
    made = []
    for identity, part in rows.group_by(IDENTITY, maintain_order=True):
        said = verdicts.stated(part, view.margin) if part.height < rows.height else ""
        for _, compared in part.group_by(COMPARED, maintain_order=True):
            first = compared.row(0, named=True)
            plot = partial(
                forest.chart,
                [lines[cell] for cell in compared["cell"]],
                measured,
                marks,
                references(first, view.margin, scale),
                width=forest.labels_width(lines),
            )
            made.append(Panel(cells.heading(identity), panels.title(first, part), plot, said))
    return made


def references(row: Mapping[str, Any], margin: float, scale: str) -> list[Reference]:
    """The control, and the untuned model where there is one, on the chosen scale."""
    if row["baseline_rate"] is None:
        return []
    at = numbers.hundredth(row["baseline_rate"]) if scale == "rate" else 0.0
    written = f"Control {numbers.percent(row['baseline_rate'])}"
    found = [Reference(at, written, numbers.hundredth(margin))]
    if row["emergence"] is not None:
        at = numbers.hundredth(row["untuned_rate"] if scale == "rate" else -row["emergence"])
        written = f"Untuned model {numbers.percent(row['untuned_rate'])}"
        found.append(Reference(at, written, numbers.hundredth(margin), dashed=True))
    return found


def line(row: Mapping[str, Any], view: Analysis, scale: str) -> Line:
    """An effect as a line of the forest."""
    value, low, high = (numbers.hundredth(row[n]) for n in SHOWN[scale])
    own = [row[way] for way in WAYS if row[f"baseline_{way}"] not in (None, row[way])]
    difference = numbers.points(*(row[n] for n in SHOWN["difference"]))
    rate = numbers.percent(*(row[n] for n in SHOWN["rate"]))
    tested = panels.tested(row, view)
    missing = "nothing counted" if row["baseline"] else "no control to compare with"
    if row["baseline"] and row["n_counted"] and row["baseline_counted"]:
        missing = "no question is shared with the control"
    return Line(
        cell=row["cell"],
        heading=values.value("kind", row["kind"]),
        name=" · ".join(
            filter(None, (values.intervention(row["intervention"], row["relevance"]), *own))
        ),
        text=rate if scale == "rate" or value is None else f"{difference} · {tested}",
        value=value,
        low=low,
        high=high,
        group=verdicts.name(row["verdict"]),
        is_result=row["is_result"] and row["baseline_is_result"] is not False,
        missing=missing if value is None else None,
        about={
            "Intervention": values.intervention(
                row["intervention"], row["relevance"], row["placement"]
            ),
            "Difference to the control": f"{difference}, {tested}",
            "Rate": numbers.rate(row),
            "Verdict": verdicts.name(row["verdict"]),
            "Why": row["reason"],
            "Still needed": needed(row),
            "Flags": "; ".join(row["flags"]) or "none",
        },
    )


def needed(row: Mapping[str, Any]) -> str:
    """What would settle what a verdict leaves open, if rates stayed as they are."""
    questions, answers = row["more_questions"], row["more_answers"]
    if row["verdict"] not in ("inconclusive", "reduced") or 0 in (questions, answers):
        return "nothing"
    ways = []
    if questions:
        ways.append(numbers.plural(questions, "more question"))
    if answers:
        ways.append(f"{numbers.plural(answers, 'more answer')} to each question")
    return " or ".join(ways) or "more than can be said from these data"


def _measured(found: pl.DataFrame, margin: float, scale: str) -> Scale:
    """One scale for all panels."""
    if scale == "rate":
        return Scale(columns.measured("rate"), 0, 100)
    held = [*(found[name] for name in SHOWN["difference"]), -found["emergence"]]
    low, high = forest.span(map(numbers.hundredth, pl.concat(held)), 2 * numbers.hundredth(margin))
    return Scale("Difference to the control, points", low, high)
