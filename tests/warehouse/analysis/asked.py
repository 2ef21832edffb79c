"""Analyses of every kind, for tests of what is made of them."""

from dataclasses import replace

from hypothesis import strategies as st

from warehouse import rules
from warehouse.analysis import DOMAINS, Analysis
from warehouse.counting import Slice
from warehouse.stats.adjust import ADJUSTMENTS, FAMILY_WISE
from warehouse.stats.units import UNITS

RULES = rules.available()

_NAMES = st.lists(st.text(min_size=1), max_size=3, unique=True).map(tuple)
_CUTS = st.none() | st.floats(-1_000, 1_000)

SLICES = st.builds(
    Slice,
    **dict.fromkeys(Slice.dimensions(), st.just(()) | _NAMES),
    domain=st.sampled_from(DOMAINS),
)


def _all_at_once(asked: Analysis) -> Analysis:
    """The same with simultaneous intervals, where its p-values allow for it."""
    if asked.adjustment not in FAMILY_WISE:
        return asked
    return replace(asked, intervals="simultaneous")


_POINTWISE = st.builds(
    Analysis,
    slice=SLICES,
    rule=st.sampled_from(list(RULES.values())),
    unit=st.sampled_from(list(UNITS)),
    trait_cut=_CUTS,
    coherence_cut=_CUTS,
    margin=st.floats(0, 1, exclude_min=True, exclude_max=True),
    adjustment=st.sampled_from(list(ADJUSTMENTS)),
    baseline=st.sampled_from(("control", "untuned", "unprompted")) | st.text(min_size=1),
)

ANALYSES = _POINTWISE | _POINTWISE.map(_all_at_once)
