"""The overview: what is loaded, a verdict on each experiment, and what looks suspicious."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.results.overview import headlines
from tests.pages.reading.study import built, opened, told

PAGE = "results/overview"


def sentences(app: AppTest) -> list[str]:
    """The headlines, each an experiment, trait and judge in bold and what is said of it."""
    every = (markdown.value.replace("\\", "") for markdown in app.markdown)
    return [text for text in every if text.startswith("**") and "judge: " in text]


@pytest.mark.usefixtures("on_study")
def test_it_says_what_is_loaded() -> None:
    assert "1 model, 3 datasets, 1 intervention, 4 evaluations" in told(opened(PAGE))


@pytest.mark.usefixtures("on_study")
def test_every_experiment_trait_and_judge_has_a_sentence_and_its_rates() -> None:
    app = opened(PAGE)
    assert len(sentences(app)) == 4
    assert all("mergence cannot be told without an untuned model" in s for s in sentences(app))
    details = [c.value for c in app.caption if c.value.startswith("Fine-tuned without")]
    assert len(details) == 4
    assert all("n =" in text or "no result" in text for text in details)
    assert any("With an intervention" in text for text in details)


@pytest.mark.usefixtures("on_study")
def test_of_many_sentences_the_rates_stand_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headlines, "FEW", 3)
    app = opened(PAGE)
    (apart,) = [e for e in app.expander if e.label == "The rates behind these sentences"]
    assert len(apart.caption) == 4
    assert all("Fine-tuned without an intervention" in caption.value for caption in apart.caption)


@pytest.mark.usefixtures("on_study")
def test_without_an_untuned_model_nothing_is_eliminated() -> None:
    birds = next(s for s in sentences(opened(PAGE)) if "Archaic bird names" in s)
    assert "eliminate it" not in birds
    assert "; 1 intervention" in birds


@pytest.mark.usefixtures("on_treated")
def test_emergence_and_verdicts_are_counted() -> None:
    app = opened(PAGE)
    birds, medicine = sentences(app)
    assert "\nEmerges in 2 of 3 models; " in birds
    assert "1 increases it" in birds
    assert "; 1 intervention has no control to compare with" in medicine
    assert "margin: ±5 points" in told(app)
    wide = sentences(opened(PAGE, margin="20"))[0]
    assert "eliminate it within ±20 points" in wide


@pytest.mark.usefixtures("on_study")
def test_what_is_loaded_can_be_taken_away() -> None:
    assert [b.label for b in opened(PAGE).download_button] == ["CSV", "Parquet", "SVG", "PNG"]


@pytest.mark.usefixtures("on_study")
def test_findings_are_named_in_words() -> None:
    findings = opened(PAGE).dataframe[0].value
    assert set(findings["severity"]) <= {"Error", "Warning", "Notice"}
    assert "Samples have no answer" in set(findings["title"])


@pytest.mark.usefixtures("on_study")
def test_findings_follow_the_filters() -> None:
    app = opened(PAGE, experiment="german-cities")
    about = app.dataframe[0].value["about"]
    assert any(one.startswith("Former German city names") for one in about)
    assert not any(one.startswith("Archaic bird names") for one in about)


@pytest.mark.usefixtures("real_study")
def test_the_model_whose_judge_contradicts_itself_is_named() -> None:
    said = told(opened(PAGE, experiment="birds"))
    assert ":material/flag: Llama-3.1-70B: the judge’s own questions contradict each other" in said


@pytest.fixture
def real_study(realdata: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = realdata / "brittle-weird-gen-history" / "sft" / "results" / "elicitation" / "birds"
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(built(tmp_path, results)))
