"""A server on a study of the fixtures, and a page of a real browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.pages.reading import study
from tests.pages.served import Served, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def served_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    study.write(folder)
    return study.built(folder / "data", folder / "results")


@pytest.fixture(scope="module")
def server(served_data: Path) -> Iterator[str]:
    """The address of a server that the tests of a module share, open without its link."""
    with serving(served_data, "--port", "0", "--no-token") as served:
        yield served.address


@pytest.fixture
def fresh_server(served_data: Path) -> Iterator[str]:
    """The address of a server that nobody has visited yet, open without its link."""
    with serving(served_data, "--port", "0", "--no-token") as served:
        yield served.address


@pytest.fixture(scope="module")
def guarded(served_data: Path) -> Iterator[Served]:
    """A server as users start it: only its link opens it."""
    with serving(served_data) as served:
        yield served


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(("birds", "harry-potter"), id="part"),
        pytest.param(("",), id="whole", marks=pytest.mark.exhaustive),
    ],
)
def bundled_data(
    request: pytest.FixtureRequest, root: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The bundled study, or some experiments of it, as `make demo` has it built."""
    results = root / "examples" / "small-models" / "results"
    files = [
        path
        for part in ("samples", "judgements/rules")
        for path in (results / part).rglob("*.gz")
        if path.name.startswith(request.param)
    ]
    return study.built(tmp_path_factory.mktemp("bundled"), results / "study.json", *files)


@pytest.fixture(scope="module")
def bundled(bundled_data: Path) -> Iterator[str]:
    """The address of a server on the bundled study, or on some experiments of it."""
    with serving(bundled_data, "--port", "0", "--no-token") as served:
        yield served.address


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator["Browser"]:
    """A browser without any window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture
def tab(browser: "Browser") -> Iterator["Page"]:
    """A tab of a browser that remembers nothing."""
    context = browser.new_context(viewport={"width": 1400, "height": 1600})
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()
