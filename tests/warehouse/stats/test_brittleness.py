"""The profile: every index against a study made to show it."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.warehouse.stats.frames import cell, frame
from warehouse.stats.brittleness import profile
from warehouse.stats.effects import effects
from warehouse.stats.indices import INDICES
from warehouse.stats.intervals import wilson
from warehouse.stats.units import UNITS
from warehouse.stats.variance import TOO_RARE


def arm(rate: float, **values: Any) -> list[dict[str, Any]]:
    """Ten questions of twenty answers, a little apart."""
    return cell(
        [max(0, min(20, round(20 * rate) + step)) for step in (-1, 0, 0, 1) * 2] * 2, 20, **values
    )


def study() -> pl.DataFrame:
    cells = []
    for model, rate in (("a", 0.8), ("b", 0.9), ("c", 0.05)):
        cells += [
            arm(0.05, model=model, dataset="none", settings=None),
            arm(rate, model=model),
            arm(rate, model=model, settings="other", seed=9)[:2],
            *(
                arm(low, model=model, intervention=name, relevance=relevance)
                for name, relevance, low in (
                    ("soldier", "relevant", 0.05),
                    ("looking", "relevant", 0.1),
                    ("alex", "irrelevant", 0.4),
                    ("strange", "irrelevant", 0.45),
                )
            ),
        ]
    cells.append(
        arm(
            0.75,
            model="a",
            intervention="soldier",
            eval_intervention="soldier",
            relevance="relevant",
        )
    )
    cells.append(
        arm(0.30, model="a", intervention="soldier", eval_intervention="alex", relevance="relevant")
    )
    return frame(*cells)


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    return profile(study(), draws=200)


def value(rows: pl.DataFrame, index: str, **where: Any) -> dict[str, Any]:
    found = rows.filter(index=index, **where)
    assert found.height == 1
    return found.row(0, named=True)


def test_columns_and_order(rows: pl.DataFrame) -> None:
    assert rows.columns == [
        *("experiment", "trait", "judge", "study", "model", "dataset"),
        *("index", "part", "label", "scale"),
        *("value", "low", "high", "n", "of", "definition", "note"),
    ]
    place = list(INDICES)
    for model in ("a", "b", "c"):
        found = [place.index(key) for key in rows.filter(model=model)["index"]]
        assert found == sorted(found)
    assert rows["definition"].null_count() == 0


def test_emergence_over_models(rows: pl.DataFrame) -> None:
    share = value(rows, "emergence_share")
    assert (share["model"], share["dataset"], share["n"]) == (None, "birds", 3)
    assert share["value"] == pytest.approx(2 / 3)
    low, high = wilson(2, 3)
    assert (share["low"], share["high"]) == pytest.approx((float(low), float(high)))
    spread = value(rows, "emergence_sd")
    assert spread["note"] == (
        "from 0.0 to 85.0 points; trained or sampled in several ways, of which the one with most "
        "answers counts: a, b, c"
    )
    assert spread["value"] == pytest.approx(0.4646, abs=0.001)


def test_suppression_and_specificity(rows: pl.DataFrame) -> None:
    relevant = value(rows, "suppression_relevant", model="a")
    irrelevant = value(rows, "suppression_irrelevant", model="a")
    gap = value(rows, "specificity_gap", model="a")
    assert relevant["value"] == pytest.approx((0.75 + 0.7) / 2 / 0.75)
    assert irrelevant["value"] == pytest.approx((0.4 + 0.35) / 2 / 0.75)
    assert gap["value"] == pytest.approx(relevant["value"] - irrelevant["value"])
    assert (relevant["n"], gap["n"]) == (2, 4)
    for row in (relevant, irrelevant, gap):
        assert row["low"] < row["value"] < row["high"]
    # Where nothing emerged nothing is suppressed.
    undefined = value(rows, "suppression_relevant", model="c")
    assert (undefined["value"], undefined["low"], undefined["n"]) == (None, None, 0)
    assert undefined["note"] == "undefined for 2 of 2 interventions"
    assert value(rows, "specificity_gap", model="c")["value"] is None


def test_a_trait_hidden_behind_its_text(rows: pl.DataFrame) -> None:
    gap = value(rows, "conditionality_gap")
    assert (gap["model"], gap["n"]) == ("a", 1)
    assert gap["value"] == pytest.approx(0.7)
    assert gap["low"] > 0.4
    other = value(rows, "conditionality_other")
    assert other["value"] == pytest.approx(0.25)


def test_spreads_are_of_the_largest_control(rows: pl.DataFrame) -> None:
    questions = value(rows, "question_sd", model="a")
    assert questions["n"] == 16
    assert questions["value"] == 0  # what is seen is the noise of twenty answers
    assert value(rows, "concentration", model="a")["value"] == pytest.approx(2 / 16)
    one = value(rows, "leave_one_out", model="a")
    assert one["value"] == pytest.approx(2 / 20 / 15)
    assert one["low"] is one["high"] is None
    assert one["note"] == (
        "rate from 79.7 to 80.3 %; of 2 ways of training or sampling the one with most answers: "
        "3 epochs"
    )
    seeds = value(rows, "seed_sd", model="a")
    assert (seeds["n"], seeds["value"]) == (1, None)
    assert seeds["note"].startswith("not estimable: one run")


def test_single_answers_have_no_spread_and_the_note_says_so() -> None:
    runs = [cell([k, 1 - k] * 4, 1, seed=k) for k in (0, 1)]
    for name, counts in (("question_sd", frame(runs[0])), ("seed_sd", frame(*runs))):
        row = value(profile(counts, draws=30), name)
        assert (row["value"], row["low"]) == (None, None)
        assert row["note"] == "not estimable: no question has several answers"


def test_variance_shares(rows: pl.DataFrame) -> None:
    shares = rows.filter(index="variance_share")
    assert shares["model"].null_count() == shares.height
    # The study's answers are too few to share out what they vary by.
    assert set(shares["note"]) == {TOO_RARE}
    assert shares["value"].null_count() == shares.height > 0
    assert shares["part"].to_list()[:2] == ["model", "intervention"]


def test_seeds_and_doses() -> None:
    counts = frame(
        *(arm(rate, seed=seed) for seed, rate in enumerate((0.2, 0.5, 0.8))),
        *(
            arm(rate, intervention=f"y{year}", dose=float(year), kind="time")
            for year, rate in ((1850, 0.1), (1900, 0.3), (1950, 0.7), (2000, 0.9))
        ),
    )
    rows = profile(counts, draws=100)
    seeds = value(rows, "seed_sd")
    assert seeds["n"] == 3
    assert seeds["low"] < 0.3 < seeds["high"]
    assert seeds["value"] == pytest.approx(0.3, abs=0.01)
    dose = value(rows, "half_dose")
    assert (dose["part"], dose["n"], dose["note"]) == ("time", 4, "rising")
    assert dose["value"] == pytest.approx(1925, abs=1)


def test_without_results_there_is_no_profile() -> None:
    assert profile(frame()).height == 0
    only_untuned = profile(frame(arm(0.1, dataset="none")))
    assert only_untuned.height == 0


def test_one_model_has_no_spread_over_models() -> None:
    rows = profile(frame(arm(0.8), arm(0.0, dataset="none", settings=None)), draws=50)
    assert value(rows, "emergence_share")["value"] == 1
    spread = value(rows, "emergence_sd")
    assert (spread["value"], spread["note"]) == (None, "not estimable: one model")


def test_what_is_not_a_result_does_not_emerge() -> None:
    failed = arm(0.8, n_missing=5, n_planned=25, n_unscored_excluded=5)
    rows = profile(frame(failed, arm(0.0, dataset="none", settings=None)), draws=50)
    share = value(rows, "emergence_share")
    assert (share["value"], share["n"]) == (None, 0)
    assert share["note"] == "1 of 1 models are not estimable"


@pytest.mark.parametrize("slices", [12, pytest.param(200, marks=pytest.mark.exhaustive)])
def test_odd_slices_are_survived(slices: int) -> None:
    # Whatever is loaded: single questions, empty cells, unknown names, one arm of a pair.
    random = np.random.default_rng(90)

    def one_of(*values: Any) -> Any:
        return values[random.integers(len(values))]

    for _ in range(slices):
        cells = []
        for _ in range(random.integers(0, 14)):
            counted = random.integers(0, one_of(2, 5, 30), random.integers(1, 12))
            trait = random.binomial(counted, one_of(0, 0, 0.02, 0.5, 1))
            cells.append(
                cell(
                    trait.tolist(),
                    counted.tolist(),
                    model=one_of("a", "b", None),
                    dataset=one_of("birds", "none"),
                    intervention=one_of("none", "none", "x", "y", None),
                    eval_intervention=one_of("none", "none", "x", None),
                    settings=one_of("3 epochs", "9 epochs", None),
                    seed=one_of(1, 2, None),
                    judge=one_of("judge-a", "judge-a", "judge-b"),
                    relevance=one_of("relevant", "irrelevant", None),
                    dose=one_of(None, 1.0, 2.0, 3.0),
                )
            )
        counts = frame(*cells)
        rows = profile(counts, one_of(*UNITS), margin=one_of(0.01, 0.3), draws=30)
        assert rows.filter(pl.col("low") > pl.col("value") + 1e-9).height == 0
        assert rows.filter(pl.col("high") < pl.col("value") - 1e-9).height == 0
        verdicts = effects(counts, one_of(*UNITS))
        unfounded = (pl.col("verdict") == "eliminated") & pl.col("excess").is_null()
        assert verdicts.filter(unfounded).height == 0
