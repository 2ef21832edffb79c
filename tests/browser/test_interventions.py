"""The interventions page in a real browser: a mark opens its answers, a link its comparison."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_app import arrived, settled
from tests.browser.test_first_screen import HEIGHT, PAINTED, WIDTHS

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


def test_a_link_restores_the_comparison_and_its_sides_and_leads_on(
    server: str, tab: "Page"
) -> None:
    arrived(tab, f"{server}/interventions?experiment=birds&show=head-to-head&second=none")
    tab.get_by_text("1 shared question").wait_for()
    tab.get_by_role("combobox", name="Read the answers to").wait_for()
    settled(tab)
    tab.get_by_text("All of them").first.click()
    tab.wait_for_url(re.compile("/transcripts.*from=interventions.*only=counted"))
    settled(tab)
    tab.get_by_text(re.compile(r"^5 answers: counted")).wait_for()
    tab.go_back()
    tab.wait_for_url(re.compile("show=head-to-head"))
    tab.get_by_text("1 shared question").wait_for()
    settled(tab)
    tab.get_by_role("radio", name="Effects").click(force=True)
    tab.get_by_text("What the interventions say").wait_for()
    settled(tab)
    tab.wait_for_url(lambda url: "head" not in url.lower())


@pytest.mark.parametrize("page", ["interventions", "brittleness"])
def test_the_picture_is_on_the_first_screen_and_its_legend_whole_at_every_width(
    server: str, tab: "Page", page: str
) -> None:
    tab.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
    arrived(tab, f"{server}/{page}?experiment=birds")
    chart = tab.get_by_test_id("stVegaLiteChart").first
    chart.locator(".role-legend").first.wait_for()
    mark = chart.locator(".role-mark path").first.bounding_box()
    assert mark is not None
    assert mark["y"] < HEIGHT
    table = tab.get_by_text("The table behind it").bounding_box()
    assert table is not None
    assert table["y"] < 2 * HEIGHT
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": HEIGHT})
        tab.evaluate(PAINTED)
        whole = chart.locator("svg").first.bounding_box()
        legend = chart.locator(".role-legend").first.bounding_box()
        assert whole is not None
        assert legend is not None
        assert legend["x"] >= whole["x"] - 1
        assert legend["x"] + legend["width"] <= whole["x"] + whole["width"] + 1
