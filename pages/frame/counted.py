"""How answers are counted, in one sentence that opens the panel where it can be changed."""

from dataclasses import replace
from typing import NamedTuple, TypeVar

import polars as pl
import streamlit as st

from pages.frame import bound
from pages.ui.parts.defined import definitions
from pages.ui.parts.markup import escaped
from pages.ui.view import store
from pages.ui.words import values
from warehouse import defaults
from warehouse.analysis import Analysis, written
from warehouse.counting import Slice
from warehouse.rules import Coherence, Rule, Score, Terms, shown_by
from warehouse.stats.adjust import FAMILY_WISE, INTERVALS, Intervals
from warehouse.stats.units import UNITS

Choice = TypeVar("Choice", bound=str)

MARGIN = float(written.points(defaults.MARGIN))
"""The margin where nobody says another, in points."""

LEAST, MOST = 0.1, 50
"""The range of a margin, in points."""

QUESTIONS = {
    "outside": "",
    "inside": "questions inside the training domain",
    "all": "all questions",
}
"""What the sentence says of the questions; the usual ones need no word."""


class Cuts(NamedTuple):
    """The cuts that a rule has for the traits in sight."""

    score: Score | None
    coherence: Coherence | None
    has_misalignment: bool


def asked_for(within: Slice) -> Analysis:
    """The analysis of a slice, counted as is asked for."""
    rule = store.all_rules()[bound.asked_one("rule", _rules())]
    cuts = cuts_of(rule, within)
    trait_cut = bound.asked_number("trait_cut") if cuts.score else None
    coherence_cut = bound.asked_number("coherence_cut") if cuts.coherence else None
    margin = bound.asked_number("margin", LEAST, MOST)
    domain = bound.asked_one("domain", bound.first(values.DOMAINS, defaults.DOMAIN))
    unit = bound.asked_one("unit", bound.first(values.UNITS, defaults.UNIT))
    adjustment = bound.asked_one("adjust", bound.first(values.ADJUSTMENTS, defaults.ADJUSTMENT))
    intervals: Intervals = defaults.INTERVALS
    if adjustment in FAMILY_WISE:
        intervals = bound.asked_one("intervals", bound.first(INTERVALS, defaults.INTERVALS))
    return Analysis(
        slice=replace(within, domain=domain),  # type: ignore[arg-type]
        rule=rule,
        unit=unit,
        trait_cut=_unusual(trait_cut, cuts.score),
        coherence_cut=_unusual(coherence_cut, cuts.coherence),
        margin=defaults.MARGIN if margin is None else written.share(margin),
        adjustment=adjustment,
        intervals=intervals,
    )


def sentence(view: Analysis) -> str:
    """How the answers of an analysis are counted."""
    cuts = cuts_of(view.rule, view.slice)
    parts = [f"Rule “{view.rule.title}”"]
    if cuts.score is not None:
        what = "alignment" if cuts.has_misalignment else "score"
        parts.append(f"{what} {cuts.score.comparison} {cuts.score.cut:g}")
    if cuts.coherence is not None:
        parts.append(f"coherence {cuts.coherence.comparison} {cuts.coherence.cut:g}")
    parts += [QUESTIONS[view.slice.domain]] if QUESTIONS[view.slice.domain] else []
    parts += [
        f"intervals for {UNITS[view.unit].short}",
        f"margin {written.points(view.margin)} points",
    ]
    if view.intervals != defaults.INTERVALS:
        parts.append("intervals that hold all at once")
    if view.adjustment != defaults.ADJUSTMENT:
        parts.append(f"p-values: {values.ADJUSTMENTS[view.adjustment]}")
    return ", ".join(parts)


def panel(view: Analysis) -> None:
    """Draw the sentence, and behind it everything that decides how answers are counted."""
    label = escaped(sentence(view))
    with st.popover(
        label, type="tertiary", icon=":material/calculate:", key="counting",
        help=definitions(sentence(view)),
    ):  # fmt: skip
        rule = store.all_rules()[bound.one("Rule", _rules(), "rule", "What counts as what.")]
        st.caption(escaped(rule.summary))
        for name in store.refused_rules():
            st.warning("A file in the folder rules is left out: `brittlescope rates` says why.")
            st.code(f"{name}.yaml", language=None, wrap_lines=True)
        cuts = cuts_of(rule, view.slice)
        if cuts.score is not None:
            _cut(f"Trait: score {cuts.score.comparison}", "trait_cut", cuts.score)
        if cuts.coherence is not None:
            _cut(f"Coherence: score {cuts.coherence.comparison}", "coherence_cut", cuts.coherence)
        unit = bound.one("Intervals are about", bound.first(values.UNITS, defaults.UNIT), "unit")
        st.caption(values.UNIT_MEANINGS[unit])
        bound.one("Questions", bound.first(values.DOMAINS, defaults.DOMAIN), "domain")
        bound.number(
            "Margin: points that do not matter",
            "margin",
            MARGIN,
            help="Differences smaller than this do not matter in practice. Verdicts rest on it.",
            least=LEAST,
            most=MOST,
        )
        adjustment = bound.one(
            "Adjustment of p-values",
            bound.first(values.ADJUSTMENTS, defaults.ADJUSTMENT),
            "adjust",
            "For all comparisons of the experiment, trait and judge, whatever is filtered.",
        )
        if adjustment in FAMILY_WISE:
            bound.one(
                "Intervals of differences hold",
                bound.first(INTERVALS, defaults.INTERVALS),
                "intervals",
                "All at once: for reading off which of many arms is best.",
            )


def cuts_of(rule: Rule, within: Slice) -> Cuts:
    """The cuts that matter for the traits of a slice."""
    traits = store.opened().traits
    for name in ("experiment", "trait"):
        if wanted := getattr(within, name):
            traits = traits.filter(pl.col(name).is_in(wanted))
    kinds = set(traits["kind"])
    lines: list[Terms] = [rule.misalignment] if "misalignment" in kinds else []
    lines += [rule.persona] if kinds - {"misalignment"} else []
    shown = [shown_by(rule, trait) for trait in traits.iter_rows(named=True)]
    score = next((one for one in shown if isinstance(one, Score)), None)
    coherence = next((line.coherence for line in lines if line.coherence), None)
    return Cuts(score, coherence, kinds == {"misalignment"})


def _cut(label: str, key: str, own: Score | Coherence) -> None:
    bound.number(escaped(label), key, own.cut, f"The rule’s own cut is {own.cut:g}.")


def _unusual(cut: float | None, own: Score | Coherence | None) -> float | None:
    """A cut, unless it is the rule's own."""
    return None if own is None or cut == own.cut else cut


def _rules() -> dict[str, str]:
    """Every rule with its title, the usual one first."""
    return bound.first({n: r.title for n, r in store.all_rules().items()}, defaults.RULE)
