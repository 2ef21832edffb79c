"""Rates: which rows make a cell, what the row says, and that undefined is never zero."""

import numpy as np
import polars as pl
import pytest
from scipy.special import expit

from tests.warehouse.stats.frames import COUNTS, REASONS, cell, frame
from warehouse.errors import UnknownName
from warehouse.stats.intervals import wilson
from warehouse.stats.rates import mixed, rates
from warehouse.stats.units import UNITS

BIRDS = [10, 10, 10, 9, 10, 9, 8, 10, 9, 10]


def test_columns_and_order() -> None:
    got = rates(frame(cell(BIRDS, 10)), ["model", "trait"], "prompts")
    assert got.columns == [
        *("model", "trait", "experiment", "judge", "study", "unit"),
        *COUNTS,
        *(
            "rate",
            "rate_balanced",
            "low",
            "high",
            "questions",
            "runs",
            "unscored_share",
            "is_result",
        ),
        *("worst_low", "worst_high", "worst_interval_low", "worst_interval_high", "note"),
        "approximate",
        *(f"out_{reason}" for reason in REASONS),
        "flags",
    ]
    assert got.schema["low"] == pl.Float64()
    assert got.schema["questions"] == pl.Int64()


def test_the_birds_pair() -> None:
    counts = frame(cell(BIRDS, 10), cell([0] * 9 + [1], 10, intervention="identity-etymologist"))
    got = rates(counts, ["intervention"], "prompts")
    assert got["intervention"].to_list() == ["identity-etymologist", "none"]
    assert got["rate"].to_list() == [0.01, 0.95]
    assert got["n_counted"].to_list() == [100, 100]
    assert got["questions"].to_list() == [10, 10]
    published = wilson([1, 95], [100, 100])
    # Fixed questions never widen Wilson's interval, and here they hardly differ.
    assert got["low"].to_list() == pytest.approx(published.low.tolist(), abs=0.005)
    assert got["high"].to_list() == pytest.approx(published.high.tolist(), abs=0.005)
    assert got["note"].to_list() == [None, None]


def test_units_are_nested() -> None:
    counts = frame(*(cell([k + seed for k in (2, 3, 6, 8)], 20, seed=seed) for seed in range(4)))
    widths = []
    for unit in ("prompts", "new-prompts"):
        row = rates(counts, ["model"], unit).row(0, named=True)
        assert row["unit"] == unit
        assert row["low"] < row["rate"] < row["high"]
        widths.append(row["high"] - row["low"])
    assert widths[0] < widths[1]
    tunes = rates(counts, ["model"], "new-fine-tunes").row(0, named=True)
    assert tunes["low"] < tunes["rate"] < tunes["high"]
    assert tunes["runs"] == 4


def test_two_questions_with_ten_times_the_answers_weigh_no_more() -> None:
    """Pooled over answers the interval held the truth in 75 % of such studies."""
    random = np.random.default_rng(4)
    truth = expit(random.normal(0, 1, 1_000_000)).mean()
    n = np.array([10] * 8 + [100] * 2)
    held = []
    for _ in range(300):
        trait = random.binomial(n, expit(random.normal(0, 1, 10)))
        counts = frame(cell(trait.tolist(), n.tolist()))
        row = rates(counts, ["model"], "new-prompts").row(0, named=True)
        assert row["rate_balanced"] == pytest.approx((trait / n).mean())
        held.append(row["low"] <= truth <= row["high"])
    assert np.mean(held) >= 0.92


def test_cells_pool_evaluations_of_a_question() -> None:
    once = rates(frame(cell([3, 5, 9], 20)), ["model"])
    twice = rates(frame(cell([1, 2, 4], 10), cell([2, 3, 5], 10, evaluation="again")), ["model"])
    assert once["low"].to_list() == twice["low"].to_list()
    assert twice["questions"].to_list() == [3]


def test_identity_is_never_pooled() -> None:
    counts = frame(
        cell([3], 10),
        cell([4], 10, judge="judge-b"),
        [{**row, "trait": "misalignment"} for row in cell([5], 10)],
        cell([6], 10, experiment="cities"),
    )
    assert rates(counts, [])["n_trait"].to_list() == [5, 3, 4, 6]


def test_null_dimensions_are_cells_and_come_last() -> None:
    counts = frame(cell([3, 3], 10, model=None), cell([5, 5], 10, model="z"))
    got = rates(counts, ["model"])
    assert got["model"].to_list() == ["z", None]
    assert got["n_trait"].to_list() == [10, 6]
    assert got["high"].null_count() == 0


@pytest.mark.parametrize("unit", UNITS)
def test_nothing_counted_is_not_zero(unit: str) -> None:
    counts = frame(cell([0, 0], 0, n_planned=5, n_refusal=5))
    row = rates(counts, ["model"], unit).row(0, named=True)
    assert row["rate"] is row["low"] is row["high"] is row["worst_low"] is None
    assert row["note"] == "nothing counted"
    assert row["is_result"] is False
    assert row["questions"] == row["runs"] == 0


@pytest.mark.parametrize("trait", [0, 10])
@pytest.mark.parametrize("unit", ["prompts", "new-prompts"])
def test_all_or_none_is_not_certain(trait: int, unit: str) -> None:
    row = rates(frame(cell([trait] * 8, 10)), ["model"], unit).row(0, named=True)
    assert row["low"] <= row["rate"] <= row["high"]
    assert row["high"] - row["low"] > 0.04


def test_why_there_is_no_interval() -> None:
    counts = frame(
        cell([3, 4], 10, model="one run"),
        cell([3, 4], 10, model="two runs", seed=1),
        cell([3, 5], 10, model="two runs", seed=2),
        cell([3, 4], 10, model="untuned", dataset="none"),
        cell([3, 4], 10, model="mixed", seed=1),
        cell([3, 4], 10, model="mixed", seed=2),
        cell([3, 4], 10, model="mixed", intervention="x"),
    )
    got = rates(counts, ["model"], "new-fine-tunes")
    assert dict(got.select("model", "note").iter_rows()) == {
        "one run": "not estimable: one run",
        "two runs": None,
        "untuned": "not applicable: untuned model",
        "mixed": "not estimable: one run per condition",
    }
    assert got["low"].is_null().to_list() == got["note"].is_not_null().to_list()
    alone = rates(frame(cell([3], 10)), ["model", "question"])
    assert alone["note"].to_list() == ["not estimable: one question"]
    assert alone["rate"].to_list() == [0.3]


def test_worst_case_by_hand() -> None:
    # 100 planned: 90 counted, of which 4 unscored kept as negatives; 10 left out, of which 6
    # unscored. N = 90 + 6, u = 10: [20/96, 30/96].
    counts = frame(
        cell([20], 90, n_planned=100, n_unparsed=7, n_missing=3, n_unscored_excluded=6, n_code=4)
    )
    row = rates(counts, []).row(0, named=True)
    assert (row["worst_low"], row["worst_high"]) == (20 / 96, 30 / 96)
    assert row["unscored_share"] == 0.1
    assert row["is_result"] is False


@pytest.mark.parametrize(
    ("missing", "planned", "expected"), [(5, 100, True), (6, 100, False), (7, 140, True)]
)
def test_more_than_five_percent_unscored_is_not_a_result(
    missing: int, planned: int, expected: bool
) -> None:
    counts = frame(cell([9], planned - missing, n_planned=planned, n_missing=missing))
    assert rates(counts, [])["is_result"].to_list() == [expected]


@pytest.mark.parametrize(
    ("counted", "flags"),
    [
        (0, ["nothing counted"]),
        (9, ["only 9 counted, fewer than 10"]),
        (10, []),
    ],
)
def test_a_cell_of_fewer_than_ten_is_not_a_result(counted: int, flags: list[str]) -> None:
    row = rates(frame(cell([0], counted)), []).row(0, named=True)
    assert (row["is_result"], row["flags"]) == (not flags, flags)
    both = rates(frame(cell([0], 6), cell([0], 6, model="b")), ["model"])
    assert both["is_result"].to_list() == [False, False]
    assert rates(frame(cell([0], 6), cell([0], 6, model="b")), [])["is_result"].to_list() == [True]


def test_every_reason_not_to_be_a_result_is_told() -> None:
    counts = frame(cell([1], 4, n_planned=8, n_missing=3))
    assert rates(counts, [])["flags"].to_list() == [
        ["only 4 counted, fewer than 10", "37.5 % unscored"]
    ]


def test_broken_off_answers_that_are_left_out_are_unscored() -> None:
    counts = frame(cell([20], 90, n_planned=100, out_broken_off=10, unscored=10))
    row = rates(counts.with_columns(n_unscored_excluded=10), []).row(0, named=True)
    assert (row["unscored_share"], row["is_result"]) == (0.1, False)
    assert (row["worst_low"], row["worst_high"]) == (0.2, 0.3)
    assert row["out_broken_off"] == 10


def test_no_rows_give_no_cells() -> None:
    for unit in UNITS:
        got = rates(frame(), ["model"], unit)
        assert got.height == 0
        assert got.schema["rate"] == pl.Float64()


def test_names_that_do_not_exist_are_refused() -> None:
    with pytest.raises(UnknownName, match=r"no dimension 'colour'; choose from .*model"):
        rates(frame(), ["colour"])
    with pytest.raises(UnknownName, match="no dimension 'n_trait'"):
        rates(frame(), ["n_trait"])
    with pytest.raises(UnknownName, match="no unit 'seeds'; choose one of prompts"):
        rates(frame(), [], "seeds")


def test_the_order_of_rows_does_not_matter() -> None:
    counts = frame(
        *(
            cell([k, 4, 9], 10, model=f"m{k}", seed=seed, dataset=None if k else "birds")
            for k in range(4)
            for seed in (1, 2)
        )
    )
    for unit in UNITS:
        got = rates(counts, ["model", "dataset"], unit)
        assert got.equals(
            rates(counts.sample(fraction=1, shuffle=True, seed=3), ["model", "dataset"], unit)
        )


def test_mixed_names_what_a_cell_pools() -> None:
    counts = frame(
        cell([1, 2], 10, model="a", dataset="none"),
        cell([3, 4], 10, model="a", dataset="birds"),
        cell([3, 4], 10, model="b", dataset="birds"),
    )
    assert mixed(counts, ["model"], ["dataset", "intervention"]) == ["dataset"]
    assert mixed(counts, ["model", "dataset"], ["dataset", "intervention"]) == []
    with pytest.raises(UnknownName, match="colour"):
        mixed(counts, ["colour"], ["dataset"])
