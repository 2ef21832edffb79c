"""The data folders that the pages are opened on: a study, nothing at all, an empty snapshot."""

from pathlib import Path

import pytest

from tests.pages.reading import study


@pytest.fixture(scope="session")
def study_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    study.write(folder)
    files = [study.FIXTURES / name for name in ("configs", "logs", "data")]
    return study.built(folder / "data", folder / "results", *files)


@pytest.fixture
def on_study(study_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(study_data))
    return study_data


@pytest.fixture
def on_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def on_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    data = study.built(tmp_path)
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(data))
    return data
