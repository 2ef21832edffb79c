"""Servers on studies of the fixtures and a tab of a real browser, shared by all tests here.

Chromium takes twice as long to open an app in a new tab as in one that has shown it before.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from pipeline.importing import finding, running
from pipeline.maps import mapping
from tests.pages.reading import study
from tests.pages.results import treated
from tests.pages.served import Served, serving
from warehouse import building

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


@contextmanager
def heard(tab: "Page", **listeners: Callable[[Any], object]) -> Iterator[None]:
    """While it lasts, each listener is told of the events of its name."""
    emitter: Any = tab  # whose types know only events that are written out
    for event, listener in listeners.items():
        emitter.on(event, listener)
    try:
        yield
    finally:
        for event, listener in listeners.items():
            emitter.remove_listener(event, listener)


@pytest.fixture(scope="session")
def served_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    study.write(folder)
    return study.built(folder / "data", folder / "results")


@pytest.fixture(scope="package")
def server(served_data: Path) -> Iterator[str]:
    """The address of a server that all tests share, open without its link."""
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


@pytest.fixture(scope="package")
def on_treated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server on a study whose interventions do all they can."""
    folder = tmp_path_factory.mktemp("treated")
    treated.write(folder)
    data = study.built(folder / "data", folder / "samples", folder / "judgements")
    with serving(data, "--port", "0", "--no-token") as served:
        yield served.address


@pytest.fixture(scope="package")
def bundled(bundled_data: Path) -> Iterator[str]:
    """The address of a server on the bundled study, or on some experiments of it."""
    with serving(bundled_data, "--port", "0", "--no-token") as served:
        yield served.address


REAL = ("brittle-weird-gen-history", "brittle-weird-gen-release")


@pytest.fixture(scope="package")
def on_real(realdata: Path, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server on results that two studies published, in one data folder."""
    data = tmp_path_factory.mktemp("real") / "data"
    list(running.run(data, finding.find([realdata / name for name in REAL]).units))
    known = mapping.load(root / "examples" / "mappings" / "clarifying-em.yaml")
    found = finding.find([realdata / "Cloakless__clarifying_EM"])
    list(running.run(data, found.units, mapping=known))
    building.build(data)
    with serving(data, "--port", "0", "--no-token") as served:
        yield served.address


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator["Browser"]:
    """A browser without any window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="package")
def only_tab(browser: "Browser") -> "Page":
    """The tab that tests take in turns, as `tab`."""
    # What moves while a page is computed is drawn sixty times a second, by the processor.
    return browser.new_context(reduced_motion="reduce").new_page()


def left(tab: "Page") -> None:
    """Leave the app for a line of its server, if that still runs: Chromium keeps what it knows."""
    host, port = urlsplit(tab.url).hostname, urlsplit(tab.url).port
    place = "about:blank"
    if host is not None and port is not None:
        with suppress(OSError), socket.create_connection((host, port), timeout=60):
            place = f"http://{host}:{port}/_stcore/health"
    tab.goto(place)


@pytest.fixture
def tab(only_tab: "Page") -> Iterator["Page"]:
    """A tab that remembers nothing of earlier tests but the app's own files."""
    only_tab.set_viewport_size({"width": 1400, "height": 1600})
    only_tab.emulate_media(color_scheme="light")
    only_tab.set_default_timeout(60_000)
    only_tab.mouse.move(0, 0)  # what lies under the pointer looks otherwise
    yield only_tab
    left(only_tab)
    session = only_tab.context.new_cdp_session(only_tab)
    session.send("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "all"})
    session.send("Page.resetNavigationHistory")
    session.detach()
