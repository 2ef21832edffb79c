"""The interventions page in a real browser: a mark opens its answers, a link its comparison."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_app import arrived, settled

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_a_mark_of_the_forest_opens_the_answers_it_was_counted_from(
    server: str, tab: "Page"
) -> None:
    arrived(tab, f"{server}/interventions?experiment=birds")
    chart = tab.get_by_test_id("stVegaLiteChart")
    chart.locator(".mark-symbol.role-mark path").last.click()
    tab.wait_for_url(re.compile("/transcripts"))
    settled(tab)
    tab.get_by_text(re.compile(r"^5 answers")).wait_for()


def test_a_link_restores_the_comparison_and_its_sides(server: str, tab: "Page") -> None:
    arrived(tab, f"{server}/interventions?experiment=birds&show=head-to-head&second=none")
    tab.get_by_text("1 shared question").wait_for()
    tab.get_by_text("Read the answers to").wait_for()
    tab.get_by_role("radio", name="Effects").click(force=True)
    tab.get_by_text("What the interventions say").wait_for()
    settled(tab)
    assert "head" not in tab.url.lower()
