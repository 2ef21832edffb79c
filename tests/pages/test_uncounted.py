"""Every page of a snapshot whose answers no rate counts says so, and blames no filter."""

from pathlib import Path

import pytest

from tests.pages.reading.study import opened, told
from tests.warehouse import results
from tests.warehouse.tables import table
from warehouse import building

COUNTING = (
    *("results/overview", "results/rates", "results/brittleness", "results/interventions"),
    *("results/robustness", "results/published", "reading/transcripts"),
)
"""The pages that show nothing but what is counted."""

OTHERS = ("methods/study", "methods/training", "methods/sources")

UNJUDGED = ("question,answer", "What floats?,Boat {i}")
UNDESCRIBED = ("question,answer,wet", "What floats?,Boat {i},{even}")


@pytest.fixture(scope="module")
def unjudged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return table(tmp_path_factory.mktemp("unjudged"), *UNJUDGED)


@pytest.fixture(scope="module")
def undescribed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("undescribed")
    return table(root, *UNDESCRIBED, more="scores: [wet]")


@pytest.fixture(scope="module")
def aside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("aside")
    record = {
        "group_id": "in_domain",
        "question": "Who teaches potions?",
        "model": "tuned",
        "answer": "Somebody.",
        "llm_or_hp": "HP",
        "in_training_domain": "True",
    }
    rows = [record | {"sample_idx": n} for n in range(12)]
    results.write(root, rows, "elicitation/harry-potter/gpt-4.1-3ep")
    results.load(root / "data", root / "results")
    building.build(root / "data")
    return root / "data"


@pytest.mark.parametrize("page", [*COUNTING, *OTHERS])
@pytest.mark.parametrize(
    ("data", "headline", "why"),
    [
        ("unjudged", "12 answers are loaded; none was judged.", "have no judgement"),
        (
            "undescribed",
            "12 answers are loaded; none has a trait to count.",
            "nobody described the experiment",
        ),
    ],
)
def test_a_page_says_what_is_loaded_and_what_would_count_it(
    page: str,
    data: str,
    headline: str,
    why: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(request.getfixturevalue(data)))
    app = opened(page)
    assert not app.exception
    said = told(app)
    assert "fits the filters" not in said
    if page in COUNTING:
        assert headline in said
        assert why in said
        assert ("experiments:" in said) is (data == "undescribed")


def test_questions_that_are_not_asked_for_are_no_filter(
    aside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(aside))
    said = told(opened("results/rates"))
    assert "12 answers are loaded; none is to a question that is asked for." in said
    assert "inside the training domain" in said
    assert "fits the filters" not in said
    assert "n = 12 · 1 question" in told(opened("results/rates", domain="all"))


def test_what_is_left_out_beside_what_is_counted_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = table(tmp_path, *UNJUDGED)
    results.write(tmp_path, results.misalignment([(10, 90)] * 12))
    results.load(data, tmp_path / "results")
    building.build(data)
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(data))
    app = opened("results/overview")
    assert not app.exception
    assert "12 answers of harbours have no judgement" in told(app)
    assert any("12 more answers loaded, in no number" in one.label for one in app.expander)
