"""Links: a view in the URL, and the view of one cell."""

from dataclasses import replace

import polars as pl

from pages.ui.view import links
from pages.ui.view.filters import View
from warehouse import rules
from warehouse.counting import Slice

VIEW = View(Slice(), rules.named(rules.DEFAULT), "new-prompts")

COUNTS = pl.DataFrame(
    {
        "experiment": ["birds"] * 3,
        "trait": ["t"] * 3,
        "judge": ["j"] * 3,
        "model": ["a", "a", None],
        "settings": ["1 epoch", "2 epochs", None],
        "question_group": ["g", None, "g"],
        "evaluation": ["e1", "e2", "e3"],
        "question": ["q1", "q2", "q1"],
        "n_trait": [1, 2, 3],
    }
)


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


def test_a_cell_narrows_the_filters_of_its_dimensions() -> None:
    cell = {"model": "a", "experiment": "birds", "n_trait": 1, "rate": 0.5}
    assert links.narrowed(VIEW, cell, COUNTS).slice == Slice(experiment=("birds",), model=("a",))


def test_a_dimension_without_a_filter_is_named_by_its_evaluations_or_questions() -> None:
    by_settings = links.narrowed(VIEW, {"settings": "2 epochs"}, COUNTS)
    assert by_settings.slice == Slice(evaluation=("e2",))
    by_group = links.narrowed(VIEW, {"question_group": "g"}, COUNTS)
    assert by_group.slice == Slice(question=("q1",))


def test_an_unknown_value_is_a_cell_of_its_own() -> None:
    assert links.narrowed(VIEW, {"model": None}, COUNTS).slice == Slice(evaluation=("e3",))


def test_addresses_are_escaped() -> None:
    assert links.address("rates", {"model": ["a&b", "c d"]}) == "/rates?model=a%26b&model=c+d"
