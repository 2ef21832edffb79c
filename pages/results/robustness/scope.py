"""What the sections of the Robustness page look at: the arms in sight, and the chosen one."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import polars as pl
import streamlit as st

from pages.frame import links
from pages.printing import claiming, downloads
from pages.results.robustness import ways
from pages.results.robustness.ways import Against
from pages.ui.parts import bounded
from pages.ui.words import armnames
from warehouse.analysis import Analysis
from warehouse.stats.multiverse import ARMS
from warehouse.universe import Explored

AGAINST: dict[Against, str] = {
    "control": "Interventions against their control",
    "untuned": "Fine-tunes against the untuned model",
}

_SAID = tuple(name for name in ARMS if name not in ("study", "sampling"))
_LINKED = (*_SAID, "study", "sampling")

_TOLD = {"lower": 0, "higher": 0, "no difference": 1, "unclear": 2}
"""The order in which conclusions are looked at."""

Destination = tuple[str, links.Parameters]
"""A page by its place in `pages`, and the view that it is to show."""


class Scope(NamedTuple):
    """What a section looks at."""

    view: Analysis
    counts: pl.DataFrame
    against: Against
    claimed: Explored  # every arm, as it is counted on screen
    arm: str  # a key of `arms`
    name: str  # what `arms` calls it

    @property
    def explored(self) -> Explored:
        """Every arm in every way of counting; it takes its time."""
        return ways.explored(self.view, self.against)

    @property
    def alone(self) -> Explored:
        """The chosen arm in every way of counting."""
        row = of(self.claimed.table, self.arm).head(1)
        return ways.of_arm(self.view, self.against, row, self.counts)

    def asked(self) -> Analysis:
        """The analysis of the chosen arm alone, beside its baseline."""
        row = of(self.claimed.table, self.arm).select(ARMS).row(0, named=True)
        return self.view.narrowed(row, self.counts).beside(self.against)


def taken(here: Scope, frame: pl.DataFrame, draw: downloads.Draw, name: str, legend: str) -> None:
    """The row of what is taken away, and kept: in how many ways of counting a conclusion stands."""
    row = of(here.claimed.table, here.arm).select(ARMS).head(1)
    with st.container(horizontal=True):
        downloads.buttons(frame, draw, name, legend)
        if row.height:
            claiming.popover(here.asked(), ["multiverse"], row, [here.name], "robustness")


def too_many(counts: pl.DataFrame) -> str | None:
    """What to do where more arms are in sight than can be counted in every other way."""
    found = counts.select(ARMS).n_unique()
    if found <= bounded.ARMS:
        return None
    return (
        f"Every other way of counting is tried for up to {bounded.ARMS} arms at once, and "
        f"{found:,} are in sight. Choose some models, datasets or interventions in the sidebar."
    )


def arms(claimed: Explored) -> dict[str, str]:
    """The names of all arms by what the URL calls them: the largest difference first.

    Arms of which nothing can be concluded follow, then those that are compared with nothing.
    """
    own = claimed.table.filter("is_claim").unique(ARMS, keep="first", maintain_order=True)
    ordered = own.sort(
        pl.col("conclusion").replace_strict(_TOLD, default=len(_TOLD)),
        -pl.col("difference").abs(),
        *ARMS,
        nulls_last=True,
    )
    keys = [called(row, ordered) for row in ordered.iter_rows(named=True)]
    return dict(zip(keys, armnames.names(ordered), strict=True))


def called(row: Mapping[str, Any], every: pl.DataFrame) -> str:
    """What the URL calls an arm; study and sampling are parts of that where `every` has several."""
    said = len(_LINKED)
    while said > len(_SAID) and every[_LINKED[said - 1]].n_unique() < 2:
        said -= 1
    return " / ".join(row[name] or "" for name in _LINKED[:said])


def of(frame: pl.DataFrame, arm: str) -> pl.DataFrame:
    """The rows of one arm."""
    wanted = dict(zip(_LINKED, arm.split(" / "), strict=False))  # what is not said is one
    return frame.filter(pl.col(name).fill_null("") == value for name, value in wanted.items())
