"""Spread over questions and seeds: by hand, undefined cases, and coverage."""

import numpy as np
import pytest

from tests.warehouse.stats.frames import beta_counts, cell, frame
from warehouse.errors import UnknownName
from warehouse.stats.spread import over_questions, over_seeds


def test_questions_by_hand() -> None:
    # Rates 0.8, 0.4, 0.3: variance 0.07, noise 0.61/27.
    row = over_questions(frame(cell([8, 4, 3], 10)), ["model"]).row(0, named=True)
    noise = 0.61 / 27
    assert row["sd"] == pytest.approx((0.07 - noise) ** 0.5)
    assert row["sd_low"] == 0
    assert row["sd"] < row["sd_high"] <= 0.5
    # Shrunken to their mean of 0.5 by what answers alone explain of the variance.
    kept = (0.07 - noise) / 0.07
    shrunken = (1 + kept * (0.3 - 0.1)) / 1.5
    assert row["concentration"] == pytest.approx(shrunken)
    assert row["concentration_low"] <= shrunken <= row["concentration_high"]
    assert (row["leave_low"], row["leave_high"]) == pytest.approx((0.35, 0.6))
    assert (row["questions"], row["rate"]) == (3, pytest.approx(0.5))


def test_noise_alone_is_no_spread() -> None:
    row = over_questions(frame(cell([5, 6, 5, 4], 10)), ["model"]).row(0, named=True)
    assert row["sd"] == 0
    assert row["sd_high"] > 0


def test_equal_questions_are_not_concentrated() -> None:
    row = over_questions(frame(cell([5] * 8, 10)), ["model"]).row(0, named=True)
    names = ("concentration", "concentration_low", "concentration_high")
    assert [row[name] for name in names] == pytest.approx([2 / 8] * 3)


def test_one_question_holds_everything() -> None:
    row = over_questions(frame(cell([9, 0, 0, 0, 0, 0, 0, 0], 10)), ["model"]).row(0, named=True)
    # But for the noise of answers, (0.9 · 0.1 / 9) / 8 of a variance of 0.10125.
    kept = 1 - 0.00125 / 0.10125
    assert row["concentration"] == pytest.approx((2 * 0.1125 + kept * (0.7875 - 0.1125)) / 0.9)
    assert row["leave_low"] == 0


def test_what_is_undefined_is_null() -> None:
    single = over_questions(frame(cell([5], 10)), ["model"]).row(0, named=True)
    assert {single[n] for n in ("sd", "sd_low", "concentration", "leave_low", "leave_high")} == {
        None
    }
    never = over_questions(frame(cell([0, 0, 0], 10)), ["model"]).row(0, named=True)
    assert never["concentration"] is never["concentration_low"] is None
    assert (never["sd"], never["leave_high"]) == (0, 0)
    once = over_questions(frame(cell([0, 1, 1], 1)), ["model"]).row(0, named=True)
    assert once["sd"] is None
    assert over_questions(frame(), ["model"]).height == 0
    with pytest.raises(UnknownName):
        over_questions(frame(), ["colour"])


def test_seeds() -> None:
    seeds = frame(*(cell([k, k + 10], 100, seed=k) for k in (20, 40, 60)))
    row = over_seeds(seeds, ["model"]).row(0, named=True)
    rates = np.array([[20, 30], [40, 50], [60, 70]]) / 100
    noise = (rates * (1 - rates) / 99).sum(axis=1) / 4
    assert row["sd"] == pytest.approx((rates.mean(axis=1).var(ddof=1) - noise.mean()) ** 0.5)
    assert row["sd_low"] < row["sd"] < row["sd_high"]
    assert row["runs"] == 3
    single = over_seeds(frame(cell([5, 6], 10)), ["model"]).row(0, named=True)
    assert (single["runs"], single["sd"], single["sd_high"]) == (1, None, None)
    mixed = frame(cell([5], 10), cell([9], 10, intervention="x"))
    assert over_seeds(mixed, ["model"])["sd"].to_list() == [None]


MEANS = (0.02, 0.1, 0.5, 0.8)


@pytest.mark.parametrize(
    ("mean", "studies", "least"),
    [
        *((mean, 120, 0.9) for mean in (0.02, 0.5)),
        *(pytest.param(mean, 400, 0.92, marks=pytest.mark.exhaustive) for mean in MEANS),
    ],
)
def test_coverage_of_the_spread(mean: float, studies: int, least: float) -> None:
    random = np.random.default_rng(70)
    for icc in (0.0, 0.05, 0.25, 0.45):
        for questions, answers in ((8, 10), (10, 100)):
            _, trait = beta_counts(random, mean, icc, questions, answers, studies)
            counts = frame(*(cell(k.tolist(), answers, model=f"m{n}") for n, k in enumerate(trait)))
            got = over_questions(counts, ["model"], draws=10)
            true = (mean * (1 - mean) * icc) ** 0.5
            covered = (got["sd_low"] <= true) & (true <= got["sd_high"])
            assert covered.sum() / studies > least, (icc, questions, answers)
            if mean > 0.05 and icc == 0.25 and answers == 100:
                assert np.median(got["sd"].to_numpy()) == pytest.approx(true, rel=0.35)


def test_the_luckiest_of_equal_questions_are_not_a_concentration() -> None:
    """Ten questions of 5 %, ten answers each: as counted, the two highest hold 63 %."""
    random = np.random.default_rng(4)
    cells = [
        cell(random.binomial(10, 0.05, 10).tolist(), 10, model=f"m{number:03}")
        for number in range(150)
    ]
    found = over_questions(frame(*cells), ["model"], draws=10)["concentration"].drop_nulls()
    assert found.mean() == pytest.approx(0.3, abs=0.07)
    assert found.median() == pytest.approx(0.2)


def test_runs_of_thousands_of_answers_have_a_grid_of_their_own() -> None:
    """Six runs of 5,000 answers that do not differ: the interval holds zero, and is narrow."""
    random = np.random.default_rng(6)
    held, widths = 0, []
    for _ in range(40):
        runs = frame(*(cell(random.binomial(500, 0.3, 10).tolist(), 500, seed=s) for s in range(6)))
        row = over_seeds(runs, ["model"]).row(0, named=True)
        held += row["sd_low"] == 0
        widths.append(row["sd_high"])
    assert held >= 37
    assert np.mean(widths) < 0.02
