"""What a grid says: emergence, extremes, what is undefined, what is flagged."""

import polars as pl
import pytest

from pages.results.brittleness import grid, measures, sentences
from warehouse import rules
from warehouse.analysis import Analysis
from warehouse.counting import Slice

VIEW = Analysis(Slice(), rules.named("published"), "new-prompts")


def said(layout: str, measure: str, view: Analysis = VIEW) -> str:
    made = grid.LAYOUTS[layout]
    view = measures.seen(view, measure)
    found = grid.chosen(measures.of(view, measure, made.by), made)
    return " ".join(filter(None, (sentences.answer(found, measure, view), doubts(found, view))))


def doubts(found: pl.DataFrame, view: Analysis) -> str:
    return sentences.doubts(found, "rate", view)


@pytest.mark.usefixtures("on_treated")
def test_emergence_and_the_extremes_with_n_and_interval() -> None:
    sentence = said("models", "rate")
    assert "Emerges in 2 of 3 models." in sentence
    assert "to 90.0 % [84.2, 93.8]  n = 200 · 10 questions (Control · gpt-4.1" in sentence


@pytest.mark.usefixtures("on_treated")
def test_verdicts_are_counted() -> None:
    assert said("interventions", "verdict").startswith("10 of 18 comparisons reduce it;")


@pytest.mark.usefixtures("on_treated")
def test_what_is_undefined_is_counted_with_its_reasons() -> None:
    sentence = said("interventions", "suppression")
    assert sentence.startswith("From −160 % [")
    assert "Undefined in 5 cells: " in sentence
    assert "an emergence beyond the margin is not shown (1)." in sentence


@pytest.mark.usefixtures("on_study")
def test_where_nothing_is_defined_the_one_reason_is_given() -> None:
    assert said("models", "emergence") == (
        "No cell on screen is a result. Undefined in 4 cells: no untuned model to compare with."
    )


@pytest.mark.usefixtures("on_study")
def test_a_view_without_interventions_says_so() -> None:
    view = Analysis(Slice(experiment=("insecure-code",)), VIEW.rule, VIEW.unit)
    assert said("interventions", "verdict", view).startswith("No intervention is in sight")


@pytest.mark.usefixtures("on_treated")
def test_extremes_among_questions_name_the_question() -> None:
    assert "+95 points (Control · gpt-4.1 · Bread)" in said("questions", "emergence")


@pytest.mark.usefixtures("on_treated")
@pytest.mark.parametrize(
    ("flagged", "told"),
    [
        (1, "Flagged, to be read before it is believed: Identity: assistant · Llama"),
        (4, "4 cells are flagged: read them before believing them."),
    ],
)
def test_flagged_cells_are_named_if_they_are_few(flagged: int, told: str) -> None:
    found = measures.of(VIEW, "rate")
    doubt = pl.Series("doubt", ["Odd."] * flagged + [None] * (found.height - flagged))
    assert told in doubts(found.with_columns(doubt), VIEW)
