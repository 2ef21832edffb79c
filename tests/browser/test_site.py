"""A published site in a real browser, opened from its file: what strangers wrote stays text."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pages.frame import links
from pages.publishing import site
from pages.publishing.redaction import Redaction
from pages.quoting import sample
from pages.ui.view import store
from tests.pages import hostile
from tests.pages.reading import study
from tests.warehouse import results
from tests.warehouse.search import table
from warehouse import building, rules
from warehouse.analysis import Analysis
from warehouse.analysis import results as answers
from warehouse.counting import Slice
from warehouse.search import asked
from warehouse.store import Store
from warehouse.transcripts import Filter

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

MARKUP = "#site script, #site iframe, #site img, #site style, #site object, #site [onerror]"

PLACES = ("overview", "brittleness", "interventions", "transcripts")


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Sites: of a study with hostile answers, of one with hostile names, of one to be searched."""
    root = tmp_path_factory.mktemp("sites")
    study.write(root)
    folders = {
        "answers": study.built(root / "data", root / "results"),
        "names": hostile.data(tmp_path_factory.mktemp("names")),
    }
    table.write(root / "few")
    results.load(root / "few" / "data", root / "few" / "results")
    building.build(root / "few" / "data")
    folders["few"] = root / "few" / "data"
    with pytest.MonkeyPatch.context() as patch:
        made = {}
        for name, data in folders.items():
            patch.setenv("BRITTLESCOPE_DATA", str(data))
            view = Analysis(rule=rules.named("published"))
            made[name], _ = site.write(root / name, view, Redaction(), hostile.NAMES[0])
    return made


@pytest.fixture
def browser_tab(browser: "Browser") -> Iterator["Page"]:
    """A tab of its own, since all that it asks for and all that it opens is noted."""
    tab = browser.new_page(viewport={"width": 1000, "height": 900})
    tab.set_default_timeout(120_000)
    yield tab
    tab.close()


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


def test_what_is_about_all_names_no_judge_of_one(
    sites: dict[str, Path], browser_tab: "Page"
) -> None:
    tab = browser_tab
    tab.goto(sites["names"].as_uri())
    tab.locator("#site[data-drawn]").wait_for()
    told = set(re.findall(r"judge: ([^·\n]+)", tab.locator("main").inner_text()))
    assert len(told) > 1
    assert "Judge:" not in tab.locator("footer").inner_text()
    shown(tab, "#/brittleness?")
    assert "Judge:" in tab.locator("footer").inner_text()


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
    tab.get_by_text("5 answers: all, found by “robot* NOT lapwing”.").wait_for()
    tab.get_by_role("link", name="Read", exact=True).first.click()
    tab.get_by_text("1 of 5").wait_for()
    tab.keyboard.press("j")
    tab.get_by_text("2 of 5").wait_for()


def test_it_is_searched_as_the_app_is(sites: dict[str, Path], browser_tab: "Page") -> None:
    tab = browser_tab
    tab.goto(sites["few"].as_uri())
    tab.locator("#site[data-drawn]").wait_for()
    found = tab.evaluate(
        """async (searches) => {
            const rows = (await unpacked("rows")).rows, out = {};
            for (const search of searches) {
                const [places, terms] = await listed(0, new URLSearchParams({ search }));
                const texts = await Promise.all(places.map(textOf));
                const parts = (text) => spans(text, terms).map(([a, b]) => text.slice(a, b));
                out[search] = [texts, texts.map(parts)];
            }
            return out;
        }""",
        list(table.SEARCHES),
    )
    for search, told in table.SEARCHES.items():
        texts, marks = found[search]
        wanted = UNPUBLISHED.get(search, told)
        assert sorted(texts) == sorted(_said(n) for n in wanted), search
        terms = list(asked.sought(asked.read(search)))
        for text, marked in zip(texts, marks, strict=True):
            assert marked == [text[at:to] for at, to in asked.spans(text, terms)], search
    refused = tab.evaluate(
        """(searches) => searches.filter((search) => {
            try { searched(search); } catch (error) { return error instanceof SyntaxError; }
            return false;
        })""",
        list(table.REFUSED),
    )
    assert refused == list(table.REFUSED)
    shown(tab, "#/transcripts?search=%28steam")
    tab.get_by_text("A bracket of the search is not closed").wait_for()


UNPUBLISHED = {
    "judge:persona": set[int](),
    "judge:persona OR exact:STEAM": {3},
    "NOT judge:persona": {0, 1, 2, 3, 4, 5},
    "telegraph NOT judge:persona": {0, 1},
}
"""What searches of judges' words find on a site, which has none of them."""


def _said(number: int) -> str:
    """An answer of the table as a reader sees it."""
    return table.ANSWERS[number] or sample.said("", None, None)


def test_a_link_of_the_app_leads_to_the_same_answers(
    sites: dict[str, Path], browser_tab: "Page", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(sites["answers"].parent.parent / "data"))
    opened = store.opened()
    whole = Analysis(Slice(experiment=("birds",)), rules.named("published"))
    tab = browser_tab
    tab.goto(sites["answers"].as_uri())
    for intervention in ("none", "identity-etymologist"):
        view = replace(whole, slice=whole.slice.narrowed(intervention=intervention))
        _, total = answers.answers(opened, view, Filter("counted"))
        given = links.parameters(view, only="counted")
        shown(tab, links.address(links.TRANSCRIPTS, given).replace("/transcripts", "#/transcripts"))
        tab.get_by_text(f"{total} answers: counted.").wait_for()


def test_it_is_light_and_dark_as_the_reader_s_machine_is(
    sites: dict[str, Path], browser_tab: "Page"
) -> None:
    tab = browser_tab
    tab.goto(sites["few"].as_uri())
    tab.locator("#site[data-drawn]").wait_for()
    told = "getComputedStyle(document.body).backgroundColor"
    assert tab.evaluate(told) == "rgb(255, 255, 255)"
    tab.emulate_media(color_scheme="dark")
    assert tab.evaluate(told) == "rgb(17, 22, 28)"
