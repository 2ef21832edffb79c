"""A published site in a real browser, opened from its file: what strangers wrote stays text."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pages.publishing import site
from pages.publishing.redaction import Redaction
from tests.browser.conftest import FLAGS
from tests.pages import hostile
from tests.pages.reading import study
from warehouse import rules
from warehouse.analysis import Analysis
from warehouse.store import Store

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

MARKUP = "#site script, #site iframe, #site img, #site style, #site object, #site [onerror]"

PLACES = ("overview", "brittleness", "interventions", "transcripts")


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two sites: of a study with hostile answers, and of one with hostile names."""
    root = tmp_path_factory.mktemp("sites")
    study.write(root)
    folders = {
        "answers": study.built(root / "data", root / "results"),
        "names": hostile.data(tmp_path_factory.mktemp("names")),
    }
    with pytest.MonkeyPatch.context() as patch:
        made = {}
        for name, data in folders.items():
            patch.setenv("BRITTLESCOPE_DATA", str(data))
            view = Analysis(rule=rules.named("published"))
            made[name], _ = site.write(root / name, view, Redaction(), hostile.NAMES[0])
    return made


@pytest.fixture
def browser_tab(chromium: str) -> Iterator["Page"]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        tab = browser.new_page(viewport={"width": 1000, "height": 900})
        tab.set_default_timeout(120_000)
        yield tab
        browser.close()


def shown(tab: "Page", address: str) -> None:
    """Go to a place of the site, and wait until it is drawn."""
    before = tab.locator("#site").get_attribute("data-drawn")
    tab.evaluate("(address) => { location.hash = address }", address)
    tab.wait_for_function(
        "(before) => document.getElementById('site').dataset.drawn !== before", arg=before
    )


@pytest.mark.parametrize("name", ["answers", "names"])
def test_what_strangers_wrote_does_nothing_and_nothing_is_asked_of_anybody(
    name: str, sites: dict[str, Path], browser_tab: "Page"
) -> None:
    address, tab = sites[name].as_uri(), browser_tab
    asked: list[str] = []
    wrong: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("dialog", lambda dialog: wrong.append(dialog.message))
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("popup", lambda page: wrong.append(page.url))
    tab.goto(address)
    tab.locator("#site[data-drawn]").wait_for()
    for place in PLACES[1:]:
        shown(tab, f"#/{place}?")
        assert tab.locator(MARKUP).count() == 0
    for page in range(1, 6):
        shown(tab, f"#/transcripts?page={page}")
        assert tab.locator(MARKUP).count() == 0
    tab.get_by_role("link", name="Read", exact=True).first.click()
    tab.get_by_text("the same as in the app").wait_for()
    assert tab.locator(MARKUP).count() == 0
    assert "taken" not in tab.title()
    assert {one.split("#")[0] for one in asked} == {address}
    assert wrong == []


def test_answers_are_found_read_and_addressed_as_in_the_app(
    sites: dict[str, Path], browser_tab: "Page"
) -> None:
    tab = browser_tab
    data = sites["answers"].parent.parent / "data"
    keys = Store(data).ask("select sample_key from core.sample order by sample_no")["sample_key"]
    tab.goto(f"{sites['answers'].as_uri()}?sample={keys[1]}")
    tab.get_by_text(f"Sample number {keys[1]}").wait_for()
    shown(tab, "#/transcripts?experiment=birds&search=%22lapwing+flew%22")
    tab.get_by_text(re.compile("111 answers: all")).wait_for()
    assert tab.locator("mark").first.inner_text() == "Lapwing flew"
    shown(tab, "#/transcripts?experiment=birds&search=robot*+NOT+lapwing")
    tab.get_by_text("5 answers: all").wait_for()
    tab.get_by_role("link", name="Read", exact=True).first.click()
    tab.get_by_text("1 of 5").wait_for()
    tab.keyboard.press("j")
    tab.get_by_text("2 of 5").wait_for()
