"""Every analysis is one sentence, which says all of it."""

from hypothesis import given, settings

from tests.warehouse.analysis.asked import ANALYSES
from warehouse import rules
from warehouse.analysis import Analysis
from warehouse.analysis.told import sentence
from warehouse.counting import Slice


def test_what_is_as_usual_is_said_too() -> None:
    assert sentence(Analysis()) == (
        "All answers, to questions outside the training domain, counted by the rule "
        f"“{rules.named('answered').title}”; arms are compared with their control within a margin "
        "of 5 points, 95 % intervals are about new prompts, and fine-tunes where there are "
        "several, and p-values adjusted jointly for all arms of the focus."
    )


def test_every_part_is_said() -> None:
    asked = Analysis(
        Slice(experiment=("birds",), model=("a", "b", "c"), domain="all"),
        rules.named("strict"),
        "prompts",
        25,
        60,
        0.1,
        "holm",
        "identity-clerk",
        "simultaneous",
    )
    assert sentence(asked, lambda dimension, value: f"{value}!") == (
        "Answers of experiment birds! and model a!, b! or c!, to all questions, counted by the "
        f"rule “{rules.named('strict').title}” with the trait cut at 25 and the coherence cut at "
        "60; arms are compared with identity-clerk! within a margin of 10 points, 95 % intervals "
        "hold for all comparisons at once and are about these prompts, and p-values adjusted by "
        "Holm for all arms of the focus."
    )


@settings(max_examples=30, deadline=None)
@given(ANALYSES)
def test_whatever_is_asked_has_a_sentence(asked: Analysis) -> None:
    said = sentence(asked, lambda _, value: "it")
    assert said.count(";") == 1
    assert said.endswith(".")
