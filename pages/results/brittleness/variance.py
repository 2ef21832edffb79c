"""Where the variance lies: by which method, and the hierarchical model for whoever asks for it.

The model takes seconds to minutes, so it is fitted by a process of its own: the page looks every
second whether that has ended, and waits for nothing.
"""

import json
import subprocess
import sys
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from pages.ui.parts import tables
from pages.ui.parts.markup import escaped
from pages.ui.view import store
from pages.ui.words import numbers, values
from warehouse import harmless
from warehouse.analysis import Analysis, written
from warehouse.stats import hierarchical
from warehouse.stats.variance import TOO_RARE

ROOT = Path(__file__).resolve().parents[3]
COMMAND = "hierarchical"

MOST_KEPT = 8
"""How many fits are remembered, of all who look at this server."""

Key = tuple[str, ...]


class Fit:
    """A fit under way, or what came of it."""

    def __init__(self, data: Path, words: list[str]) -> None:
        self._out = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the fit does
        self._err = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", "--data", str(data.absolute()), *words],
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=self._err,
            cwd=ROOT,
        )

    @property
    def is_done(self) -> bool:
        """Whether it ended."""
        return self._process.poll() is not None

    @cached_property
    def ended(self) -> pl.DataFrame | str:
        """The shares as `hierarchical.Fitted.shares`, or a sentence on why there are none."""
        status = self._process.wait()
        told, said = (_text(file) for file in (self._out, self._err))
        for file in (self._out, self._err):
            file.close()
        if status:
            last = said.strip().rpartition("\n")[2].removeprefix("Error: ")
            return harmless.short(last or "The model could not be fitted.", 2_000)
        return pl.DataFrame(json.loads(told), infer_schema_length=None)

    def stop(self) -> None:
        """End it, and forget what it said."""
        self._process.kill()
        _ = self.ended


FITS: dict[Key, Fit] = {}
"""Fits by what was asked of which snapshot, the oldest first."""


def draw(view: Analysis, shares: pl.DataFrame) -> None:
    """What the variance shares rest on, and the hierarchical model of the view.

    Args:
        view: One experiment and trait.
        shares: The profile's rows of variance shares.
    """
    st.markdown(escaped(source(shares)))
    if not hierarchical.installed():
        st.caption("It comes with an extra, which is not installed here:")
        st.code(hierarchical.INSTALL, language=None)
        return
    words = [COMMAND, *written.options(view, COMMAND), "--format", "json"]
    key = (str(store.data_folder()), str(store.opened().snapshot.path), *words)
    fit = FITS.get(key)
    if fit is None:
        if st.button("Fit the hierarchical model", icon=":material/account_tree:", key="fit"):
            _start(key, words)
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


def _start(key: Key, words: list[str]) -> None:
    while len(FITS) >= MOST_KEPT:
        FITS.pop(next(iter(FITS))).stop()
    FITS[key] = Fit(store.data_folder(), words)


@st.fragment(run_every=1.0)
def _waiting(key: Key) -> None:
    """That it is under way, with a way to end it; when it ended, the page is drawn again."""
    fit = FITS.get(key)
    if fit is None or fit.is_done:
        st.rerun()
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("The hierarchical model is being fitted; the page can be used meanwhile.")
        if st.button("Stop", key="fit-stop", type="tertiary"):
            FITS.pop(key).stop()
            st.rerun()


def _found(shares: pl.DataFrame | str) -> None:
    """The shares that the model found, or why there are none."""
    if isinstance(shares, str):
        st.error(escaped(shares), icon=":material/block:")
    elif shares.is_empty():
        st.caption("The hierarchical model found nothing that varies.")
    else:
        st.caption("By the hierarchical model:")
        tables.plain(table(shares), "hierarchical")


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


def _text(file: Any) -> str:
    file.seek(0)
    return str(file.read().decode("utf-8", "replace"))
