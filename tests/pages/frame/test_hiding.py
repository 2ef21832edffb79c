"""What a filter hides is said, and taken back from where it is said."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.reading.study import opened, told

HIDDEN = "19 of 24 arms hidden by the filter Intervention kind."


def sentences(app: AppTest) -> list[str]:
    return [one.value for one in app.markdown if "hidden by" in one.value]


@pytest.mark.usefixtures("on_treated")
def test_a_page_says_what_its_filters_hide_and_brings_it_back() -> None:
    app = opened("results/interventions", experiment="birds", kind="time")
    assert [one.partition(": ")[2] for one in sentences(app)] == [HIDDEN]
    assert "q is p adjusted for all 15 comparisons" in told(app)
    app.button(key="reset-here").click().run()
    assert sentences(app) == []
    assert app.multiselect(key="kind").value == []


@pytest.mark.usefixtures("on_treated")
def test_overview_keeps_its_tiles_under_a_filter_of_interventions() -> None:
    app = opened("results/overview", intervention="time-1900")
    assert "arms hidden by the filter Intervention." in " ".join(sentences(app))
    assert "19th-century persona emerges" in told(app)


@pytest.mark.usefixtures("on_treated")
def test_a_filter_does_not_undo_what_was_trained_without_an_intervention() -> None:
    app = opened("results/brittleness", experiment="birds", kind="time")
    assert "Emerges in 2 of 3 models" in told(app)
    assert "Nothing was fine-tuned without" not in told(app)
