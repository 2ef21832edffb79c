"""An analysis as a link's values, a command's options or JSON, and read again from each.

A link and a command leave out what is as usual; JSON says everything, since it is kept, and what is
usual may change.
"""

import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec

from warehouse import defaults
from warehouse.analysis import Analysis
from warehouse.counting import Slice
from warehouse.errors import InvalidDefinition, UnknownName
from warehouse.rules import Rule

Values = dict[str, list[str]]

OPTIONS = {
    "domain": "questions",
    "rule": "rule",
    "unit": "unit",
    "trait_cut": "trait-cut",
    "coherence_cut": "coherence-cut",
    "margin": "margin",
    "adjust": "adjust",
    "baseline": "baseline",
    "intervals": "intervals",
}
"""What a command calls each value of a link beside the slice's dimensions."""

OF_COMPARISONS = {
    "rates": (),
    "counts": (),
    "effects": ("margin", "adjust", "baseline", "intervals"),
    "rank": (),
    "brittleness": ("margin",),
    "hierarchical": (),
    "multiverse": ("margin", "baseline"),
}
"""Which values of a comparison each command takes; the other values every one does."""

MOST, LEAST = 1_000, -1_000
"""The range of a cut."""


def link(asked: Analysis) -> Values:
    """The values of a link, without those that are as usual."""
    given: Values = {name: list(getattr(asked.slice, name)) for name in Slice.dimensions()}
    usual = {
        "domain": (asked.slice.domain, defaults.DOMAIN),
        "rule": (asked.rule.name, defaults.RULE),
        "unit": (asked.unit, defaults.UNIT),
        "trait_cut": (asked.trait_cut, None),
        "coherence_cut": (asked.coherence_cut, None),
        "margin": (asked.margin, defaults.MARGIN),
        "adjust": (asked.adjustment, defaults.ADJUSTMENT),
        "baseline": (asked.baseline, defaults.BASELINE),
        "intervals": (asked.intervals, defaults.INTERVALS),
    }
    for name, (value, standard) in usual.items():
        if value is not None and value != standard:
            text = points(asked.margin) if name == "margin" else _written(value)
            given[name] = [text]
    return {name: values for name, values in given.items() if values}


def read(values: Mapping[str, Sequence[str]], rules: Mapping[str, Rule]) -> Analysis:
    """The analysis of a link's values; those of a page's own are not looked at.

    Raises:
        UnknownName: for a rule, unit, adjustment or set of questions there is not.
        InvalidDefinition: for a cut or margin that is no number of its range.
    """
    one = {name: values[name][0] for name in OPTIONS if values.get(name) and values[name][0]}
    within = Slice().narrowed(
        **{name: list(values[name]) for name in Slice.dimensions() if values.get(name)}
    )
    if _number("margin", one.get("margin"), 0, 100) is None:
        margin = defaults.MARGIN
    else:
        margin = share(one["margin"].strip())
    return Analysis(
        slice=replace(within, domain=one.get("domain", defaults.DOMAIN)),  # type: ignore[arg-type]
        rule=_rule(one.get("rule", defaults.RULE), rules),
        unit=one.get("unit", defaults.UNIT),
        trait_cut=_number("trait cut", one.get("trait_cut"), LEAST, MOST),
        coherence_cut=_number("coherence cut", one.get("coherence_cut"), LEAST, MOST),
        margin=margin,
        adjustment=one.get("adjust", defaults.ADJUSTMENT),
        baseline=one.get("baseline", defaults.BASELINE),
        intervals=one.get("intervals", defaults.INTERVALS),  # type: ignore[arg-type]
    )


def asked(values: Mapping[str, Sequence[str]], rules: Mapping[str, Rule]) -> Analysis:
    """The same of values somebody wrote down: a name that means nothing is no page's own.

    Raises:
        UnknownName: for such a name as well.
    """
    known = (*Slice.dimensions(), *OPTIONS)
    for name in values:
        if name not in known:
            raise UnknownName(f"Nothing is called {name[:60]!r}; there are {', '.join(known)}.")
    return read(values, rules)


def options(asked: Analysis, command: str) -> list[str]:
    """The options by which `brittlescope` asks the same of a command (`OF_COMPARISONS`)."""
    takes: Collection[str] = OF_COMPARISONS[command]
    left_out = {"margin", "adjust", "baseline", "intervals"} - set(takes)
    given = []
    for name, values in link(asked).items():
        if name in OPTIONS and name not in left_out:
            given.append(f"--{OPTIONS[name]}={values[0]}")
        elif name not in OPTIONS:
            given += [f"--where={name}={value}" for value in values]
    return given


def line(asked: Analysis, command: str) -> str:
    """The same as a line for a shell."""
    return shlex.join(["brittlescope", command, *options(asked, command)])


class _KeptAnalysis(msgspec.Struct, forbid_unknown_fields=True):
    """An analysis as JSON keeps it."""

    slice: dict[str, list[str]]
    questions: str
    rule: str
    trait_cut: float | None
    coherence_cut: float | None
    unit: str
    margin: float
    adjustment: str
    baseline: str
    intervals: str = defaults.INTERVALS


def as_json(asked: Analysis) -> dict[str, Any]:
    """Everything an analysis says, as JSON; the rule by its name."""
    kept = _KeptAnalysis(
        {n: list(v) for n in Slice.dimensions() if (v := getattr(asked.slice, n))},
        asked.slice.domain,
        asked.rule.name,
        asked.trait_cut,
        asked.coherence_cut,
        asked.unit,
        asked.margin,
        asked.adjustment,
        asked.baseline,
        asked.intervals,
    )
    found: dict[str, Any] = msgspec.to_builtins(kept)
    return found


def from_json(found: object, rules: Mapping[str, Rule]) -> Analysis:
    """The analysis that `as_json` wrote.

    Raises:
        InvalidDefinition: where it is no such JSON.
        UnknownName: for a dimension, rule, unit, adjustment or set of questions there is not.
    """
    try:
        kept = msgspec.convert(found, _KeptAnalysis)
    except msgspec.ValidationError as error:
        raise InvalidDefinition(f"This is no analysis: {error}.") from None
    within = Slice().narrowed(**kept.slice)
    return Analysis(
        replace(within, domain=kept.questions),  # type: ignore[arg-type]
        _rule(kept.rule, rules),
        kept.unit,
        kept.trait_cut,
        kept.coherence_cut,
        kept.margin,
        kept.adjustment,
        kept.baseline,
        kept.intervals,  # type: ignore[arg-type]
    )


def points(margin: float) -> str:
    """A margin in points, exactly."""
    return _written(Decimal(repr(margin)).scaleb(2))


def share(points: float | str) -> float:
    """The margin that so many points are; what `points` wrote comes back to the last digit."""
    return float(Decimal(str(points)).scaleb(-2))


def _written(value: str | float | Decimal) -> str:
    """A value as short as it can be read back from."""
    if isinstance(value, str):
        return value
    short = f"{float(value):g}"
    return short if Decimal(short) == Decimal(str(value)) else str(value)


def _number(name: str, text: str | None, least: float, most: float) -> float | None:
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        number = most + 1
    if not least <= number <= most:
        raise InvalidDefinition(
            f"The {name} must be a number from {least:,} to {most:,}, not {text[:60]!r}."
        )
    return number


def _rule(name: str, rules: Mapping[str, Rule]) -> Rule:
    if name not in rules:
        raise UnknownName(f"There is no rule {name[:60]!r}; there are {', '.join(rules)}.")
    return rules[name]
