"""A part of a page: its breadcrumb, the way back, and filters that stay as they were."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from pages.frame import bound, crumbs, filters
from tests.pages.reading.study import address, linked, opened, told
from warehouse.analysis import Analysis

FOCUS = {"experiment": ["birds"], "trait": ["persona-19th-century"], "judge": ["judge-a"]}

PART = {"from": ["rates"], **FOCUS, "intervention": ["time-1900"], "model": ["gpt-4.1"]}


def followed(app: AppTest, page: str, link: dict[str, list[str]]) -> AppTest:
    """What a click on a number does: the same session on another page, by a link."""
    app.session_state[bound.NEXT] = link
    app.switch_page(f"pages/{page}/page.py").run()
    assert not app.exception
    return app


def view(app: AppTest) -> Analysis:
    found: Analysis = app.session_state[filters.VIEW]
    return found


def buttons(app: AppTest) -> set[str | None]:
    return {button.key for button in app.button}


@pytest.mark.usefixtures("on_treated")
def test_a_part_says_what_it_is_and_show_all_brings_the_filters_of_before() -> None:
    app = opened("results/rates", experiment="birds", model="Llama-3.1-8B")
    followed(app, "reading/transcripts", PART)
    assert "gpt-4.1 · Time: 1900" in told(app)
    assert (view(app).slice.model, view(app).slice.intervention) == (("gpt-4.1",), ("time-1900",))
    assert address(app)["from"] == ["rates"]
    app.button(key="whole").click().run()
    assert (view(app).slice.model, view(app).slice.intervention) == (("Llama-3.1-8B",), ())
    assert "from" not in address(app)
    assert not {"whole", "origin"} & buttons(app)


@pytest.mark.usefixtures("on_treated")
def test_who_comes_back_finds_the_page_as_it_was() -> None:
    app = opened("results/rates", experiment="birds", model="Llama-3.1-8B")
    before = address(app)
    followed(app, "reading/transcripts", PART)
    app.switch_page("pages/results/rates/page.py").run()
    assert view(app).slice.model == ("Llama-3.1-8B",)
    assert address(app) == before
    app.switch_page("pages/reading/transcripts/page.py").run()  # and the part, where it was left
    assert view(app).slice.intervention == ("time-1900",)


@pytest.mark.usefixtures("on_treated")
def test_reset_leaves_a_part_first_and_then_takes_the_filters() -> None:
    app = opened("results/interventions", experiment="birds", model="gpt-4.1")
    followed(app, "results/interventions", {**PART, "from": ["brittleness"]})
    app.button(key="reset").click().run()
    assert (view(app).slice.model, view(app).slice.intervention) == (("gpt-4.1",), ())
    app.button(key="reset").click().run()
    assert view(app).slice.model == ()
    assert "reset" not in buttons(app)


@pytest.mark.usefixtures("on_treated")
def test_a_part_of_a_part_says_where_it_was_opened() -> None:
    app = linked("results/interventions", {**PART, "from": ["brittleness"]})
    assert app.button(key="origin").label == "Brittleness"
    followed(app, "reading/transcripts", {**PART, "from": ["interventions"]})
    assert app.button(key="origin").label == "Interventions"


@pytest.mark.usefixtures("on_treated")
def test_a_part_of_no_page_that_there_is_can_be_left_all_the_same() -> None:
    app = linked("reading/transcripts", {**PART, "from": ["nowhere<b>"]})
    assert "origin" not in buttons(app)
    app.button(key="whole").click().run()
    assert view(app).slice.intervention == ()


def test_a_part_is_said_in_few_words() -> None:
    many = {"from": ["rates"], "model": ["a", "b"], "question": ["1", "2", "3"], "run": ["r"]}
    assert re.fullmatch(r"a and b · 3 questions", crumbs.said(many), re.IGNORECASE)
    assert crumbs.said({"from": ["rates"], "intervention": ["none"]}) == "Control"
    assert crumbs.said({"from": ["rates"], "evaluation": ["x"]}) == "some of the answers"
