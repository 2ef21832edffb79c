"""The Training page in every state."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from tests.pages.reading.study import html, opened, told

PAGE = "methods/training"


def headings(app: AppTest) -> list[str]:
    return [element.value for element in app.subheader]


def test_runs_stand_side_by_side_with_their_difference_named(on_study: Path) -> None:
    app = opened(PAGE, experiment="birds")
    assert not app.exception
    assert "These runs" in told(app)
    assert "Learning rate multiplier" in html(app)
    assert "Runs side by side" in headings(app)


def test_chosen_runs_differ_in_what_is_highlighted(on_study: Path) -> None:
    app = opened(PAGE)
    options = app.multiselect(key="compare").options
    birds = next(o for o in options if o.startswith("gpt-4.1 · Archaic bird names · Control"))
    potter = next(o for o in options if o.startswith("Qwen2.5-72B"))
    app.multiselect(key="compare").set_value([birds, potter]).run()
    assert not app.exception
    sentence = next(t.value for t in app.text if t.value.startswith("These runs differ in"))
    named = sentence.removeprefix("These runs differ in: ").rstrip(".").replace(" and ", ", ")
    lit = html(app).split("rgba(230,159,0,.16)")[1:]
    assert len(lit) == len(named.split(", "))
    assert "Training file" in named


def test_a_log_is_drawn_with_a_complete_legend(on_study: Path) -> None:
    app = opened(PAGE, experiment="birds")
    charts = app.get("vega_lite_chart")
    assert charts
    assert '"labelLimit": 0' in charts[0].proto.spec


def test_what_was_not_joined_is_said_with_its_reason(on_study: Path) -> None:
    app = opened(PAGE)
    assert "could not be joined to any run" in told(app)
    assert "training log" in html(app)


def test_states_can_be_chosen(on_study: Path) -> None:
    app = opened(PAGE, state="planned")
    assert not app.exception
    assert " planned." in told(app)
    assert "evaluated" not in told(app).split(" planned.")[0].split(": ")[-1]


def test_an_empty_slice_says_what_to_do(on_study: Path) -> None:
    app = opened(PAGE, experiment="insecure-code", state="planned")
    assert not app.exception
    assert "fits the filters" in told(app)
