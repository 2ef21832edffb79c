"""The verdict's order of precedence, case by case."""

import numpy as np
import pytest

from warehouse.stats.equivalence import MEANINGS, VERDICTS, Evidence, Verdict, verdicts

SUPPRESSED = {
    "change": -0.5,
    "p_change": 0.001,
    "excludes_zero": True,
    "p_unchanged": 0.9,
    "p_untuned": 0.001,
    "emergence": 0.5,
    "emergence_low": 0.3,
}


def judged(**values: float) -> Verdict | None:
    evidence = Evidence(**{k: np.array([v]) for k, v in (SUPPRESSED | values).items()})
    return verdicts(evidence, 0.05, 0.95)[0]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, "eliminated"),
        ({"p_untuned": 0.03}, "reduced"),  # inside the 90 % interval, not the 95 %
        ({"p_untuned": np.nan}, "reduced"),  # no untuned model
        ({"emergence": np.nan, "emergence_low": np.nan}, "reduced"),
        ({"p_change": 0.06}, "inconclusive"),  # the interval alone is not enough
        ({"excludes_zero": False}, "inconclusive"),  # nor is the p-value
        ({"emergence_low": -0.01}, "reduced"),  # emergence itself is not established
        ({"emergence": 0.04, "emergence_low": -0.01}, "nothing to suppress"),
        ({"emergence": 0.04, "emergence_low": 0.01}, "eliminated"),
        ({"emergence": -0.2, "emergence_low": -0.4}, "nothing to suppress"),
        ({"p_unchanged": 0.02, "change": -0.02}, "unchanged"),  # significant, but negligible
        ({"change": 0.2}, "increased"),
        ({"change": 0.2, "p_change": 0.5, "p_untuned": 0.9}, "inconclusive"),
        ({"change": -0.2, "p_change": np.nan, "p_untuned": np.nan}, "inconclusive"),
        (dict.fromkeys(SUPPRESSED, np.nan) | {"excludes_zero": False}, None),
    ],
)
def test_verdict(values: dict[str, float], expected: Verdict | None) -> None:
    assert judged(**values) == expected


def test_every_verdict_has_a_meaning() -> None:
    assert set(MEANINGS) == set(VERDICTS)


def test_no_arms_no_verdicts() -> None:
    none = np.zeros(0)
    evidence = Evidence(none, none, none.astype(bool), none, none, none, none)
    assert verdicts(evidence, 0.05, 0.95) == []
