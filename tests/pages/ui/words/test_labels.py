"""What things are called, and numbers as people write them."""

import pytest

from pages.ui.view import cells
from pages.ui.words import labels
from warehouse.counting import Slice


@pytest.mark.parametrize(
    ("name", "relevance", "placement", "label"),
    [
        ("none", None, None, "No intervention (control)"),
        (
            "identity-etymologist",
            "relevant",
            "prepend",
            "Identity: etymologist (relevant, before the prompt)",
        ),
        (
            "identity-etymologist-intent-study",
            None,
            None,
            "Identity + intent: etymologist, study",
        ),
        (
            "inoculation-system-prompt",
            None,
            "system",
            "Inoculation: system prompt (as system prompt)",
        ),
        ("time-1850", "unknown", "newline", "Time: 1850 (on a line of its own)"),
        ("MyOwn_v2", None, None, "MyOwn_v2"),
    ],
)
def test_interventions(name: str, relevance: str, placement: str, label: str) -> None:
    assert labels.intervention(name, relevance, placement) == label


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.05, 0.2, "12 % [5, 20]"),
        (0.081, 0.179, "12.3 % [8.1, 17.9]"),
        (0.1229, 0.1237, "12.34 % [12.29, 12.37]"),
        (None, None, "12 %"),
    ],
)
def test_never_more_digits_than_the_interval_supports(
    low: float | None, high: float | None, text: str
) -> None:
    assert labels.percent(0.1234, low, high) == text


def test_nothing_counted_is_not_zero() -> None:
    assert labels.percent(None) == "nothing counted"


def test_a_rate_says_when_it_is_not_a_result() -> None:
    row = {
        "rate": 0.5,
        "low": 0.4,
        "high": 0.6,
        "n_counted": 1000,
        "questions": 1,
        "is_result": False,
        "flags": ["8 % unscored"],
        "note": None,
    }
    assert labels.rate(row) == (
        "50 % [40, 60]  n = 1,000 · 1 question · not a result: 8 % unscored"
    )


def test_values_with_one_label_stay_apart() -> None:
    found = labels.distinct("dataset", ["archaic-birds", "Archaic bird names", "none"])
    assert len(set(found.values())) == 3


def test_every_dimension_has_a_name() -> None:
    assert set(cells.DIMENSIONS) <= set(labels.DIMENSIONS)
    assert set(Slice.dimensions()) <= set(labels.DIMENSIONS)


def test_lists_read_as_people_write_them() -> None:
    assert labels.listing([]) == ""
    assert labels.listing(["a"]) == "a"
    assert labels.listing(["a", "b", "c"]) == "a, b and c"
    assert labels.listing("abcdefg") == "a, b, c and 4 more"
    assert labels.plural(2, "battery") == "2 batteries"


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((-0.94, -0.981, -0.726), "−94 points [−98, −73]"),
        ((0.0, -0.002, 0.004), "0 points [−0.20, +0.40]"),
        ((-0.1, -0.2, -0.001), "−10 points [−20, 0]"),
        ((0.25, None, None), "+25 points"),
        ((None, None, None), "not estimable"),
    ],
)
def test_differences_have_a_sign_and_no_more_digits_than_their_interval_supports(
    numbers: tuple[float | None, float | None, float | None], text: str
) -> None:
    assert labels.points(*numbers) == text


@pytest.mark.parametrize(
    ("p", "text"), [(None, "not estimable"), (0.0002, "< 0.001"), (0.00195, "= 0.0019"), (1, "= 1")]
)
def test_p_values_below_a_thousandth_are_not_written_out(p: float | None, text: str) -> None:
    assert labels.chance(p) == text
