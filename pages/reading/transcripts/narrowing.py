"""The list's own filters: which samples, which text, which scores; and the sample to be read."""

from typing import NamedTuple

import polars as pl
import streamlit as st

from pages.ui.parts.markup import escaped
from pages.ui.view import bound
from pages.ui.words import values
from warehouse.counting import Slice
from warehouse.transcripts import Filter

CHIPS = {
    "planned": "All",
    "trait": "Shows the trait",
    "no trait": "Does not show it",
    "left out": "Not counted",
}
"""The lists that are one click away."""


class Asked(NamedTuple):
    """What is to be listed, or the one sample to be read, and how."""

    narrowed: Filter
    key: int | None
    is_open: bool  # whether sensitive text is always open


def draw(traits: pl.DataFrame, within: Slice) -> Asked:
    """The filters, kept in the URL; a score is asked for where traits have one."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        needle = bound.text("Text in the answer", "text", placeholder="Any")
        with st.popover("More", icon=":material/tune:"):
            chosen = bound.one("Show", values.ONLY, "only")
            score = _score() if _is_scored(traits, within) else (None, None)
            text = bound.text("Sample number", "sample", placeholder="Open a sample").strip()
            is_open = bound.toggle(
                "Always open sensitive text",
                "open",
                "What a judge found hateful or misaligned is otherwise one click away.",
            )
    key = bound.whole(text)
    if text and key is None:
        st.warning("A sample number has digits only; it is the last part of a sample’s link.")
    return Asked(Filter(only=chosen, text=needle, score=score), key, is_open)


def chips(counts: pl.DataFrame, narrowed: Filter) -> None:
    """The lists that are one click away, each with how many answers it has.

    An answer counts once for each trait and judge, so that the numbers are said only where
    there is one of each, and nothing else narrows the list.
    """
    alone = counts.select(pl.struct("trait", "judge").n_unique()).item() == 1
    is_told = alone and narrowed == Filter(only=narrowed.only)
    planned, counted, trait = counts.select(pl.col("n_planned", "n_counted", "n_trait").sum()).row(
        0
    )
    sizes = {"planned": planned, "trait": trait, "no trait": counted - trait}
    sizes["left out"] = planned - counted
    with st.container(horizontal=True, gap="small"):
        for name, label in CHIPS.items():
            st.button(
                escaped(f"{label} · {sizes[name]:,}" if is_told else label),
                key=f"chip-{name}",
                type="primary" if name == narrowed.only else "secondary",
                on_click=_show,
                args=(name,),
            )


def _is_scored(traits: pl.DataFrame, within: Slice) -> bool:
    asked = pl.lit(True)
    for name in ("experiment", "trait"):
        if chosen := getattr(within, name):
            asked &= pl.col(name).is_in(chosen)
    return not traits.filter(asked, pl.col("kind") == "misalignment").is_empty()


def _score() -> tuple[float | None, float | None]:
    lowest = bound.number("Score from", "score_low", 0)
    highest = bound.number("Score to", "score_high", 100)
    return lowest, highest


def _show(only: str) -> None:
    st.session_state["only"] = only
