"""What the pages' skeleton says and asks."""

from pages.ui.parts import skeleton
from tests.warehouse.stats.frames import cell, frame


def test_judges_of_the_same_answers_are_told_apart() -> None:
    counts = frame(
        cell([1, 2], 10), cell([3, 4], 10, judge="judge-b"), cell([1], 10, experiment="cities")
    )
    assert skeleton.rivals(counts) == [("birds", "persona", ["judge-a", "judge-b"])]


def test_one_judge_has_no_rival() -> None:
    assert skeleton.rivals(frame(cell([1, 2], 10))) == []
