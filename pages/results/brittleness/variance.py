"""Where the variance lies: by which method, and the hierarchical model for whoever asks for it.

The model takes seconds to minutes, so it is fitted by a process of its own: the page looks every
second whether that has ended, and waits for nothing.
"""

from typing import Any

import polars as pl
import streamlit as st

from pages.ui.parts import tables
from pages.ui.parts.markup import escaped
from pages.ui.view import store
from pages.ui.words import numbers, values
from warehouse.analysis import Analysis, written
from warehouse.programs import COMMANDS, Ended, Program, Programs
from warehouse.stats import hierarchical
from warehouse.stats.variance import TOO_RARE

COMMAND = "hierarchical"

MOST_KEPT = 8
"""How many fits are remembered, of all who look at this server."""

PATIENCE = 3_600
"""How many seconds a fit may take."""


FITS = Programs[Program](MOST_KEPT)
"""Fits by what was asked of which snapshot."""


def draw(view: Analysis, shares: pl.DataFrame) -> None:
    """What the variance shares rest on, and the hierarchical model of the view.

    Args:
        view: One experiment and trait.
        shares: The profile's rows of variance shares.
    """
    st.markdown(escaped(source(shares)))
    if not hierarchical.installed():
        st.caption("It comes with an extra, which is not installed here:")
        st.code(hierarchical.INSTALL, language=None, wrap_lines=True)
        return
    words = [COMMAND, *written.options(view, COMMAND), "--format", "json"]
    key = (str(store.data_folder()), str(store.opened().snapshot.path), *words)
    fit = FITS.of(key)
    if fit is None:
        if st.button("Fit the hierarchical model", icon=":material/account_tree:", key="fit"):
            data = ("--data", str(store.data_folder().absolute()))
            FITS.begin(key, lambda: Program(COMMANDS, *data, *words, deadline=PATIENCE))
            st.rerun()
    elif fit.is_done:
        _found(fit.ended)
    else:
        _waiting(key)


def source(shares: pl.DataFrame) -> str:
    """What the profile's variance shares rest on, in one or two sentences."""
    if shares["value"].is_not_null().any():
        return (
            "Variance shares above are by moments, with a jackknife over questions. "
            "The hierarchical model estimates them from the answers' likelihood."
        )
    notes = shares["note"].drop_nulls().to_list()
    note = notes[0] if notes else "nothing varies here"
    if note == TOO_RARE:
        return (
            f"Variance shares by moments are {TOO_RARE}. The hierarchical model estimates them "
            "at any rate."
        )
    return f"There are no variance shares by moments: {note}."


@st.fragment(run_every=1.0)
def _waiting(key: tuple[str, ...]) -> None:
    """That it is under way, with a way to end it; when it ended, the page is drawn again."""
    fit = FITS.of(key)
    if fit is None or fit.is_done:
        st.rerun()
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("The hierarchical model is being fitted; the page can be used meanwhile.")
        if st.button("Stop", key="fit-stop", type="tertiary"):
            FITS.end(key)
            st.rerun()


def _found(ended: Ended) -> None:
    """The shares that the model found, or why there are none."""
    shares = shared(ended)
    if isinstance(shares, str):
        st.error(escaped(shares), icon=":material/block:")
    elif shares.is_empty():
        st.caption("The hierarchical model found nothing that varies.")
    else:
        st.caption("By the hierarchical model:")
        tables.plain(table(shares), "hierarchical")


def shared(ended: Ended) -> pl.DataFrame | str:
    """The shares as `hierarchical.Fitted.shares`, or a sentence on why there are none."""
    if ended.is_late:
        return f"The model was not fitted within {PATIENCE // 60} minutes."
    if ended.status:
        return ended.problem or "The model could not be fitted."
    return pl.DataFrame(ended.document, infer_schema_length=None)


def table(shares: pl.DataFrame) -> pl.DataFrame:
    """The model's shares in words."""
    return pl.DataFrame(
        [
            {
                "index": f"Variance share: {row['factor']}",
                "value": _written(row),
                "n": row["levels"],
                "of": "levels",
                "note": row["note"],
                "judge": values.value("judge", row["judge"]),
            }
            for row in shares.iter_rows(named=True)
        ],
        schema_overrides={"note": pl.String},
    )


def _written(row: dict[str, Any]) -> str:
    return numbers.percent(row["share"], row["low"], row["high"])
