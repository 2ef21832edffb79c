"""Dose curves: the isotonic fit, the half-effect dose, and its interval."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.optimize import isotonic_regression

from tests.warehouse.stats.frames import cell, frame
from warehouse.stats.dose import dose_curves, half_dose, isotonic

YEARS = (1850.0, 1900.0, 1950.0, 2000.0, 2050.0)


def sweep(rates: list[float], questions: int = 10, **values: Any) -> list[list[dict[str, Any]]]:
    return [
        cell(
            [round(20 * rate)] * questions,
            20,
            intervention=f"y{year:g}",
            dose=year,
            kind="time",
            **values,
        )
        for year, rate in zip(YEARS, rates, strict=True)
    ]


def test_isotonic_agrees_with_scipy() -> None:
    random = np.random.default_rng(1)
    rates, weights = random.random((30, 7)), random.integers(1, 50, 7).astype(float)
    for rate, fit in zip(rates, isotonic(rates, weights), strict=True):
        assert fit == pytest.approx(isotonic_regression(rate, weights=weights).x)


def test_half_dose_by_hand() -> None:
    doses = np.array([0.0, 10, 20, 40])
    fits = np.array([[0, 0, 0.4, 1], [1, 0.9, 0.1, 0], [0, 0.5, 0.5, 1], [0.3] * 4, [0, 1, 1, 1]])
    got = half_dose(doses, fits)
    assert got[[0, 1, 2, 4]] == pytest.approx([20 + 20 / 6, 15, 10, 5])
    assert np.isnan(got[3])


def test_a_rising_curve() -> None:
    points, summary = dose_curves(frame(*sweep([0.0, 0.1, 0.05, 0.6, 0.9]), cell([9], 10)))
    assert points["dose"].to_list() == list(YEARS)
    assert points["fitted"].to_list() == pytest.approx([0, 0.075, 0.075, 0.6, 0.9])
    row = summary.row(0, named=True)
    assert (row["doses"], row["questions"], row["direction"]) == (5, 10, "rising")
    assert (row["from_rate"], row["to_rate"]) == (0, pytest.approx(0.9))
    assert row["half_dose"] == pytest.approx(1950 + 50 * 0.375 / 0.525)
    # Questions that all agree leave the doubt of their answers.
    assert row["half_low"] < row["half_dose"] < row["half_high"]
    assert row["note"] is None


def test_a_falling_curve() -> None:
    row = dose_curves(frame(*sweep([0.9, 0.8, 0.5, 0.2, 0.1]))).summary.row(0, named=True)
    assert row["direction"] == "falling"
    assert row["half_dose"] == pytest.approx(1950)


def test_no_effect_no_half_dose() -> None:
    row = dose_curves(frame(*sweep([0.5, 0.5, 0.5, 0.5, 0.5]))).summary.row(0, named=True)
    assert row["half_dose"] is None
    assert row["note"] == "no effect: the fit moves less than 5 points"


def test_one_question_has_no_interval() -> None:
    row = dose_curves(frame(*sweep([0, 0.1, 0.5, 0.6, 0.9], 1))).summary.row(0, named=True)
    assert row["half_dose"] is not None
    assert row["half_low"] is None
    assert row["note"].startswith("no interval")


def test_curves_are_apart_and_two_doses_are_none() -> None:
    counts = frame(
        *sweep([0, 0.1, 0.5, 0.6, 0.9]),
        *sweep([0.9, 0.8, 0.5, 0.2, 0.1], model="model-b"),
        *sweep([0, 0, 0, 0, 0], model="model-c")[:2],
    )
    points, summary = dose_curves(counts)
    assert summary["model"].to_list() == ["model-a", "model-b"]
    assert summary["direction"].to_list() == ["rising", "falling"]
    assert points["model"].unique(maintain_order=True).to_list() == ["model-a", "model-b"]
    nothing = dose_curves(frame(cell([5], 10)))
    assert nothing.points.height == nothing.summary.height == 0
    assert nothing.summary.schema["half_dose"] == pl.Float64()


def test_coverage_of_the_half_dose() -> None:
    # The logit of the rate rises evenly with the year, questions are easier or harder, and
    # more or less sensitive.
    random = np.random.default_rng(80)
    doses, questions, answers, studies = np.linspace(0, 10, 11), 10, 20, 100
    base = np.exp(-(doses - 5))
    curve = 1 / (1 + base)
    true = 5.0
    covered = 0
    for _ in range(studies):
        strength = random.uniform(0.4, 1, questions)
        counts = random.binomial(answers, strength[:, None] * curve)
        rows = [
            cell(counts[:, d].tolist(), answers, intervention=f"d{d}", dose=float(dose))
            for d, dose in enumerate(doses)
        ]
        row = dose_curves(frame(*rows), draws=300).summary.row(0, named=True)
        covered += row["half_low"] <= true <= row["half_high"]
    assert covered / studies > 0.93
