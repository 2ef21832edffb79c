"""What every chart is made of: its colours, its axes, and what was clicked in it.

Colours are Okabe and Ito's, safe for the colour-blind and legible on white and on black.
"""

from functools import partial
from typing import Any

import altair as alt

from pages.ui.view import store
from pages.ui.words import numbers
from warehouse.stats.rates import FEWEST, UNSCORED_LIMIT

KIND_COLOURS = {
    "Control": "#7a8490",
    "Identity": "#0072b2",
    "Intent": "#d55e00",
    "Identity + intent": "#cc79a7",
    "Inoculation": "#009e73",
    "Time": "#e69f00",
    "Personality": "#56b4e9",
    "Other": "#a6761d",
}
"""One colour for each kind of intervention, on every page."""

VERDICT_COLOURS = {
    "eliminated": "#009e73",
    "reduced": "#56b4e9",
    "unchanged": "#7a8490",
    "increased": "#d55e00",
    "inconclusive": "#e69f00",
    "nothing to suppress": "#cc79a7",
}
"""One colour for each verdict, on every page."""

CATEGORIES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a8490")

NEUTRAL = "#7a8490"

INK = {"light": "#1f2a35", "dark": "#e3e8ee"}
"""The colour of text in a chart, by theme."""

TEXT = 13
"""Pixels of a line of text."""

RATE_AXIS = alt.Axis(format=".0%", tickCount=5, title=None)


NO_RESULT = (
    f"not a result, since fewer than {FEWEST} answers are counted or more than "
    f"{numbers.hundredth(UNSCORED_LIMIT):g} % were not scored"
)
"""What an outline stands for, in every chart."""


@store.memo(entries=256)
def spec(draw: partial[alt.LayerChart]) -> dict[str, Any]:
    """A chart as the browser takes it; kept, since to make one takes most of a rerun's time."""
    made: dict[str, Any] = draw().to_dict(validate=False)
    return made


def picked(event: Any) -> int | None:
    """The cell that was clicked in a chart, if any."""
    marks = event.get("selection", {}).get("picked", [])
    return int(marks[0]["cell"]) if marks else None
