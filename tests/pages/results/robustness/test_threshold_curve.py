"""The chart of rates over a cut."""

from typing import Any

import polars as pl

from pages.results.robustness import threshold_curve
from pages.results.robustness.threshold_curve import BASELINE, CHOSEN, OTHER

POINTS = pl.DataFrame(
    [
        {"arm": arm, "role": role, "cut": cut, "rate": rate, "low": 0.0, "high": 1.0}
        for arm, role, rate in (
            ("Control", BASELINE, 0.5),
            ("Time: 1850", CHOSEN, 0.2),
            ("Time: 2050", OTHER, None),
        )
        for cut in (20.0, 30.0)
    ],
    schema_overrides={"rate": pl.Float64()},
).with_columns(
    is_own=pl.col("cut") == 30, text=pl.lit("20 %"), counts=pl.lit("2/10"), is_result=pl.lit(True)
)


def spec() -> dict[str, Any]:
    found: dict[str, Any] = threshold_curve.chart(POINTS, "Cut: score").to_dict()
    return found


def test_the_chosen_arm_comes_first_in_the_legend() -> None:
    scale = spec()["layer"][3]["encoding"]["color"]["scale"]
    assert scale["domain"] == ["Time: 1850", "Control"]
    assert scale["range"] == [threshold_curve.COLOURS[role] for role in (CHOSEN, BASELINE)]


def test_the_cut_on_screen_is_marked_once() -> None:
    found = spec()
    rule = next(layer for layer in found["layer"] if layer["mark"]["type"] == "rule")
    assert found["datasets"][rule["data"]["name"]] == [{"cut": 30.0}]


def test_what_was_not_counted_is_not_drawn() -> None:
    found = spec()
    name = found["layer"][0]["data"]["name"]
    assert {row["arm"] for row in found["datasets"][name]} == {"Control", "Time: 1850"}


def test_rates_run_from_0_to_1_whatever_is_in_sight() -> None:
    axes = [layer["encoding"]["y"] for layer in spec()["layer"][:5]]
    assert all(axis["scale"] == {"domain": [0, 1]} for axis in axes)
