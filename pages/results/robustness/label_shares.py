"""The chart of two-way against multi-way: what the answers are, and how many show the trait."""

import altair as alt
import polars as pl

from pages.results.robustness import panels
from pages.ui.charts import base
from pages.ui.charts.base import CATEGORIES, INK, NEUTRAL

CONFIRMING = ("#0072b2", "#3f93c6", "#7fb4da", "#b2d2ea", "#08519c", "#4292c6")
"""Shades for the labels that confirm the trait."""

OTHERS = {"Other": CATEGORIES[1], "LLM": "#aab2ba"}
"""Colours of further labels that many criteria share; any other one is `NEUTRAL`."""

RATES = ("cell", "line", "rate", "low", "high", "text")
SHARES = ("cell", "line", "label", "start", "end", "answers")


def chart(
    rates: pl.DataFrame,
    shares: pl.DataFrame,
    *,
    legend: bool = True,
    theme: str | None = None,
    clickable: bool = True,
) -> alt.LayerChart:
    """The shares of multi-way labels as bars, and the two-way rate as a mark on each.

    Args:
        rates: Columns cell (what a click selects), line (an arm's label), rate, low, high
            (shares, by the two-way label), text (the rate as written).
        shares: Columns cell and line (as in `rates`, and of further panels), label, confirms
            (whether it confirms the trait), start and end (where its part of the bar lies, as
            shares), answers (how many, in words).
        legend: Whether the colours are explained: once on a page is enough.
        theme: Light or dark.
        clickable: Whether a click selects an arm's cell, as `charts.picked` tells.
    """
    ink = base.ink(theme)
    halo = INK["light" if theme == "dark" else "dark"]
    own = shares.join(rates.select("line"), on="line", how="semi", maintain_order="left")
    y = panels.lines(rates, theme)
    bars = (
        alt.Chart(own.select(SHARES))
        .mark_bar(height=16, cursor="pointer")
        .encode(
            x=base.share_axis("start"),
            x2="end:Q",
            y=y,
            color=_colour(shares, legend, ink),
            tooltip=base.tooltip(label="Multi-way label", answers="Answers"),
        )
    )
    drawn = alt.Chart(rates.select(RATES)).encode(
        y=y, tooltip=base.tooltip(text="Rate by the two-way label")
    )
    interval = drawn.encode(x=base.share_axis("low"), x2="high:Q")
    rate = drawn.encode(x=base.share_axis("rate"))
    return base.finished(
        [
            base.clickable(bars, clickable),
            interval.mark_rule(strokeWidth=5, color=halo),
            rate.mark_tick(thickness=7, height=24, color=halo, opacity=1),
            interval.mark_rule(strokeWidth=2, color=ink),
            rate.mark_tick(thickness=4, height=22, color=ink, opacity=1),
        ],
        panels.step(rates),
    )


def _colour(shares: pl.DataFrame, legend: bool, ink: str) -> alt.Color:
    """Shades of one colour for what confirms the trait, other colours for the rest."""
    confirming, rest = (
        shares.filter(pl.col("confirms") == confirms)["label"].unique(maintain_order=True).to_list()
        for confirms in (True, False)
    )
    room = base.room(panels.LABELS)
    shades = [CONFIRMING[at % len(CONFIRMING)] for at in range(len(confirming))]
    return alt.Color(
        "label:N",
        scale=alt.Scale(
            domain=[*confirming, *rest],
            range=[*shades, *(OTHERS.get(label, NEUTRAL) for label in rest)],
        ),
        legend=base.legend(
            legend,
            alt.expr(f"{room} > 420 ? 6 : {room} > 200 ? 2 : 1"),
            labelFontSize=12,
            labelColor=ink,
            symbolType="square",
        ),
    )
