"""Two-way against multi-way: what answers are called by a judge who has more to choose from."""

from functools import partial

import polars as pl
import streamlit as st

from pages.frame import links
from pages.results.robustness import label_shares, panels, scope, ways
from pages.results.robustness.scope import Destination, Scope
from pages.ui.parts import defined, markup, suspicions, tables
from pages.ui.view import cells, store
from pages.ui.words import armnames, numbers, values
from warehouse.stats.rates import IDENTITY
from warehouse.universe import KEY, both_ways

TITLE = "Two-way and multi-way"

SHORT = 3
"""Up to how many letters a label is a name, such as LLM."""

MOST = 5
"""How many of the doctor's findings are quoted."""

NONE = (
    "No answers in sight were labelled twice. Where a judge chose between two labels and also "
    "among several, this section holds one against the other."
)
LEGEND = (
    "Bars: how the multi-way criterion labels the answers, those that confirm the trait in blue. "
    "Upright mark: the rate by the two-way label, with its 95 % interval. Where the mark lies "
    "beyond the blue, the two-way judge sees the trait in answers that the multi-way one does not. "
    "Click a bar to read the arm’s answers."
)


def is_offered(here: Scope) -> bool:
    """Whether any answer was labelled by a multi-way criterion."""
    return not ways.judged_labels(here.view).is_empty()


def draw(here: Scope) -> Destination | None:
    """Both criteria for every arm labelled by both, and the transcripts a click asks for."""
    pairs = both_ways(here.explored.table)
    if pairs.is_empty():
        st.info(NONE, icon=":material/call_split:")
        return None
    st.markdown(markup.escaped(sentence(pairs)))
    lines = rates(pairs)
    chart = partial(label_shares.chart, shares=shares(lines, ways.judged_labels(here.view)))
    clicked = panels.shown(lines, chart, "criteria")
    defined.caption(LEGEND)
    if quoted := findings(here):
        points = "\n".join(f"- {markup.escaped(one)}" for one in quoted)
        st.warning(points, icon=":material/flag:")
    with st.expander("The table behind it"):
        tables.plain(table(pairs), "criteria-table")
    raw = cells.stamped(pairs, here.view)
    scope.taken(here, raw, partial(panels.together, lines, chart), "criteria", LEGEND)
    if clicked is None:
        return None
    arm = pairs.select(KEY).row(clicked, named=True)
    within = here.view.narrowed(arm, here.counts)
    return links.TRANSCRIPTS, links.parameters(within, only="counted")


def rates(pairs: pl.DataFrame) -> pl.DataFrame:
    """The frame `rates` of `label_shares.chart`; cells are the rows of the pairs."""
    names = armnames.within(pairs, IDENTITY)
    beside, texts = [], []
    for row in pairs.iter_rows(named=True):
        two, multi = (numbers.percent(row[way]) for way in ("two_way", "multi_way"))
        beside.append(f"{two} two-way, {multi} multi-way")
        texts.append(numbers.percent(row["two_way"], row["two_way_low"], row["two_way_high"]))
    return pairs.select(
        *KEY,
        pl.int_range(pl.len(), dtype=pl.Int64).alias("cell"),
        panels.labels(names, beside),
        pl.col("two_way").alias("rate"),
        pl.col("two_way_low").alias("low"),
        pl.col("two_way_high").alias("high"),
        pl.Series("text", texts, pl.String()),
        panels.heading(pairs, IDENTITY),
    )


def shares(lines: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    """The frame `shares` of `label_shares.chart`, of what the query `labels` answers."""
    n, of = pl.col("n"), pl.col("n").sum().over("cell")
    named = {label: _label(label) for label in given["label"].unique()}
    return (
        given.with_columns(pl.col("label").replace_strict(named, return_dtype=pl.String()))
        .join(lines.select(*KEY, "cell", "line"), on=KEY, nulls_equal=True)
        .group_by("cell", "line", "label", "confirms")
        .agg(n.sum())
        .sort(
            "cell",
            "confirms",
            n.sum().over("label"),
            "label",
            descending=[False, True, True, False],
        )
        .with_columns(
            ((n.cum_sum().over("cell") - n) / of).alias("start"),
            (n.cum_sum().over("cell") / of).alias("end"),
            pl.format("{} of {}", n, of).alias("answers"),
        )
    )


def _label(label: str) -> str:
    """A label as people write it: `Old content` for OLD_CONTENT; short ones are names."""
    return label if len(label) <= SHORT else label.replace("_", " ").capitalize()


def findings(here: Scope) -> list[str]:
    """What the doctor says of the criteria, a sentence each."""
    found = suspicions.within(store.findings(suspicions.DISAGREEMENT), here.view)
    said = [f"{row['about']}: {row['detail']}" for row in found.head(MOST).iter_rows(named=True)]
    if found.height > MOST:
        said.append(f"and {found.height - MOST} more, which the Overview lists")
    return said


def sentence(pairs: pl.DataFrame) -> str:
    """Where the two criteria lie furthest apart."""
    row = pairs.row(0, named=True)
    name = armnames.names(pairs)[0]
    two, multi = (
        numbers.percent(row[way], row[f"{way}_low"], row[f"{way}_high"])
        for way in ("two_way", "multi_way")
    )
    lead = "furthest apart" if pairs.height > 1 else "apart"
    return (
        f"The two criteria are {lead} for {name}: {two} by the two-way label, {multi} by the "
        f"multi-way one (n = {row['n_counted']:,} · "
        f"{numbers.plural(row['questions'], 'question')})."
    )


def table(pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs as a table."""
    shares = ("two_way", "two_way_low", "two_way_high", "multi_way", "multi_way_low")
    return pairs.select(
        pl.Series("arm", armnames.names(pairs), pl.String()),
        *(*shares, "multi_way_high", "gap"),
        *("n_two_way", "n_multi_way", "n_counted", "questions"),
        pl.Series("judge", [values.value("judge", judge) for judge in pairs["judge"]], pl.String()),
    )
