"""The sidebar's filters, the same on every page, and the analysis they add up to."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

import polars as pl
import streamlit as st

from pages.ui.parts.markup import escaped
from pages.ui.view import bound, store
from pages.ui.words import columns, numbers, values
from warehouse import defaults, harmless
from warehouse.analysis import Analysis, written
from warehouse.analysis.told import UNITS
from warehouse.counting import Slice
from warehouse.rules import Line, Rule, Score, shown_by
from warehouse.stats.adjust import ADJUSTMENTS, FAMILY_WISE, INTERVALS, Intervals

Choice = TypeVar("Choice", bound=str)

VIEW = "_view"

MARGIN = written.points(defaults.MARGIN)
"""The margin where nobody says another, in points."""

MAIN = ("experiment", "model", "dataset", "intervention", "judge")
MORE = (
    "trait",
    "question",
    "eval_intervention",
    "kind",
    "relevance",
    "placement",
    "run",
    "evaluation",
)


def draw() -> Analysis:
    """Draw the filters where we are (the sidebar) and return the analysis they make."""
    options = _options()
    chosen = {key: bound.many(escaped(columns.label(key)), options[key], key) for key in MAIN}
    rules = store.all_rules()
    rule = rules[
        bound.one("Rule", {n: r.title for n, r in rules.items()}, "rule", "What counts as what.")
    ]
    st.caption(escaped(rule.summary))
    for name in store.refused_rules():
        st.warning("A file in the folder rules is left out: `brittlescope rates` says why.")
        st.code(f"{name}.yaml", language=None)
    unit = bound.one("Intervals are about", _first(UNITS, defaults.UNIT), "unit")
    st.caption(values.UNIT_MEANINGS[unit])
    domain = bound.one("Questions", _first(values.DOMAINS, defaults.DOMAIN), "domain")
    trait_cut, coherence_cut = _cuts(rule, chosen["experiment"])
    margin = bound.number(
        "Margin: points that do not matter",
        "margin",
        float(MARGIN),
        help="Differences smaller than this do not matter in practice. Verdicts rest on it.",
        least=0.1,
        most=50,
        placeholder=MARGIN,
    )
    adjustment = bound.one(
        "Adjustment of p-values",
        _first(ADJUSTMENTS, defaults.ADJUSTMENT),
        "adjust",
        "For the number of comparisons in sight.",
    )
    intervals: Intervals = defaults.INTERVALS
    if adjustment in FAMILY_WISE:
        intervals = bound.one(
            "Intervals of differences hold",
            _first(INTERVALS, defaults.INTERVALS),
            "intervals",
            "All at once: for reading off which of many arms is best.",
        )
    with st.expander("More filters", expanded=_any_asked(["study", *MORE])):
        # A study is asked for where there are several, and where a link names one.
        named = len(options["study"]) > 1 or _any_asked(["study"])
        chosen |= {
            key: bound.many(escaped(columns.label(key)), options[key], key)
            for key in (["study", *MORE] if named else MORE)
        }
    view = Analysis(
        slice=Slice(**chosen, domain=domain),  # type: ignore[arg-type]
        rule=rule,
        unit=unit,  # type: ignore[arg-type]
        trait_cut=trait_cut,
        coherence_cut=coherence_cut,
        margin=defaults.MARGIN if margin is None else written.share(margin),
        adjustment=adjustment,
        intervals=intervals,
    )
    st.session_state[VIEW] = view
    return view


def current() -> Analysis:
    """The analysis that this run's sidebar made."""
    view: Analysis = st.session_state[VIEW]
    return view


def unknown() -> list[str]:
    """One sentence for everything a link asked for that there is not."""
    return [
        f"The link asks for {columns.label(key).lower()} {numbers.listing(map(_quoted, names))}, "
        "which is not in this snapshot; that filter is not applied."
        for key, names in bound.unknown().items()
    ]


def _quoted(name: str) -> str:
    """What a link wrote, which may be anything, in one line."""
    return f"'{harmless.short(name, 60)}'"


def _first(options: Mapping[Choice, str], first: Choice) -> dict[Choice, str]:
    """The options with the usual one first."""
    return {first: options[first], **options}


def _any_asked(keys: Iterable[str]) -> bool:
    return any(st.session_state.get(key) or st.query_params.get_all(key) for key in keys)


def _cuts(rule: Rule, experiments: tuple[str, ...]) -> tuple[float | None, float | None]:
    """The cuts that matter for the traits in sight; others are not shown."""
    traits = store.opened().traits
    if experiments:
        traits = traits.filter(pl.col("experiment").is_in(experiments))
    kinds = set(traits["kind"])
    lines: list[Line] = [rule.misalignment] if "misalignment" in kinds else []
    lines += [rule.persona] if kinds - {"misalignment"} else []
    shown = [shown_by(rule, trait) for trait in traits.iter_rows(named=True)]
    score = next((one for one in shown if isinstance(one, Score)), None)
    coherence = next((line.coherence for line in lines if line.coherence), None)
    trait_cut = coherence_cut = None
    if score is not None:
        trait_cut = bound.number(
            f"Trait: score {escaped(score.comparison)}", "trait_cut", score.cut
        )
    if coherence is not None:
        coherence_cut = bound.number(
            f"Coherence: score {escaped(coherence.comparison)}", "coherence_cut", coherence.cut
        )
    return (
        None if score is None or trait_cut == score.cut else trait_cut,
        None if coherence is None or coherence_cut == coherence.cut else coherence_cut,
    )


def _options() -> dict[str, dict[str, str]]:
    """What every filter offers: the values in the snapshot, with their labels."""
    evaluations = store.query("evaluations")
    questions = store.query("questions")
    offered: dict[str, Iterable[str]] = {
        key: evaluations[key].drop_nulls().unique().sort()
        for key in (
            "study",
            *MAIN[:4],
            "eval_intervention",
            "kind",
            "relevance",
            "placement",
            "run",
        )
    }
    offered["judge"] = store.query("judges")["judge"].unique().sort()
    offered["trait"] = store.opened().traits["trait"].unique().sort()
    return {key: values.distinct(key, raws) for key, raws in offered.items()} | {
        "question": values.told_apart(
            {
                q["question"]: harmless.short(q["name"] or q["text"] or q["question"], 70)
                for q in questions.iter_rows(named=True)
            }
        ),
        "evaluation": values.told_apart(
            {
                e["evaluation"]: f"{values.value('model', e['model'])} · "
                + values.intervention(e["intervention"] or "none")
                for e in evaluations.iter_rows(named=True)
            }
        ),
    }
