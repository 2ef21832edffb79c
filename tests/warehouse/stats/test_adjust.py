"""Adjustment for multiple comparisons, against published and library values."""

from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from tests.warehouse.stats.frames import cell, frame
from warehouse.analysis import Analysis
from warehouse.analysis.told import sentence
from warehouse.errors import UnknownName
from warehouse.stats.adjust import ADJUSTMENTS, Adjustment, adjust, family, within
from warehouse.stats.contrasts import contrasts

PROBABILITIES = st.lists(st.floats(0, 1), min_size=1, max_size=40)
ARMS = {"none": 30, "less": 12, "alike": 29}


def test_by_hand() -> None:
    p = [0.01, 0.04, 0.03, 0.5]
    assert adjust(p, "holm").tolist() == pytest.approx([0.04, 0.09, 0.09, 0.5])
    assert adjust(p, "bh").tolist() == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.5])
    assert adjust(p, "none").tolist() == p


@settings(max_examples=40)
@given(PROBABILITIES, st.sampled_from(["bh", "holm"]))
def test_agrees_with_statsmodels(p: list[float], method: Literal["bh", "holm"]) -> None:
    expected = multipletests(p, method={"bh": "fdr_bh", "holm": "holm"}[method])[1]
    assert adjust(p, method) == pytest.approx(expected)


def test_what_is_not_tested_is_not_in_the_family() -> None:
    adjusted = adjust([0.01, np.nan, 0.04], "holm")
    assert adjusted[[0, 2]] == pytest.approx([0.02, 0.04])
    assert np.isnan(adjusted[1])
    assert np.isnan(adjust([np.nan], "bh")).all()
    assert adjust([], "bh").size == 0


def test_the_family_is_named() -> None:
    assert family(12, "bh") == "12 comparisons, Benjamini–Hochberg"
    assert family(1, "holm") == "1 comparison, Holm"


def test_jointly_from_p_values_alone_is_sidak() -> None:
    p = [0.01, 0.2, np.nan]
    expected = multipletests(p[:2], method="sidak")[1]
    assert adjust(p, "joint")[:2] == pytest.approx(expected)
    assert adjust([1e-30, 0.5, 1.0], "joint") == pytest.approx([3e-30, 0.875, 1], rel=1e-12)


def test_families_are_adjusted_apart() -> None:
    adjusted = within([0.01, 0.03, 0.02], np.array([7, 7, 3]), "holm")
    assert adjusted == pytest.approx([0.02, 0.03, 0.02])


def test_unknown_method() -> None:
    with pytest.raises(
        UnknownName, match="no adjustment 'tukey'; choose one of joint, joint-fdr, bh, holm, none"
    ):
        adjust([0.1], "tukey")


def test_a_further_adjustment_is_one_object(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = Adjustment("twice", "Twice", "doubled", "doubled", lambda p: 2 * p)
    monkeypatch.setitem(ADJUSTMENTS, twice.name, twice)
    rows = [cell([most] * 6, 40, intervention=name) for name, most in ARMS.items()]
    found = contrasts(frame(*rows), adjustment="twice")
    assert found["q"].to_list() == pytest.approx((2 * found["p"]).clip(0, 1).to_list())
    assert set(found["family"]) == {"2 comparisons, Twice"}
    assert "p-values doubled for all arms of the focus" in sentence(Analysis(adjustment="twice"))
    with pytest.raises(UnknownName, match=r"adjusted joint or holm.*not twice"):
        Analysis(adjustment="twice", intervals="simultaneous")
