"""Thresholds: how rates move as the cut of the trait's score, or of coherence, does."""

from functools import partial

import altair as alt
import polars as pl
import streamlit as st

from pages.frame import bound
from pages.results.robustness import scope, threshold_curve, ways
from pages.results.robustness.scope import Scope
from pages.results.robustness.threshold_curve import BASELINE, CHOSEN, OTHER
from pages.ui.charts import base
from pages.ui.parts import bounded, defined, markup, tables
from pages.ui.words import armnames, numbers, values
from warehouse.stats import baselines
from warehouse.stats.multiverse import ARMS
from warehouse.universe import KEY, Over

TITLE = "Thresholds"

CUTS: dict[Over, str] = {
    "trait_cut": "The trait’s score",
    "coherence_cut": "The coherence score",
}

NEAR = 10
"""How far from the cut on screen another is still near it."""

NO_CUT = (
    "Under this rule nothing about this arm is read off a score: a label has no threshold. The "
    "rule, the criterion and the judge are what is left to choose; see the ways of counting."
)
LEGEND = (
    "Bold: the arm looked at and what it is compared with, each with its 95 % interval. Thin: "
    "the arms beside them. Hollow: not a result."
)


def is_offered(here: Scope) -> bool:
    """Whether the rule reads anything off a score."""
    return bool(ways.cuts(here.view))


def draw(here: Scope) -> None:
    """The chosen arm's curve, among the arms it stands beside."""
    st.subheader(markup.escaped(here.name), anchor=False)
    curves = {over: points(ways.curve(here.view, over), here) for over in CUTS}
    known = {over: title for over, title in CUTS.items() if curves[over].height}
    if not known:
        st.info(NO_CUT, icon=":material/label:")
        return
    over = bound.row("Threshold of", known, "over")
    panels = curves[over].partition_by("judge", maintain_order=True)
    title = f"Cut: {known[over].lower()}"
    for panel in panels:
        judge = values.value("judge", panel["judge"][0])
        st.markdown(markup.escaped(f"{sentence(panel)} Judge: {judge}."))
        near = nearest(panel)
        curve = partial(threshold_curve.chart, near, title, st.context.theme.type)
        bounded.say(near["arm"].n_unique(), panel["arm"].n_unique(), "arms")
        base.drawn(curve, f"curve {judge}")
    defined.caption(LEGEND)
    with st.expander("The table behind it"):
        tables.plain(table(curves[over]), "curve")
    raw = curves[over].drop("arm", "role", "text", "counts")
    scope.taken(here, raw, partial(_together, panels, title), "thresholds", LEGEND)


def points(curve: pl.DataFrame, here: Scope) -> pl.DataFrame:
    """The frame of `threshold_curve.chart`; empty where the arm has no such curve.

    Beside the chosen arm stand those that share its experiment, trait, model and dataset, and
    the untuned model.
    """
    own = scope.of(curve, here.arm) if curve.height else curve
    if own.is_empty():
        return own
    arm = own.row(0, named=True)
    is_as = {name: pl.col(name).eq_missing(pl.lit(arm[name])) for name in ARMS}
    untuned = pl.col("dataset") == "none"
    near = (
        is_as["study"]
        & is_as["experiment"]
        & is_as["trait"]
        & is_as["model"]
        & (is_as["dataset"] | untuned)
    )
    baseline = baselines.named(here.against).roles(curve).base & is_as["eval_intervention"]
    # As comparisons do: sampled in the same way, where there is one.
    alike = near & baseline & is_as["sampling"]
    baseline &= is_as["sampling"] | pl.lit(not curve.select(alike.any()).item())
    role = (
        pl.when(pl.all_horizontal(is_as.values()))
        .then(pl.lit(CHOSEN))
        .when(baseline)
        .then(pl.lit(BASELINE))
        .otherwise(pl.lit(OTHER))
    )
    found = curve.filter(near)
    rows = found.to_dicts()
    texts = [numbers.percent(row["rate"], row["low"], row["high"]) for row in rows]
    counts = [
        f"{row['n_trait']:,}/{row['n_counted']:,} · {numbers.plural(row['questions'], 'question')}"
        for row in rows
    ]
    return found.with_columns(
        role.alias("role"),
        pl.Series("arm", armnames.names(found), pl.String()),
        pl.Series("text", texts, pl.String()),
        pl.Series("counts", counts, pl.String()),
    )


def nearest(panel: pl.DataFrame) -> pl.DataFrame:
    """As many arms of a panel as are drawn, the chosen one and its baseline first."""
    named = panel.select("arm", (pl.col("role") == OTHER).alias("other")).unique(
        maintain_order=True
    )
    most = bounded.MARKS // panel["cut"].n_unique()
    kept = named.sort("other", maintain_order=True).head(min(most, bounded.LINES))["arm"]
    return panel.filter(pl.col("arm").is_in(kept.implode()))


def sentence(points: pl.DataFrame) -> str:
    """How far the chosen arm's rate moves where the cut on screen is moved a little."""
    chosen = points.filter(pl.col("role") == CHOSEN)
    own = chosen.filter("is_own").row(0, named=True)
    near = chosen.filter((pl.col("cut") - own["cut"]).abs() <= NEAR).select(
        pl.col("rate").min().alias("low"), pl.col("rate").max().alias("high")
    )
    low, high = (numbers.percent(rate) for rate in near.row(0))
    return (
        f"At the cut on screen, {own['cut']:g}, the rate is {own['text']} ({own['counts']}); cuts "
        f"within {NEAR} of it give {low} to {high}."
    )


def table(points: pl.DataFrame) -> pl.DataFrame:
    """The curves as a table, the chosen arm first."""
    order = pl.col("role").replace_strict({CHOSEN: 0, BASELINE: 1, OTHER: 2})
    return points.sort(order, *KEY, "cut", maintain_order=True).select(
        *("arm", "cut"),
        *("rate", "low", "high"),
        *("n_trait", "n_counted", "questions"),
    )


def _together(panels: list[pl.DataFrame], title: str) -> alt.VConcatChart:
    """A chart for every judge, to take away."""
    return base.stacked(
        (f"Judge: {values.value('judge', panel['judge'][0])}", threshold_curve.chart(panel, title))
        for panel in panels
    )
