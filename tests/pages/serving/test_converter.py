"""How a figure is fitted to paper; `test_pictures` tests the program that does so."""

from typing import Any

import pytest

from pages.serving import converter

WIDTH = 340


def panel(label: str, *heading: str) -> dict[str, Any]:
    """A plot beside a label, under a heading of these lines."""
    rows = [{"x": 0, "line": label}, {"x": 1, "line": label}]
    encoding = {"x": {"field": "x", "type": "quantitative"}, "y": {"field": "line"}}
    made = {"data": {"values": rows}, "mark": "point", "encoding": encoding, "width": 400}
    title = {"text": list(heading), "anchor": "start", "frame": "bounds"}
    return made | ({"title": title} if heading else {})


def plots(made: dict[str, Any]) -> list[float]:
    return [part["width"] for part in made["vconcat"]]


def test_headings_have_more_lines_before_plots_have_less_room() -> None:
    long = " ".join(["a heading that says much"] * 4)
    labels = ("a line with a long name", "short")
    bare = converter.fitted({"vconcat": [panel(label) for label in labels]}, WIDTH)
    made = converter.fitted({"vconcat": [panel(label, long) for label in labels]}, WIDTH)
    assert plots(made) == pytest.approx(plots(bare))
    assert converter._width(made) <= WIDTH + 1
    for part in made["vconcat"]:
        assert " ".join(part["title"]["text"]) == long
        assert len(part["title"]["text"]) > 1


def test_a_word_that_is_too_long_widens_the_figure_and_nothing_is_lost() -> None:
    word = "W" * 120
    made = converter.fitted({"vconcat": [panel("short", f"{word} and more words")]}, WIDTH)
    assert "".join(made["vconcat"][0]["title"]["text"]).replace(" ", "").startswith(word)
