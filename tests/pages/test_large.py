"""Studies of thousands of arms: every page answers, and says what its charts leave out."""

from pathlib import Path

import pytest

from tests.pages import large
from tests.pages.reading.study import opened, told

DRAWN = "are drawn. The filters in the sidebar"


@pytest.fixture(scope="session")
def many_arms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More arms than Vega-Lite takes marks, in a grid with a short and a long side."""
    return large.built(tmp_path_factory.mktemp("large"), models=70, interventions=72, questions=1)


@pytest.fixture(scope="session")
def very_many_arms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return large.built(tmp_path_factory.mktemp("larger"), models=500, interventions=19, questions=2)


@pytest.fixture(scope="session")
def many_questions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return large.built(tmp_path_factory.mktemp("long"), models=3, interventions=1, questions=3_000)


def said(page: str, **link: str) -> str:
    app = opened(page, **link)
    assert not app.exception
    assert not app.error
    return told(app)


@pytest.mark.parametrize(
    ("page", "link", "expected"),
    [
        ("results/rates", {"lines": "2"}, "Lines 31 to 60 of 5,110."),
        ("results/brittleness", {"grid": "interventions"}, DRAWN),
    ],
)
def test_a_chart_of_thousands_says_what_it_leaves_out(
    page: str,
    link: dict[str, str],
    expected: str,
    many_arms: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(many_arms))
    assert expected in said(page, **link)


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("page", "link", "expected"),
    [
        ("results/overview", {}, "488 models more: the button leads to all of them."),
        ("results/rates", {}, "Lines 1 to 30 of 10,000."),
        ("results/brittleness", {}, ""),
        ("results/brittleness", {"grid": "interventions"}, "The first 60 of 500 rows are drawn"),
        ("results/interventions", {}, DRAWN),
        ("results/interventions", {"show": "relevance"}, ""),
        ("results/interventions", {"show": "head-to-head"}, ""),
        ("results/robustness", {}, "for up to 400 arms at once, and 10,000 are in sight"),
        ("results/published", {}, ""),
        ("reading/transcripts", {}, "20,000 answers"),
        ("reading/compare", {}, ""),
        ("methods/training", {}, ""),
        ("methods/sources", {}, ""),
    ],
)
def test_every_page_answers_on_ten_thousand_arms(
    page: str,
    link: dict[str, str],
    expected: str,
    very_many_arms: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(very_many_arms))
    assert expected in said(page, **link)


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("page", "link"),
    [
        ("results/rates", {"rows": "question"}),
        ("results/brittleness", {"grid": "questions"}),
        ("results/interventions", {"show": "head-to-head"}),
        ("results/robustness", {"part": "questions"}),
        ("results/robustness", {"part": "thresholds"}),
    ],
)
def test_every_page_answers_on_three_thousand_questions(
    page: str, link: dict[str, str], many_questions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(many_questions))
    said(page, **link)
