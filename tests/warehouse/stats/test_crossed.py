"""Questions and runs at once: the analysis of variance by hand, and what its intervals cover."""

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import t

from tests.warehouse.stats.frames import cell, frame
from warehouse.stats.comparisons import compare
from warehouse.stats.contrasts import contrasts
from warehouse.stats.crossed import Runs, balanced, between_runs, widened, widened_difference
from warehouse.stats.differences import bounds, of_sampled_questions
from warehouse.stats.effects import effects
from warehouse.stats.estimates import Estimate, clustered
from warehouse.stats.intervals import interval
from warehouse.stats.rates import rates


def test_two_questions_and_two_runs_by_hand() -> None:
    rate = np.array([0.2, 0.4, 0.6, 1.0])
    question, run = np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1])
    zero = np.zeros(4, np.int64)
    runs = between_runs(rate, question, run, zero, zero, 1)
    # Runs at .3 and .8: MS_R = 2 · 2 · .25² = .25; residuals ±.05: MS_E = .01; QR = 4.
    assert runs.added[0] == pytest.approx((0.25 - 0.01) / 4)
    assert (runs.square[0], runs.left[0]) == pytest.approx((0.25 / 4, 0.01 / 4))
    assert runs.doubt[0] == pytest.approx((0.25 / 4) ** 2 + (0.01 / 4) ** 2)
    assert runs.freedom[0] == 1


def test_variance_and_freedom_of_a_rate_by_hand() -> None:
    """V = (MS_Q + MS_R - MS_E) / QR with the fewer of two counts of degrees of freedom."""
    random = np.random.default_rng(3)
    k = random.binomial(40, random.uniform(0.3, 0.7, (5, 1)) + random.uniform(-0.2, 0.2, (1, 3)))
    p = k / 40
    ms_q = 3 * p.mean(1).var(ddof=1)
    ms_r = 5 * p.mean(0).var(ddof=1)
    rest = p - p.mean(1, keepdims=True) - p.mean(0, keepdims=True) + p.mean()
    ms_e = (rest**2).sum() / (4 * 2)
    whole = ms_q + ms_r - ms_e
    variance = whole / 15
    squared = whole**2 / (ms_q**2 / 4 + ms_r**2 / 2 + ms_e**2 / 8)
    quantile = (ms_q * t.ppf(0.975, 4) + (ms_r - ms_e) * t.ppf(0.975, 2)) / whole
    q, r = np.indices(k.shape).reshape(2, -1)
    zero = np.zeros(15, np.int64)
    runs = between_runs(p.ravel(), q, r, zero, zero, 1)
    alone = clustered(k.sum(1), np.full(5, 120), zero[:5], 1, np.ones(5))
    both = widened(alone, runs)
    assert ms_r > ms_e
    assert both.variance[0] == pytest.approx(variance)
    assert t.ppf(0.975, both.freedom[0]) == pytest.approx(max(quantile, t.ppf(0.975, squared)))


def test_runs_that_add_little_by_chance_are_not_left_out() -> None:
    """50 questions, three runs that add a fifth of the variance: .8 t(49) + .2 t(2)."""
    questions = Estimate(np.array([0.5]), np.array([250.0]), np.array([49.0]))
    one, nothing = np.array([0.00025]), np.zeros(1)
    runs = Runs(one, one**2 / 2, np.array([2.0]), one, nothing)
    found = widened(questions, runs)
    assert found.variance[0] == pytest.approx(0.00125)
    quantile = 0.8 * t.ppf(0.975, 49) + 0.2 * t.ppf(0.975, 2)
    assert t.ppf(0.975, found.freedom[0]) == pytest.approx(quantile)
    still = Runs(nothing, nothing, np.array([2.0]), nothing, one)
    assert widened(questions, still).freedom[0] == 49


def test_uneven_entries_are_worth_their_harmonic_mean() -> None:
    counts = frame(cell([10], 10, seed=1), cell([0], 90, seed=2))
    got = balanced(counts, ["question"]).row(0, named=True)
    assert got["n_counted"] == 36  # 2² / (1/10 + 1/90)
    assert got["n_trait"] == pytest.approx(18)  # half: the mean of 100 % and 0 %


def test_the_rate_is_balanced_and_the_pooled_one_beside_it() -> None:
    counts = frame(cell([900, 900], 1000, seed=1), *(cell([10, 10], 100, seed=s) for s in (2, 3)))
    row = rates(counts, ["model"]).row(0, named=True)
    assert (row["unit"], row["rate"]) == ("both", pytest.approx(1840 / 2400))
    assert row["rate_balanced"] == pytest.approx((0.9 + 0.1 + 0.1) / 3)
    assert row["low"] < row["rate_balanced"] < row["rate"] < row["high"]


def test_a_row_says_which_unit_its_runs_allow() -> None:
    twice = [cell([50, 60, 70, 40, 55, 65], 100, seed=s) for s in (1, 2)]
    arm = [cell([10, 20, 30, 5, 15, 25], 100, seed=s, intervention="x") for s in (1, 2)]
    once = cell([10, 20, 30, 5, 15, 25], 100, seed=1, intervention="y")
    untuned = cell([0] * 6, 100, dataset="none", settings=None)
    counts = frame(*twice, *arm, once, untuned)
    cells = rates(counts, ["dataset", "intervention"])
    units = dict(cells.select(cells["dataset"] + " " + cells["intervention"], "unit").iter_rows())
    assert units == {
        "birds none": "both", "birds x": "both", "birds y": "new-prompts",
        "none none": "new-prompts",
    }  # fmt: skip
    told = {row["intervention"]: row for row in effects(counts).iter_rows(named=True)}
    assert (told["x"]["unit"], told["y"]["unit"]) == ("both", "new-prompts")
    assert told["y"]["reason"].startswith("Of these fine-tunes: against the control")
    assert told["x"]["reason"].startswith("Against the control")
    asked = contrasts(counts, unit="both").filter(intervention="y").row(0, named=True)
    assert asked["p"] is asked["difference_low"] is None
    # Compared with an untuned model, which has no seeds, only the tuned arm has to have several.
    grown = compare(counts, "untuned").cells
    assert dict(grown.select("intervention", "unit").iter_rows()) == {
        "none": "both", "x": "both", "y": "new-prompts",
    }  # fmt: skip


def test_seeds_that_disagree_settle_nothing() -> None:
    """One run of three is another: a change over new prompts, none over new fine-tunes."""
    control = [cell([90] * 8, 100, seed=s) for s in (1, 2, 3)]
    arm = [cell([k] * 8, 100, seed=s, intervention="x") for s, k in ((1, 0), (2, 90), (3, 90))]
    found = contrasts(frame(*control, *arm)).row(0, named=True)
    assert found["unit"] == "both"
    assert found["p"] > 0.2
    assert found["difference_low"] < 0 < found["difference_high"]
    alone = contrasts(frame(*control, *arm), unit="new-prompts").row(0, named=True)
    assert alone["p"] < 0.01


def test_coverage_where_seeds_vary() -> None:
    """Eight questions, three seeds an arm that vary by half a logit, and no effect."""
    random = np.random.default_rng(11)
    studies, questions, seeds, answers = 400, 8, 3, 50
    asked = random.normal(0, 1, (studies, questions, 1))

    def arm() -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        odds = asked + random.normal(0, 0.5, (studies, 1, seeds))
        return np.asarray(random.binomial(answers, expit(odds)))

    at, q, r = np.indices((studies, questions, seeds)).reshape(3, -1)
    entry = np.repeat(np.arange(studies), questions)
    asked_of = np.full(entry.shape, answers * seeds)
    one, two = arm(), arm()
    runs = [between_runs((k / answers).ravel(), q, r, 0 * q, at, studies) for k in (one, two)]
    flat = [k.sum(2).ravel() for k in (one, two)]
    plain = of_sampled_questions(flat[0], asked_of, flat[1], asked_of, entry, studies)
    covered = []
    for difference in (plain, widened_difference(plain, *runs)):
        low, high = bounds(difference, 0.95)
        covered.append(float(np.mean((low <= 0) & (high >= 0))))
    assert covered[0] < 0.75
    assert covered[1] > 0.93
    estimate = clustered(flat[0], asked_of, entry, studies, np.ones(entry.shape))
    low, high = interval(widened(estimate, runs[0]), 0.95)
    assert np.mean((low <= 0.5) & (high >= 0.5)) > 0.92


def test_two_runs_that_stand_together_are_taken_to_vary_by_a_tenth_of_a_logit() -> None:
    estimate = Estimate(np.array([0.5]), np.array([400.0]), np.array([19.0]))
    one, nothing = np.ones(1), np.zeros(1)
    found = widened(estimate, Runs(nothing, nothing, one, nothing, nothing))
    added = (0.1 * 0.25) ** 2 / 2
    assert found.variance == pytest.approx(0.25 / 400 + added)
    of_two = added / (0.25 / 400 + added)
    quantile = (1 - of_two) * t.ppf(0.975, 19) + of_two * t.ppf(0.975, 1)
    assert t.ppf(0.975, found.freedom) == pytest.approx(quantile)
    three = widened(estimate, Runs(nothing, nothing, 2 * one, nothing, nothing))
    assert three.variance == pytest.approx(0.25 / 400)


def test_coverage_with_two_runs_and_questions_that_are_all_alike() -> None:
    random = np.random.default_rng(6)
    studies, questions, answers = 1500, 20, 100
    odds = random.normal(3.05, 0.5, (studies, 1, 2)) * np.ones((1, questions, 1))
    shown = random.binomial(answers, expit(odds))
    at, q, r = np.indices(shown.shape).reshape(3, -1)
    runs = between_runs((shown / answers).ravel(), q, r, 0 * q, at, studies)
    entry = np.repeat(np.arange(studies), questions)
    asked = np.full(entry.shape, answers * 2)
    plain = clustered(shown.sum(2).ravel(), asked, entry, studies, np.ones(entry.shape))
    low, high = interval(widened(plain, runs), 0.95)
    truth = expit(random.normal(3.05, 0.5, 1_000_000)).mean()
    assert np.mean((low <= truth) & (high >= truth)) > 0.91
