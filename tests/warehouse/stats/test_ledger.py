"""The ledger: every planned sample is counted or left out for a reason."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warehouse.stats.frames import cell, frame
from warehouse.errors import UnknownName
from warehouse.stats.ledger import STEPS, UnbalancedLedger, ledger
from warehouse.stats.rates import REASONS

INSECURE_CODE: dict[str, Any] = {
    "n_planned": 80,
    "n_answered": 80,
    "n_judged": 78,
    "out_code": 8,
    "out_unjudged": 2,
    "out_incoherent": 4,
}


def as_dict(got: pl.DataFrame, column: str = "n") -> dict[str, Any]:
    return dict(zip(got["step"], got[column], strict=True))


def test_steps_in_order() -> None:
    got = ledger(frame(cell([24], 66, **INSECURE_CODE)))
    assert got.columns == [
        *("experiment", "trait", "judge", "study"),
        *("step", "kind", "n", "share", "explanation"),
    ]
    assert got["step"].to_list() == list(STEPS)
    assert as_dict(got) == {
        "planned": 80,
        "answered": 80,
        "judged": 78,
        "failed": 0,
        "missing": 0,
        "empty": 0,
        "broken_off": 0,
        "contested": 0,
        "unjudged": 2,
        "unparsed": 0,
        "off_scale": 0,
        "refusal": 0,
        "code": 8,
        "incoherent": 4,
        "no_coherence": 0,
        "counted": 66,
        "trait": 24,
    }
    assert as_dict(got, "share")["counted"] == pytest.approx(66 / 80)
    assert as_dict(got, "kind")["code"] == "excluded"
    assert as_dict(got, "kind")["trait"] == "stage"


def test_what_a_rule_keeps_is_not_left_out_and_said() -> None:
    counts = frame(
        cell([24], 78, n_planned=80, kept_refusal=5, kept_broken_off=3, out_incoherent=2)
    )
    got = ledger(counts)
    assert as_dict(got)["refusal"] == as_dict(got)["broken_off"] == 0
    explanations = as_dict(got, "explanation")
    assert explanations["refusal"].endswith(
        "5 such answers stay in the denominator, as not showing the trait."
    )
    assert explanations["broken_off"].endswith(
        "3 such answers stay in the denominator, as they were judged."
    )
    assert explanations["code"] == STEPS["code"]


def test_cells_are_apart_and_questions_together() -> None:
    counts = frame(cell([1, 2], [8, 9], n_planned=10, model="a")).with_columns(
        out_refusal=pl.Series([2, 1])
    )
    other = frame(cell([5], 10, model="b"))
    got = ledger(pl.concat([counts, other]), ["model"])
    assert got["model"].to_list() == ["a"] * len(STEPS) + ["b"] * len(STEPS)
    assert as_dict(got.filter(model="a"))["refusal"] == 3
    assert as_dict(got.filter(model="b"))["refusal"] == 0


def test_counts_that_contradict_themselves_are_refused() -> None:
    with pytest.raises(UnbalancedLedger, match=r"question q00 .* 10 planned and 8 counted"):
        ledger(frame(cell([1], 8, n_planned=10)))
    with pytest.raises(UnbalancedLedger, match="11 counted"):
        ledger(frame(cell([1], 11, n_planned=10)))
    with pytest.raises(UnbalancedLedger):
        ledger(frame(cell([11], 10)))


def test_unknown_dimension() -> None:
    with pytest.raises(UnknownName):
        ledger(frame(), ["colour"])


def test_nothing_planned_has_no_share() -> None:
    assert ledger(frame(cell([0], 0)))["share"].is_null().all()
    assert ledger(frame()).height == 0


@given(
    st.fixed_dictionaries({name: st.integers(0, 30) for name in REASONS}),
    st.fixed_dictionaries({name: st.integers(0, 30) for name in REASONS}),
    st.integers(0, 50),
)
def test_planned_less_what_is_left_out_is_counted(
    out: dict[str, int], kept: dict[str, int], plain: int
) -> None:
    counted = plain + sum(kept.values())
    row = cell(
        [plain],
        counted,
        n_planned=counted + sum(out.values()),
        **{f"out_{name}": n for name, n in out.items()},
        **{f"kept_{name}": n for name, n in kept.items()},
    )
    got = as_dict(ledger(frame(row)))
    assert got["planned"] - sum(got[name] for name in REASONS) == got["counted"] == counted
    assert {name: got[name] for name in REASONS} == out
