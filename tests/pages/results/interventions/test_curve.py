"""The dose curve is pure: points in, a valid specification out."""

from typing import Any

import polars as pl
import pytest

from pages.results.interventions import curve
from pages.ui.charts.references import Reference

POINTS = pl.DataFrame(
    {
        "cell": [0, 1, 2],
        "dose": [1850.0, 1950.0, 2050.0],
        "rate": [5.0, 55.0, 85.0],
        "low": [2.0, None, 78.0],
        "high": [10.0, None, 90.0],
        "fitted": [5.0, 55.0, 85.0],
        "is_result": [True, True, False],
        "name": ["Time: 1850", "Time: 1950", "Time: 2050"],
        "text": ["5 %", "55 %", "85 %"],
        "fitted_text": ["5 %", "55 %", "85 %"],
    }
)


def spec(half: curve.Half, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = curve.chart(POINTS, half, **options).to_dict()
    return found


def legend(found: dict[str, Any]) -> list[str]:
    names: list[str] = found["layer"][-1]["encoding"]["color"]["scale"]["domain"]
    return names


@pytest.mark.parametrize(
    ("half", "names"),
    [
        ((1939.0, 1936.0, 1942.0), [curve.RATE, curve.FIT, curve.HALF]),
        ((1939.0, None, None), [curve.RATE, curve.FIT, curve.HALF]),
        ((None, None, None), [curve.RATE, curve.FIT]),
    ],
)
def test_the_legend_names_what_is_drawn(half: curve.Half, names: list[str]) -> None:
    assert legend(spec(half)) == names


def test_rates_run_from_0_to_100_and_doses_need_no_zero() -> None:
    encoding = spec((None, None, None))["layer"][-1]["encoding"]
    assert encoding["y"]["scale"] == {"domain": [0, 100]}
    assert encoding["x"]["scale"]["zero"] is False


def test_references_are_named_at_the_side() -> None:
    found = spec(
        (None, None, None),
        beside=(Reference(90, "Control 90 %"), Reference(0, "Untuned model 0 %", dashed=True)),
    )
    axis = found["layer"][0]["encoding"]["y"]["axis"]
    assert axis["orient"] == "right"
    assert axis["values"] == [90, 0]
    assert "Control 90 %" in axis["labelExpr"]
    higher = axis["labelBaseline"]["condition"][0]
    assert higher["test"].startswith("datum.value >= 89.99")
    assert higher["value"] == "bottom"


def test_only_a_chart_to_click_has_a_selection() -> None:
    half = (None, None, None)
    assert spec(half)["params"][0]["name"] == "picked"
    assert "params" not in spec(half, clickable=False)
