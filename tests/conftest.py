"""What every test may ask for: real result files, a browser, a port, a clean environment."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

# CI machines are slow and shared: no deadlines anywhere, and the same examples on every CI run.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

# What is printed is as wide as it is, not as the terminal of whoever runs the tests.
os.environ.pop("COLUMNS", None)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeps the data folder and the keys of whoever runs the tests out of them."""
    for name in ("BRITTLESCOPE_DATA", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _own_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the main module back that a test of the app replaces by app.py.

    A process that a later test starts would run it.
    """
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's own folder."""
    return ROOT


@pytest.fixture(scope="session")
def realdata() -> Path:
    """The folder of result files that other people's studies published."""
    folder = Path(
        os.environ.get("BRITTLESCOPE_REALDATA") or ROOT.parent / "shared" / "realdata"
    ).resolve()
    if not folder.is_dir():
        pytest.skip(f"no real result files in {folder}; set BRITTLESCOPE_REALDATA to their folder")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """A Chromium's executable, for Playwright to drive."""
    pytest.importorskip("playwright", reason="playwright is not installed")
    names = ("chromium", "chromium-browser", "google-chrome")
    wanted = os.environ.get("BRITTLESCOPE_CHROMIUM")
    found = wanted or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip("no Chromium on PATH; set BRITTLESCOPE_CHROMIUM to its executable")
    return found
