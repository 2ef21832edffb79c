"""The app in a real browser: links restore views, and numbers lead to what they count."""

import re
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

BLANK = """
window.blank = [];
const look = () => {
  if (!document.querySelector("[data-testid=stVegaLiteChart] svg")) window.blank.push(Date.now());
  requestAnimationFrame(look);
};
look();
"""
"""Notes every moment at which no picture is on the page, in the browser's words."""

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


def focus(tab: "Page") -> "Locator":
    """What is pressed in the row of experiments above a page."""
    return tab.locator(".st-key-focus").get_by_role("radio", checked=True)


def test_a_deep_link_restores_the_view_on_a_fresh_server(fresh_server: str, tab: "Page") -> None:
    arrived(tab, f"{fresh_server}/{LINK}")
    tab.get_by_role("heading", name="How often does the trait appear?").wait_for()
    focus(tab).get_by_text("Archaic bird names").wait_for()
    chosen(tab, "Model").get_by_text("gpt-4.1").wait_for()
    tab.get_by_text(re.compile("rule: Strict")).wait_for()
    tab.get_by_text(re.compile("intervals about these prompts")).wait_for()


def asked(tab: "Page", **wanted: str) -> None:
    """Waits until the address asks for this, among other things."""
    tab.wait_for_url(lambda url: parse_qs(urlsplit(url).query).items() >= {
        name: [value] for name, value in wanted.items()
    }.items())  # fmt: skip


def entries(tab: "Page") -> int:
    """How many entries the browser's history has."""
    found: int = tab.evaluate("history.length")
    return found


def test_the_view_goes_along_from_page_to_page(server: str, tab: "Page") -> None:
    arrived(tab, f"{server}/{LINK}")
    for name in ("Transcripts", "Training", "Sources", "Overview", "Rates"):
        before = entries(tab)
        place = "" if name == "Overview" else name.lower()
        tab.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
        tab.wait_for_url(re.compile(rf"^http://[^/]+/{place}(\?|$)"))
        settled(tab)
        assert entries(tab) == before + 1
        if name in ("Transcripts", "Rates"):
            focus(tab).get_by_text("Archaic bird names").wait_for()
            asked(tab, experiment="birds", model="gpt-4.1", rule="strict", unit="prompts")


@pytest.mark.parametrize("name", ["Transcripts", "Interventions"])
@pytest.mark.parametrize("more", [0, 1, 3], ids=lambda n: f"{n} clicks more")
def test_who_leaves_before_the_page_is_drawn_takes_the_view_along(
    server: str, tab: "Page", name: str, more: int
) -> None:
    from playwright.sync_api import TimeoutError

    tab.goto(f"{server}/{LINK}")
    link = tab.get_by_test_id("stSidebarNav").get_by_role("link", name=name)
    for _ in range(10):  # the browser may draw the link anew under a click, which is then lost
        with suppress(TimeoutError):
            link.click()
            tab.wait_for_url(f"**/{name.lower()}*", wait_until="commit", timeout=3_000)
            break
    for _ in range(more):  # who is impatient clicks again, at whatever moment that is
        link.click()
    settled(tab)
    focus(tab).get_by_text("Archaic bird names").wait_for()
    asked(tab, experiment="birds", model="gpt-4.1", rule="strict", unit="prompts")


def test_a_filter_is_one_entry_of_the_history_and_back_takes_it_away(
    server: str, tab: "Page"
) -> None:
    from playwright.sync_api import expect

    arrived(tab, f"{server}/rates?experiment=birds")
    asked(tab, experiment="birds", trait="persona-19th-century")
    before = entries(tab)
    tab.get_by_test_id("stVegaLiteChart").locator("svg").wait_for()
    tab.evaluate(BLANK)
    chosen(tab, "Intervention").get_by_role("combobox").fill("Identity")
    tab.keyboard.press("Enter")
    asked(tab, intervention="identity-etymologist")
    settled(tab)
    assert entries(tab) == before + 1
    assert tab.evaluate("window.blank") == []  # the old picture stays until the new one is there
    tab.go_back()
    tab.wait_for_url(lambda url: "intervention" not in url)
    expect(chosen(tab, "Intervention").get_by_text("Identity")).to_have_count(0, timeout=60_000)


def test_a_mark_opens_a_part_that_is_one_entry_and_leaves_the_filters_alone(
    server: str, tab: "Page"
) -> None:
    from playwright.sync_api import expect

    arrived(tab, f"{server}/rates?experiment=birds&model=gpt-4.1")
    asked(tab, experiment="birds", model="gpt-4.1", judge="judge-a")
    here, before = tab.url, entries(tab)
    tab.locator("[aria-roledescription=point]").first.click()
    tab.wait_for_url(re.compile("/transcripts"))
    asked(tab, **{"from": "rates"})
    settled(tab)
    assert entries(tab) == before + 1
    part = tab.url

    tab.go_back()
    tab.wait_for_url(here)
    settled(tab)
    expect(tab.locator(".st-key-crumbs")).to_have_count(0)
    expect(chosen(tab, "Model").get_by_text("gpt-4.1")).to_have_count(1)
    expect(chosen(tab, "Intervention").get_by_text("intervention (")).to_have_count(0)
    tab.go_forward()
    tab.wait_for_url(part)
    settled(tab)
    tab.locator(".st-key-crumbs").get_by_role("button", name="Show all").click()
    expect(tab.locator(".st-key-crumbs")).to_have_count(0)
    asked(tab, experiment="birds", model="gpt-4.1")
    tab.wait_for_url(lambda url: "from=" not in url)


def test_from_a_filter_to_a_number_to_its_answers_and_a_link_to_share(
    server: str, tab: "Page"
) -> None:
    arrived(tab, f"{server}/rates")
    tab.locator(".st-key-focus").get_by_text("Insecure code").click()
    asked(tab, experiment="insecure-code")
    settled(tab)
    mark = tab.locator("[aria-roledescription=point]").first
    counted = re.search(r"(\d+)/(\d+) · ", mark.get_attribute("aria-label") or "")
    assert counted is not None
    mark.click()

    tab.wait_for_url(re.compile("/transcripts"))
    settled(tab)
    tab.get_by_role("heading", name=re.compile(f"^{counted[2]} answers")).wait_for()
    tab.wait_for_url(re.compile("only=counted"))
    shared = tab.url

    arrived(tab, shared)
    tab.get_by_role("heading", name=re.compile(f"^{counted[2]} answers")).wait_for()
    tab.wait_for_url(shared)
