"""An analysis: what it refuses, how its rule follows its cuts, and the analysis of one cell."""

from dataclasses import replace

import polars as pl
import pytest

from warehouse import rules
from warehouse.analysis import Analysis
from warehouse.counting import Slice
from warehouse.errors import BrittlescopeError

ALL = Analysis()

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


def test_a_cell_narrows_the_filters_of_its_dimensions() -> None:
    cell = {"model": "a", "experiment": "birds", "n_trait": 1, "rate": 0.5}
    assert ALL.narrowed(cell, COUNTS).slice == Slice(experiment=("birds",), model=("a",))


def test_a_dimension_without_a_filter_is_named_by_its_evaluations_or_questions() -> None:
    by_settings = ALL.narrowed({"settings": "2 epochs"}, COUNTS)
    assert by_settings.slice == Slice(evaluation=("e2",))
    by_group = ALL.narrowed({"question_group": "g"}, COUNTS)
    assert by_group.slice == Slice(question=("q1",))


def test_an_unknown_value_is_a_cell_of_its_own() -> None:
    assert ALL.narrowed({"model": None}, COUNTS).slice == Slice(evaluation=("e3",))


def test_the_rule_has_the_cuts_that_are_asked_for() -> None:
    strict = rules.named("strict")
    moved = replace(ALL, trait_cut=12.0, coherence_cut=60.0)
    assert moved.rule == rules.named("answered").with_cuts(12.0, 60.0)
    assert moved.ruled(strict).rule == strict.with_cuts(12.0, 60.0)
    assert moved.beside("untuned") == replace(moved, baseline="untuned")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"slice": Slice(domain="near")}, "There is no set of questions 'near'; there are"),  # type: ignore[arg-type]
        ({"unit": "prompt"}, "There is no unit 'prompt'; there are prompts"),
        ({"adjustment": "fdr"}, "There is no adjustment 'fdr'; there are joint"),
        ({"margin": 1.0}, "The margin must lie between 0 and 1, not 1.0"),
        ({"margin": float("nan")}, "The margin must lie between 0 and 1, not nan"),
    ],
)
def test_what_there_is_not_is_a_sentence(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(BrittlescopeError, match=said):
        replace(ALL, **wrong)  # type: ignore[arg-type]
