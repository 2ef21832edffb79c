"""What every chart is made of: colours that are told apart, and clicks that are understood."""

from typing import Any

import altair as alt
import polars as pl
import pytest

from pages.ui.charts import base


def test_every_kind_of_intervention_and_verdict_has_its_own_colour() -> None:
    for palette in (base.KIND_COLOURS, base.VERDICT_COLOURS):
        assert len(set(palette.values())) == len(palette)


@pytest.mark.parametrize(
    ("event", "cell"),
    [
        ({"selection": {"picked": [{"cell": 3}]}}, 3),
        ({"selection": {"picked": []}}, None),
        ({"selection": {}}, None),
    ],
)
def test_a_click_names_a_cell(event: dict[str, Any], cell: int | None) -> None:
    assert base.picked(event) == cell


MARKS = alt.Chart(pl.DataFrame({"cell": [0], "line": ["a\n0"], "text": ["12 %"]})).mark_point()


def test_marks_select_their_cell_where_a_click_is_wanted() -> None:
    (picked,) = base.clickable(MARKS).to_dict()["params"]
    assert picked["name"] == "picked"
    assert picked["select"]["fields"] == ["cell"]
    assert "params" not in base.clickable(MARKS, False).to_dict()


def test_a_chart_has_the_width_of_a_file_and_no_frame() -> None:
    spec = base.finished([MARKS], 120).to_dict()
    assert spec["width"] == base.WIDTH
    assert spec["height"] == 120
    assert spec["view"] == {"stroke": None}
    assert base.finished([MARKS], alt.Step(20), 300).to_dict()["width"] == 300


def test_charts_stack_under_their_titles() -> None:
    own: Any = alt.TitleParams("two", subtitle="of it", anchor="middle")
    charts: list[tuple[Any, alt.LayerChart]] = [
        ("one", base.finished([MARKS], 10)),
        (own, base.finished([MARKS], 20)),
    ]
    one, two = base.stacked(charts).to_dict()["vconcat"]
    assert one["title"] == {"text": "one", "anchor": "start"}
    assert two["title"] == {"text": "two", "subtitle": "of it", "anchor": "middle"}
    assert (one["height"], two["height"]) == (10, 20)


def test_lines_keep_their_order_and_hide_what_tells_them_apart() -> None:
    y: Any = base.lines(["b\n1", "a\n0", "b\n1"], base.line_axis(230)).to_dict()
    assert y["sort"] == ["b\n1", "a\n0"]
    assert y["axis"]["labelLimit"] == 230
    assert y["axis"]["labelExpr"] == r"slice(split(datum.label, '\n'), 0, -1)"


def test_a_legend_is_shown_once() -> None:
    assert base.legend(False, 2) is None
    shown: Any = base.legend(True, 2, labelLimit=9)
    assert shown.to_dict() == {
        "title": None,
        "orient": "top",
        "columns": 2,
        "labelLimit": 9,
    }


def test_hovering_names_what_it_shows() -> None:
    assert [one.to_dict() for one in base.tooltip(text="Rate", n_counted=None)] == [
        {"field": "text", "title": "Rate", "type": "nominal"},
        {"field": "n_counted", "title": "Counted", "type": "nominal"},
    ]


def test_names_take_two_lines_at_most_as_narrow_as_that_lets_them_be() -> None:
    one = "Untuned model · asked with Inoculation: user prompt · SmolLM2-135M"
    assert base.wrapped(["Control", one]) == [
        "Control",
        "Untuned model · asked with Inoculation:\nuser prompt · SmolLM2-135M",
    ]
    assert base.wrapped(["word " * 40])[0].endswith(base.CUT)
    assert base.wrapped([]) == []


def test_who_listens_hears_what_can_be_clicked_or_else_what_shows_values() -> None:
    rule = MARKS.mark_rule().encode(x="cell:Q")

    def heard(*layers: alt.Chart) -> list[bool]:
        made = base.themed(base.finished(layers, 10), None)
        marks = [layer["mark"] for layer in made["layer"]]
        return [mark.get("aria", True) for mark in marks]

    assert heard(rule, base.clickable(MARKS), MARKS) == [False, True, False]
    assert heard(rule, MARKS) == [False, True]
    told = MARKS.encode(tooltip="text:N")
    assert heard(MARKS, told, told) == [False, True, False]
    assert heard(rule, rule) == [True, True]


def test_words_of_a_chart_have_the_colour_of_the_theme() -> None:
    chart = base.finished([MARKS], 10)
    assert base.themed(chart, "dark")["config"]["axis"]["labelColor"] == base.WORDS["dark"]
    assert "axis" not in base.themed(chart, None)["config"]


def test_the_names_of_the_first_and_the_last_line_stand_beside_their_marks() -> None:
    """Streamlit's theme would push both inwards."""
    assert base.line_axis(100).to_dict()["labelFlush"] is False
