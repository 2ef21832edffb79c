"""The ledger: every planned sample is counted or left out for a reason."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warehouse.stats.frames import cell, frame
from warehouse.errors import UnknownName
from warehouse.stats.ledger import EXCLUDED, STEPS, UnbalancedLedger, ledger

INSECURE_CODE: dict[str, Any] = {
    "n_planned": 80,
    "n_answered": 80,
    "n_judged": 78,
    "n_code": 8,
    "n_unparsed": 0,
    "n_missing": 2,
    "n_incoherent": 4,
    "n_unscored_excluded": 2,
}


def as_dict(got: pl.DataFrame, column: str = "n") -> dict[str, Any]:
    return dict(zip(got["step"], got[column], strict=True))


def test_steps_in_order() -> None:
    got = ledger(frame(cell([24], 66, **INSECURE_CODE)))
    assert got.columns == [
        *("experiment", "trait", "judge"),
        *("step", "kind", "n", "share", "explanation"),
    ]
    assert got["step"].to_list() == list(STEPS)
    assert as_dict(got) == {
        "planned": 80,
        "answered": 80,
        "judged": 78,
        "refusal": 0,
        "code": 8,
        "incoherent": 4,
        "unparsed": 0,
        "missing": 2,
        "counted": 66,
        "trait": 24,
    }
    assert as_dict(got, "share")["counted"] == pytest.approx(66 / 80)
    assert as_dict(got, "kind")["code"] == "excluded"
    assert as_dict(got, "kind")["trait"] == "stage"


def test_what_a_rule_keeps_is_not_left_out_and_said() -> None:
    counts = frame(
        cell(
            [24], 78, n_planned=80, n_refusal=5, n_missing=3, n_unscored_excluded=0, n_incoherent=2
        )
    )
    got = ledger(counts)
    assert as_dict(got)["refusal"] == as_dict(got)["missing"] == 0
    explanations = as_dict(got, "explanation")
    assert explanations["refusal"].endswith(
        "5 such answers stay in the denominator, as not showing the trait."
    )
    assert explanations["code"] == STEPS["code"]


@pytest.mark.parametrize(
    ("counted", "refusal", "code"), [(91, 3, 6), (94, 0, 6), (97, 3, 0), (100, 0, 0)]
)
def test_reasons_are_told_apart(counted: int, refusal: int, code: int) -> None:
    got = as_dict(ledger(frame(cell([9], counted, n_planned=100, n_refusal=3, n_code=6))))
    assert (got["refusal"], got["code"]) == (refusal, code)


@pytest.mark.parametrize(("counted", "incoherent"), [(90, 10), (100, 0)])
def test_incoherent_answers_may_stay_as_negatives(counted: int, incoherent: int) -> None:
    got = as_dict(ledger(frame(cell([9], counted, n_planned=100, n_incoherent=10, n_refusal=4))))
    assert (got["incoherent"], got["refusal"]) == (incoherent, 0)


def test_answers_with_two_reasons_are_left_out_once() -> None:
    # Ten incoherent answers, of which two are refusals that would have stayed, and one has an
    # unparsed judgement.
    counts = frame(
        cell(
            [9],
            90,
            n_planned=100,
            n_incoherent=10,
            n_refusal=2,
            n_unparsed=1,
            n_unscored_excluded=1,
        )
    )
    got = as_dict(ledger(counts))
    assert (got["incoherent"], got["refusal"], got["unparsed"]) == (9, 0, 1)


def test_failed_answers_may_leave_while_missing_judgements_stay() -> None:
    # Five have no judgement, of which three have no answer; unparsed replies stay as well.
    counts = frame(
        cell(
            [9], 97, n_planned=100, n_answered=97, n_missing=5, n_unparsed=4, n_unscored_excluded=3
        )
    )
    got = as_dict(ledger(counts))
    assert (got["missing"], got["unparsed"]) == (3, 0)


def test_cells_are_apart_and_questions_together() -> None:
    counts = frame(
        cell([1, 2], [8, 9], n_planned=10, n_refusal=0, n_missing=0, model="a", n_incoherent=0)
    ).with_columns(n_refusal=pl.Series([2, 1]))
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


REASONS = st.fixed_dictionaries({name: st.integers(0, 30) for name in EXCLUDED})


@given(REASONS, st.integers(0, 50), st.sets(st.sampled_from(EXCLUDED)), st.data())
def test_planned_less_excluded_is_counted(
    reasons: dict[str, int], plain: int, kept: set[str], data: st.DataObject
) -> None:
    counted = plain + sum(reasons[name] for name in kept)
    unscored = sum(reasons[name] for name in ("unparsed", "missing") if name not in kept)
    row = cell(
        [data.draw(st.integers(0, counted))],
        counted,
        n_planned=plain + sum(reasons.values()),
        n_unscored_excluded=unscored,
        **{f"n_{name}": n for name, n in reasons.items()},
    )
    got = as_dict(ledger(frame(row)))
    assert got["planned"] - sum(got[name] for name in EXCLUDED) == got["counted"] == counted
    assert all(0 <= got[name] <= reasons[name] for name in EXCLUDED)
