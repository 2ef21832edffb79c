"""Heatmaps in a real browser: a click opens what the cell counts, a link restores the page."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_app import arrived, chosen, settled

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

LINK = (
    "brittleness?grid=interventions&measure=verdict&order=value&rule=all-answers&margin=20"
    "&model=gpt-4.1&of_model=gpt-4.1"
)


def cell(tab: "Page", row: str, column: str) -> "Locator":
    """The box of a cell, by its tooltip's words."""
    boxes = tab.get_by_test_id("stVegaLiteChart").locator("[aria-roledescription='rect mark']")
    return boxes.and_(tab.get_by_label(re.compile(f"Cell: {row}, {column};"))).first


def shows(tab: "Page", menu: str, value: str) -> None:
    """Wait until a menu of the page shows a value."""
    from playwright.sync_api import expect

    menu_of = tab.get_by_test_id("stMain").get_by_role("combobox", name=menu)
    expect(menu_of).to_have_value(f"{menu}: {value}", timeout=30_000)


def test_a_click_opens_the_answers_that_the_cell_counts(on_treated: str, tab: "Page") -> None:
    arrived(tab, f"{on_treated}/brittleness?grid=interventions")
    box = cell(tab, "gpt-4.1", "Identity: etymologist")
    told = box.get_attribute("aria-label")
    assert told is not None
    counted = re.search(r"Counted: (\d+)/(\d+) · 10 questions", told)
    assert counted is not None
    box.click()

    tab.wait_for_url(re.compile("/transcripts"))
    settled(tab)
    tab.get_by_role("heading", name=re.compile(f"^{counted[2]} answers: counted")).wait_for()
    chosen(tab, "Model").get_by_text("gpt-4.1").wait_for()
    chosen(tab, "Intervention").get_by_text("Identity: etymologist").wait_for()
    tab.wait_for_url(re.compile("only=counted"))


def test_keys_on_a_verdict_open_its_comparison_as_a_click_does(
    on_treated: str, tab: "Page"
) -> None:
    from playwright.sync_api import expect

    arrived(tab, f"{on_treated}/brittleness?grid=interventions&measure=verdict")
    wanted = cell(tab, "gpt-4.1", "Time: 1950")
    stop = tab.get_by_test_id("stVegaLiteChart").first.locator(
        "[role=graphics-symbol][tabindex='0']"
    )
    expect(stop).to_have_count(1)  # Tab leads into a picture and on from it, arrows within
    stop.focus()
    for key in ("Right", "Left", "Down", "Up"):
        tab.keyboard.press(f"Arrow{key}")
    wanted.focus()
    tab.keyboard.press("ArrowLeft")
    expect(wanted).not_to_be_focused()
    tab.keyboard.press("ArrowRight")
    expect(wanted).to_be_focused()
    expect(stop).to_have_count(1)
    tab.locator(".vg-tooltip").get_by_text("Time: 1950").first.wait_for()
    tab.keyboard.press("Enter")
    tab.wait_for_url(re.compile("/interventions"))
    settled(tab)
    chosen(tab, "Intervention").get_by_text("Time: 1950").wait_for()
    tab.get_by_text(re.compile("^1 intervention reduces it")).wait_for()


def test_what_is_undefined_can_be_clicked_too(on_treated: str, tab: "Page") -> None:
    arrived(tab, f"{on_treated}/brittleness?grid=interventions&measure=suppression")
    cell(tab, "Qwen3-32B", "Identity: etymologist").click()
    tab.wait_for_url(re.compile("/interventions"))


def test_a_pasted_link_restores_measure_rule_margin_and_filters(
    on_treated: str, tab: "Page"
) -> None:
    arrived(tab, f"{on_treated}/{LINK}")
    shows(tab, "Grid", "Model × intervention")
    shows(tab, "Measure", "Verdict")
    shows(tab, "Rows and columns", "highest mean first")
    chosen(tab, "Model").get_by_text("gpt-4.1").wait_for()
    tab.get_by_text(re.compile("rule: All answers")).wait_for()
    tab.get_by_text(re.compile("margin: ±20 points")).wait_for()
    tab.get_by_text(re.compile("eliminate it within ±20 points")).first.wait_for()
    shared = tab.url

    arrived(tab, shared)
    tab.get_by_text(re.compile("eliminate it within ±20 points")).first.wait_for()
    tab.wait_for_url(shared)


def test_an_order_of_another_page_does_no_harm(on_treated: str, tab: "Page") -> None:
    arrived(tab, f"{on_treated}/rates?order=low")
    tab.get_by_test_id("stSidebarNav").get_by_role("link", name="Brittleness").click()
    settled(tab)
    shows(tab, "Rows and columns", "by name")
