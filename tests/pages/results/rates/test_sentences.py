"""The answer of the Rates page, in at most thirty words."""

from pages.results.rates import points, sentences
from tests.pages.results.rates.test_layout import grid, laid
from tests.warehouse.stats.frames import cell, frame


def test_the_answer_names_the_ends_with_interval_and_n() -> None:
    counts = frame(
        cell([0] * 10, 20, model="gemma-3-270m", dataset="none"),
        cell([18] * 10, 20, intervention="inoculation-user-prompt", model="SmolLM2-135M"),
    )
    said = sentences.answer(laid(counts, "model", "dataset", "intervention"))
    assert said == (
        "From 0 % [0, 13] (Untuned model · gemma-3-270m, n = 200) to 90.0 % [84.2, 93.8] "
        "(Inoculation: user prompt · SmolLM2-135M, n = 200); 10 questions each."
    )
    assert len(said.split()) <= 30


def test_questions_stand_with_each_end_where_they_differ() -> None:
    counts = frame(cell([1, 2], 20), cell([9, 9, 9], 20, model="b"))
    said = sentences.answer(laid(counts, "model"))
    assert "n = 40 · 2 questions" in said
    assert said.endswith("n = 60 · 3 questions).")


def test_a_single_cell_is_told_though_it_is_no_result() -> None:
    said = sentences.answer(laid(frame(cell([1], 2)), "model"))
    assert (
        said == "50 % (model-a, n = 2 · 1 question; not a result: only 2 counted, fewer than 10)."
    )


def test_nothing_that_is_a_result_says_why() -> None:
    counts = frame(cell([1], 2), cell([1], 4, model="b"))
    said = sentences.answer(laid(counts, "model"))
    assert said == "No cell is a result: fewer than 10 answers counted."


def test_the_legend_says_which_lines_are_drawn_where_there_are_more() -> None:
    assert sentences.below(laid(grid(2, 3)), 1) == points.LEGEND
    said = sentences.below(laid(grid(4, 20)), 3)
    assert said.endswith(f"Lines 15 to 20 of 20. {points.LEGEND}")


def test_what_all_lines_share_is_said_once_below_them() -> None:
    counts = frame(cell([1], 20), cell([2], 20, intervention="intent-study"))
    said = sentences.below(laid(counts, "dataset", "intervention"), 1)
    assert said == f"All lines: Birds. {points.LEGEND}"
