"""Effects in sight: a filter may hide what an arm is compared with, not the comparison."""

from dataclasses import replace

import pytest

from pages.ui.view import arms
from warehouse import rules
from warehouse.analysis import Analysis
from warehouse.counting import Slice

VIEW = Analysis(Slice(experiment=("birds",)), rules.named("published"), "prompts")


@pytest.mark.usefixtures("on_study")
def test_an_arm_is_compared_with_a_control_that_is_filtered_out() -> None:
    narrow = replace(VIEW, slice=VIEW.slice.narrowed(intervention="identity-etymologist"))
    (wide,) = arms.effects(VIEW).iter_rows(named=True)
    (row,) = arms.effects(narrow).iter_rows(named=True)
    assert row == wide
    assert row["baseline_rate"] is not None


@pytest.mark.usefixtures("on_study")
def test_what_is_there_only_to_be_compared_with_is_not_shown() -> None:
    narrow = replace(VIEW, slice=VIEW.slice.narrowed(intervention="identity-etymologist"))
    assert arms.contrasts(narrow, "untuned")["intervention"].to_list() == ["identity-etymologist"]
    assert set(arms.contrasts(VIEW, "untuned")["intervention"]) == {"none", "identity-etymologist"}


@pytest.mark.usefixtures("on_study")
def test_margin_and_adjustment_are_those_of_the_view() -> None:
    moved = replace(VIEW, margin=0.2, adjustment="holm")
    (row,) = arms.effects(moved).iter_rows(named=True)
    assert row["margin"] == 0.2
    assert "Holm" in row["family"]
