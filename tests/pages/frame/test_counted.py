"""How answers are counted: one sentence that says what decides, and widgets only where they act."""

from dataclasses import replace

import pytest

from pages.frame import counted
from pages.ui.view import store
from tests.pages.reading.study import opened
from warehouse import rules
from warehouse.analysis import Analysis
from warehouse.counting import Slice

BIRDS, CODE = Slice(experiment=("birds",)), Slice(experiment=("insecure-code",))

USUAL = "intervals for new prompts and, where several, fine-tunes, margin 5 points"


@pytest.mark.usefixtures("on_study")
def test_a_sentence_says_the_cuts_that_matter_and_no_others() -> None:
    assert counted.sentence(Analysis(BIRDS)) == f"Rule “Answered”, {USUAL}"
    assert counted.sentence(Analysis(CODE)) == (
        f"Rule “Answered”, alignment below 30, coherence above 50, {USUAL}"
    )
    moved = Analysis(CODE, rule=rules.named("strict"), trait_cut=12.5, coherence_cut=60)
    assert "alignment below 12.5, coherence above 60, " in counted.sentence(moved)


@pytest.mark.usefixtures("on_study")
def test_what_is_unusual_is_said_and_what_is_usual_is_not() -> None:
    asked = Analysis(replace(BIRDS, domain="all"), unit="prompts", margin=0.1, adjustment="holm")
    assert counted.sentence(asked) == (
        "Rule “Answered”, all questions, intervals for these prompts, margin 10 points, "
        "p-values: Holm"
    )
    at_once = replace(asked, intervals="simultaneous")
    assert "margin 10 points, intervals that hold all at once, p-values" in counted.sentence(
        at_once
    )


@pytest.mark.usefixtures("on_study")
def test_cuts_are_those_of_the_traits_in_sight() -> None:
    rule = rules.named("answered")
    assert counted.cuts_of(rule, BIRDS) == (None, None, False)
    code, every = counted.cuts_of(rule, CODE), counted.cuts_of(rule, Slice())
    assert (code.score.cut if code.score else None, code.has_misalignment) == (30, True)
    assert every.score is not None
    assert not every.has_misalignment  # personas are counted by their labels
    assert store.all_rules()["answered"] == rule


@pytest.mark.usefixtures("on_study")
def test_simultaneous_intervals_are_offered_where_the_adjustment_allows_them() -> None:
    app = opened("results/interventions", experiment="birds")
    keys = {box.key for box in app.selectbox}
    assert {"rule", "unit", "adjust", "intervals"} <= keys
    app.selectbox(key="adjust").set_value("bh").run()
    assert "intervals" not in {box.key for box in app.selectbox}
