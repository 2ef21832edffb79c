"""The overview: what is loaded, its headline rates, and what looks suspicious."""

import pytest

from tests.pages.reading.study import opened, told


@pytest.mark.usefixtures("on_study")
def test_it_says_what_is_loaded() -> None:
    said = told(opened("results/overview"))
    assert "1 model, 3 datasets, 1 intervention, 4 evaluations" in said


@pytest.mark.usefixtures("on_study")
def test_every_experiment_and_trait_has_a_sentence_with_n() -> None:
    app = opened("results/overview")
    sentences = [m.value.replace("\\", "") for m in app.markdown if m.value.startswith("- **")]
    assert len(sentences) == 4
    assert all("n = " in sentence or "no result" in sentence for sentence in sentences)
    assert any("With an intervention" in sentence for sentence in sentences)


@pytest.mark.usefixtures("on_study")
def test_findings_are_named_in_words() -> None:
    app = opened("results/overview")
    findings = app.dataframe[0].value
    assert set(findings["severity"]) <= {"Error", "Warning", "Notice"}
    assert "Answers that failed" in set(findings["title"])


@pytest.mark.usefixtures("on_study")
def test_findings_follow_the_filters() -> None:
    app = opened("results/overview", experiment="german-cities")
    assert set(app.dataframe[0].value["experiment"]) <= {"Former German city names", "—"}
