"""Links: an analysis in the URL."""

from dataclasses import replace

from pages.frame import links
from warehouse import defaults, rules
from warehouse.analysis import Analysis
from warehouse.counting import Slice

VIEW = Analysis(Slice(), rules.named(defaults.RULE), defaults.UNIT)


def test_a_view_as_usual_needs_no_parameters() -> None:
    assert links.parameters(VIEW) == {}


def test_everything_unusual_is_in_the_parameters() -> None:
    view = replace(
        VIEW,
        slice=Slice(model=("a", "b"), domain="all"),
        rule=rules.named("strict"),
        unit="prompts",
        trait_cut=25.0,
        margin=0.1,
        adjustment="holm",
    )
    assert links.parameters(view, only="trait", sample=None) == {
        "model": ["a", "b"],
        "domain": ["all"],
        "rule": ["strict"],
        "unit": ["prompts"],
        "trait_cut": ["25"],
        "margin": ["10"],
        "adjust": ["holm"],
        "only": ["trait"],
    }


def test_addresses_are_escaped() -> None:
    assert links.address("rates", {"model": ["a&b", "c d"]}) == "/rates?model=a%26b&model=c+d"
