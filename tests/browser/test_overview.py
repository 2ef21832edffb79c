"""The overview in a real browser: answer and pictures on the first screen, doors that open."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_app import arrived, settled

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

SCREEN = 1000


@pytest.fixture
def page(tab: "Page") -> "Page":
    tab.set_viewport_size({"width": 1400, "height": SCREEN})
    return tab


def bottom(page: "Page", text: str) -> float:
    """How far down the first place with this text ends."""
    box = page.get_by_text(re.compile(text)).first.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def test_answer_and_picture_are_on_the_first_screen_and_lines_and_jobs_are_doors(
    on_treated: str, page: "Page"
) -> None:
    arrived(page, f"{on_treated}/overview")  # by its name, which leads to the first page
    assert bottom(page, "A trait emerges in 1 of 2 experiments") < SCREEN / 3
    chart = page.get_by_test_id("stVegaLiteChart").first
    chart.locator("svg, canvas").first.wait_for()
    box = chart.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < SCREEN
    assert bottom(page, "emerges in 2 of 3 models") < SCREEN
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    assert height < 2 * SCREEN

    card = page.locator("[data-testid=stVerticalBlock]").filter(has_text="emerges in 2 of 3 models")
    door = card.last.get_by_role("button", name="19th-century persona")
    door.press("Enter")  # a picture that is still being drawn may move it under a click
    page.wait_for_url(re.compile("/interventions.*experiment=birds"))
    settled(page)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Overview").click()
    settled(page)
    assert page.get_by_role("button", name="Find examples to quote").count() == 0
