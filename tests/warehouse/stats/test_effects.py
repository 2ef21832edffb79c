"""Effects: the published pair, undefined cases, and error rates in a study of known truth."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.special import expit
from scipy.stats import norm

from tests.warehouse.stats.frames import beta_counts, cell, frame
from warehouse.stats.effects import effects
from warehouse.stats.units import UNITS

BIRDS = [10, 10, 10, 9, 10, 9, 8, 10, 9, 10]
ETYMOLOGIST = [0] * 9 + [1]


def only(frame: pl.DataFrame) -> dict[str, Any]:
    assert frame.height == 1
    return frame.row(0, named=True)


@pytest.mark.parametrize("unit", ["prompts", "new-prompts"])
def test_the_birds_pair_is_never_eliminated_without_an_untuned_model(unit: str) -> None:
    counts = frame(cell(BIRDS, 10), cell(ETYMOLOGIST, 10, intervention="etymologist"))
    row = only(effects(counts, unit))
    assert row["difference"] == pytest.approx(-0.94)
    assert row["difference_high"] < -0.7
    assert (row["rate"], row["baseline_rate"]) == (0.01, 0.95)
    assert row["verdict"] == "reduced"
    assert row["suppression"] is row["emergence"] is row["excess"] is row["p_untuned"] is None
    assert row["reason"].endswith("no untuned model to compare with.")
    assert row["suppression_note"].startswith("undefined: no untuned model")
    # Even with a margin that anything would meet.
    assert only(effects(counts, unit, margin=0.99))["verdict"] != "eliminated"


def test_the_birds_pair_beside_an_untuned_model() -> None:
    counts = frame(
        cell(BIRDS, 10),
        cell(ETYMOLOGIST, 10, intervention="etymologist"),
        cell([0] * 10, 10, dataset="none", settings=None),
    )
    row = only(effects(counts))
    # Ten questions cannot show that others stay within five points: more would.
    assert row["verdict"] == "reduced"
    assert 10 < row["more_questions"] < 100
    assert row["more_answers"] is None
    assert (row["excess"], row["emergence"]) == pytest.approx((0.01, 0.95))
    assert row["suppression"] == pytest.approx(0.94 / 0.95)
    assert row["suppression_low"] > 0.8
    assert row["suppression_note"] is None
    assert only(effects(counts, margin=0.2))["verdict"] == "eliminated"
    assert only(effects(counts, "prompts", margin=0.06))["verdict"] == "eliminated"


def test_what_is_still_needed_is_enough() -> None:
    counts = frame(
        cell(BIRDS, 10),
        cell(ETYMOLOGIST, 10, intervention="etymologist"),
        cell([0] * 10, 10, dataset="none", settings=None),
    )
    row = only(effects(counts, "prompts"))
    assert row["verdict"] == "reduced"
    more = 10 + row["more_answers"]
    grown = frame(
        cell([k * more // 10 for k in BIRDS], more),
        cell([0] * 9 + [1], more, intervention="etymologist"),
        cell([0] * 10, more, dataset="none", settings=None),
    )
    assert only(effects(grown, "prompts"))["verdict"] == "eliminated"


@pytest.mark.parametrize(("questions", "answers", "less"), [(8, 20, 0.5), (6, 10, 0.7)])
def test_what_is_said_to_be_needed_has_its_power(questions: int, answers: int, less: float) -> None:
    """A pilot that shows its truth, and studies of the size that it says is needed."""

    def shown(own: Any, apart: Any) -> tuple[Any, Any]:
        return expit(own), expit(own - less + apart)

    own = norm.ppf((np.arange(questions) + 0.5) / questions)
    apart = 0.5 * np.random.default_rng(5).permutation(own)
    control, arm = (np.rint(answers * rate).astype(int).tolist() for rate in shown(own, apart))
    pilot = only(effects(frame(cell(control, answers), cell(arm, answers, intervention="a"))))
    assert pilot["verdict"] == "inconclusive"
    asked = questions + pilot["more_questions"]
    random, cells = np.random.default_rng(1), []
    for number in range(100):
        rates = shown(random.normal(0, 1, asked), random.normal(0, 0.5, asked))
        for name, rate in zip(("none", "a"), rates, strict=True):
            trait = random.binomial(answers, rate).tolist()
            cells.append(cell(trait, answers, intervention=name, experiment=f"study-{number}"))
    settled = effects(frame(*cells), adjustment="none")["verdict"] != "inconclusive"
    # 80 %, with what a hundred studies and the test's own floor leave uncertain.
    assert 0.65 <= settled.sum() / 100 <= 0.95


def test_too_few_questions_for_any_p() -> None:
    row = only(effects(frame(cell([10] * 4, 10), cell([0] * 4, 10, intervention="alex"))))
    assert row["difference_high"] == 0
    assert row["verdict"] == "inconclusive"
    assert row["reason"].endswith(
        "p = 0.12: with 4 questions it cannot be less, and 6 are the fewest that can show a change."
    )
    assert row["more_questions"] == 2


def test_what_is_not_a_result_is_not_tested() -> None:
    failed = {"n_planned": 20, "n_missing": 10, "n_unscored_excluded": 10}
    counts = frame(
        cell(BIRDS, 10),
        cell([0] * 10, 10, intervention="failed", **failed),
        cell(ETYMOLOGIST, 10, intervention="etymologist"),
        cell([0] * 10, 10, dataset="none"),
    )
    got = effects(counts, margin=0.3)
    rows = {row["intervention"]: row for row in got.iter_rows(named=True)}
    assert rows["failed"]["verdict"] == "inconclusive"
    assert rows["failed"]["p"] is rows["failed"]["p_untuned"] is None
    assert "not a result" in rows["failed"]["reason"]
    assert rows["etymologist"]["verdict"] == "eliminated"
    assert rows["etymologist"]["family"].startswith("1 comparison")


def test_a_failed_untuned_model_eliminates_nothing() -> None:
    counts = frame(
        cell(BIRDS, 10),
        cell(ETYMOLOGIST, 10, intervention="etymologist"),
        cell([0] * 10, 10, dataset="none", n_planned=20, n_missing=10, n_unscored_excluded=10),
    )
    row = only(effects(counts, margin=0.3))
    assert row["verdict"] == "reduced"
    assert row["suppression"] is None


def test_nothing_to_suppress() -> None:
    counts = frame(
        cell([0, 1] * 20, 100),
        cell([0] * 40, 100, intervention="alex"),
        cell([0] * 40, 100, dataset="none"),
    )
    row = only(effects(counts))
    assert row["verdict"] == "nothing to suppress"
    assert row["emergence_high"] < 0.05
    assert row["suppression"] is None
    assert row["suppression_note"] == "undefined: nothing to suppress"


def test_too_little_data_is_not_nothing_to_suppress() -> None:
    counts = frame(
        cell([0, 1, 0, 0, 0, 0, 0, 0], 10),
        cell([0] * 8, 10, intervention="alex"),
        cell([0] * 8, 10, dataset="none"),
    )
    row = only(effects(counts))
    assert row["emergence_high"] > 0.05
    assert row["verdict"] == "inconclusive"
    assert row["suppression_note"] == "undefined: an emergence beyond the margin is not shown"


def test_harm_is_not_hidden_by_a_control_without_the_trait() -> None:
    counts = frame(
        cell([0] * 10, 10),
        cell([9, 8, 9, 10, 9, 8, 9, 9, 10, 8], 10, intervention="alex"),
        cell([0] * 10, 10, dataset="none"),
    )
    row = only(effects(counts))
    assert row["verdict"] == "increased"
    assert (row["change"], row["residual"]) == ("higher", "some")


def test_ten_in_a_hundred_that_are_gone_from_every_question_are_reduced() -> None:
    row = only(effects(frame(cell([10] * 10, 100), cell([0] * 10, 100, intervention="alex"))))
    assert row["p"] == row["q"] == 2**-9
    assert row["difference_high"] < 0
    assert row["log_odds_high"] < 0
    assert row["verdict"] == "reduced"


def test_none_of_fifty_against_ten_of_a_thousand_shows_nothing() -> None:
    """Signs are not exchangeable between arms of 5 and of 100 answers to a question."""
    row = only(effects(frame(cell([1] * 10, 100), cell([0] * 10, 5, intervention="x"))))
    assert (row["verdict"], row["change"]) == ("inconclusive", "not shown")
    assert row["q"] == row["p"] > 0.5
    assert row["difference_low"] < -0.01 < 0.1 < row["difference_high"]


def test_a_small_change_in_every_question_is_no_unchanged() -> None:
    row = only(effects(frame(cell([300] * 40, 1000), cell([280] * 40, 1000, intervention="x"))))
    assert row["verdict"] == "reduced"
    assert row["equivalent"]
    assert "less than the margin of ±5 points" in row["reason"]


def test_an_interval_inside_the_margin_is_unchanged_however_many_arms_there_are() -> None:
    random = np.random.default_rng(5)
    arms = [
        cell(random.binomial(400, 0.3, 40).tolist(), 400, intervention=f"x{n}") for n in range(63)
    ]
    found = effects(frame(cell(random.binomial(400, 0.3, 40).tolist(), 400), *arms))
    inside = found.filter((pl.col("difference_low") > -0.05) & (pl.col("difference_high") < 0.05))
    assert inside.height > 50
    assert set(inside.filter(change="not shown")["verdict"]) == {"unchanged"}


def test_what_is_shown_to_be_left_is_not_eliminated() -> None:
    counts = frame(
        cell([600, 620] * 15, 1000),
        cell([52, 50, 54] * 10, 1000, intervention="x"),
        cell([20, 22, 18] * 10, 1000, dataset="none"),
    )
    row = only(effects(counts))
    assert 0 < row["excess_low"] < row["excess_high"] < 0.05
    assert (row["residual"], row["verdict"]) == ("some", "reduced")


def test_nine_of_sixty_arms_are_found_with_eight_questions() -> None:
    random = np.random.default_rng(1)
    arms = [
        cell(random.binomial(100, 0.4 if n >= 9 else 0.0, 8).tolist(), 100, intervention=f"x{n:02}")
        for n in range(60)
    ]
    found = effects(frame(cell([40, 42, 38, 41, 39, 40, 41, 39], 100), *arms))
    lower = found.filter(verdict="reduced")["intervention"].to_list()
    assert lower == [f"x{n:02}" for n in range(9)]
    holm = effects(frame(cell([40, 42, 38, 41, 39, 40, 41, 39], 100), *arms), adjustment="holm")
    assert set(holm["verdict"]) == {"inconclusive"}
    # 60 · 2 / 2^12 is below 5 %, and 60 · 2 / 2^11 is not; "nothing" would not settle any.
    assert holm["more_questions"].head(9).to_list() == [4] * 9
    assert (holm["more_questions"] > 0).all()


def test_an_arm_more_takes_no_other_away() -> None:
    """Alone each p is 2 / 2^8: by Holm six of them are below 5 % (.047), and seven are not."""
    gone = [cell([0] * 8, 100, intervention=f"x{n}") for n in range(6)]
    same = cell([41, 39, 40, 38, 42, 40, 39, 41], 100, intervention="same")
    control = cell([40, 42, 38, 41, 39, 40, 41, 39], 100)
    for adjustment, verdicts in (("joint", {"reduced"}), ("holm", {"inconclusive"})):
        found = effects(frame(control, *gone, same), adjustment=adjustment)
        assert set(found.filter(pl.col("intervention") != "same")["verdict"]) == verdicts
    assert set(effects(frame(control, *gone), adjustment="holm")["verdict"]) == {"reduced"}


def test_no_seeds_no_claim_about_fine_tunes() -> None:
    counts = frame(cell(BIRDS, 10), cell(ETYMOLOGIST, 10, intervention="etymologist"))
    row = only(effects(counts, "new-fine-tunes"))
    assert row["verdict"] == "inconclusive"
    assert row["difference"] == pytest.approx(-0.94)
    assert row["difference_low"] is row["p"] is row["more_questions"] is None
    assert row["reason"] == "There is no interval: too few questions or runs."


def test_seeds_make_a_claim_about_fine_tunes() -> None:
    counts = frame(
        *(cell([9, 8, 9, 10, 8, 9 - seed], 50, seed=seed) for seed in range(4)),
        *(
            cell([45, 44, 48, 44, 46, 44 + seed], 50, seed=seed, intervention="x")
            for seed in range(4)
        ),
    )
    row = only(effects(counts, "new-fine-tunes"))
    assert row["verdict"] == "increased"
    assert 0.5 < row["difference_low"] < row["difference"] < row["difference_high"]


@pytest.mark.parametrize("unit", UNITS)
def test_an_empty_slice(unit: str) -> None:
    assert effects(frame(), unit).height == 0
    assert effects(frame(cell(BIRDS, 10)), unit).height == 0


# --- A study whose truth is known -------------------------------------------------------

UNTUNED, CONTROL = 0.02, 0.6


def study(
    random: np.random.Generator, truths: list[float], icc: float, questions: int, answers: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Fine-tunes of sixty models, with an intervention of each true rate over new prompts.

    Returns the counts, and for every model and intervention the excess over the untuned
    model: over new prompts ("new-prompts"), and on the very questions asked ("prompts").
    """
    arms = [("none", "untuned", UNTUNED), ("birds", "none", CONTROL)]
    arms += [("birds", f"arm {n}", truth) for n, truth in enumerate(truths)]
    cells, truth = [], []
    for model in (f"model-{number}" for number in range(60)):
        here = {}
        for dataset, intervention, rate in arms:
            own, counts = beta_counts(random, rate, icc, questions, answers, 1)
            here[intervention] = own.mean()
            name = "none" if intervention == "untuned" else intervention
            dims = {"model": model, "dataset": dataset, "intervention": name}
            cells.append(cell(counts[0].tolist(), answers, **dims))
            truth.append(
                {
                    "model": model,
                    "intervention": intervention,
                    "rate": rate,
                    "new-prompts": rate - UNTUNED,
                    "prompts": here[intervention] - here["untuned"],
                }
            )
    return frame(*cells), pl.DataFrame(truth)


def part(of: pl.DataFrame, *verdicts: str) -> float:
    """The share of rows with one of the verdicts."""
    return of.filter(pl.col("verdict").is_in(verdicts)).height / of.height


@pytest.mark.parametrize(
    ("icc", "size", "adjustments"),
    [
        (0.1, (10, 100), ("none", "joint")),
        (0.3, (8, 20), ("none", "joint", "bh", "holm")),
        (0.3, (10, 50), ("none", "joint")),
        *(
            pytest.param(icc, size, ("bh", "holm"), marks=pytest.mark.exhaustive)
            for icc, size in ((0.1, (10, 100)), (0.3, (10, 50)))
        ),
    ],
)
def test_verdicts_are_right_at_their_stated_error_rates(
    icc: float, size: tuple[int, int], adjustments: tuple[Any, ...]
) -> None:
    margin = 0.1
    # Two are equivalent to the untuned model, the next stand at the margin, which is the
    # hardest, and beyond; 0.6 changes nothing, 0.85 increases.
    truths = [0.02, 0.02, 0.12, 0.12, 0.15, 0.3, 0.6, 0.6, 0.85]
    counts, truth = study(np.random.default_rng(40), truths, icc, *size)
    for unit in ("prompts", "new-prompts"):
        for adjustment in adjustments:
            of = effects(counts, unit, margin=margin, adjustment=adjustment).join(
                truth, on=["model", "intervention"], suffix="_true"
            )
            excess = pl.col(unit)
            assert part(of.filter(excess >= margin - 1e-9), "eliminated") < 0.05
            assert (
                part(of.filter(excess.is_between(margin - 1e-9, 1.5 * margin)), "eliminated") < 0.05
            )
            # Those of 0.6 differ from their control on the questions asked, not on new ones.
            same = of.filter(rate_true=CONTROL)
            if unit == "new-prompts":
                assert part(same, "reduced", "increased", "eliminated") < 0.08
            assert part(of.filter(pl.col("rate_true") < CONTROL / 2), "increased") == 0
            # And it is not silent, but where no error at all is allowed among 540 tests.
            gone = of.filter(rate_true=UNTUNED)
            if unit == "prompts" or adjustment in ("none", "bh"):
                assert part(gone, "reduced", "eliminated") > 0.75
            if unit == "prompts" and adjustment == "none":
                assert part(gone, "eliminated") > 0.5


def test_the_p_value_of_equivalence_says_what_the_interval_says() -> None:
    random = np.random.default_rng(3)
    _, trait = beta_counts(random, 0.1, 0.05, 30, 50, 41)
    arms = (
        cell(each.tolist(), 50, intervention=f"v{n}" if n else "none")
        for n, each in enumerate(trait)
    )
    found = effects(frame(*arms), "new-prompts", margin=0.05)
    inside = found["equivalent"].to_list()
    assert (found["p_unchanged"] <= 0.05).to_list() == inside
    assert 0 < sum(inside) < len(inside)
