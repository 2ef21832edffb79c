"""The data folders of the reading pages, and two studies in which interventions differ."""

from pathlib import Path

import pytest

from tests.pages.reading.conftest import on_empty, on_nothing, on_study, study_data
from tests.pages.reading.study import built
from tests.pages.results import treated
from tests.warehouse import contested

__all__ = ["on_empty", "on_nothing", "on_study", "on_treated", "study_data", "treated_data"]


@pytest.fixture(scope="session")
def contested_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return contested.built(tmp_path_factory.mktemp("contested"))


@pytest.fixture
def on_contested(contested_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(contested_data))
    return contested_data


@pytest.fixture(scope="session")
def treated_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("treated")
    treated.write(folder)
    return built(folder / "data", folder / "samples", folder / "judgements")


@pytest.fixture
def on_treated(treated_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(treated_data))
    return treated_data
