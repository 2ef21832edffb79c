"""Design effects, variance components, and what more data would buy."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.warehouse.stats.frames import beta_counts, cell, frame
from warehouse.errors import UnknownName
from warehouse.stats.comparisons import Size
from warehouse.stats.differences import Difference, bounds, of_fixed_questions, of_sampled_questions
from warehouse.stats.power import components, more_answers, more_questions, plan


def test_components_by_hand() -> None:
    # Rates 0.8, 0.4, 0.3 of ten: variance 0.07; noise (0.16 + 0.24 + 0.21)/9/3; within the
    # same by ten.
    row = components(frame(cell([8, 4, 3], 10)), ["model"]).row(0, named=True)
    noise = 0.61 / 27
    assert (row["questions"], row["n_counted"]) == (3, 30)
    assert row["answers"] == pytest.approx(10)
    assert row["rate"] == pytest.approx(0.5)
    assert row["between"] == pytest.approx(0.07 - noise)
    assert row["within"] == pytest.approx(10 * noise)
    assert row["icc"] == pytest.approx((0.07 - noise) / (0.07 + 9 * noise))
    assert row["design_effect"] == pytest.approx(3 / 2 * 0.14 * 100 / 900 / (0.25 / 30))
    assert row["effective"] == pytest.approx(30 / row["design_effect"])
    assert row["seed"] is None


def test_answers_are_the_harmonic_mean() -> None:
    got = components(frame(cell([1, 1], [5, 20])), [])
    assert got["answers"].to_list() == [pytest.approx(8)]


def test_seeds_by_hand() -> None:
    # One question: rates 0.2 and 0.6 of 41 answers: variance 0.08 less (0.16 + 0.24)/40/2.
    counts = frame(*(cell([k], 41, seed=n) for n, k in enumerate([41 // 5, 41 * 3 // 5])))
    rates = np.array([8, 24]) / 41
    noise = (rates * (1 - rates)).mean() / 40
    got = components(counts, ["model"])
    assert got["seed"].to_list() == [pytest.approx(rates.var(ddof=1) - noise)]
    mixed = frame(cell([8], 41, seed=1), cell([24], 41, seed=2, intervention="x"))
    assert components(mixed, ["model"])["seed"].to_list() == [None]
    assert components(mixed, ["model", "intervention"])["seed"].to_list() == [None, None]


def test_components_are_recovered() -> None:
    random = np.random.default_rng(60)
    _, trait = beta_counts(random, 0.4, 0.3, 10, 20, 400)
    counts = frame(*(cell(row.tolist(), 20, model=f"m{n}") for n, row in enumerate(trait)))
    got = components(counts, ["model"])
    # Var(p_q) = μ(1-μ) ρ, and E p_q(1-p_q) = μ(1-μ)(1-ρ).
    assert np.mean(got["between"].to_numpy()) == pytest.approx(0.24 * 0.3, rel=0.05)
    assert np.mean(got["within"].to_numpy()) == pytest.approx(0.24 * 0.7, rel=0.05)


def test_one_question_has_no_components() -> None:
    row = components(frame(cell([3], 10)), ["model"]).row(0, named=True)
    assert row["between"] is row["icc"] is row["design_effect"] is row["effective"] is None
    assert components(frame(), ["model"]).height == 0
    with pytest.raises(UnknownName):
        components(frame(), ["colour"])


def test_plan_by_hand() -> None:
    got = plan(0.06, 0.2, questions=[10], answers=[10, 100])
    se = [(0.006 + 0.002) ** 0.5, (0.006 + 0.0002) ** 0.5]
    assert got["se"].to_list() == pytest.approx(se)
    assert got["half_width"].to_list() == pytest.approx([2.262157 * s for s in se])
    assert got["detectable"].to_list() == pytest.approx(
        [(2.262157 + 0.883404) * 2**0.5 * s for s in se]
    )


def test_plan_shows_what_buys_most() -> None:
    got = plan(0.06, 0.2, 0.01, questions=[10, 20], answers=[10, 1000], runs=[2, 4])
    rows = {row[:3]: row[3] for row in got.rows()}
    assert rows[10, 10, 2] / rows[10, 1000, 2] < rows[10, 10, 2] / rows[20, 10, 2]
    assert rows[10, 10, 4] < rows[10, 10, 2]
    # Seeds bound what questions can buy: with the variance of seeds there are S - 1 degrees.
    widths = got.filter(runs=2, questions=20)["half_width"].to_list()
    assert min(widths) > 12.7 * (0.01 / 2) ** 0.5


def test_plan_without_freedom() -> None:
    got = plan(0.06, 0.2, 0.01, questions=[1, 10], answers=[10], runs=[1])
    assert got["half_width"].null_count() == 2
    assert got["se"].null_count() == 0
    assert got.schema["questions"] == pl.Int64()


def test_plan_predicts_the_interval() -> None:
    random = np.random.default_rng(61)
    means = [
        beta_counts(random, 0.5, 0.2, 12, 10, 4000)[1].mean(axis=1).std() / 10 for _ in range(2)
    ]
    predicted = plan(0.25 * 0.2, 0.25 * 0.8, questions=[12], answers=[10])["se"][0]
    assert np.mean(means) == pytest.approx(predicted, rel=0.03)


def one(first: int, second: int, questions: int, answers: int, *, sampled: bool) -> Difference:
    method = of_sampled_questions if sampled else of_fixed_questions
    n = np.full(questions, answers)
    k, base = np.full(questions, first), np.full(questions, second)
    return method(k, n, base, n, np.zeros(questions, int), 1)


def inside(difference: Difference, _: Any = None) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    interval = bounds(difference, 0.95)
    return np.array((interval.low > -0.05) & (interval.high < 0.05))


@pytest.mark.parametrize("sampled", [True, False])
def test_the_questions_asked_for_are_the_fewest_that_settle(sampled: bool) -> None:
    size = Size(np.array([10.0]), np.array([10.0]), np.array([10.0]))
    more = more_questions(one(0, 0, 10, 10, sampled=sampled), size, inside)[0]
    assert (more > 0) == sampled
    assert inside(one(0, 0, 10 + int(more), 10, sampled=sampled))[0]
    if sampled:
        assert not inside(one(0, 0, 9 + int(more), 10, sampled=True))[0]


def test_answers_settle_what_is_fixed_but_not_what_questions_must() -> None:
    size = Size(np.array([8.0]), np.array([5.0]), np.array([5.0]))
    more = more_answers(one(0, 0, 8, 5, sampled=False), size, inside)[0]
    assert inside(one(0, 0, 8, 5 + int(more), sampled=False))[0]
    assert not inside(one(0, 0, 8, 4 + int(more), sampled=False))[0]
    assert np.isnan(more_answers(one(0, 0, 8, 5, sampled=True), size, inside)[0])


def test_what_is_settled_needs_nothing() -> None:
    size = Size(np.array([10.0]), np.array([500.0]), np.array([500.0]))
    settled = one(0, 0, 10, 500, sampled=False)
    assert more_questions(settled, size, inside).tolist() == [0]
    assert more_answers(settled, size, inside).tolist() == [0]
