"""Numbers have the digits that their intervals support; pages test the rest of their words."""

import pytest

from warehouse import readable


@pytest.mark.parametrize(
    ("share", "low", "high", "text"),
    [
        (0.1234, 0.02, 0.3, "12 % [2, 30]"),
        (0.1234, 0.081, 0.179, "12.3 % [8.1, 17.9]"),
        (0.1234, 0.1230, 0.1238, "12.34 % [12.30, 12.38]"),
        (0.5, None, None, "50 %"),
        (None, None, None, "nothing counted"),
    ],
)
def test_a_share(share: float | None, low: float | None, high: float | None, text: str) -> None:
    assert readable.percent(share, low, high) == text


def test_a_difference_has_its_sign_and_none_where_it_is_nothing() -> None:
    assert readable.points(-0.94, -0.98, -0.73) == "−94 points [−98, −73]"
    assert readable.points(0.001, -0.2, 0.2) == "0 points [−20, +20]"
    assert readable.points(None) == "not estimable"


@pytest.mark.parametrize(
    ("value", "low", "high", "text"),
    [
        (-0.964, -1.0, -0.9, "−0.96 [−1.00, −0.90]"),
        (0.5, None, None, "0.50"),
        (-0.001, None, None, "0.00"),
        (None, None, None, "not defined"),
    ],
)
def test_a_coefficient(
    value: float | None, low: float | None, high: float | None, text: str
) -> None:
    assert readable.coefficient(value, low, high) == text
