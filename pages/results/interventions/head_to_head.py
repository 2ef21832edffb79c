"""Head to head: two interventions, or one and the control, question by question."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from pages.results.interventions import pairs, panels, sides
from pages.results.interventions.panels import Panel
from pages.results.interventions.sides import CONTROL, SIDES
from pages.ui.parts import bounded, downloads, markup, tables
from pages.ui.view import arms, bound, cells, links, store
from pages.ui.words import numbers, values
from warehouse.analysis import Analysis
from warehouse.stats.rates import IDENTITY

TITLE = "Head to head"

QUESTION = "Two interventions, question by question"

LEGEND = (
    "Each line is a question that both were asked, sorted by the difference. The difference in "
    "the title is the mean over questions. Click a point to read the answers behind it."
)


def draw(view: Analysis, counts: pl.DataFrame) -> links.Parameters | None:
    """Two menus, the questions of the two sides, and the transcripts that a click asks for."""
    met = sides.opponents(arms.effects(view))
    if not met:
        panels.nothing(panels.NO_INTERVENTION)
        return None
    options = values.distinct("intervention", [*met, CONTROL])
    with st.container(horizontal=True):
        first = bound.one("Intervention", {name: options[name] for name in met}, "first")
        second = bound.one("Against", {name: options[name] for name in met[first]}, "second")
    whole = sides.both(view, first, second)
    found = sides.compared(view, first, second)
    if found.is_empty():
        panels.nothing(
            "The two share no question on any model in sight; choose another intervention."
        )
        return None
    counted = store.counts(whole.slice, whole.rule)
    questions = sides.by_question(found, counted, second)
    names = [options[first], options[second]]
    kept = few(questions)
    shown = drawn(found.head(bounded.PANELS), kept, names, view)
    clicked = panels.drawn(shown, "head-to-head")
    st.caption(f"{LEGEND} {markup.escaped(panels.family(found, view))}")
    bounded.say(kept.height, questions.height, "questions")
    tables.plain(table(questions.head(bounded.LINKED), whole, counted), "head-to-head-table")
    downloads.buttons(
        cells.stamped(questions, view), partial(panels.together, shown), "head-to-head", LEGEND
    )
    if clicked is None:
        return None
    row, side = divmod(clicked[0], len(SIDES))
    cell = sides.of_one(questions.row(row, named=True), SIDES[side])
    return links.parameters(whole.narrowed(cell, counted), only=clicked[1])


def few(questions: pl.DataFrame) -> pl.DataFrame:
    """The rows of the questions that are drawn, with their place: the first of each pair."""
    return (
        questions.with_row_index("at")
        .filter(pl.col("pair") < bounded.PANELS)
        .group_by("pair", maintain_order=True)
        .head(bounded.LINES // 2)
    )


def drawn(
    found: pl.DataFrame, questions: pl.DataFrame, names: list[str], view: Analysis
) -> list[Panel]:
    """A panel for every model trained with both; cells are sides of rows of `questions`."""
    points = [
        {
            "pair": row["pair"],
            "cell": len(SIDES) * row["at"] + place,
            "question": values.question(row["question_name"] or row["question"]),
            "side": names[place],
            "rate": numbers.hundredth(row[f"{side}_rate"]),
            "text": f"{numbers.percent(row[f'{side}_rate'])} · {_counted(row, side)}",
            "difference": numbers.points(row["difference"]),
        }
        for row in questions.iter_rows(named=True)
        for place, side in enumerate(SIDES)
    ]
    made = []
    for pair, row in enumerate(found.iter_rows(named=True)):
        part = pl.DataFrame([point for point in points if point["pair"] == pair])
        ends = [row[name] for name in ("difference", "difference_low", "difference_high")]
        title = (
            f"{panels.title(row, found)}: {numbers.points(*ends)} · "
            f"{panels.tested(row, view)} · {numbers.plural(row['paired'], 'shared question')}"
        )
        made.append(
            Panel(
                cells.heading([row[name] for name in IDENTITY]),
                title,
                partial(pairs.chart, part, names),
                "; ".join(row["flags"]).capitalize(),
            )
        )
    return made


def table(questions: pl.DataFrame, whole: Analysis, counted: pl.DataFrame) -> pl.DataFrame:
    """The questions as a table, with a link to the answers of both sides."""
    rows = list(questions.iter_rows(named=True))
    read = [
        links.address(links.TRANSCRIPTS, links.parameters(of_both, only="counted"))
        for of_both in (sides.of_both(row, whole, counted) for row in rows)
    ]
    return values.named(questions).select(
        pl.Series("question", [values.question(r["question_name"] or r["question"]) for r in rows]),
        "model",
        *("first_rate", "second_rate", "difference"),
        pl.Series("first_counts", [_counted(row, "first") for row in rows]),
        pl.Series("second_counts", [_counted(row, "second") for row in rows]),
        *IDENTITY,
        pl.Series("read", read, pl.String()),
    )


def _counted(row: Mapping[str, Any], side: str) -> str:
    return f"{row[f'{side}_trait']:,}/{row[f'{side}_counted']:,}"
