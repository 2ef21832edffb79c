"""What pages cost: first paint, a filter, another rule and a rerun, beside one plain reading."""

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.frame import bound
from tests.pages.reading.study import opened
from warehouse.store import Store

PAGES = (
    *("results/overview", "results/rates", "results/brittleness", "results/interventions"),
    *("results/robustness", "results/published", "reading/transcripts"),
    *("methods/study", "methods/training", "methods/sources"),
)

RULES = ("strict", "coherent-only", "all-answers", "coherent-trait", "published")
"""What a page is counted by in turn, so that every change is a new one."""

GOALS = {"first paint": 1.5, "filter": 0.5, "rule": 1.0, "rerun": 0.1}
"""What each may take, in seconds of one core."""

Row = Callable[[str, str, str, float | None, str], None]


def report(row: Row, data: Path, of: str, theirs: float, repeat: int) -> None:
    """Each page's script without a browser, in seconds of a core, which no neighbour changes.

    Args:
        row: Writes a line of the report.
        data: The data folder.
        of: What it holds.
        theirs: Seconds of a core that one plain reading and grouping of the same takes.
        repeat: How often each is measured.
    """
    os.environ["BRITTLESCOPE_DATA"] = str(data)
    models = Store(data).query("evaluations")["model"].drop_nulls().unique().sort().to_list()
    # What Python reads once is no page's own.
    drawn(opened(PAGES[0]), PAGES[0])
    row(f"pages on {of}: {', '.join(GOALS)}", "", f"{theirs * 1e3:,.0f} ms", None, "")
    for script in PAGES:
        found = measured(script, models, repeat)
        worst = max(found[name] / goal for name, goal in GOALS.items())
        told = ", ".join(f"{found[name] * 1e3:,.0f}" for name in GOALS)
        goal = ", ".join(f"{goal * 1e3:,.0f}" for goal in GOALS.values())
        row(f"  {script}, ms", told, f"{worst:.0%} of it", theirs / found["first paint"], goal)


def measured(script: str, models: list[str], repeat: int) -> dict[str, float]:
    """Seconds of a core for each of `GOALS`; medians, but for the first paint."""
    st.cache_data.clear()
    begun = time.process_time()
    app = drawn(opened(script), script)
    found = {"first paint": time.process_time() - begun}
    changes: dict[str, list[dict[str, list[str]]]] = {
        "filter": [{"model": [model]} for model in models[:repeat]],
        "rule": [{"rule": [rule]} for rule in RULES[:repeat]],
        "rerun": [{}] * (repeat + 1),
    }
    for name, asked in changes.items():
        found[name] = statistics.median(changed(app, script, one) for one in asked)
    return found


def changed(app: AppTest, script: str, asked: dict[str, list[str]]) -> float:
    """Seconds of a core until the page shows something else."""
    app.session_state[bound.NEXT] = asked
    begun = time.process_time()
    drawn(app.run(), script)
    return time.process_time() - begun


def drawn(app: AppTest, script: str) -> AppTest:
    """The app, once it has drawn the page whole; a page that failed is no measurement."""
    failed = [one.value for one in (*app.exception, *app.error)]
    if failed:
        raise SystemExit(f"{script} was not drawn: {'; '.join(failed)}")
    return app
