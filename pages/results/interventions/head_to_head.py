"""Head to head: two interventions, or one and the control, question by question."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from pages.frame import bound, links, naming
from pages.printing import claiming, downloads
from pages.results.interventions import pairs, panels, reader, sides
from pages.results.interventions.panels import Drawing
from pages.results.interventions.sides import CONTROL, SIDES
from pages.ui.parts import bounded, defined, tables
from pages.ui.view import arms, cells, store
from pages.ui.words import armnames, numbers, values, wordings
from warehouse.analysis import Analysis
from warehouse.stats.rates import IDENTITY

TITLE = "Head to head"

LEGEND = (
    "Each line is a question that both were asked, sorted by the difference. Click a point to "
    "read both sides’ answers to it below."
)


is_offered = panels.is_treated


def draw(view: Analysis, counts: pl.DataFrame) -> links.Parameters | None:
    """Two menus, the questions of the two sides in one picture, and their answers below it."""
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
        at = _pair(found)
    if found.is_empty():
        panels.nothing(
            "The two share no question on any model in sight; choose another intervention."
        )
        return None
    counted = store.counts(whole.slice, whole.rule)
    every = sides.by_question(found, counted, second)
    questions = every.filter(pair=at)
    names = [options[first], options[second]]
    shown = drawn(found.row(at, named=True), found, questions, names, view)
    clicked = panels.drawn([shown], "head-to-head")
    _texts(found.row(at, named=True), [first, second], names)
    bounded.say(min(bounded.LINES // 2, questions.height), questions.height, "questions")
    _read(questions, clicked, whole, counted, names)
    with st.expander("The table behind it"):
        tables.plain(table(every.head(bounded.LINKED), whole, counted), "head-to-head-table")
    asked, row = sides.beside(view, first, second), found.slice(at, 1)
    arm, name = row.select(arms.KEY), armnames.names(row)
    with st.container(horizontal=True):
        picture = partial(panels.together, [shown])
        downloads.buttons(cells.stamped(every, view), picture, "head-to-head", LEGEND)
        claiming.popover(asked, ["effects"], arm, name, "head-to-head")
    return None


def _pair(found: pl.DataFrame) -> int:
    """Which of the arms that met is looked at, asked for where there are several."""
    if found.height < 2:
        return 0
    labels = panels.titles(found)
    keys = [f"{label or 'arm'} {at}" for at, label in enumerate(labels)]
    order = found.with_row_index("at").sort("n_counted", descending=True, maintain_order=True)
    offered = {keys[at]: labels[at] or keys[at] for at in order["at"]}
    return keys.index(bound.one("On", values.told_apart(offered), "on"))


def _texts(row: Mapping[str, Any], sides: Sequence[str], names: Sequence[str]) -> None:
    """What both sides were told, and how to read the picture."""
    said = [
        f"{name}: {known.said}."
        for side, name in zip(sides, names, strict=True)
        if not (known := wordings.of(side, row["experiment"], row["study"])).is_control
    ]
    defined.caption(" ".join([*said, LEGEND]))


def _read(
    questions: pl.DataFrame,
    clicked: panels.Clicked,
    whole: Analysis,
    counted: pl.DataFrame,
    names: Sequence[str],
) -> None:
    """Both sides' answers to one question."""
    at = None if clicked is None else clicked[0] // len(SIDES)
    asked = None if at is None or at >= questions.height else questions["question"][at]
    row = reader.question(questions, asked)
    reader.draw(row, whole, counted, names)


def drawn(
    row: Mapping[str, Any],
    found: pl.DataFrame,
    questions: pl.DataFrame,
    names: Sequence[str],
    view: Analysis,
) -> Drawing:
    """The questions of a pair, a line each; cells are sides of rows of `questions`."""
    called = naming.questions(questions["question"])
    points = [
        {
            "cell": len(SIDES) * at + place,
            "question": called[one["question"]],
            "side": names[place],
            "rate": numbers.hundredth(one[f"{side}_rate"]),
            "text": f"{numbers.percent(one[f'{side}_rate'])} · {_counted(one, side)}",
            "difference": numbers.points(one["difference"]),
        }
        for at, one in enumerate(questions.head(bounded.LINES // 2).iter_rows(named=True))
        for place, side in enumerate(SIDES)
    ]
    ends = [row[name] for name in ("difference", "difference_low", "difference_high")]
    mean = (
        f"Mean over questions: {numbers.points(*ends)} · {panels.tested(row, view)} · "
        f"{numbers.plural(row['paired'], 'shared question')}"
    )
    return Drawing(
        " · ".join([*panels.shared(found.head(1))]),
        partial(pairs.chart, pl.DataFrame(points), names),
        "; ".join([mean, *row["flags"]]),
    )


def table(questions: pl.DataFrame, whole: Analysis, counted: pl.DataFrame) -> pl.DataFrame:
    """The questions as a table, with a link to the answers of both sides."""
    rows, called = list(questions.iter_rows(named=True)), naming.questions(questions["question"])
    read = [
        links.address(links.TRANSCRIPTS, links.parameters(of_both, only="counted"))
        for of_both in (sides.of_both(row, whole, counted) for row in rows)
    ]
    return values.named(questions).select(
        pl.Series("question", [called[row["question"]] for row in rows]),
        "model",
        *("first_rate", "second_rate", "difference"),
        pl.Series("first_counts", [_counted(row, "first") for row in rows]),
        pl.Series("second_counts", [_counted(row, "second") for row in rows]),
        *IDENTITY,
        pl.Series("read", read, pl.String()),
    )


def _counted(row: Mapping[str, Any], side: str) -> str:
    return f"{row[f'{side}_trait']:,}/{row[f'{side}_counted']:,}"
