"""The app in a real browser: links restore views, and numbers lead to what they count."""

import re
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

LINK = "rates?experiment=birds&model=gpt-4.1&rule=strict&unit=prompts"


def arrived(tab: "Page", address: str) -> None:
    """Open an address and wait until its page is drawn to its last line."""
    tab.goto(address)
    settled(tab)


def settled(tab: "Page") -> None:
    """Waits until the page is drawn to its footer, and nothing of another page is left."""
    from playwright.sync_api import expect

    tab.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    footers = tab.get_by_test_id("stCaptionContainer").filter(has_text=re.compile("snapshot 20"))
    expect(footers).to_have_count(1, timeout=60_000)
    tab.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def chosen(tab: "Page", filter_name: str) -> "Locator":
    return (
        tab.get_by_test_id("stSidebar")
        .get_by_test_id("stMultiSelect")
        .filter(has_text=re.compile(f"^{filter_name}"))
    )


def test_a_deep_link_restores_the_view_on_a_fresh_server(fresh_server: str, tab: "Page") -> None:
    arrived(tab, f"{fresh_server}/{LINK}")
    tab.get_by_role("heading", name="How often does the trait appear?").wait_for()
    chosen(tab, "Experiment").get_by_text("Archaic bird names").wait_for()
    tab.get_by_text(re.compile("rule: Strict")).wait_for()
    tab.get_by_text(re.compile("intervals about these prompts")).wait_for()


def test_the_view_goes_along_from_page_to_page(server: str, tab: "Page") -> None:
    arrived(tab, f"{server}/{LINK}")
    for name in ("Transcripts", "Training", "Sources", "Overview", "Rates"):
        tab.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
        settled(tab)
        chosen(tab, "Experiment").get_by_text("Archaic bird names").wait_for()
        tab.wait_for_url(re.compile(r"experiment=Archaic"))


@pytest.mark.parametrize("name", ["Transcripts", "Interventions"])
def test_who_leaves_before_the_page_is_drawn_takes_the_view_along(
    server: str, tab: "Page", name: str
) -> None:
    from playwright.sync_api import TimeoutError

    tab.goto(f"{server}/{LINK}")
    link = tab.get_by_test_id("stSidebarNav").get_by_role("link", name=name)
    for _ in range(10):  # the browser may draw the link anew under a click, which is then lost
        with suppress(TimeoutError):
            link.click()
            tab.wait_for_url(f"**/{name.lower()}*", wait_until="commit", timeout=3_000)
            break
    settled(tab)
    chosen(tab, "Experiment").get_by_text("Archaic bird names").wait_for()
    tab.wait_for_url(re.compile(r"experiment=Archaic.*rule=Strict"))


def test_from_a_filter_to_a_number_to_its_answers_and_a_link_to_share(
    server: str, tab: "Page"
) -> None:
    arrived(tab, f"{server}/rates")
    chosen(tab, "Experiment").get_by_role("combobox").fill("Insecure")
    tab.keyboard.press("Enter")
    tab.get_by_text("Archaic bird names, 19th-century persona").first.wait_for(state="detached")
    assert "experiment=Insecure+code" in tab.url
    settled(tab)
    mark = tab.locator("[aria-roledescription=point]").first
    counted = re.search(r"(\d+)/(\d+) · ", mark.get_attribute("aria-label") or "")
    assert counted is not None
    mark.click()

    tab.wait_for_url(re.compile("/transcripts"))
    settled(tab)
    tab.get_by_role("heading", name=re.compile(f"^{counted[2]} answers")).wait_for()
    shared = tab.url
    assert "only=Counted" in shared

    arrived(tab, shared)
    tab.get_by_role("heading", name=re.compile(f"^{counted[2]} answers")).wait_for()
    assert tab.url == shared
