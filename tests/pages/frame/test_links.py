"""Links: an analysis in the URL."""

from dataclasses import replace

import pytest

from pages.frame import links
from tests.pages.reading.study import address, opened
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


@pytest.mark.usefixtures("on_treated")
def test_a_door_to_another_page_is_followed_once_and_no_other_address_is() -> None:
    app = opened("results/rates", experiment="birds", model="Llama-3.1-8B")
    app.query_params["model"] = "gpt-4.1"  # of somebody who is quicker than the address bar
    app.switch_page("pages/results/interventions/page.py").run()
    assert address(app)["model"] == ["Llama-3.1-8B"]
    app.query_params["from"], app.query_params[links.DOOR] = "interventions", "open"
    app.switch_page("pages/reading/transcripts/page.py").run()
    assert (address(app)["model"], address(app)["from"]) == (["gpt-4.1"], ["interventions"])
    assert links.DOOR not in address(app)
    next(button for button in app.button if button.key == "whole").click().run()
    assert "from" not in address(app)
