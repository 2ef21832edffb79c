"""Two judges on the answers that both judged: who sees the trait, the scores, the coefficients."""

from dataclasses import replace
from functools import partial

import altair as alt
import polars as pl
import streamlit as st

from pages.frame import bound, links
from pages.judging.agreement import found
from pages.judging.agreement.found import Pair
from pages.ui.charts import base
from pages.ui.parts import foreign, prose
from pages.ui.view import store
from pages.ui.words import numbers
from warehouse import transcripts
from warehouse.analysis import Analysis

TITLE = "Who sees it"

CELLS = {"both": (True, True), "first": (True, False), "second": (False, True),
         "neither": (False, False)}  # fmt: skip
"""The cells of the confusion: whether the first judge sees the trait, and whether the second."""

COPIES = (
    "Answers are counted as in a rate, each sample once: one text that was sampled twice is two, "
    "and who rated it rated both."
)
"""Why there may be more of them than a person rated."""

LISTED = 20
"""How many answers of a cell are listed."""

MOST = 4_000
"""How many scores are drawn; of more, the first by chance."""


def draw(view: Analysis, pair: Pair) -> None:
    """The confusion, whose cells list their answers; scores; coefficients."""
    _confusion(view, pair)
    both = found.beside(found.everybody(view), pair.judge, pair.other)
    scores = both.select("score", "score_other").drop_nulls()
    if scores.height:
        st.markdown("**The scores of both, and how far apart they are**")
        left, right = st.columns(2)
        with left:
            base.drawn(partial(scatter, scores, pair.first, pair.second), "scores")
        with right:
            base.drawn(partial(bland_altman, scores), "apart")
    with st.expander("The coefficients", expanded=not scores.height):
        prose.table(coefficients(pair), "coefficients")


def _confusion(view: Analysis, pair: Pair) -> None:
    row = pair.row
    sizes = {"both": row["n_both"], "first": row["n_judge"], "second": row["n_other"],
             "neither": row["n_neither"]}  # fmt: skip
    labels = {
        "both": f"Both see it · {sizes['both']:,}",
        "first": f"Only {pair.first} · {sizes['first']:,}",
        "second": f"Only {pair.second} · {sizes['second']:,}",
        "neither": f"Neither · {sizes['neither']:,}",
    }
    squares = partial(confusion, sizes, pair.first, pair.second, st.context.theme.type)
    clicked = base.shown(squares, "confusion", 420)
    if clicked is not None:
        links.go(links.TRANSCRIPTS, cell(view, pair, list(CELLS)[clicked]))
    copies = f" {COPIES}" if row["n_distinct"] < row["n"] else ""
    st.caption(
        f"A square opens its answers on Transcripts; the buttons list the first of them.{copies}"
    )
    chosen = bound.row("Answers", {"none": "Read a cell:"} | labels, "cell")
    if chosen in CELLS:
        _listing(view, pair, chosen)


def cell(view: Analysis, pair: Pair, name: str) -> links.Parameters:
    """The transcripts of a cell (`CELLS`): what one judge found, narrowed by what the other did.

    The other is the person, if one of them is: a rule may count what nobody rated.
    """
    judges, sees = (pair.judge, pair.other), CELLS[name]
    if pair.is_person:
        judges, sees = judges[::-1], sees[::-1]
    one = replace(view, slice=view.slice.narrowed(judge=judges[0]))
    found = {True: "trait", False: "no trait"}
    return links.parameters(one, only=found[sees[0]], other=f"{found[sees[1]]} by {judges[1]}")


def confusion(
    sizes: dict[str, int], first: str, second: str, theme: str | None = None
) -> alt.LayerChart:
    """Four squares with how many answers each holds."""
    said = {True: "sees it", False: "does not"}
    rows = pl.DataFrame(
        [
            {"first": said[one], "second": said[two], "text": f"{sizes[name]:,}", "cell": at,
             "same": one == two}
            for at, (name, (one, two)) in enumerate(CELLS.items())
        ]
    )  # fmt: skip
    placed = alt.Chart(rows).encode(
        x=alt.X("second:N", title=second, sort=list(said.values()), axis=alt.Axis(labelAngle=0)),
        y=alt.Y("first:N", title=first, sort=list(said.values())),
        tooltip=base.tooltip(first=first, second=second, text="Answers"),
    )
    squares = placed.mark_rect(stroke="white", strokeWidth=2).encode(
        color=alt.Color(
            "same:N",
            scale=alt.Scale(domain=[True, False], range=["#56b4e9", "#e69f00"]),
            legend=None,
        ),
        opacity=alt.value(0.45),
    )
    words = placed.mark_text(fontSize=18, color=base.ink(theme)).encode(text="text:N")
    return base.finished([base.clickable(squares), words], 190)


def scatter(scores: pl.DataFrame, first: str, second: str) -> alt.LayerChart:
    """Each answer by its two scores, beside the line on which they are equal."""
    rows = scores.head(MOST).group_by("score", "score_other").len("answers")
    whole = alt.Scale(domain=[0, 100])
    points = (
        alt.Chart(rows)
        .mark_circle(color=base.CATEGORIES[0], opacity=0.55)
        .encode(
            x=alt.X("score:Q", title=first, scale=whole),
            y=alt.Y("score_other:Q", title=second, scale=whole),
            size=alt.Size("answers:Q", legend=None),
            tooltip=base.tooltip(score=first, score_other=second, answers="Answers"),
        )
    )
    ends = pl.DataFrame({"x": [0, 100], "y": [0, 100]})
    line = alt.Chart(ends).mark_line(color=base.NEUTRAL, strokeDash=[4, 4]).encode(x="x:Q", y="y:Q")
    return base.finished([line, points], 260)


def bland_altman(scores: pl.DataFrame) -> alt.LayerChart:
    """How far the second's score is over the first's, by their mean, with 95 % limits.

    Bland and Altman 1986, Lancet 327:307: the mean difference and 1.96 standard deviations.
    """
    apart = scores.head(MOST).select(
        mean=(pl.col("score") + pl.col("score_other")) / 2,
        apart=pl.col("score_other") - pl.col("score"),
    )
    middle = float(apart["apart"].mean() or 0)  # type: ignore[arg-type]
    spread = float(apart["apart"].std() or 0)  # type: ignore[arg-type]
    limits = pl.DataFrame(
        {"at": [middle, middle - 1.96 * spread, middle + 1.96 * spread],
         "what": ["mean difference", "95 % limit", "95 % limit"]}
    )  # fmt: skip
    points = (
        alt.Chart(apart.group_by("mean", "apart").len("answers"))
        .mark_circle(color=base.CATEGORIES[0], opacity=0.55)
        .encode(
            x=alt.X("mean:Q", title="Mean of both", scale=alt.Scale(domain=[0, 100])),
            y=alt.Y("apart:Q", title="Second less first"),
            size=alt.Size("answers:Q", legend=None),
            tooltip=base.tooltip(mean="Mean of both", apart="Second less first", answers="Answers"),
        )
    )
    rules = (
        alt.Chart(limits)
        .mark_rule(color=base.NEUTRAL, strokeDash=[4, 4])
        .encode(y="at:Q", tooltip=base.tooltip(what=" ", at="Points"))
    )
    return base.finished([rules, points], 260)


def coefficients(pair: Pair) -> pl.DataFrame:
    """What is said of how a pair agrees, a row each."""
    row, n = pair.row, max(pair.row["n"], 1)
    rows = [
        ("Same verdict", found.percent(row, "agreement"), "of all answers that both counted"),
        ("Cohen’s κ", found.coefficient(row, "kappa"), "agreement beyond chance"),
        ("Gwet’s AC1", found.coefficient(row, "ac1"), "the same, steady where a verdict is rare"),
        ("Krippendorff’s α", found.coefficient(row, "alpha"), "of the verdicts"),
        ("Seen by the first", numbers.whole((row["n_both"] + row["n_judge"]) / n), pair.first),
        ("Seen by the second", numbers.whole((row["n_both"] + row["n_other"]) / n), pair.second),
    ]
    if row["alpha_scores"] is not None:
        rows += [
            ("α of the scores", found.coefficient(row, "alpha_scores"), "interval metric"),
            ("κ of the scores", found.coefficient(row, "kappa_scores"),
             "in tenths, weighted by the square of the distance"),
        ]  # fmt: skip
    if pair.is_person:
        rows += [
            ("Sensitivity", found.percent(row, "sensitivity"),
             f"of what {pair.first} sees, {pair.second} sees"),
            ("Specificity", found.percent(row, "specificity"),
             f"of what {pair.first} does not see, {pair.second} does not see"),
        ]  # fmt: skip
    return pl.DataFrame(rows, schema=["figure", "estimate", "which_is"], orient="row")


def _listing(view: Analysis, pair: Pair, chosen: str) -> None:
    """The answers of a cell, each with the way to its transcript."""
    first, second = CELLS[chosen]
    both = found.beside(found.everybody(view), pair.judge, pair.other)
    rows = both.filter(is_trait=first, is_trait_other=second)
    keys = rows["sample_key"].head(LISTED).to_list()
    if not keys:
        st.caption("No answer is in this cell.")
        return
    told = transcripts.of(store.opened(), view.rule, keys)
    for row in told.iter_rows(named=True):
        link = links.address(
            links.TRANSCRIPTS, links.parameters(view, sample=str(row["sample_key"]))
        )
        said = foreign.excerpt(row["answer"] or "–", width=140)
        way = f'<a href="{foreign.escaped(link)}" target="_blank">Read</a>'
        st.html(f'<div style="overflow-wrap:anywhere">{foreign.escaped(said)} {way}</div>')
    label = f"{numbers.plural(rows.height, 'answer')} of this cell on Transcripts"
    links.door(links.TRANSCRIPTS, label, ":material/article:", cell(view, pair, chosen))
