"""What people come for, done in a real browser from a cold start: each takes six clicks at most."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_app import settled

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

MOST = 6
"""How many clicks a job may take."""

FEW = 4
"""How many it may take to read two arms' answers to one question."""


@dataclass
class Hand:
    """Whoever does a job: clicks, each when the page stands, and what was read on the way."""

    tab: "Page"
    screens: list[str] = field(default_factory=list)
    clicks: int = 0
    looked: Callable[[], None] = lambda: None
    """What happens whenever a screen has to be read."""

    def begin(self, address: str) -> None:
        """Come for the first time, by the address alone."""
        self.tab.goto(address)
        self.look()

    def click(self, target: "Locator", timeout: float | None = None) -> None:
        target.click(timeout=timeout)
        self.clicks += 1

    def look(self, page: str = "") -> str:
        """Wait until the page stands, and read its answer."""
        self.tab.wait_for_url(re.compile(f"/{page}(\\?.*)?$"))
        settled(self.tab)
        answers = self.tab.get_by_role("heading", level=5)
        self.screens.append(answers.first.inner_text().strip() if answers.count() else "")
        self.looked()
        return self.screens[-1]

    def door(self, name: str) -> None:
        self.click(self.tab.get_by_role("button", name=name))

    def turn(self, page: str) -> None:
        self.click(self.tab.get_by_test_id("stSidebarNav").get_by_role("link", name=page))

    def choose(self, menu: str, option: str) -> None:
        """Choose from a menu: a click to open it, and one on the option."""
        self.click(self.tab.get_by_test_id("stSelectbox").filter(has_text=menu).locator("input"))
        self.click(self.tab.get_by_role("option", name=option, exact=True))


def where_it_appears_and_what_removes_it(hand: Hand) -> None:
    """Read where the trait emerges, and which intervention takes most of it away."""
    hand.door("Where it appears, what removes it")
    assert hand.look("brittleness").startswith("Emerges in ")
    hand.tab.get_by_test_id("stVegaLiteChart").first.locator("svg").first.wait_for()
    hand.turn("Interventions")
    assert re.search(r"\d+ of \d+ comparisons? reduces? it", hand.look("interventions"))


def compare_two_interventions(hand: Hand) -> None:
    """Choose two interventions, and read their difference and both sides' answers."""
    hand.door("Compare two interventions")
    hand.look("interventions")
    hand.choose("Intervention", "Time: 1850")
    hand.tab.wait_for_url(re.compile("first=time-1850"))
    settled(hand.tab)
    hand.choose("Against", "Identity: assistant")
    hand.tab.wait_for_url(re.compile("second=identity-assistant"))
    hand.look("interventions")
    hand.tab.get_by_text(re.compile(r"Mean over questions: .* points")).wait_for()
    hand.tab.get_by_test_id("stVegaLiteChart").first.locator("svg").first.wait_for()


def find_examples_to_quote(hand: Hand) -> None:
    """Open the answers that show the trait, one of them, and its quote."""
    hand.door("Find examples to quote")
    assert hand.look("transcripts").endswith("shows the trait.")
    hand.click(hand.tab.get_by_role("button", name="Read").first)
    hand.tab.wait_for_url(re.compile("sample="))
    hand.look("transcripts")
    hand.click(hand.tab.get_by_test_id("stExpander").get_by_text("Quote", exact=True))
    quote = hand.tab.get_by_test_id("stExpander").filter(has_text="Brittlescope sample")
    text = quote.get_by_test_id("stCode")
    text.wait_for()
    hand.looked()
    copy_under_the_pointer(hand, text, quote.get_by_label("Copy to clipboard"))


def copy_under_the_pointer(hand: Hand, text: "Locator", button: "Locator") -> None:
    """Press a button that shows under the pointer; a text that is drawn anew moves away from it."""
    from playwright.sync_api import TimeoutError as NotInTime

    for _ in range(10):
        text.hover()
        with suppress(NotInTime):
            hand.click(button, timeout=6_000)
            return
    pytest.fail("The text can never be copied")


def compare_answers(hand: Hand) -> None:
    """Read the control's answers to a question beside an intervention's, then to the next one."""
    hand.turn("Compare")
    first = hand.look("compare")
    assert re.search(r"under Control.* under ", first)
    hand.tab.keyboard.press("j")
    hand.tab.wait_for_url(re.compile("about="))
    assert hand.look("compare") != first
    assert hand.clicks <= FEW


JOBS = (
    *(where_it_appears_and_what_removes_it, compare_two_interventions, compare_answers),
    find_examples_to_quote,
)


@pytest.mark.parametrize("job", JOBS)
def test_a_job_takes_six_clicks_at_most(
    job: Callable[[Hand], None], bundled: str, tab: "Page"
) -> None:
    hand = Hand(tab)
    hand.begin(bundled)
    job(hand)
    assert hand.clicks <= MOST
