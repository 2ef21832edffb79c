"""Questions: what becomes of rates and conclusions without each of them."""

from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from pages.frame import bound, links, naming
from pages.printing import claiming, downloads
from pages.results.robustness import frames, panels, scope, strips, ways
from pages.results.robustness.frames import ESTIMATES, TITLES, Estimand
from pages.results.robustness.scope import Destination, Scope
from pages.ui.charts import base
from pages.ui.parts import bounded, defined, markup, tables
from pages.ui.view import cells
from pages.ui.words import armnames, numbers
from warehouse import harmless
from warehouse.stats.leave_one_out import KEY, influence
from warehouse.stats.rates import IDENTITY

TITLE = "Questions"

LEGEND = (
    "Each tick leaves one question out; the ring holds all of them. Click a tick to read the "
    "arm’s answers to its question."
)
MOST = 5_000_000
"""How many answers to questions are added up at most: each question of an arm without each."""

ALONE = "No arm in sight has answers to more than one question, so none can be left out."


def is_offered(here: Scope) -> bool:
    """Whether an arm has a question that can be left out."""
    asked = here.counts.group_by(KEY).agg(pl.col("question").n_unique())["question"]
    return asked.max() != 1


def draw(here: Scope) -> Destination | None:
    """Every arm without each of its questions, and the transcripts that a click asks for."""
    if (told := too_many(here.counts)) is not None:
        st.info(markup.escaped(told), icon=":material/filter_alt:")
        return None
    rows = ways.without_each(here.view, here.against)
    found = {name: influence(rows, name) for name in ESTIMATES}
    known = {name: one.title for name, one in ESTIMATES.items() if found[name].height}
    if not known:
        st.info(ALONE, icon=":material/quiz:")
        return None
    shown = ESTIMATES[bound.row("Show", known, "estimate")]
    names = naming.questions(here.counts["question"])
    arms = found[shown.name]
    st.markdown(markup.escaped(sentence(arms, names, shown)))
    few = max(1, bounded.MARKS // max(1, rows["left_out"].n_unique()))
    lines = ticks(rows, arms.head(few), names, shown)
    draw = partial(strips.strips, every=lines, margin=shown.margin(here.view))
    clicked = panels.shown(lines, draw, "questions")
    defined.caption(LEGEND)
    bounded.say(few, arms.height, "arms")
    with st.expander("The table behind it"):
        tables.plain(table(arms, names, shown), "questions-table")
    plot = partial(panels.together, lines, draw)
    with st.container(horizontal=True):
        downloads.buttons(cells.stamped(rows, here.view), plot, "questions", LEGEND)
        _claiming(rows, here, names)
    if clicked is None:
        return None
    row = lines.row(clicked, named=True)
    arm = {name: row[name] for name in KEY}
    arm |= {"question": row["left_out"]} if row["left_out"] else {}
    within = here.view.narrowed(arm, here.counts)
    return links.TRANSCRIPTS, links.parameters(within, only="counted")


def _claiming(rows: pl.DataFrame, here: Scope, names: dict[str, str]) -> None:
    """A popover that keeps what the chosen arm comes to without a question as a claim."""
    own = scope.of(rows, here.arm).filter(pl.col("left_out").is_not_null())
    told = [f"{here.name} without {names[question]}" for question in own["left_out"]]
    claiming.popover(here.asked(), ["questions"], own.select(*KEY, "left_out"), told, "without")


def too_many(counts: pl.DataFrame) -> str | None:
    """What to do where leaving each question out would take longer than anybody waits."""
    asked = counts.group_by(KEY).agg(pl.col("question").n_unique())["question"].to_list()
    if sum(n**2 for n in asked) <= MOST:
        return None
    return (
        f"With up to {max(asked):,} questions an arm, leaving each of them out takes too long. "
        "Choose some questions, or fewer arms, in the sidebar."
    )


def ticks(
    rows: pl.DataFrame, arms: pl.DataFrame, names: dict[str, str], of: Estimand
) -> pl.DataFrame:
    """The frame of `specifications.strips`, with the arm and the question left out."""
    told = armnames.within(arms, IDENTITY)
    beside = [_line(row, names) for row in arms.iter_rows(named=True)]
    place = arms.select(
        *KEY,
        pl.Series("name", told, pl.String()),
        panels.labels(told, beside),
        pl.int_range(pl.len()).alias("at"),
        panels.heading(arms, IDENTITY),
    )
    shown = frames.estimated(rows.join(place, on=KEY, nulls_equal=True), of)
    left = [
        "with every question" if q is None else f"without “{names[q]}”" for q in shown["left_out"]
    ]
    return (
        shown.with_columns(
            pl.Series("way", left, pl.String()), pl.col("left_out").is_null().alias("is_claim")
        )
        .sort("at", maintain_order=True)
        .with_row_index("cell")
    )


def sentence(arms: pl.DataFrame, names: dict[str, str], of: Estimand) -> str:
    """Which question moves an estimate furthest, and how many conclusions hang on one."""
    furthest = arms.sort((pl.col("without") - pl.col("value")).abs(), descending=True)
    row = furthest.row(0, named=True)
    if row["question"] is None:
        said = f"No single question moves any {of.name}."
    else:
        digits = numbers.apart(row["without"], row["value"])
        without, whole = (of.write(row[name], digits=digits) for name in ("without", "value"))
        said = (
            f"No {of.name} hangs more on a single question than that of "
            f"{armnames.names(furthest)[0]}: without “{names[row['question']]}” it is "
            f"{without} instead of {whole}."
        )
    concluded = arms.filter(pl.col("conclusion").is_not_null())
    if not of.concludes or concluded.is_empty():
        return said
    hang = concluded.filter(pl.col("overturned").list.len() > 0).height
    lead = f"{hang} of {concluded.height}" if hang else f"None of {concluded.height}"
    some = "some" if hang else "any one"
    return f"{lead} conclusions would change without {some} question. {said}"


def table(arms: pl.DataFrame, names: dict[str, str], of: Estimand) -> pl.DataFrame:
    """What single questions make of each arm."""
    columns = {
        "value": of.name,
        "lowest": f"{of.name}_lowest",
        "highest": f"{of.name}_highest",
        "without": f"{of.name}_without",
    }
    shown = arms.select(
        pl.Series("arm", armnames.names(arms), pl.String()),
        *(pl.col(name).alias(label) for name, label in columns.items()),
        pl.Series("most_influential", [names.get(q) for q in arms["question"]], pl.String()),
        "questions",
    )
    if not of.concludes:
        return shown
    overturned = ["; ".join(names[q] for q in qs) for qs in arms["overturned"]]
    return shown.with_columns(
        arms["conclusion"].replace_strict(TITLES, default=None, return_dtype=pl.String()),
        pl.Series("overturned", overturned, pl.String()),
    )


def _line(row: dict[str, Any], names: dict[str, str]) -> str:
    """Which question moves an arm most."""
    if row["question"] is None:
        return "no question moves it"
    return f"most: {harmless.short(names[row['question']], base.LETTERS)}"
