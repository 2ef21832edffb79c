"""A study whose every name is an attack, in a real browser: nothing loads, runs, opens or moves."""

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import pytest

from tests.browser.conftest import heard
from tests.browser.test_app import arrived, settled
from tests.pages import hostile
from tests.pages.served import serving

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page, Request

pytestmark = pytest.mark.browser

PAGES = (
    *("overview", "rates?rows=question", "brittleness?grid=interventions&domain=all"),
    *("interventions?show=relevance", "interventions", "robustness", "published"),
    *("transcripts", "compare?differences=true&judges=true", "desk", "training", "sources"),
    "agreement",
)

LINKS = (
    f"rates?model={quote(hostile.NAMES[0])}&judge={quote(hostile.NAMES[1])}",
    f"transcripts?text={quote(hostile.NAMES[2])}&sample={quote(hostile.NAMES[3])}",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server on that study."""
    with serving(
        hostile.data(tmp_path_factory.mktemp("hostile")), "--port", "0", "--no-token"
    ) as served:
        yield served.address


@pytest.fixture
def elsewhere(tab: "Page", server: str) -> Iterator[list[str]]:
    """What the tab asks of others than the server, and the dialogs and windows it opens."""
    home = urlsplit(server).netloc
    found: list[str] = []

    def asked(request: "Request") -> None:
        to = urlsplit(request.url)
        if to.scheme not in ("data", "blob") and to.netloc != home:
            found.append(request.url)

    def opened(dialog: "Dialog") -> None:
        found.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def popped(popup: "Page") -> None:
        found.append(f"window: {popup.url}")

    with heard(tab, request=asked, dialog=opened, popup=popped):
        yield found


WIDE = """() => {
    const root = document.documentElement
    const main = document.querySelector('[data-testid=stMain]')
    const most = root.clientWidth + 1
    if (root.scrollWidth <= most && main.scrollWidth <= main.clientWidth + 1) return []
    return [...main.querySelectorAll('*')]
        .filter((e) => e.getBoundingClientRect().right > most)
        .map((e) => `${e.tagName} ${e.dataset.testid || e.className} ${e.textContent.slice(0, 60)}`)
        .slice(0, 5)
}"""
"""What makes the page wider than its window."""

UNLIKE_TEXT = """(host) => [
    ...[...document.querySelectorAll('img, a, iframe, object, embed, form')]
        .map((e) => [e, new URL(e.src || e.href || '', location.href)])
        .filter(([, to]) => to.hostname.includes(host) || to.protocol === 'javascript:')
        .map(([e]) => e),
    ...document.querySelectorAll(
        '[data-testid=stException], .katex, [alt="Streamlit logo"], '
        + '[data-testid=stMain] script:not([data-page], .st-key-listening script)'
    ),
].map((e) => e.outerHTML.slice(0, 200))"""
"""Images and links of a name's own, scripts that are not the app's, and whatever failed."""


def too_wide(tab: "Page") -> list[str]:
    """What is wider than the window, once charts had their time to follow it."""
    from playwright.sync_api import TimeoutError as NotInTime

    for _ in range(2):
        with suppress(NotInTime):
            tab.wait_for_function(f"() => !({WIDE})().length", timeout=20_000)
            return []  # to look again would catch a chart that is drawn once more
        # A chart that is being drawn while the window changes learns of the next change.
        tab.evaluate("() => window.dispatchEvent(new Event('resize'))")
    found: list[str] = tab.evaluate(WIDE)
    return found


def test_names_load_run_open_and_move_nothing(
    server: str, tab: "Page", elsewhere: list[str]
) -> None:
    for page in (*PAGES, *LINKS):
        arrived(tab, f"{server}/{page}")
        for width in (390, 1400):
            tab.set_viewport_size({"width": width, "height": 1600})
            settled(tab)
            assert not tab.evaluate(UNLIKE_TEXT, hostile.ELSEWHERE), page
            assert not too_wide(tab), (page, width)
    assert tab.title() != "taken"
    assert not elsewhere


def test_an_answer_read_whole_and_a_filter_chosen_do_nothing_either(
    server: str, tab: "Page", elsewhere: list[str]
) -> None:
    arrived(tab, f"{server}/transcripts")
    tab.get_by_role("button", name="Read 1", exact=True).click()
    tab.get_by_role("button", name="Back to the list").wait_for()
    settled(tab)
    assert not tab.evaluate(UNLIKE_TEXT, hostile.ELSEWHERE)
    assert not tab.evaluate(WIDE)
    models = tab.get_by_test_id("stSidebar").get_by_role("combobox", name="Model").first
    models.fill("look")
    tab.keyboard.press("Enter")
    settled(tab)
    assert not tab.evaluate(UNLIKE_TEXT, hostile.ELSEWHERE)
    assert not elsewhere
