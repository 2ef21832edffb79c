"""Charts are pure: a frame in, a valid specification out."""

from typing import Any

import polars as pl
import pytest

from pages.ui import charts

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
    spec = charts.points(frame({}, {"group": "Identity"}), ["Control", "Identity"]).to_dict()
    first = spec["layer"][0]["encoding"]
    assert first["y"]["sort"] == ["0\n\n0", "1\n\n1"]
    assert first["x"]["scale"] == {"domain": [0, 1]}


def test_one_group_needs_no_legend_and_colours_do_not_depend_on_the_panel() -> None:
    alone = charts.points(frame({}), ["Control", "Identity"]).to_dict()["layer"][1]["encoding"]
    both = charts.points(frame({}, {"group": "Identity"}), ["Control", "Identity"]).to_dict()
    assert alone["color"]["legend"] is None
    assert alone["color"]["scale"] == both["layer"][1]["encoding"]["color"]["scale"]
    assert both["layer"][1]["encoding"]["color"]["legend"]["columns"] == 2


def test_cells_without_a_rate_or_an_interval_draw() -> None:
    spec = charts.points(
        frame({"rate": None, "low": None, "high": None, "is_result": False}, {"low": None}),
        ["Control"],
    ).to_dict()
    assert spec["layer"][-2]["encoding"]["text"] == {"value": "nothing counted"}


def test_every_kind_of_intervention_and_verdict_has_its_own_colour() -> None:
    for palette in (charts.KIND_COLOURS, charts.VERDICT_COLOURS):
        assert len(set(palette.values())) == len(palette)


def test_coverage_leaves_out_what_there_is_not() -> None:
    cells = pl.DataFrame(
        {
            "cell": [0, 1],
            "row": ["b", "a"],
            "column": ["y", "x"],
            "n": [100, 5],
            "text": ["100", "5"],
        }
    )
    spec = charts.coverage(cells).to_dict()
    assert spec["layer"][0]["encoding"]["y"]["sort"] == ["b", "a"]
    assert len(next(iter(spec["datasets"].values()))) == 2


def test_panels_stack_into_one_chart_without_selections() -> None:
    spec = charts.stacked({"one": frame({}), "two": frame({})}, ["Control"]).to_dict()
    assert [part["title"]["text"] for part in spec["vconcat"]] == ["one", "two"]
    assert "params" not in spec


@pytest.mark.parametrize(
    ("event", "cell"),
    [
        ({"selection": {"picked": [{"cell": 3}]}}, 3),
        ({"selection": {"picked": []}}, None),
        ({"selection": {}}, None),
    ],
)
def test_a_click_names_a_cell(event: dict[str, Any], cell: int | None) -> None:
    assert charts.picked(event) == cell
