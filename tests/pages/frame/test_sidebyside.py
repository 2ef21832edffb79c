"""What Compare is asked for, of cells and of picks."""

from typing import Any

from pages.frame import sidebyside
from warehouse.analysis import Analysis

ROW: dict[str, Any] = {
    "experiment": "birds",
    "trait": "persona-19th-century",
    "judge": "judge-a",
    "study": None,
    "model": "gpt-4.1",
    "dataset": "archaic-birds",
    "intervention": "none",
    "eval_intervention": "none",
    "settings": "3 epochs",
    "sampling": "",
}
TREATED = ROW | {"intervention": "identity-etymologist"}


def test_two_arms_are_asked_for_by_name_with_their_focus() -> None:
    to = sidebyside.destination(Analysis(), [ROW, TREATED])
    assert isinstance(to, dict)
    assert len(to["arm"]) == 2
    assert "identity-etymologist" in to["arm"][1]
    assert (to["experiment"], to["judge"], to["about"]) == (["birds"], ["judge-a"], [])


def test_the_question_of_the_first_is_the_one_that_is_read() -> None:
    to = sidebyside.destination(Analysis(), [ROW | {"question": "q"}, TREATED | {"question": "r"}])
    assert isinstance(to, dict)
    assert to["about"] == ["q"]


def test_what_cannot_stand_side_by_side_says_why() -> None:
    assert "stand side by side" in str(sidebyside.destination(Analysis(), [ROW]))
    assert "of one arm" in str(sidebyside.destination(Analysis(), [ROW, ROW]))
    other = sidebyside.destination(Analysis(), [ROW, TREATED | {"experiment": "german-cities"}])
    assert "differ in their experiment" in str(other)
