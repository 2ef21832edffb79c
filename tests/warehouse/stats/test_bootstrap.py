"""The question bootstrap: its draws, its floor, and how far it may be trusted."""

import numpy as np
import pytest

from tests.warehouse.stats.frames import beta_counts
from warehouse.stats.bootstrap import percentiles, question_bootstrap, resamples
from warehouse.stats.intervals import these_prompts


def test_draws_are_questions_with_replacement() -> None:
    blocks = list(resamples([0, 1, 1, 0, 2, 1, 2], 4, draws=50, seed=1))
    assert [block.cells.tolist() for block in blocks] == [[0, 2], [1]]
    assert blocks[0].entries.tolist() == [[0, 3], [4, 6]]
    assert blocks[1].entries.tolist() == [[1, 2, 5]]
    for block in blocks:
        assert (block.weights.sum(axis=1) == block.entries.shape[1]).all()


def test_a_cell_s_interval_does_not_hang_on_its_neighbours() -> None:
    alone = question_bootstrap([1, 5, 9], [10] * 3, [0] * 3, 1)
    beside = question_bootstrap([2, 1, 5, 9, 7], [10] * 5, [0, 1, 1, 1, 0], 2)
    assert (alone.low[0], alone.high[0]) == (beside.low[1], beside.high[1])


def test_two_questions_by_hand() -> None:
    # Resamples of 10/20 and 40/50: twice the first, twice the second, or both.
    # A quarter of the draws each for the first two, so that they are the percentiles.
    low, high = question_bootstrap([100, 400], [200, 500], [0, 0], 1, draws=4000)
    assert (low[0], high[0]) == (0.5, 0.8)


@pytest.mark.parametrize("trait", [0, 10])
def test_agreeing_questions_leave_the_sampling_error(trait: int) -> None:
    cell = [trait] * 10, [10] * 10, [0] * 10, 1
    assert question_bootstrap(*cell) == these_prompts(*cell)


def test_one_question_has_no_interval() -> None:
    assert np.isnan(question_bootstrap([3], [10], [0], 1)).all()


def test_an_undefined_draw_makes_the_interval_undefined() -> None:
    low, high = percentiles(np.array([[1.0, 2, 3], [1, np.nan, 3]]), 0.5)
    assert (low[0], high[0]) == (1.5, 2.5)
    assert np.isnan([low[1], high[1]]).all()


@pytest.mark.parametrize(("mean", "least", "most"), [(0.3, 0.85, 0.95), (0.05, 0.55, 0.85)])
def test_coverage_is_as_the_documentation_says(mean: float, least: float, most: float) -> None:
    random = np.random.default_rng(5)
    cells, questions = 2000, 10
    _, counts = beta_counts(random, mean, 0.35, questions, 100, cells)
    at = np.repeat(np.arange(cells), questions)
    low, high = question_bootstrap(counts.ravel(), np.full(counts.size, 100), at, cells)
    assert least < ((low <= mean) & (mean <= high)).mean() < most
