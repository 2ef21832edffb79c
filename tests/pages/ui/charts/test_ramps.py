"""Colour ramps: the theme's own, readable on both of them."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from pages.ui.charts import ramps
from pages.ui.charts.base import VERDICT_COLOURS
from pages.ui.charts.ramps import DIVERGING, SEQUENTIAL, Ramp, Theme, contrast, ink

SHARES = Ramp(0, 1, (0, 1))
DIFFERENCES = Ramp(-1, 1, (-1, 0, 1), centre=0, points=True)
LOPSIDED = Ramp(-0.5, 1, (-0.5, 1), centre=0, turned=True, beyond=("low", "high"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_palettes_are_those_of_the_theme(root: Path, theme: Theme) -> None:
    with (root / ".streamlit" / "config.toml").open("rb") as file:
        themed = tomllib.load(file)["theme"][theme]
    assert themed["chartSequentialColors"] == list(SEQUENTIAL[theme])
    assert themed["chartDivergingColors"] == list(DIVERGING[theme])


def test_the_ends_of_a_scale_have_the_ends_of_the_palette() -> None:
    assert SHARES.colour(0, "light") == SEQUENTIAL["light"][0]
    assert SHARES.colour(1, "dark") == SEQUENTIAL["dark"][-1]
    assert DIFFERENCES.colour(-1, "light") == DIVERGING["light"][0]
    assert LOPSIDED.colour(1, "light") == DIVERGING["light"][0], "turned: blue is suppressed"


def test_values_beyond_an_end_have_its_colour() -> None:
    assert SHARES.colour(1.2, "light") == SHARES.colour(1, "light")
    assert LOPSIDED.colour(-1.6, "dark") == LOPSIDED.colour(-0.5, "dark")


def test_the_centre_is_neutral_and_equal_differences_are_equally_strong() -> None:
    middle = np.array([int(DIFFERENCES.colour(0, "light")[at : at + 2], 16) for at in (1, 3, 5)])
    assert np.ptp(middle) < 25
    assert LOPSIDED.colour(0, "light") == DIFFERENCES.colour(0, "light")
    assert LOPSIDED.colour(-0.5, "light") == DIFFERENCES.colour(0.5, "light")


def test_the_scale_of_a_chart_draws_the_same_colours() -> None:
    scale = LOPSIDED.scale("light").to_dict()
    assert scale["clamp"]
    drawn = dict(zip(scale["domain"], scale["range"], strict=True))
    assert drawn[-0.5] == LOPSIDED.colour(-0.5, "light")
    assert drawn[1.0] == LOPSIDED.colour(1, "light")


def test_the_legend_says_what_lies_beyond_an_end() -> None:
    assert "≤" in LOPSIDED.legend
    assert "≥" in LOPSIDED.legend
    assert "≥" not in SHARES.legend
    assert "%" not in DIFFERENCES.legend


def test_contrast_is_that_of_the_accessibility_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ramp", [SHARES, DIFFERENCES, LOPSIDED])
def test_text_can_be_read_on_every_fill(ramp: Ramp, theme: Theme) -> None:
    fills = [ramp.colour(value, theme) for value in np.linspace(ramp.low, ramp.high, 41)]
    assert min(contrast(ink(fill), fill) for fill in fills) >= 4.2


def test_text_can_be_read_on_every_verdict() -> None:
    assert min(contrast(ink(fill), fill) for fill in VERDICT_COLOURS.values()) >= 4.2
    assert ink("#ffffff") in ramps.INKS
