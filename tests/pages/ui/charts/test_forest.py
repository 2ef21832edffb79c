"""The forest plot is pure: lines in, a valid specification out."""

from typing import Any

import polars as pl
import pytest

from pages.ui.charts import forest
from pages.ui.charts.forest import Beside, Estimated, Span
from pages.ui.charts.references import Reference

MARKS = {"Reduced": ("#56b4e9", "triangle-down"), "Increased": ("#d55e00", "triangle-up")}
SCALE = Span("Points", -100, 50)
LINE = Estimated(
    cell=0,
    heading="Identity",
    name="Identity: etymologist",
    text="−90 points",
    value=-90.0,
    low=-94.0,
    high=-76.0,
    group="Reduced",
    is_result=True,
    missing=None,
    about={"Intervention": "Identity: etymologist"},
)


def spec(*lines: Estimated, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = forest.chart(lines, SCALE, MARKS, **options).to_dict()
    return found


def labels(found: dict[str, Any]) -> list[list[str]]:
    """The lines of every label, without what makes them unique."""
    domain = found["layer"][-1]["encoding"]["y"]["scale"]["domain"]
    return [label.split("\n")[:-1] for label in domain]


def rows(found: dict[str, Any]) -> pl.DataFrame:
    """What the chart draws."""
    return pl.DataFrame(next(iter(found["datasets"].values())), infer_schema_length=None)


def test_lines_keep_their_order_under_their_headings() -> None:
    found = spec(
        LINE, LINE._replace(cell=1, heading="Time", name="Time: 1850", facts="control 90 %")
    )
    assert labels(found) == [
        ["", ""],
        ["Identity: etymologist", "−90 points"],
        ["", ""],
        ["Time: 1850", "−90 points"],
    ]
    drawn = rows(found)
    assert drawn["above"].drop_nulls().to_list() == ["Identity", "Time"]
    assert drawn["whole"].drop_nulls().to_list() == ["Identity", "Time · control 90 %"]


def test_marks_that_share_a_row_are_seen_beside_what_they_are_compared_with_once() -> None:
    beside = Beside(control=0.0, untuned=-80.0, margin=5.0)
    strip = LINE._replace(name="Identity: 3 arms", text="−90 to 0", strip=True, beside=beside)
    found = spec(*(strip._replace(cell=cell) for cell in range(3)), LINE._replace(beside=beside))
    assert labels(found) == [
        ["Identity: 3 arms", "−90 to 0"],
        ["Identity: etymologist", "−90 points"],
    ]
    drawn = rows(found)
    assert drawn["cell"].to_list() == [0, 1, 2, 0]
    assert drawn["control"].to_list() == [0, None, None, 0]
    assert drawn["untuned"].to_list() == [-80, None, None, -80]


def test_a_dumbbell_joins_each_estimate_with_its_control() -> None:
    line = LINE._replace(beside=Beside(control=90.0))
    plain, joined = spec(line), spec(line, joined=True)
    assert len(joined["layer"]) == len(plain["layer"]) + 2


def test_a_single_heading_is_left_out_and_lines_alike_stay_two() -> None:
    found = spec(LINE, LINE._replace(cell=1))
    assert len(labels(found)) == 2
    assert len(set(found["layer"][-1]["encoding"]["y"]["scale"]["domain"])) == 2


def test_a_long_name_takes_two_lines_and_the_room_for_them() -> None:
    long = LINE._replace(name="Identity + intent: football player, workout (irrelevant)")
    found = spec(long)
    assert labels(found)[0][:2] == [
        "Identity + intent: football player,",
        "workout (irrelevant)",
    ]
    assert found["height"]["step"] > spec(LINE)["height"]["step"]
    assert len(labels(spec(long._replace(name="very " * 40)))[0]) == 3


def test_every_group_has_its_colour_and_shape_and_the_legend_all_of_them() -> None:
    colour, shape = (spec(LINE)["layer"][-1]["encoding"][name] for name in ("color", "shape"))
    assert colour["scale"] == {"domain": list(MARKS), "range": ["#56b4e9", "#d55e00"]}
    assert shape["scale"]["range"] == ["triangle-down", "triangle-up"]
    assert spec(LINE, legend=False)["layer"][-1]["encoding"]["color"]["legend"] is None


def test_where_nothing_could_be_estimated_there_is_no_legend() -> None:
    missing = LINE._replace(value=None, low=None, high=None, missing="no control")
    # An empty legend has no size, and a chart with one is infinitely large.
    found = forest.chart([missing], SCALE, {}).to_dict()
    assert found["layer"][-1]["encoding"]["color"]["legend"] is None
    assert found["layer"][-1]["encoding"]["shape"]["legend"] is None


def test_what_is_not_a_result_is_hollow_and_what_is_missing_says_why() -> None:
    found = spec(
        LINE._replace(is_result=False, low=None, high=None),
        LINE._replace(cell=1, value=None, low=None, high=None, missing="no control"),
    )
    rows = next(iter(found["datasets"].values()))
    assert [row["is_result"] for row in rows] == [False, True]
    assert [row["missing"] for row in rows] == [None, "no control"]
    assert found["layer"][-1]["encoding"]["fillOpacity"]["scale"]["range"] == [0, 1]


def test_references_have_a_margin_and_labels_that_cannot_meet() -> None:
    near = (Reference(0, "Control 3 %", 5), Reference(-3, "Untuned model 0 %", 5, dashed=True))
    found = spec(LINE, beside=near)
    bands, lines = found["layer"][:2]
    ends = next(rows for rows in found["datasets"].values() if "from" in rows[0])
    assert [(row["from"], row["to"], row["dashed"]) for row in ends] == [
        (-5, 5, False),
        (-8, 2, True),
    ]
    written = lines["encoding"]["x"]["axis"]["labelExpr"]
    assert "['', 'Control 3 %']" in written
    assert "['Untuned model 0 %', '']" in written
    assert bands["encoding"]["x"]["axis"] is None


def test_references_at_one_place_are_both_named() -> None:
    found = spec(LINE, beside=(Reference(0, "Control"), Reference(-0.0, "Untuned")))
    written = found["layer"][1]["encoding"]["x"]["axis"]["labelExpr"]
    assert written.startswith("abs(datum.value - -0.0) < 1e-06 ? ['Untuned', 'Control']")


@pytest.mark.parametrize(
    ("values", "least", "ends"),
    [([], 10, (-10, 10)), ([-93.8, None, 7.2], 10, (-100, 10)), ([160.0], 5, (-10, 160))],
)
def test_a_scale_ends_at_round_numbers_around_all_values(
    values: list[float | None], least: float, ends: tuple[float, float]
) -> None:
    assert forest.span(values, least) == ends


def test_only_a_chart_to_click_has_a_selection() -> None:
    assert spec(LINE)["params"][0]["name"] == "picked"
    assert "params" not in spec(LINE, clickable=False)
