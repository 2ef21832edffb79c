"""What a cell is called in charts and sentences."""

import pytest

from pages.ui.view import cells
from tests.warehouse.stats.frames import cell, frame
from warehouse import rules
from warehouse.analysis import Analysis
from warehouse.counting import Slice

VIEW = Analysis(slice=Slice(), rule=rules.named("published"))

BY = ["model", "dataset", "eval_intervention", "intervention"]


def named(*arms: dict[str, str]) -> list[str]:
    counts = frame(*(cell([1, 2], 10, **arm) for arm in arms))
    return cells.of(counts, BY, VIEW)["name"].to_list()


def test_what_was_not_done_is_not_said() -> None:
    assert named({}, {"dataset": "none"}) == [
        "model-a · Birds · No intervention (control)",
        "model-a · Untuned (no dataset)",
    ]


def test_a_text_at_evaluation_is_told_from_one_in_training() -> None:
    assert named({"eval_intervention": "intent-study", "intervention": "identity-alex"}) == [
        "model-a · Birds · asked with Intent: study · Identity: alex"
    ]


def test_a_cell_of_which_nothing_is_left_keeps_its_labels() -> None:
    counts = frame(cell([1, 2], 10))
    assert cells.of(counts, ["eval_intervention"], VIEW)["name"].to_list() == ["None at evaluation"]


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("gpt-4.1", ["gpt-4.1"]),
        ("gpt-4.1 · Control", ["gpt-4.1 · Control"]),
        (
            "Llama-3.1-70B · Former German city names · Identity: soldier",
            ["Llama-3.1-70B · Former German city names", "Identity: soldier"],
        ),
        ("a" * 50 + " · b", ["a" * 50, "b"]),
    ],
)
def test_long_names_are_wrapped_at_their_parts(name: str, lines: list[str]) -> None:
    assert cells.wrapped(name).split("\n") == lines


def test_a_line_ends_with_its_counts_and_its_number() -> None:
    line = cells.of(frame(cell([1, 2], 10)), ["model"], VIEW)["line"][0]
    assert line.split("\n") == ["model-a", "3/20 · 2 questions", "0"]


def test_brackets_are_left_out_of_short_names() -> None:
    assert cells.short("Time: 1850 (relevant, on a line of its own)") == "Time: 1850"
