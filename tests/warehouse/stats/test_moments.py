"""Means and variances of rates, with the noise of answers apart."""

import numpy as np
import pytest

from tests.warehouse.stats.frames import beta_counts, cell, frame
from warehouse.stats.moments import by_question, over_questions, over_runs

DIMS = ["model", "experiment", "trait", "judge"]


def test_questions_by_hand() -> None:
    counts = frame(
        cell([4, 1], 5), cell([4, 3], 5, evaluation="again"), cell([0], 0, model="empty")
    )
    row = over_questions(by_question(counts, DIMS), DIMS).row(0, named=True)
    assert (row["model"], row["questions"], row["n_counted"]) == ("model-a", 2, 20)
    assert row["rate"] == pytest.approx(0.6)
    assert row["variance"] == pytest.approx(0.08)
    assert row["noise"] == pytest.approx((0.16 + 0.24) / 9 / 2)
    assert row["within"] == pytest.approx((0.16 + 0.24) / 9 * 10 / 2)


def test_noise_is_unbiased() -> None:
    # The same rate everywhere: all variance over questions is noise.
    _, trait = beta_counts(np.random.default_rng(1), 0.3, 0.0, 10, 5, 500)
    counts = frame(*(cell(row.tolist(), 5, model=f"m{n}") for n, row in enumerate(trait)))
    got = over_questions(by_question(counts, DIMS), DIMS)
    variance, noise, within = (
        got[name].to_numpy().mean() for name in ("variance", "noise", "within")
    )
    assert variance == pytest.approx(noise, rel=0.05)
    assert within == pytest.approx(0.21, rel=0.03)


def test_single_answers_have_no_noise_estimate() -> None:
    row = over_questions(by_question(frame(cell([0, 1], 1)), DIMS), DIMS).row(0, named=True)
    assert row["noise"] is row["within"] is None


def test_runs_are_of_one_condition() -> None:
    seeds = frame(*(cell([k, k], 10, seed=k) for k in (2, 4)))
    row = over_runs(seeds, DIMS).row(0, named=True)
    assert (row["runs"], row["variance"]) == (2, pytest.approx(0.02))
    assert row["noise"] == pytest.approx((0.16 + 0.24) / 9 / 2 / 2)
    mixed = frame(cell([2], 10), cell([4], 10, settings="other"))
    assert over_runs(mixed, DIMS)["variance"].to_list() == [None]
