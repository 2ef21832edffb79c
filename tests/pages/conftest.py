"""The data folders that pages are opened on: a study, nothing, an empty snapshot, and others.

In two of them interventions differ.
"""

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner

from tests.pages.reading import study
from tests.pages.results import treated
from tests.warehouse import contested


@pytest.fixture(scope="session", autouse=True)
def _components_are_looked_for_once() -> Iterator[None]:
    """Every app that a test opens looks through all that is installed, longer than it draws."""
    with pytest.MonkeyPatch.context() as patch:
        scan = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Path]:
    """Copies a data folder, for the app to be opened on and to be written to."""

    def copy(data: Path) -> Path:
        own = Path(shutil.copytree(data, tmp_path / "data"))
        monkeypatch.setenv("BRITTLESCOPE_DATA", str(own))
        return own

    return copy


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
    return study.built(folder / "data", folder / "samples", folder / "judgements")


@pytest.fixture
def on_treated(treated_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(treated_data))
    return treated_data
