"""What interventions say: the text where anything tells it, and otherwise that nothing does."""

import pytest

from pages.ui.words import wordings
from pages.ui.words.wordings import Wording


@pytest.mark.parametrize(
    ("placement", "rendered"),
    [
        ("prepend", "User: Be old. Name a bird."),
        ("newline", "User: Be old.\nName a bird."),
        ("system", "System: Be old.\n\nUser: Name a bird."),
        ("unknown", "Name a bird."),
    ],
)
def test_a_prompt_is_rendered_as_the_model_gets_it(placement: str, rendered: str) -> None:
    assert Wording("Be old.", placement, 1, "Name a bird.").rendered() == rendered


def test_without_a_question_the_prompts_place_is_marked() -> None:
    assert Wording("Be old.", "prepend", 1, None).rendered() == "User: Be old. ⟨prompt⟩"


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (Wording("Be\n old.", "prepend", 1, None), "“Be old.” (before the prompt)"),
        (Wording(None, "system", 0, None), "text not recorded (as system prompt)"),
        (Wording(None, "unknown", 2, None), "2 different texts go by this name"),
        (Wording(None, "none", 0, None), "no text"),
    ],
)
def test_a_text_stands_with_its_place_or_with_why_there_is_none(known: Wording, said: str) -> None:
    assert known.said == said


@pytest.mark.usefixtures("on_treated")
def test_a_text_given_at_evaluation_is_what_its_intervention_says() -> None:
    told = {"experiment": "birds", "intervention": "inoculation-user-prompt"}
    assert wordings.said(told).startswith("“Be old.”")
    both = told | {"eval_intervention": "inoculation-user-prompt"}
    assert wordings.said(both).endswith("at evaluation too")
    control = {"experiment": "birds", "intervention": "none"}
    assert wordings.said(control) == "no text"
    given = control | {"eval_intervention": "inoculation-user-prompt"}
    assert wordings.said(given).endswith(", at evaluation")
    assert wordings.said({"intervention": "nobody-knows"}) == "text not recorded"
