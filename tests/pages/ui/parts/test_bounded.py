"""What of a large study is drawn: the first lines, whole ones, and a word on the rest."""

import polars as pl

from pages.ui.parts import bounded


def test_a_small_study_is_drawn_whole_and_without_a_word() -> None:
    rows = pl.DataFrame({"heading": ["a", "b"], "n": [1, 2]})
    assert bounded.lines(rows, ["heading"]).equals(rows)
    assert bounded.whole(rows, "n", "heading").equals(rows)
    assert bounded.told(2, 2) == ""


def test_the_first_lines_are_kept() -> None:
    rows = pl.DataFrame({"n": range(10_000)})
    assert bounded.lines(rows)["n"].to_list() == list(range(bounded.LINES))
    assert bounded.told(200, 10_000) == (
        "The first 200 of 10,000 lines are drawn. The filters in the sidebar bring the others in "
        "sight."
    )


def test_only_under_the_first_headings_and_still_a_beginning() -> None:
    # What a click selects is a row's number, so no row may be missing in between.
    headings = [f"h{at % (bounded.PANELS + 5)}" for at in range(100)]
    rows = pl.DataFrame({"heading": headings, "n": range(100)})
    kept = bounded.lines(rows, ["heading"])
    assert kept["n"].to_list() == list(range(bounded.PANELS))


def test_lines_of_many_marks_are_kept_whole() -> None:
    marks = bounded.MARKS // 3
    rows = pl.DataFrame(
        {"line": [f"l{at // marks}" for at in range(5 * marks)], "heading": ["h"] * (5 * marks)}
    )
    kept = bounded.whole(rows, "line", "heading")
    assert kept["line"].unique().sort().to_list() == ["l0", "l1", "l2"]
    assert kept.height == 3 * marks


def test_a_line_of_too_many_marks_is_cut() -> None:
    rows = pl.DataFrame({"line": ["a"] * 9_000, "heading": ["h"] * 9_000})
    assert bounded.whole(rows, "line", "heading").height == bounded.MARKS
