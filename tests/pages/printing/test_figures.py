"""Figures for papers: as wide as asked, letters that can be read, panels whole, words complete."""

import json
import re
from typing import Any
from xml.etree import ElementTree

import altair as alt
import polars as pl
import pytest

from pages.printing import figures
from pages.serving import converter, pictures
from pages.ui.charts import base

LABELS = ["A rather long name of an intervention", "Control"]
LEGEND = "Filled: a result. " * 12
BASIS = "n = 200 answers to 10 questions · Judge: gpt-4o."


def plot(names: list[str], legend: bool = True) -> alt.LayerChart:
    rows = pl.DataFrame(
        {
            "line": [f"{name}\n{at}" for at, name in enumerate(names)],
            "rate": [0.1 * at for at in range(len(names))],
            "kind": ["Identity" if at % 2 else "Control" for at in range(len(names))],
        }
    )
    marks = (
        alt.Chart(rows)
        .mark_point()
        .encode(
            x=base.share_axis("rate"),
            y=base.lines(rows["line"].to_list(), base.line_axis(230)),
            color=alt.Color("kind:N", legend=base.legend(legend, 2)),
        )
    )
    return base.finished([marks], alt.Step(24))


def stacked() -> figures.Chart:
    made: figures.Chart = base.stacked(
        [("Birds, persona", plot(LABELS)), ("Cities, persona", plot(LABELS, legend=False))]
    ).to_dict()
    return made


def drawn(chart: figures.Chart, width: str) -> ElementTree.Element:
    paper = figures.PAPERS[width]
    made = pictures.picture(figures.printed(chart, paper, LEGEND, BASIS), "svg", paper)
    return ElementTree.fromstring(made)


@pytest.mark.parametrize("width", ["single", "double"])
def test_a_figure_is_as_wide_as_its_column_with_letters_of_7_to_9_points(width: str) -> None:
    figure = drawn(stacked(), width)
    points = figures.PAPERS[width].points
    assert figure.get("width") == f"{points:g}pt"
    across = float(str(figure.get("viewBox")).split()[2])
    letters = {
        float(str(text.get("font-size")).removesuffix("px")) * points / across
        for text in figure.iter("{http://www.w3.org/2000/svg}text")
    }
    assert 6.95 < min(letters) <= max(letters) < 9.05
    words = " ".join("".join(figure.itertext()).split())
    for said in ("Birds, persona", "Cities, persona", "Identity", "Control", *LABELS):
        assert said in words
    assert "n = 200 answers to 10 questions" in words
    assert figure.find(".//{*}rect[@fill='white']") is not None


def test_every_panel_alone_has_the_legend_and_its_title() -> None:
    first, second = figures.panels(stacked())
    assert (first.title, second.title) == ("Birds, persona", "Cities, persona")
    words = "".join(drawn(second.chart, "single").itertext())
    assert "Identity" in words
    assert "Birds" not in words


def test_a_chart_that_is_not_stacked_is_one_panel() -> None:
    chart = plot(LABELS).to_dict()
    assert [panel.chart for panel in figures.panels(chart)] == [chart]


def test_cells_with_numbers_are_offered_only_where_they_can_be_read() -> None:
    def grid(columns: int) -> figures.Chart:
        rows = pl.DataFrame({"x": [f"model {n}" for n in range(columns)], "y": ["a"] * columns})
        marks = alt.Chart(rows).mark_text(text="12 %").encode(x="x:N", y="y:N")
        made: figures.Chart = base.finished([marks], alt.Step(30)).to_dict()
        return made

    assert figures.fitting(grid(4)) == ["single", "double", "slide"]
    assert figures.fitting(grid(12)) == ["double", "slide"]
    assert figures.fitting(grid(40)) == ["double"]
    assert figures.fitting(plot(LABELS).to_dict()) == list(figures.WIDTHS)
    wordy = plot(LABELS).to_dict() | {"usermeta": {figures.LEAST: 400}}
    assert figures.fitting(wordy) == ["double", "slide"]


def test_labels_beside_cells_take_room_too() -> None:
    def grid(rows: list[str], columns: list[str]) -> figures.Chart:
        cells = pl.DataFrame(
            [(x, y) for x in columns for y in rows], schema=["x", "y"], orient="row"
        )
        marks = alt.Chart(cells).mark_text(text="12 %")
        marks = marks.encode(x=alt.X("x:N", sort=columns), y=alt.Y("y:N", sort=rows))
        made: figures.Chart = base.finished([marks], alt.Step(30)).to_dict()
        return made

    few = [f"m{n}" for n in range(6)]
    assert "single" in figures.fitting(grid(["short", "labels"], few))
    assert "single" not in figures.fitting(grid(["A rather long name of an intervention"], few))
    assert "single" not in figures.fitting(
        grid(["short"], [*few, "reaches far beyond the last" * 2])
    )


def test_a_tall_stack_is_not_one_figure() -> None:
    low = figures.height(stacked())
    high = figures.height(base.stacked([("A", plot([str(n) for n in range(100)]))] * 9).to_dict())
    assert low < figures.TALLEST < high


def test_long_titles_are_broken_and_letters_bounded() -> None:
    chart: dict[str, Any] = plot(LABELS).to_dict() | {"title": "word " * 40}
    chart["layer"][0]["encoding"]["x"]["axis"] |= {"labelFontSize": 5, "titleFontSize": 30}
    legend = "Hatched: not defined there; the tooltip says why. Click a cell to read it. Pale: few."
    made = figures.printed(chart, figures.PAPERS["single"], legend, BASIS)
    told = " ".join(made["title"]["text"])
    assert told == "Hatched: not defined there. Pale: few."  # paper has no pointer
    (inside,) = made["vconcat"]
    assert len(inside["title"]["text"]) > 2
    axis = inside["layer"][0]["encoding"]["x"]["axis"]
    assert (axis["labelFontSize"], axis["titleFontSize"]) == (figures.SMALLEST, figures.LARGEST)
    assert made["title"]["subtitle"] == [BASIS]
    json.dumps(made)


def test_the_pdf_and_the_png_have_the_same_width_on_paper() -> None:
    paper = figures.PAPERS["single"]
    chart = figures.printed(plot(LABELS).to_dict(), paper, LEGEND, BASIS)
    pdf = pictures.picture(chart, "pdf", paper)
    box = re.search(rb"/MediaBox ?\[0 0 ([\d.]+) ", pdf)
    assert pdf.startswith(b"%PDF")
    assert box is not None
    assert float(box[1]) == pytest.approx(paper.points, abs=0.5)
    png = pictures.picture(chart, "png", paper)
    pixels = int.from_bytes(png[16:20], "big")
    assert pixels == pytest.approx(paper.points / 72 * 300, abs=2)


def test_what_panels_share_is_in_the_figure_and_each_knows_its_own_width() -> None:
    asked = plot(LABELS).transform_calculate(wide="width > 300")
    alone: figures.Chart = alt.vconcat(plot(LABELS)).to_dict()  # its data stand beside its panel
    for chart in (alone, base.stacked([("", asked), ("", plot(LABELS))]).to_dict()):
        assert len(list(drawn(chart, "single").iterfind(".//*[@aria-roledescription='point']"))) > 0
    told = converter._stretched(asked.to_dict(), 0.5, None)
    assert "280 > 300" in json.dumps(told)
    assert "width > 300" in json.dumps(asked.to_dict())
