"""The same arms under each judge: rates, verdicts, ranks, and where a conclusion flips."""

from dataclasses import replace

import polars as pl
import streamlit as st

from pages.judging.agreement import found
from pages.judging.agreement.found import Pair
from pages.ui.parts import prose
from pages.ui.parts.markup import escaped
from pages.ui.view import arms, store
from pages.ui.words import armnames
from warehouse import readable
from warehouse.analysis import Analysis
from warehouse.stats.pooling import ARM

TITLE = "Arms under each"


def draw(view: Analysis, pair: Pair) -> None:
    """Each arm's rate, rank and verdict by both judges of the pair."""
    table, flips = compared(found.everybody(view), pair.judge, pair.other)
    if table.is_empty():
        st.caption("No arm was counted by both.")
        return
    st.markdown(
        escaped(
            f"{flips:,} of {table.height:,} arms have another verdict under {pair.second} than "
            f"under {pair.first}."
        )
    )
    names = {"one": pair.first, "two": pair.second}
    prose.table(table.rename(lambda name: _named(name, names)), "under-each")
    st.caption(
        "Each judge counts all the answers that it judged; ranks are from the lowest rate. A "
        "person who rated a part of them sees only that part, whose draw may have been balanced: "
        "corrected rates undo that."
    )


@store.memo()
def compared(view: Analysis, one: str, two: str) -> tuple[pl.DataFrame, int]:
    """Arms that both judges counted, side by side, and how many have two verdicts."""
    sides = []
    for judge in (one, two):
        asked = replace(view, slice=view.slice.narrowed(judge=judge))
        rates = arms.rates(asked, list(ARM)).filter(pl.col("rate").is_not_null())
        rates = rates.with_columns(pl.col("rate").rank("min").cast(pl.Int64()).alias("rank"))
        effects = arms.effects(asked)
        told = effects.select(*ARM, "verdict") if "verdict" in effects.columns else None
        if told is not None:
            rates = rates.join(told.unique(ARM), on=ARM, how="left", nulls_equal=True)
        sides.append(rates)
    both = sides[0].join(sides[1], on=ARM, suffix="_two", nulls_equal=True, maintain_order="left")
    rows, flips = [], 0
    for name, row in zip(armnames.names(both), both.iter_rows(named=True), strict=True):
        first, second = row.get("verdict"), row.get("verdict_two")
        flips += bool(first and second and first != second)
        rows.append(
            {
                "arm": name,
                "rate by one": readable.percent(row["rate"], row["low"], row["high"]),
                "rate by two": readable.percent(row["rate_two"], row["low_two"], row["high_two"]),
                "ranks": f"{row['rank']} → {row['rank_two']}",
                "verdict by one": _said(first),
                "verdict by two": _said(second),
            }
        )
    return pl.DataFrame(rows), flips


def _said(verdict: str | None) -> str:
    return verdict or "–"


def _named(column: str, names: dict[str, str]) -> str:
    head, by, judge = column.partition(" by ")
    return f"{head} by {names[judge]}" if by else column
