"""Whether a judge errs more in some arms than in others, which makes or hides effects."""

import polars as pl
import streamlit as st

from pages.judging.agreement import found
from pages.judging.agreement.found import Pair
from pages.ui.parts import prose
from pages.ui.parts.markup import escaped
from pages.ui.view import store
from pages.ui.words import armnames
from warehouse import agreed, readable
from warehouse.analysis import Analysis

TITLE = "Errors by arm"


def draw(view: Analysis, pair: Pair) -> None:
    """Sensitivity and specificity of each arm, and how they differ from the other arms'."""
    if not pair.is_person:
        st.caption(
            "Neither of the two is a person: taken as if the first were right about every answer."
        )
    rows = arms(found.everybody(view), pair.judge, pair.other)
    if (worst := sentence(rows, pair)) is not None:
        st.warning(escaped(worst), icon=":material/compare_arrows:")
    prose.table(told(rows), "errors")
    st.caption(
        "A difference compares an arm with all other arms together; its interval resamples the "
        "questions of each side by themselves, and holds for all arms at once."
    )


@store.memo()
def arms(view: Analysis, judge: str, other: str) -> pl.DataFrame:
    """`agreed.by_arm` of a pair."""
    return agreed.by_arm(found.beside(view, judge, other))


def sentence(rows: pl.DataFrame, pair: Pair) -> str | None:
    """Which arms a judge errs in otherwise than in the rest, beyond chance; None where in none."""
    apart = [
        name
        for name, row in zip(armnames.names(rows), rows.iter_rows(named=True), strict=True)
        if any(
            row[f"{right}_difference_low"] is not None
            and (row[f"{right}_difference_low"] > 0 or row[f"{right}_difference_high"] < 0)
            for right in agreed.RIGHT
        )
    ]
    if not apart:
        return None
    return (
        f"{pair.second} errs otherwise in {len(apart):,} of {rows.height:,} arms than in the rest "
        f"({'; '.join(apart[:3])}): effects there are partly the judge’s."
    )


def told(rows: pl.DataFrame) -> pl.DataFrame:
    """The arms as a table for people."""
    shown = []
    for name, row in zip(armnames.names(rows), rows.iter_rows(named=True), strict=True):
        one = {"arm": name}
        for right in agreed.RIGHT:
            defined = row[right] is not None
            one[right] = found.percent(row, right) if defined else "none to judge by"
            apart = [row[f"{right}_difference{bound}"] for bound in agreed.BOUNDS]
            few = f"fewer than {agreed.FEWEST} to judge by"
            told_apart = few if apart[0] is None else readable.points(*apart)
            one[f"{right} against the rest"] = told_apart
        shown.append(one | {"answers": f"{row['n']:,}"})
    return pl.DataFrame(shown)
