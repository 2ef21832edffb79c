"""The verdict on an intervention: what may be said of it, and nothing more."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from warehouse.stats import units
from warehouse.stats.differences import Flags
from warehouse.stats.estimates import Floats
from warehouse.stats.intervals import Interval

Verdict = Literal[
    "eliminated", "reduced", "unchanged", "increased", "inconclusive", "nothing to suppress"
]
Change = Literal["lower", "higher", "not shown"]
Residual = Literal["none", "some", "open"]

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

MEANINGS: dict[Verdict, str] = {
    "eliminated": "Lower than the control, and within the margin of the untuned model.",
    "reduced": "Lower than the control; not shown to be as low as the untuned model.",
    "unchanged": "Within the margin of the control, and no change shown.",
    "increased": "Higher than the control.",
    "inconclusive": "Too little data to say any of this.",
    "nothing to suppress": "The control exceeds the untuned model by less than the margin.",
}


FEWEST_QUESTIONS = 6
"""With fewer, no sign-flip p-value is below 0.05."""


class Evidence(NamedTuple):
    """What a verdict rests on, one entry per arm; nan where there is nothing to compare."""

    change: Floats  # arm less control
    q: Floats  # that it is zero (two-sided, adjusted); nan where a side is not a result
    around: Interval  # its interval
    excess: Interval  # of the arm less the untuned model
    emergence: Interval  # of the control less the untuned model


class Axes(NamedTuple):
    """The three things that are asked of every arm."""

    lower: Flags  # than the control
    higher: Flags
    equivalent: Flags  # to the control, within the margin
    none_left: Flags  # equivalent to the untuned model, and not shown above it
    some_left: Flags  # shown above the untuned model


def axes(evidence: Evidence, margin: float, level: float) -> Axes:
    """Change, equivalence to the control, and what is left over the untuned model.

    A change is shown by its adjusted p-value. Equivalence is two one-sided tests (Schuirmann
    1987) with α = (1 - level) / 2 on each side: the displayed interval lies inside the margin.
    The usual TOST takes the narrower 1 - 2α interval; with eight to ten clustered questions it
    would call up to 12 % of rates that stand at the margin equivalent, by simulation. With the
    displayed one it is 1 % on average, 5 % in the worst case up to an intraclass correlation
    of 0.25 and 7 % at 0.45. It is not adjusted: whoever sees an interval inside the margin
    must not read that a change beyond it is possible.
    """

    def inside(interval: Interval) -> Flags:
        return (interval.low > -margin) & (interval.high < margin)

    shown = evidence.q <= 1 - level
    tested = ~np.isnan(evidence.q)
    some_left = evidence.excess.low > 0
    return Axes(
        lower=shown & (evidence.change < 0),
        higher=shown & (evidence.change > 0),
        equivalent=tested & inside(evidence.around),
        none_left=inside(evidence.excess) & ~some_left,
        some_left=some_left,
    )


def verdicts(evidence: Evidence, found: Axes, margin: float) -> list[Verdict | None]:
    """One verdict per arm, by the first of these that holds; None without a control.

    1. *increased*: higher than the control. Harm comes first: no control that is as low as the
       untuned model hides it.
    2. *nothing to suppress*: the emergence is below the margin, by its upper bound.
    3. *eliminated*: lower than the control, and not equivalent to it; equivalent to the
       untuned model, and not shown above it; the control credibly above the untuned model.
       Never without an untuned model.
    4. *reduced*: lower than the control.
    5. *unchanged*: equivalent to the control.
    6. *inconclusive*.
    """
    lower, higher, equivalent, none_left, _ = found
    rules: list[tuple[Flags, Verdict]] = [
        (higher, "increased"),
        (evidence.emergence.high < margin, "nothing to suppress"),
        (lower & ~equivalent & none_left & (evidence.emergence.low > 0), "eliminated"),
        (lower, "reduced"),
        (equivalent, "unchanged"),
        (~np.isnan(evidence.change), "inconclusive"),
    ]
    # An index beyond the rules where none holds: no control.
    first = np.argmax([*(rule for rule, _ in rules), np.ones_like(lower)], axis=0)
    names = [*(name for _, name in rules), None]
    return [names[index] for index in first]


def told(evidence: Evidence, found: Axes) -> dict[str, list[str | bool | None]]:
    """The axes as columns: change, equivalent, residual; null where there is nothing to say."""
    tested = ~np.isnan(evidence.q)
    compared = ~np.isnan(evidence.excess.low)
    change: list[Change] = ["lower", "higher", "not shown"]
    residual: list[Residual] = ["none", "some", "open"]
    changes = np.select([found.lower, found.higher], [0, 1], 2)
    left = np.select([found.none_left, found.some_left], [0, 1], 2)
    return {
        "change": [
            change[at] if known else None for at, known in zip(changes, tested, strict=True)
        ],
        "equivalent": [
            bool(value) if known else None
            for value, known in zip(found.equivalent, tested, strict=True)
        ],
        "residual": [
            residual[at] if known else None for at, known in zip(left, compared, strict=True)
        ],
    }


def reason(row: Mapping[str, Any]) -> str:
    """One sentence on what the verdict of an `effects` row rests on.

    Where fine-tuning again is not part of the uncertainty, it is about these fine-tunes.
    """
    sentence = _reason(row)
    if not units.ROWS[row["unit"]].of_runs and sentence.startswith(_OF_FINE_TUNES):
        return f"Of these fine-tunes: {sentence[0].lower()}{sentence[1:]}"
    return sentence


_OF_FINE_TUNES = ("Against", "Neither", "The control against")
"""How sentences begin that are about what fine-tunes do."""


def _reason(row: Mapping[str, Any]) -> str:
    verdict: Verdict | None = row["verdict"]
    if verdict is None:
        if row["baseline"] is None:
            return "There is no control to compare with."
        return "The control shares no question with it that both have counted answers to."
    margin = f"±{100 * row['margin']:g} points"
    change = f"Against the control {_points(row, 'difference')}"
    if verdict == "nothing to suppress":
        emergence = _points(row, "emergence")
        return f"The control against the untuned model: {emergence}, margin {margin}. {change}."
    if verdict == "inconclusive":
        return _open(row, change, margin)
    small = f", less than the margin of {margin}" if row["equivalent"] else f", margin {margin}"
    if verdict == "unchanged":
        shown = "not shown among the others" if _alone(row) else "no difference shown"
        return f"{change}{small}; {shown}, {_tested(row)}."
    sentence = f"{change}{small}, {_tested(row)}"
    if verdict in ("eliminated", "reduced"):
        sentence += f"; {_left(row)}"
    return f"{sentence}."


def _left(row: Mapping[str, Any]) -> str:
    """What is left over the untuned model, or why that is not known."""
    if row["excess_low"] is not None:
        return f"against the untuned model {_points(row, 'excess')}"
    if row["untuned_rate"] is None:
        return "no untuned model to compare with"
    if row["excess"] is None:
        return "the untuned model shares no question with it"
    return "the untuned model is not a result, or too few questions are shared with it"


def _open(row: Mapping[str, Any], change: str, margin: str) -> str:
    """Why nothing could be concluded."""
    sides = (("The arm", row["is_result"]), ("The control", row["baseline_is_result"]))
    missing = [side for side, known in sides if not known]
    if missing:
        both = "Neither the arm nor the control is a result"
        one = f"{missing[0]} is not a result"
        return f"{both if len(missing) == 2 else one}; the flags say why."
    if row["difference_low"] is None:
        return "There is no interval: too few questions or runs."
    if _alone(row):
        return f"{change}, but {_tested(row)}."
    if row["p_floor"] is not None and row["p"] <= row["p_floor"]:
        return (
            f"{change}, p = {_chance(row['p'])}: with {row['paired']} questions it cannot be less, "
            f"and {FEWEST_QUESTIONS} are the fewest that can show a change."
        )
    return (
        f"Neither zero nor a change beyond {margin} is excluded: {change[0].lower()}{change[1:]}."
    )


def _alone(row: Mapping[str, Any]) -> bool:
    """Whether a difference that is not shown among the others would be by itself."""
    outside = row["difference_low"] > 0 or row["difference_high"] < 0
    return bool(outside or row["q"] > 0.05 >= row["p"])


def _points(row: Mapping[str, Any], name: str) -> str:
    value, low, high = (row[f"{name}{end}"] for end in ("", "_low", "_high"))
    if value is None or low is None:
        return "not estimable"
    return f"{_signed(value)} points [{', '.join(_beside(e, row['margin']) for e in (low, high))}]"


def _signed(share: float, digits: int = 1) -> str:
    """Points with their sign; none at zero itself, so that what ends there holds it."""
    return f"{100 * share:+.{digits}f}" if share else f"{0:.{digits}f}"


def _beside(end: float, margin: float) -> str:
    """The end of an interval, with as many digits as show on which side of the margin it lies."""
    for digits in (1, 2, 3):
        text = _signed(end, digits)
        if abs(float(text)) != float(f"{100 * margin:.{digits}f}"):
            return text
    return text


def _chance(p: float) -> str:
    """A p-value in two digits, or in as many as show on which side of 0.05 it lies."""
    if p == 0.05:
        return "0.05"
    return next(text for digits in range(2, 18) if float(text := f"{p:.{digits}g}") != 0.05)


def _tested(row: Mapping[str, Any]) -> str:
    least = row["p_floor"]
    floor = "" if least is None else f" (with {row['paired']} questions at least {_chance(least)})"
    return f"p = {_chance(row['p'])}{floor}, {_chance(row['q'])} adjusted for {row['family']}"
