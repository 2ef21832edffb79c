"""Numbers as people write them, scaled from shares in one place."""

import re
from pathlib import Path

import polars as pl
import pytest

from pages.ui.words import numbers


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
    assert numbers.percent(0.1234, low, high) == text


@pytest.mark.parametrize(
    ("one", "other", "rates", "differences"),
    [
        (0.34, 0.36, ("34 %", "36 %"), ("+34 points", "+36 points")),
        (0.3441, 0.3379, ("34.4 %", "33.8 %"), ("+34.4 points", "+33.8 points")),
        (0.00004, 0.0, ("0.004 %", "0.000 %"), ("+0.004 points", "0 points")),
        (-0.3441, -0.34408, ("-34.410 %", "-34.408 %"), ("−34.410 points", "−34.408 points")),
        (0.5, 0.5, ("50 %", "50 %"), ("+50 points", "+50 points")),
    ],
)
def test_two_numbers_that_differ_show_the_digit_in_which_they_do(
    one: float, other: float, rates: tuple[str, str], differences: tuple[str, str]
) -> None:
    digits = numbers.apart(one, other)
    assert tuple(numbers.percent(share, digits=digits) for share in (one, other)) == rates
    assert tuple(numbers.points(share, digits=digits) for share in (one, other)) == differences


def test_nothing_counted_is_not_zero() -> None:
    assert numbers.percent(None) == "nothing counted"


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
    assert numbers.rate(row) == (
        "50 % [40, 60]  n = 1,000 · 1 question · not a result: 8 % unscored"
    )


def test_lists_read_as_people_write_them() -> None:
    assert numbers.listing([]) == ""
    assert numbers.listing(["a"]) == "a"
    assert numbers.listing(["a", "b", "c"]) == "a, b and c"
    assert numbers.listing("abcdefg") == "a, b, c and 4 more"
    assert numbers.plural(2, "battery") == "2 batteries"


@pytest.mark.parametrize(
    ("ends", "text"),
    [
        ((-0.94, -0.981, -0.726), "−94 points [−98, −73]"),
        ((0.0, -0.002, 0.004), "0 points [−0.20, +0.40]"),
        ((-0.1, -0.2, -0.001), "−10 points [−20, 0]"),
        ((0.25, None, None), "+25 points"),
        ((None, None, None), "not estimable"),
    ],
)
def test_differences_have_a_sign_and_no_more_digits_than_their_interval_supports(
    ends: tuple[float | None, float | None, float | None], text: str
) -> None:
    assert numbers.points(*ends) == text


@pytest.mark.parametrize(
    ("p", "text"), [(None, "not estimable"), (0.0002, "< 0.001"), (0.00195, "= 0.0019"), (1, "= 1")]
)
def test_p_values_below_a_thousandth_are_not_written_out(p: float | None, text: str) -> None:
    assert numbers.chance(p) == text


def test_shares_are_hundredths() -> None:
    assert numbers.hundredth(0.25) == 25
    assert numbers.hundredth(None) is None
    assert numbers.share(25) == 0.25
    assert numbers.margin(0.05) == "±5 points"
    frame = pl.DataFrame({"rate": [0.5, None]})
    assert frame.select(numbers.hundredths("rate"))["rate"].to_list() == [50, None]


def test_nobody_else_scales_by_a_hundred(root: Path) -> None:
    by_hand = re.compile(r"\b100(\.0)? \*(?! datum)|[*/] 100\b")
    found = [
        f"{path.relative_to(root)}: {line.strip()}"
        for path in sorted((root / "pages").rglob("*.py"))
        if path.name != "numbers.py"
        for line in path.read_text("utf-8").splitlines()
        if by_hand.search(line)
    ]
    assert not found
