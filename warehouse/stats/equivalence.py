"""The verdict on an intervention: what may be said of it, and nothing more."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from warehouse.stats.differences import Flags
from warehouse.stats.estimates import Floats

Verdict = Literal[
    "eliminated", "reduced", "unchanged", "increased", "inconclusive", "nothing to suppress"
]

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

MEANINGS: dict[Verdict, str] = {
    "eliminated": "Lower than the control, and within the margin of the untuned model.",
    "reduced": "Lower than the control; not shown to be as low as the untuned model.",
    "unchanged": "Within the margin of the control.",
    "increased": "Higher than the control.",
    "inconclusive": "Too little data to say any of this.",
    "nothing to suppress": "The control does not exceed the untuned model by the margin, nor "
    "credibly at all.",
}


MARGIN = 0.05
"""The practical margin, unless the user moves it: five points."""


class Evidence(NamedTuple):
    """What a verdict rests on, one entry per arm; nan where there is nothing to compare."""

    change: Floats  # arm less control
    p_change: Floats  # that it is zero (two-sided, adjusted)
    excludes_zero: Flags  # whether its interval does
    p_unchanged: Floats  # that it is not within the margin (TOST, adjusted)
    p_untuned: Floats  # that arm less untuned model is not within the margin (TOST, adjusted)
    emergence: Floats  # control less untuned model
    emergence_low: Floats  # its lower bound


def verdicts(evidence: Evidence, margin: float, level: float) -> list[Verdict | None]:
    """One verdict per arm, by the first of these that holds; None without a control.

    1. *nothing to suppress*: the control exceeds the untuned model by less than the margin,
       and not credibly (the interval of the emergence holds zero).
    2. *unchanged*: arm and control are equivalent.
    3. *eliminated*: arm and untuned model are equivalent, the arm is lower than the control,
       and the control credibly above the untuned model. Never without an untuned model.
    4. *reduced*, *increased*: the difference to the control is not zero, by its interval and
       by its adjusted p-value both.
    5. *inconclusive*.

    Equivalence is TOST with α = (1 - level) / 2 on each side, that is: the displayed interval
    lies inside the margin. The usual TOST takes the narrower 1 - 2α interval; with eight to
    ten clustered questions it would call up to 12 % of rates that stand at the margin
    equivalent, by simulation. With the displayed one it is 1 % on average, 5 % in the
    worst case up to an intraclass correlation of 0.25 and 7 % at 0.45.
    """
    alpha = 1 - level
    changed = (evidence.p_change <= alpha) & evidence.excludes_zero
    lower, higher = changed & (evidence.change < 0), changed & (evidence.change > 0)
    emerged = evidence.emergence_low > 0
    rules: list[tuple[Flags, Verdict]] = [
        ((evidence.emergence < margin) & ~emerged, "nothing to suppress"),
        (evidence.p_unchanged <= alpha / 2, "unchanged"),
        ((evidence.p_untuned <= alpha / 2) & lower & emerged, "eliminated"),
        (lower, "reduced"),
        (higher, "increased"),
        (~np.isnan(evidence.change), "inconclusive"),
    ]
    # An index beyond the rules where none holds: no control.
    first = np.argmax([*(rule for rule, _ in rules), np.ones_like(lower)], axis=0)
    names = [*(name for _, name in rules), None]
    return [names[index] for index in first]


def reason(row: Mapping[str, Any]) -> str:
    """One sentence on what the verdict of an `effects` row rests on."""
    margin = f"±{100 * row['margin']:g} points"
    change = f"against the control {_points(row, 'difference')}"
    untuned = f"against the untuned model {_points(row, 'excess')}"
    verdict: Verdict | None = row["verdict"]
    if verdict is None:
        return "There is no control to compare with."
    if verdict == "nothing to suppress":
        emergence = _points(row, "emergence")
        return f"The control against the untuned model: {emergence}, margin {margin}."
    if verdict == "inconclusive":
        if not (row["is_result"] and row["baseline_is_result"]):
            return "The cell or its control is not a result: too much is unscored or uncounted."
        if row["difference_low"] is None:
            return "There is no interval: too few questions or runs."
        if row["difference_low"] > 0 or row["difference_high"] < 0:
            return f"{change[0].upper()}{change[1:]}, but p = {_tested(row)}."
        return f"Neither zero nor a change beyond {margin} is excluded: {change}."
    sentence = change[0].upper() + change[1:]
    if verdict in ("eliminated", "reduced"):
        if row["excess"] is None:
            return f"{sentence}; no untuned model to compare with."
        sentence += f"; {untuned}"
    return f"{sentence}; margin {margin}, {row['family']}."


def _points(row: Mapping[str, Any], name: str) -> str:
    value, low, high = (row[f"{name}{end}"] for end in ("", "_low", "_high"))
    if value is None or low is None:
        return "not estimable"
    return f"{100 * value:+.1f} points [{100 * low:+.1f}, {100 * high:+.1f}]"


def _tested(row: Mapping[str, Any]) -> str:
    least = row["p_floor"]
    floor = "" if least is None else f" (with {row['paired']} questions at least {least:.2g})"
    return f"{row['p']:.2g}{floor}, {row['q']:.2g} adjusted for {row['family']}"
