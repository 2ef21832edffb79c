"""Heatmaps: valid at every size, complete in their legend, readable in their cells."""

from typing import Any

import polars as pl
import pytest

from pages.results.brittleness import heatmap
from pages.results.brittleness.heatmap import Heatmap
from pages.serving import pictures
from pages.ui.charts.base import VERDICT_COLOURS
from pages.ui.charts.ramps import INKS, Ramp

RATES = Ramp(0, 1, (0, 0.5, 1))
CELL: dict[str, Any] = {
    "cell": 0,
    "row": "gpt-4.1",
    "column": "Birds\n19th-century persona",
    "value": 0.95,
    "verdict": None,
    "short": "95 %",
    "text": "95 % [78, 99]",
    "state": "result",
    "n": "n = 100",
    "counts": "95/100 · 10 questions",
    "trained": "3 epochs",
    "wording": "no text",
    "flagged": False,
    "doubt": "–",
}
UNDEFINED = {"value": None, "short": "", "state": "undefined"}
DOUBTFUL = {"state": "not a result"}


def panel(*changes: dict[str, Any]) -> Heatmap:
    rows = [CELL | {"cell": at, "row": f"model {at}"} | change for at, change in enumerate(changes)]
    cells = pl.DataFrame(rows, schema_overrides={"value": pl.Float64, "verdict": pl.String})
    return Heatmap(
        where="Birds",
        judge='judge "a"',
        about="As published",
        cells=cells,
        rows=list(dict.fromkeys(cells["row"])),
        columns=list(dict.fromkeys(cells["column"])),
    )


def test_a_figure_has_many_columns_below_each_other() -> None:
    wide = square(17)._replace(rows=["0", "1"])
    assert (wide.portrait.rows, wide.portrait.columns) == (wide.columns, wide.rows)
    assert square(17).portrait.rows == square(17).rows  # as many either way
    few = square(8)._replace(rows=["0", "1"])
    assert few.portrait is few


def square(side: int) -> Heatmap:
    cells = pl.DataFrame(
        [
            CELL | {"cell": side * i + j, "row": f"model {i}", "column": f"intervention {j}"}
            for i in range(side)
            for j in range(side)
        ],
        schema_overrides={"verdict": pl.String},
    )
    rows, columns = ([f"{name} {i}" for i in range(side)] for name in ("model", "intervention"))
    return Heatmap("Birds", "judge", "As published", cells, rows, columns)


def drawn(*changes: dict[str, Any], **options: Any) -> dict[str, Any]:
    spec: dict[str, Any] = heatmap.heatmap(panel(*changes), "Rate", RATES, **options).to_dict()
    return spec


def marks(spec: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [layer for layer in spec["layer"] if layer["mark"]["type"] == kind]


def rows(spec: dict[str, Any]) -> list[dict[str, Any]]:
    (data,) = spec["datasets"].values()
    found: list[dict[str, Any]] = data
    return found


def svg(spec: dict[str, Any]) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec))


def test_rows_and_columns_stand_as_they_are_given() -> None:
    spec = drawn({}, {}, {})
    for layer in spec["layer"]:
        assert layer["encoding"]["y"]["sort"] == ["model 0", "model 1", "model 2"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_is_dark_on_light_fills_and_light_on_dark_ones(theme: str) -> None:
    low, high = rows(drawn({"value": 0.0}, {"value": 1.0}, theme=theme))
    assert {low["ink"], high["ink"]} == set(INKS)
    assert (low["ink"] == INKS[0]) == (theme == "light")


def test_what_is_undefined_is_hatched_and_has_no_text() -> None:
    spec = drawn({}, UNDEFINED)
    hatched = [
        layer
        for layer in marks(spec, "rule")
        if "datum.state == 'undefined'" in layer["transform"][0]["filter"]
    ]
    assert len(hatched) == len(heatmap.HATCHES)
    for layer in marks(spec, "text"):
        assert {"filter": "datum.state != 'undefined'"} in layer["transform"]
    assert svg(drawn(UNDEFINED, fluid=False)).count("mark-rule") >= len(heatmap.HATCHES)


def test_what_is_not_a_result_has_an_outline_of_its_own() -> None:
    outlined = svg(drawn({}, DOUBTFUL, fluid=False))
    plain = svg(drawn({}, {}, fluid=False))
    assert outlined.count('stroke-width="1.6"') == plain.count('stroke-width="1.6"') + 1


def test_what_few_answers_make_is_hatched_with_its_value() -> None:
    few = svg(drawn({}, {"state": "few", "short": "7 %"}, fluid=False))
    assert few.count("mark-rule") >= len(heatmap.HATCHES)
    assert "7 %" in few
    outlined = svg(drawn({}, DOUBTFUL, fluid=False))
    assert few.count('stroke-width="1.6"') == outlined.count('stroke-width="1.6"')


@pytest.mark.parametrize("side", [1, 2, 9, 24, 60])
def test_cells_are_square_and_as_large_as_there_is_room(side: int) -> None:
    spec = heatmap.heatmap(square(side), "Rate", RATES, fluid=False).to_dict()
    assert spec["width"] == side * spec["height"]["step"]
    assert heatmap.LEAST <= spec["height"]["step"] <= heatmap.LARGEST
    assert spec["width"] <= max(heatmap.ACROSS, 60 * heatmap.LEAST)


def test_summaries_stand_at_the_ends_without_a_fill_and_lead_nowhere() -> None:
    means = pl.DataFrame({"row": ["Mean"], "column": [CELL["column"]], "short": ["41 %"]})
    whole = panel({}, {})._replace(summary=means)
    assert whole.sides == ([*whole.rows, "Mean"], whole.columns)
    picture = svg(heatmap.heatmap(whole, "Rate", RATES, fluid=False).to_dict())
    assert "41 %" in picture
    assert picture.count('aria-roledescription="rect mark"') == svg(
        heatmap.heatmap(panel({}, {}), "Rate", RATES, fluid=False).to_dict()
    ).count('aria-roledescription="rect mark"')


def test_a_flag_stands_on_what_is_doubted() -> None:
    spec = drawn({"flagged": True}, {})
    (flag,) = marks(spec, "point")
    assert flag["transform"] == [{"filter": "datum.flagged"}]
    assert flag["mark"]["shape"] == heatmap.FLAG


def test_the_legend_of_verdicts_names_those_that_do_not_occur() -> None:
    verdict = {"verdict": "reduced", "short": "reduced"}
    spec = heatmap.heatmap(panel(verdict), "Verdict", None).to_dict()
    (boxes,) = [layer for layer in spec["layer"] if "fill" in layer["encoding"]]
    assert boxes["encoding"]["fill"]["scale"]["domain"] == list(VERDICT_COLOURS)
    assert boxes["encoding"]["fill"]["legend"]["title"] == "Verdict"


def test_every_value_is_one_hover_away() -> None:
    (boxes,) = [layer for layer in drawn({})["layer"] if "fill" in layer["encoding"]]
    shown = {tip["title"]: tip["field"] for tip in boxes["encoding"]["tooltip"]}
    assert shown == {
        "Cell": "name",
        "Rate": "text",
        "Counted": "counts",
        "Trained": "trained",
        "Text": "wording",
        "Look out": "doubt",
        "Judge": "judge",
        "Rule": "about",
    }


def test_text_shrinks_with_its_room_and_vanishes_before_it_is_illegible() -> None:
    value, n = (layer["mark"] for layer in marks(drawn({}), "text"))
    assert value["fontSize"]["expr"] == f"min({heatmap.LETTERS}, (width / 1 - 3) / 2.28)"
    assert value["opacity"]["expr"] == f"(width / 1 - 3) / 2.28 < {heatmap.SMALLEST} ? 0 : 1"
    assert n["fontSize"]["expr"].startswith("min(10, ")


def test_many_rows_leave_out_the_n() -> None:
    assert len(marks(heatmap.heatmap(square(30), "Rate", RATES).to_dict(), "text")) == 1


@pytest.mark.parametrize("side", [1, 9, 60])
def test_every_size_can_be_taken_away(side: int) -> None:
    picture = pictures.picture(heatmap.stacked([square(side)], "Rate", RATES), "svg").decode()
    assert picture.count('aria-roledescription="rect mark"') >= side * side
    assert f"model {side - 1}" in picture
    assert not any(sentence in picture for sentence in heatmap.LEGEND)  # which stands below it


def test_several_panels_share_one_legend_and_select_nothing() -> None:
    spec = heatmap.stacked([panel({}), panel(UNDEFINED)], "Rate", RATES).to_dict()
    legends = [
        layer["encoding"]["fill"]["legend"]
        for part in spec["vconcat"]
        for layer in part["layer"]
        if "fill" in layer["encoding"]
    ]
    assert legends[0] is not None
    assert legends[1] is None
    assert "params" not in spec


def test_a_panel_asks_for_no_more_width_than_it_needs() -> None:
    assert panel({}).width < 250
    assert square(60).width < 1200
    assert panel({}).heading == 'Birds · judge: judge "a"'
