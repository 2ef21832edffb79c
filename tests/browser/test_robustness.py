"""The robustness page in a real browser: a tick opens its answers, a link its section."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_app import arrived, settled

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

QUESTIONS = "robustness?experiment=birds&part=questions&estimate=rate&rule=published"


def test_a_tick_opens_the_answers_to_the_question_it_leaves_out(server: str, tab: "Page") -> None:
    arrived(tab, f"{server}/{QUESTIONS}")
    chart = tab.get_by_test_id("stVegaLiteChart")
    chart.locator(".mark-rect.role-mark path").last.click()
    tab.wait_for_url(re.compile("/transcripts"))
    settled(tab)
    tab.get_by_text(re.compile(r"^63 answers")).wait_for()


def test_a_link_restores_the_section(server: str, tab: "Page") -> None:
    arrived(tab, f"{server}/{QUESTIONS}")
    tab.get_by_text(re.compile("No single question moves any rate")).wait_for()
    assert not tab.get_by_role("radio", name="Thresholds").count()  # labels have none
    tab.get_by_role("radio", name="Every arm").click(force=True)
    tab.wait_for_url(re.compile("part=arms"))
    settled(tab)
