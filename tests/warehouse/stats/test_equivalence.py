"""The verdict's order of precedence, case by case, and sentences that are true."""

import re
from typing import Any

import numpy as np
import pytest

from tests.warehouse.stats.frames import beta_counts, cell, frame
from warehouse.stats.effects import effects
from warehouse.stats.equivalence import (
    MEANINGS,
    VERDICTS,
    Evidence,
    Verdict,
    axes,
    told,
    verdicts,
)
from warehouse.stats.intervals import Interval

Bounds = tuple[float, float]
NONE = (np.nan, np.nan)


def evidence(
    change: float = -0.5,
    q: float = 0.001,
    around: Bounds = (-0.6, -0.4),
    excess: Bounds = (-0.03, 0.03),
    emergence: Bounds = (0.3, 0.7),
) -> Evidence:
    bounds = (Interval(*(np.array([end]) for end in pair)) for pair in (around, excess, emergence))
    return Evidence(np.array([change]), np.array([q]), *bounds)


def judged(**values: Any) -> Verdict | None:
    found = evidence(**values)
    return verdicts(found, axes(found, 0.05, 0.95), 0.05)[0]


def told_of(**values: Any) -> dict[str, list[str | bool | None]]:
    found = evidence(**values)
    return told(found, axes(found, 0.05, 0.95))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, "eliminated"),
        ({"excess": (-0.03, 0.06)}, "reduced"),  # it may be beyond the margin
        ({"excess": (0.01, 0.04)}, "reduced"),  # within the margin, and shown to be there
        ({"excess": NONE}, "reduced"),  # no untuned model
        ({"emergence": NONE}, "reduced"),
        ({"emergence": (-0.01, 0.2)}, "reduced"),  # emergence itself is not established
        ({"q": 0.06}, "inconclusive"),
        ({"emergence": (-0.01, 0.04)}, "nothing to suppress"),
        ({"emergence": (-0.01, 0.06)}, "reduced"),  # there may be something
        ({"emergence": (-0.4, -0.1)}, "nothing to suppress"),
        ({"change": 0.5, "around": (0.4, 0.6), "emergence": (-0.02, 0.02)}, "increased"),
        ({"change": -0.02, "around": (-0.04, -0.01)}, "reduced"),  # shown, though small
        ({"change": -0.02, "around": (-0.04, 0.01), "q": 0.2}, "unchanged"),
        ({"change": 0.2, "around": (0.1, 0.3)}, "increased"),
        ({"change": 0.2, "around": (-0.1, 0.3), "q": 0.5}, "inconclusive"),
        ({"q": np.nan, "excess": NONE, "emergence": NONE}, "inconclusive"),  # not a result
        ({"change": np.nan, "q": np.nan, "around": NONE, "excess": NONE, "emergence": NONE}, None),
    ],
)
def test_verdict(values: dict[str, Any], expected: Verdict | None) -> None:
    assert judged(**values) == expected


def test_the_axes_are_told_apart() -> None:
    assert told_of() == {
        "change": ["lower"],
        "equivalent": [False],
        "residual": ["none"],
    }
    some = told_of(change=0.02, around=(0.01, 0.03), excess=(0.2, 0.3))
    assert some == {"change": ["higher"], "equivalent": [True], "residual": ["some"]}
    unknown = told_of(q=np.nan, excess=NONE)
    assert unknown == {"change": [None], "equivalent": [None], "residual": [None]}


def test_every_verdict_has_a_meaning() -> None:
    assert set(MEANINGS) == set(VERDICTS)


def test_no_arms_no_verdicts() -> None:
    none = np.zeros(0)
    empty = Evidence(none, none, *(Interval(none, none) for _ in range(3)))
    assert verdicts(empty, axes(empty, 0.05, 0.95), 0.05) == []


# --- Sentences against their numbers, over studies of every kind ------------------------

WAYS: list[tuple[str, str, str]] = [
    ("new-prompts", "joint", "pointwise"),
    ("prompts", "joint", "pointwise"),
    ("both", "joint", "pointwise"),
    ("auto", "joint", "simultaneous"),
    ("auto", "bh", "pointwise"),
    ("new-prompts", "holm", "simultaneous"),
    ("new-fine-tunes", "joint", "simultaneous"),
    ("auto", "joint-fdr", "pointwise"),
    ("prompts", "none", "pointwise"),
    ("auto", "none", "pointwise"),
]
"""Units, adjustments and intervals."""


def study(random: np.random.Generator, number: int) -> list[list[dict[str, Any]]]:
    """One study: an untuned model, a control and two arms, each of any size, or not there."""
    questions, answers = int(random.integers(1, 25)), int(random.choice([1, 5, 20, 200]))
    rates = random.choice([1e-5, 0.002, 0.02, 0.3, 0.7, 0.98], 4)
    if random.random() < 0.3:
        rates[2:] = rates[1]
    icc, seeds = float(random.choice([0, 0.2])), int(random.choice([1, 1, 2, 3]))
    arms = [("none", "none"), ("birds", "none"), ("birds", "x"), ("birds", "y")]
    told = []
    for (dataset, intervention), rate in zip(arms, rates, strict=True):
        if random.random() < 0.08:
            continue
        counted = answers * int(random.choice([1, 1, 1, 10]))
        missing = counted if random.random() < 0.08 else 0
        dims: dict[str, Any] = {"n_planned": counted + missing, "n_missing": missing}
        if random.random() < 0.05:
            dims["question"] = "another one"
        elif random.random() < 0.05:
            dims["mixed"] = "two prompts"
        # Three of a family.
        dims |= {"experiment": f"experiment-{number // 3}", "model": f"model-{number}"}
        dims |= {"dataset": dataset, "intervention": intervention}
        for seed in range(1 if dataset == "none" else seeds):
            trait = beta_counts(random, rate, icc, questions, counted, 1)[1][0]
            told.append(cell(trait.tolist(), counted, seed=seed, **dims))
    return told


@pytest.mark.parametrize("studies", [20, pytest.param(500, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize(("unit", "adjustment", "intervals"), WAYS)
def test_every_sentence_is_true_of_its_numbers(
    unit: Any, adjustment: Any, intervals: Any, studies: int
) -> None:
    random = np.random.default_rng([WAYS.index((unit, adjustment, intervals)), studies])
    seen: set[str | None] = set()
    for margin in (0.02, 0.05, 0.125, 0.3):
        cells = [one for n in range(studies // 4) for one in study(random, n)]
        found = effects(
            frame(*cells), unit, margin=margin, adjustment=adjustment, intervals=intervals
        )
        for row in found.iter_rows(named=True):
            seen.add(row["verdict"])
            _check_numbers(row, margin, intervals)
            _check_sentence(row)
    if studies > 100 and unit != "new-fine-tunes":
        assert seen >= {"reduced", "unchanged", "increased", "inconclusive", None}


def _check_numbers(row: dict[str, Any], margin: float, intervals: str) -> None:
    """The verdict and its axes against the row's own numbers."""
    verdict = row["verdict"]
    low, high = row["difference_low"], row["difference_high"]
    if row["p"] is not None and low is not None:
        tested = row["q"] if intervals == "simultaneous" else row["p"]
        assert (tested <= 0.05) == (low > 0 or high < 0), row
        assert (tested <= 0.05) == (row["log_odds_low"] > 0 or row["log_odds_high"] < 0), row
        assert row["q"] >= row["p"] - 1e-12, row
    if low is not None:
        assert low <= row["difference"] <= high
    inside = low is not None and -margin < low and high < margin
    claims = {
        "increased": row["change"] == "higher" and row["difference"] > 0,
        "reduced": row["change"] == "lower" and row["difference"] < 0,
        "eliminated": row["change"] == "lower"
        and row["residual"] == "none"
        and row["emergence_low"] is not None
        and row["emergence_low"] > 0
        and not inside,
        "unchanged": inside and row["change"] == "not shown",
        "nothing to suppress": row["emergence_high"] is not None and row["emergence_high"] < margin,
        "inconclusive": row["change"] in ("not shown", None) and not (inside and row["equivalent"]),
        None: row["baseline"] is None or row["paired"] == 0,
    }
    assert claims[verdict], (verdict, row)


POINTS = r"(?:not estimable|([+-]?[\d.]+) points \[([+-]?[\d.]+), ([+-]?[\d.]+)\])"
P = r"([\d.e-]+)"
TESTED = rf"p = {P}(?: \(with (\d+) questions at least {P}\))?, {P} adjusted for ([^;.]+)"
MARGIN = r"±([\d.]+) points"


def _check_sentence(row: dict[str, Any]) -> None:
    """Every word of a reason: it is made of known clauses, each true of the numbers it shows."""
    said = row["reason"]
    if rest := re.fullmatch(r"Of these fine-tunes: (.)(.*)", said):
        assert row["unit"] in ("prompts", "new-prompts")
        said = rest[1].upper() + rest[2]
    elif re.match("Against|Neither zero|The control against", said):
        assert row["unit"] in ("both", "new-fine-tunes")
    for pattern, check in SENTENCES.items():
        if found := re.fullmatch(pattern, said):
            check(row, list(found.groups()))
            return
    raise AssertionError(said)


def _shown(row: dict[str, Any], name: str, numbers: list[str | None]) -> tuple[float, float]:
    """The ends of an interval as they are written, which are those of the row."""
    if numbers[0] is None:
        assert row[f"{name}_low"] is None
        return -np.inf, np.inf
    exact = [100 * row[name + end] for end in ("", "_low", "_high")]
    written = [float(number or "") for number in numbers]
    assert written == pytest.approx(exact, abs=0.0501)
    # Zero is excluded where the sign of the end nearest to it says so, and 0.0 holds it.
    signs = [(number or "")[0] for number in numbers[1:]]
    assert (signs == ["+", "+"]) == (exact[1] > 0)
    assert (signs == ["-", "-"]) == (exact[2] < 0)
    return written[1], written[2]


def _against(row: dict[str, Any], numbers: list[str | None], margin: str | None) -> bool:
    """Whether the difference as it is written lies within the margin as it is written."""
    low, high = _shown(row, "difference", numbers)
    size = float(margin or "")
    assert size == pytest.approx(100 * row["margin"])
    assert (-size < low and high < size) == bool(row["equivalent"])
    return -size < low and high < size


def _check_tested(row: dict[str, Any], numbers: list[str | None]) -> tuple[float, float]:
    """The p-values as they are written."""
    p, asked, floor, q, family = numbers
    assert family == row["family"]
    assert (asked is None) == (row["p_floor"] is None)
    if asked is not None:
        assert (int(asked), float(floor or "")) == pytest.approx(
            (row["paired"], row["p_floor"]), rel=0.051
        )
    found = float(p or ""), float(q or "")
    assert found == pytest.approx((row["p"], row["q"]), rel=0.051)
    assert [one <= 0.05 for one in found] == [row["p"] <= 0.05, row["q"] <= 0.05]
    return found


def _no_control(row: dict[str, Any], _: list[str | None]) -> None:
    assert row["baseline"] is None


def _nothing_shared(row: dict[str, Any], _: list[str | None]) -> None:
    assert row["baseline"] is not None
    assert row["paired"] == 0


def _nothing_to_suppress(row: dict[str, Any], found: list[str | None]) -> None:
    _, high = _shown(row, "emergence", found[:3])
    assert high < float(found[3] or "") == pytest.approx(100 * row["margin"])
    _shown(row, "difference", found[4:])


def _not_a_result(row: dict[str, Any], found: list[str | None]) -> None:
    known = row["is_result"], row["baseline_is_result"]
    expected = {"The arm": (False, True), "The control": (True, False), None: (False, False)}
    assert known == expected[found[0]]
    assert any("not a result" in flag or "nothing counted" in flag for flag in row["flags"])


def _no_interval(row: dict[str, Any], _: list[str | None]) -> None:
    assert row["difference_low"] is None
    assert row["paired"] == 1 or row["unit"] in ("both", "new-fine-tunes")


def _open(row: dict[str, Any], found: list[str | None]) -> None:
    within = _against(row, found[1:], found[0])
    assert not within
    assert row["difference_low"] <= 0 <= row["difference_high"]


def _floored(row: dict[str, Any], found: list[str | None]) -> None:
    _shown(row, "difference", found[:3])
    assert float(found[3] or "") == pytest.approx(row["p"], rel=0.051)
    assert int(found[4] or "") == row["paired"]
    assert row["p"] == row["p_floor"] > 0.05
    assert row["paired"] < 6


def _but(row: dict[str, Any], found: list[str | None]) -> None:
    _shown(row, "difference", found[:3])
    p, q = _check_tested(row, found[3:])
    assert p <= 0.05 < q


def _unchanged(row: dict[str, Any], found: list[str | None]) -> None:
    assert _against(row, found[:3], found[3])
    p, q = _check_tested(row, found[5:])
    assert q > 0.05
    if found[4] == "no difference shown":
        assert row["difference_low"] <= 0 <= row["difference_high"]
    assert (found[4] == "not shown among the others") == (p <= 0.05)


def _changed(row: dict[str, Any], found: list[str | None]) -> None:
    assert _against(row, found[:3], found[4]) == (found[3] == "less than the margin of")
    assert _check_tested(row, found[5:10])[1] <= 0.05
    assert row["change"] in ("lower", "higher")
    left, excess = found[10], found[11:]
    if left is None:
        assert row["verdict"] == "increased"
    elif left.startswith("against"):
        low, high = _shown(row, "excess", excess)
        size = 100 * row["margin"]
        none = -size < low and high < size and row["excess_low"] <= 0
        assert none or row["verdict"] == "reduced"
    else:
        assert row["verdict"] == "reduced"
        assert row["excess_low"] is None
        assert (left == "no untuned model to compare with") == (row["untuned_rate"] is None)
        assert (left == "the untuned model shares no question with it") == (
            row["untuned_rate"] is not None and row["excess"] is None
        )


SENTENCES: dict[str, Any] = {
    r"There is no control to compare with\.": _no_control,
    r"The control shares no question with it that both have counted answers to\.": _nothing_shared,
    rf"The control against the untuned model: {POINTS}, margin {MARGIN}\. "
    rf"Against the control {POINTS}\.": _nothing_to_suppress,
    r"(?:(The arm|The control) is not a result|Neither the arm nor the control is a result); the "
    r"flags say why\.": _not_a_result,
    r"There is no interval: too few questions or runs\.": _no_interval,
    rf"Neither zero nor a change beyond {MARGIN} is excluded: "
    rf"against the control {POINTS}\.": _open,
    rf"Against the control {POINTS}, p = {P}: with (\d+) questions it cannot be less, "
    r"and 6 are the fewest that can show a change\.": _floored,
    rf"Against the control {POINTS}, but {TESTED}\.": _but,
    rf"Against the control {POINTS}, less than the margin of {MARGIN}; "
    rf"(no difference shown|not shown among the others), {TESTED}\.": _unchanged,
    rf"Against the control {POINTS}, (less than the margin of|margin) {MARGIN}, {TESTED}"
    rf"(?:; (against the untuned model {POINTS}|no untuned model to compare with|the untuned model "
    r"shares no question with it|the untuned model is not a result, or too few questions are "
    r"shared with it))?\.": _changed,
}
"""Every sentence there is, and what makes it true."""
