"""An analysis in one English sentence."""

from collections.abc import Callable, Sequence
from typing import Any

from warehouse.analysis import Analysis
from warehouse.analysis.family import Hidden
from warehouse.analysis.written import points
from warehouse.counting import Slice
from warehouse.stats import adjust, baselines
from warehouse.stats.units import UNITS

DOMAINS = {
    "outside": "to questions outside the training domain",
    "inside": "to questions inside the training domain",
    "all": "to all questions",
}


def sentence(asked: Analysis, name: Callable[[str, Any], str] = lambda _, value: str(value)) -> str:
    """What is asked: which answers, counted how, compared with what, and what intervals mean.

    Args:
        asked: The analysis.
        name: What a dimension's value is called.
    """
    narrowed = [
        f"{dimension.replace('_', ' ')} {_either([name(dimension, value) for value in values])}"
        for dimension in Slice.dimensions()
        if (values := getattr(asked.slice, dimension))
    ]
    which = f"Answers of {_all(narrowed)}" if narrowed else "All answers"
    cuts = [
        f"the {part} cut at {cut:g}"
        for part, cut in (("trait", asked.trait_cut), ("coherence", asked.coherence_cut))
        if cut is not None
    ]
    rule = f"“{asked.rule.title or asked.rule.name}”" + (f" with {_all(cuts)}" if cuts else "")
    adjusted = adjust.named(asked.adjustment)
    baseline = baselines.named(asked.baseline)
    at_once = "hold for all comparisons at once and " * (asked.intervals == "simultaneous")
    return (
        f"{which}, {DOMAINS[asked.slice.domain]}, counted by the rule {rule}; arms are compared "
        f"with {baseline.told(name)} within a margin of {points(asked.margin)} points, "
        f"95 % intervals {at_once}are about {UNITS[asked.unit].about}, "
        f"and p-values {adjusted.done}"
        f"{' for all arms of the focus' * (not adjusted.is_plain)}."
    )


def left_out(hidden: Hidden, filters: Sequence[str]) -> str:
    """What filters leave out of a focus, in a sentence; empty where they leave nothing out.

    Args:
        hidden: What that is.
        filters: What the filters are called that choose among arms.
    """
    said = []
    if gone := hidden.of_arms - hidden.arms:
        by = f"the filter{'s' * (len(filters) > 1)} {_all(filters)}"
        said.append(f"{gone:,} of {hidden.of_arms:,} arms hidden by {by}")
    if hidden.in_part:
        said.append(f"{hidden.in_part:,} arm{'s' * (hidden.in_part > 1)} counted in part")
    if hidden.questions < hidden.of_questions:
        said.append(f"{hidden.questions:,} of {hidden.of_questions:,} questions counted")
    return f"{'; '.join(said)}." if said else ""


def _all(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _either(parts: Sequence[str]) -> str:
    return " or ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
