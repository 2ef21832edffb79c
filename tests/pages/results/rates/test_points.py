"""Points are pure: a frame in, a valid specification out."""

from typing import Any

import polars as pl

from pages.results.rates import points

CELL: dict[str, Any] = {
    "cell": 0,
    "line": "gpt-4.1\n95/100 · 10 questions\n0",
    "name": "gpt-4.1",
    "group": "Control",
    "rate": 0.95,
    "low": 0.8,
    "high": 0.99,
    "worst_low": 0.9,
    "worst_high": 1.0,
    "is_result": True,
    "text": "95 % [80, 99]",
    "counts": "95/100",
}


def frame(*changes: dict[str, Any]) -> pl.DataFrame:
    rows = [CELL | {"cell": i, "line": f"{i}\n\n{i}"} | change for i, change in enumerate(changes)]
    return pl.DataFrame(rows, infer_schema_length=None)


def test_points_keep_the_order_of_the_cells_and_a_rate_runs_from_0_to_1() -> None:
    spec = points.chart(frame({}, {"group": "Identity"}), ["Control", "Identity"]).to_dict()
    first = spec["layer"][0]["encoding"]
    assert first["y"]["sort"] == ["0\n\n0", "1\n\n1"]
    assert first["x"]["scale"] == {"domain": [0, 1]}


def test_one_group_needs_no_legend_and_colours_do_not_depend_on_the_panel() -> None:
    alone = points.chart(frame({}), ["Control", "Identity"]).to_dict()["layer"][1]["encoding"]
    both = points.chart(frame({}, {"group": "Identity"}), ["Control", "Identity"]).to_dict()
    assert alone["color"]["legend"] is None
    assert alone["color"]["scale"] == both["layer"][1]["encoding"]["color"]["scale"]
    assert both["layer"][1]["encoding"]["color"]["legend"]["columns"] == 2


def test_cells_without_a_rate_or_an_interval_draw() -> None:
    spec = points.chart(
        frame({"rate": None, "low": None, "high": None, "is_result": False}, {"low": None}),
        ["Control"],
    ).to_dict()
    assert spec["layer"][-2]["encoding"]["text"] == {"value": "nothing counted"}


def test_panels_stack_into_one_chart_without_selections() -> None:
    spec = points.stacked({"one": frame({}), "two": frame({})}, ["Control"]).to_dict()
    assert [part["title"]["text"] for part in spec["vconcat"]] == ["one", "two"]
    assert "params" not in spec
