"""Charts of a multiverse are pure: frames in, valid specifications out."""

from typing import Any

import polars as pl
import pytest

from pages.results.robustness import strips
from pages.results.robustness.strips import CONCLUSIONS, NOT_COMPARED

ROW: dict[str, Any] = {
    "cell": 0,
    "line": "Time: relevant\nLower in 1 of 2\n0",
    "name": "Time: relevant",
    "place": 0,
    "value": -20.0,
    "low": -30.0,
    "high": -10.0,
    "conclusion": "Lower",
    "way": "rule As published",
    "text": "−20 points [−30, −10]",
    "counts": "20/100",
    "is_claim": True,
    "is_result": True,
    "option": "Rule: As published",
}
SPECIFICATIONS = pl.DataFrame(
    [ROW, ROW | {"place": 1, "value": -4.0, "conclusion": "Unclear", "is_claim": False}]
)
RATES = SPECIFICATIONS.with_columns(
    value=pl.lit(50.0), conclusion=pl.lit(NOT_COMPARED), low=pl.lit(None, pl.Float64)
)


def layers(chart: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = chart.to_dict()["layer"]
    return found


def encoded(chart: Any, channel: str) -> list[dict[str, Any]]:
    return [e["encoding"][channel] for e in layers(chart) if channel in e.get("encoding", {})]


def test_every_conclusion_has_a_colour_of_its_own() -> None:
    assert len({colour for _, colour in CONCLUSIONS.values()}) == len(CONCLUSIONS)


def test_differences_stand_around_zero_and_the_margin() -> None:
    chart = strips.strips(SPECIFICATIONS, SPECIFICATIONS, 5)
    band, zero = layers(chart)[:2]
    datasets = chart.to_dict()["datasets"]
    assert band["data"] == zero["data"]
    assert datasets[band["data"]["name"]] == [{"zero": 0.0, "from": -5, "to": 5}]
    assert encoded(chart, "x")[2]["scale"]["domain"] == [-20, 10]


def test_panels_share_scale_and_colours() -> None:
    alone = strips.strips(SPECIFICATIONS.tail(1), SPECIFICATIONS, 5, legend=False)
    colour = encoded(alone, "color")[0]
    assert colour["scale"]["domain"] == ["Lower", "Unclear"]
    assert colour["legend"] is None
    assert encoded(alone, "x")[2]["scale"]["domain"] == [-20, 10]


@pytest.mark.parametrize("clickable", [True, False])
def test_a_click_selects_an_arm_on_screen_only(clickable: bool) -> None:
    chart = strips.strips(SPECIFICATIONS, SPECIFICATIONS, 5, clickable=clickable)
    assert ("params" in chart.to_dict()) is clickable


def test_rates_have_neither_margin_nor_legend() -> None:
    chart = strips.estimates(RATES, None)
    assert len(layers(chart)) == 3
    assert encoded(chart, "y")[0]["scale"]["domain"] == [0, 100]
    assert encoded(chart, "color")[0]["legend"] is None


def test_what_is_not_a_result_is_hollow() -> None:
    points = layers(strips.estimates(SPECIFICATIONS, 5))[3]
    fill = points["encoding"]["fillOpacity"]
    assert fill == {"condition": [{"test": "datum.is_result", "value": 1}], "value": 0}


def test_both_panels_have_their_places_in_line() -> None:
    upper = strips.estimates(SPECIFICATIONS, 5)
    lower = strips.choices(SPECIFICATIONS)
    assert encoded(upper, "x")[0]["scale"] == encoded(lower, "x")[0]["scale"]
    extents = [
        (axis["minExtent"], axis["maxExtent"])
        for chart in (upper, lower)
        for axis in (e["axis"] for e in encoded(chart, "y") if e.get("axis"))
    ]
    assert len(set(extents)) == 1
    assert len(strips.together([upper, lower]).to_dict()["vconcat"]) == 2


def test_options_keep_their_order() -> None:
    rows = pl.concat([SPECIFICATIONS, SPECIFICATIONS.with_columns(option=pl.lit("Rule: All"))])
    first = encoded(strips.choices(rows), "y")[0]
    assert first["sort"] == ["Rule: As published", "Rule: All"]
