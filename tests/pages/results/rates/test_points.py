"""Points are pure: a frame in, a valid specification out."""

import json
import re
from typing import Any

import polars as pl
import pytest

from pages.results.rates import points
from pages.ui.charts.base import INK

CELL: dict[str, Any] = {
    "cell": 0,
    "line": "Control\n0",
    "panel": 0,
    "name": "gpt-4.1 · Control",
    "group": "Control",
    "rate": 0.95,
    "low": 0.8,
    "high": 0.99,
    "worst_low": 0.9,
    "worst_high": 1.0,
    "is_result": True,
    "text": "95 % [80, 99]  n = 100 · 10 questions",
    "percent": "95 %",
    "said": "95 % [80, 99]",
    "counted": "95 % [80, 99]  n = 100",
    "counts": "95/100",
    "wording": "–",
}

GROUPS = ["Control", "Identity"]


def frame(*changes: dict[str, Any]) -> pl.DataFrame:
    rows = [CELL | {"cell": i, "line": f"line {i}\n{i}"} | c for i, c in enumerate(changes)]
    return pl.DataFrame(rows, infer_schema_length=None)


def spec(cells: pl.DataFrame, panels: tuple[str, ...] = ("",), **options: Any) -> dict[str, Any]:
    made: dict[str, Any] = points.chart(cells, panels, GROUPS, **options).to_dict()
    return made


def layers(made: dict[str, Any], mark: str) -> list[dict[str, Any]]:
    return [layer for layer in made["layer"] if layer["mark"]["type"] == mark]


def test_points_keep_the_order_of_the_cells() -> None:
    (drawn,) = layers(spec(frame({}, {"group": "Identity"})), "point")
    assert drawn["encoding"]["y"]["sort"] == ["line 0\n0", "line 1\n1"]


def test_every_panel_has_the_same_scale_and_its_axis_is_on_top() -> None:
    made = spec(frame({}, {"panel": 1, "line": "line 0\n0"}), ("gpt-4.1", "Llama"))
    axes = [
        axis
        for layer in made["layer"]
        if (axis := layer["encoding"].get("x", {}).get("axis")) is not None
    ]
    assert {axis["orient"] for axis in axes} == {"top"}
    names, raised, percents = axes
    assert "gpt-4.1" in names["labelExpr"]
    assert "gpt-4.1" in raised["labelExpr"]
    assert "Llama" in names["labelExpr"]
    assert "Llama" not in raised["labelExpr"]
    assert percents["values"][:5] == [0, 0.25, 0.5, 0.75, 1]
    assert percents["values"][5] == points.PITCH
    (rows,) = (
        made["datasets"].values()
        if len(made["datasets"]) == 1
        else [rows for rows in made["datasets"].values() if "rate" in rows[0]]
    )
    assert [round(row["rate"], 3) for row in rows] == [0.95, round(points.PITCH + 0.95, 3)]


def test_a_scale_that_ends_early_is_stretched() -> None:
    made = spec(frame({"rate": 0.1, "low": 0.05, "high": 0.2}), end=0.2)
    (rows,) = made["datasets"].values()
    assert (rows[0]["rate"], rows[0]["high"]) == (0.5, 1.0)
    assert "20.0 *" in json.dumps(made)


def test_the_rate_is_printed_with_its_interval_and_n_where_there_is_room() -> None:
    written, nothing = layers(spec(frame({})), "text")
    (calculated,) = [step for step in written["transform"] if "calculate" in step]
    found = re.fullmatch(
        r"width > (\d+) \? datum.counted : width > (\d+) \? datum.said : datum.percent",
        calculated["calculate"],
    )
    assert found is not None
    full, short = map(int, found.groups())
    share = (points.PITCH - points.BESIDE) / points.PITCH
    assert full * share == pytest.approx(len(CELL["counted"]) * points.DIGIT, abs=1)
    assert short * share == pytest.approx(len(CELL["said"]) * points.DIGIT, abs=1)
    assert nothing["encoding"]["text"] == {"value": "nothing counted"}


def test_several_panels_are_scrolled_before_their_rates_lack_room() -> None:
    cells = frame({}, {"panel": 1, "line": "line 0\n0"})
    assert points.least(cells, [""]) == 0
    room = points.least(cells, ["gpt-4.1", "Llama"])
    longest = len("(100.0 %)") * points.DIGIT
    assert room > 2 * longest * points.PITCH / (points.PITCH - points.BESIDE)


def test_one_group_needs_no_legend() -> None:
    alone = points.chart(frame({}), [""], [""]).to_dict()
    assert layers(alone, "point")[0]["encoding"]["color"]["legend"] is None
    assert layers(spec(frame({})), "point")[0]["encoding"]["color"]["legend"]["orient"] == "top"


def test_on_black_nothing_dark_is_drawn() -> None:
    light, dark = (json.dumps(spec(frame({}), theme=theme)) for theme in ("light", "dark"))
    assert "#0072b2" in light
    assert "#0072b2" not in dark
    assert INK["dark"] in dark


def test_cells_without_a_rate_or_an_interval_draw() -> None:
    none = {
        "rate": None,
        "low": None,
        "high": None,
        "is_result": False,
        "percent": "",
        "said": "",
        "counted": "",
    }
    made = spec(frame(none, {"low": None, "high": None}))
    rows = next(iter(made["datasets"].values()))
    assert [row["rate"] for row in rows] == [None, 0.95]


def test_a_chart_to_take_away_has_no_selections() -> None:
    assert "params" not in spec(frame({}), clickable=False)
    assert spec(frame({}))["params"][0]["name"] == "picked"
