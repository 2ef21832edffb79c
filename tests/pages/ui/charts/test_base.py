"""What every chart is made of: colours that are told apart, and clicks that are understood."""

from typing import Any

import pytest

from pages.ui.charts import base


def test_every_kind_of_intervention_and_verdict_has_its_own_colour() -> None:
    for palette in (base.KIND_COLOURS, base.VERDICT_COLOURS):
        assert len(set(palette.values())) == len(palette)


@pytest.mark.parametrize(
    ("event", "cell"),
    [
        ({"selection": {"picked": [{"cell": 3}]}}, 3),
        ({"selection": {"picked": []}}, None),
        ({"selection": {}}, None),
    ],
)
def test_a_click_names_a_cell(event: dict[str, Any], cell: int | None) -> None:
    assert base.picked(event) == cell
