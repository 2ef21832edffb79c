"""Several studies at once: each is one thing to look at, and nothing is pooled or compared over."""

from pathlib import Path

import polars as pl
import pytest

from pages.frame import filters
from tests.pages.reading.study import built, opened, told
from tests.pages.test_app import FOCUSED
from tests.warehouse import results
from warehouse.analysis import Analysis
from warehouse.analysis import results as asked_of
from warehouse.store import Store

BAD, GOOD = [(10, 90)], [(90, 90)]

ARMS = {
    "elicitation/insecure-code/gpt-4.1-3ep": {"north": 8, "south": 2},
    "mitigation/insecure-code/identity-etymologist/gpt-4.1-3ep": {"north": 1, "south": 9},
}
"""How many of ten answers are misaligned, by arm and study."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("studies")
    for place, studies in ARMS.items():
        for study, misaligned in studies.items():
            answers = results.misalignment(BAD * misaligned + GOOD * (10 - misaligned))
            results.write(root / study, answers, place)
    return built(root / "data", *(root / study / "results" for study in ("north", "south")))


@pytest.fixture(autouse=True)
def here(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(data))


@pytest.mark.parametrize("page", FOCUSED)
def test_a_page_is_about_one_of_them_and_offers_the_others(page: str) -> None:
    app = opened(page, study="south")
    assert not app.exception
    view: Analysis = app.session_state[filters.VIEW]
    assert view.focus is not None
    assert (view.focus.experiment, view.focus.study) == ("insecure-code", "south")
    box = app.selectbox(key="study")
    assert (box.value, sorted(box.options)) == ("south", ["Study: north", "Study: south"])
    box.set_value("north").run()
    assert not app.exception
    assert app.session_state[filters.VIEW].slice.study == ("north",)


def test_a_number_is_of_one_study() -> None:
    for study in ("north", "south"):
        table = pl.from_pandas(opened("results/rates", study=study).dataframe[0].value)
        arms = [of[study] for of in ARMS.values()]
        assert sorted(table["n_trait"]) == sorted(arms)
        assert set(table["n_counted"]) == {10}


def test_overview_has_a_card_for_each() -> None:
    said = told(opened("results/overview"))
    for study in ("north", "south"):
        assert f"Insecure code · {study}" in said


def test_every_study_has_a_family_of_its_own(data: Path) -> None:
    store = Store(data)
    found = asked_of.effects(store, Analysis())
    assert found.select("study", "family").sort("study").rows() == [
        ("north", "1 comparison, jointly"),
        ("south", "1 comparison, jointly"),
    ]
    one = Analysis().slice.narrowed(study="north")
    assert asked_of.hidden(store, Analysis(one))[:2] == (2, 2)
    store.close()
