"""Every page of the bundled study: words that can be read, by everybody, with keys alone."""

import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pages.ui.words import glossary
from tests.browser.test_first_screen import HEIGHT, LENGTH, SCREENS
from tests.pages.test_app import PAGES

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

WALK = (Path(__file__).parent / "walk.js").read_text("utf-8")

WIDTH = 1_400

NARROW = (800, 390)
"""A tablet held upright, and a phone."""

NO_WIDER = """
((main) => main.scrollWidth <= main.clientWidth)(document.querySelector("[data-testid=stMain]"))
"""
"""Whether nothing reaches over the edge but what scrolls by itself, in the browser's words."""

NEEDS_MORE = ("methods/study", "reading/desk", "judging/rate")
"""Pages that are about a study file, picks and ratings, of which real results have none."""

GRAVE = ("serious", "critical")

READY = """
!!document.querySelector("[data-test-script-state=notRunning]")
  && !document.querySelector("[data-testid=stSkeleton], [data-stale=true]")
  && [...document.querySelectorAll("[data-testid=stVegaLiteChart]")]
    .every((chart) => chart.querySelector("svg"))
  && !document.getAnimations().some((one) => one instanceof CSSTransition)
"""
"""Whether a page stands, with every chart drawn and no colour on its way to another one."""

WATCHED = """
window.hasRunAgain = false;
new MutationObserver((_, watching) => {
  window.hasRunAgain = !!document.querySelector("[data-test-script-state=notRunning]");
  if (window.hasRunAgain) watching.disconnect();
}).observe(
  document.querySelector("[data-testid=stApp]"), { attributeFilter: ["data-test-script-state"] },
);
"""
"""From here on `hasRunAgain` says whether a page was run to its end once more."""

DARK = """
getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor
  !== "rgb(255, 255, 255)"
"""

INK = """
[...document.querySelectorAll("[data-testid=stVegaLiteChart] svg text")]
  .filter((text) => text.textContent.trim()).map((text) => getComputedStyle(text).fill)
"""
"""The colours of the words of charts, in the browser's words."""

DRAWN = """
[...document.querySelectorAll("[data-testid=stMain] :is(h1, h2, h3, h5, p, label, svg text)")]
  .filter((one) => one.checkVisibility() && !one.closest("[data-testid=stHtml], details"))
  .map((one) => one.textContent).join("\\n")
"""
"""The words of a page and of its charts, answers excepted, in the browser's words."""

SEEN = """
[...document.querySelectorAll("[data-testid=stMain] :is(h5, [data-testid=stVegaLiteChart], "
  + ".st-key-cards, [data-testid=stDataFrame])")].map((one) => one.getBoundingClientRect())
  .filter((box) => box.height).map((box) => [box.top, box.bottom])
"""
"""Where answer and pictures begin and end, from top to bottom, in the browser's words."""

REACHABLE = """
[...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
  .filter((one) => one.tabIndex >= 0 && !one.disabled)
  .filter((one) => one.checkVisibility({ visibilityProperty: true }))
"""
"""What keys must reach, in the browser's words."""

REACHING = f"""
window.missed = new Set({REACHABLE.strip()});
document.addEventListener("focusin", (event) => {{
  for (let one = event.target; one; one = one.parentElement) window.missed.delete(one);
  const row = event.target.closest("[role=radiogroup]");  // where arrows lead on
  for (const one of row?.querySelectorAll("[role=radio]") ?? []) window.missed.delete(one);
}});
window.missed.size
"""
"""Watches what is reached from now on; how much there is to reach, in the browser's words."""

MISSED = """
[...window.missed].filter((one) => one.isConnected).map((one) => one.outerHTML.slice(0, 200))
"""


@pytest.fixture
def page(tab: "Page") -> "Page":
    """The tab, as wide as a laptop's window."""
    tab.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    tab.set_default_timeout(120_000)
    return tab


def drawn(tab: "Page", address: str) -> None:
    """Open an address and wait until its page stands, with every chart drawn."""
    tab.goto(address)
    tab.get_by_role("heading", level=1).wait_for()
    still = "[data-testid=stApp][data-test-script-state=notRunning]"
    tab.locator(still).wait_for()
    until(tab, READY)


def until(tab: "Page", holds: str) -> None:
    """Wait for what the page's own policy keeps a browser from waiting for by itself."""
    for _ in range(600):
        if tab.evaluate(holds):
            return
        tab.wait_for_timeout(100)
    raise AssertionError(f"The page never came to this: {holds}")


def wrong(tab: "Page") -> dict[str, list[str]]:
    """What `walk.js` finds wrong with the words of a page, by kind."""
    found: dict[str, list[str]] = tab.evaluate(WALK)
    return {kind: every for kind, every in found.items() if every}


def grave(tab: "Page", *rules: str) -> list[str]:
    """What axe-core finds that is serious or worse: the rule, and where."""
    from axe_playwright_python.sync_playwright import Axe

    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = Axe().run(tab, options=options).response["violations"]
    return [
        f"{one['id']}: {node['html'][:200]}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"][:3]
    ]


@pytest.mark.parametrize("place", PAGES)
def test_a_page_can_be_read_by_everybody(place: str, bundled: str, page: "Page") -> None:
    name = place.rpartition("/")[2]
    walked(page, f"{bundled}/{'' if name == 'overview' else name}")
    light = page.evaluate(INK)
    page.evaluate(WATCHED)
    page.emulate_media(color_scheme="dark")
    until(page, DARK)
    until(page, "window.hasRunAgain")  # told of the theme; what it said before fades meanwhile
    if light:  # its charts are drawn in the colours of the theme
        until(page, f"({INK.strip()}).join() !== {','.join(light)!r}")
    until(page, READY)
    assert grave(page, "color-contrast") == []


@pytest.mark.parametrize("place", [place for place in PAGES if place not in NEEDS_MORE])
def test_a_page_of_real_results_can_be_read(place: str, on_real: str, page: "Page") -> None:
    name = place.rpartition("/")[2]
    walked(page, f"{on_real}/{'' if name == 'overview' else name}")


def test_two_real_interventions_side_by_side_are_no_longer_than_a_page(
    on_real: str, page: "Page"
) -> None:
    walked(page, f"{on_real}/interventions?show=head-to-head")


def walked(page: "Page", address: str) -> None:
    """Open a page as a laptop shows it, and then narrower; whatever is wrong with it fails."""
    page.emulate_media(color_scheme="light")
    drawn(page, address)
    assert page.evaluate(LENGTH) <= SCREENS * HEIGHT
    first_screen(page)
    assert wrong(page) == {}
    assert grave(page) == []
    assert undefined(page) == set()
    assert missed(page) == []
    for width in NARROW:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        until(page, f"{READY.strip()} && {NO_WIDER}")
        assert wrong(page) == {}, width
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    until(page, READY)


def first_screen(page: "Page") -> None:
    """The answer is on the first screen, and most of the first picture or 0.4 screens of it."""
    seen: list[tuple[float, float]] = page.evaluate(SEEN)
    if len(seen) < 2:  # a form, or nothing to show
        return
    (_, answered), (top, bottom) = seen[:2]
    assert answered < HEIGHT / 2
    shown = min(bottom, HEIGHT) - top
    assert shown >= min(0.6 * (bottom - top), 0.4 * HEIGHT)


def undefined(page: "Page") -> set[str]:
    """The terms of art on a page and in its charts whose meaning is not one click away."""
    said = glossary.used(page.evaluate(DRAWN))
    words = page.get_by_test_id("stPopover").get_by_role("button", name="Words")
    if not words.count():
        return said
    words.click()
    told = page.get_by_test_id("stPopoverBody")
    told.get_by_text("More in docs").wait_for()
    offered = told.inner_text()
    page.keyboard.press("Escape")
    told.wait_for(state="hidden")
    return {name for name in said if glossary.TERMS[name].text not in offered}


def missed(page: "Page") -> list[str]:
    """What of a page, as far as it can be used, no key reaches."""
    count = page.evaluate(REACHING)
    for _ in range(3):  # Tab goes on from where the last click was, and at the end begins anew
        for _ in range(count):
            page.keyboard.press("Tab")
        if not page.evaluate("window.missed.size"):
            break
    found: list[str] = page.evaluate(MISSED)
    return found


def test_a_figure_has_the_legend_of_the_screen(bundled: str, page: "Page") -> None:
    drawn(page, f"{bundled}/interventions?experiment=birds&trait=bare-names")
    words = page.get_by_test_id("stVegaLiteChart").locator(".role-legend text").all_text_contents()
    shown = {text.strip() for text in words if text.strip()}
    assert shown
    page.get_by_test_id("stPopover").get_by_role("button", name="Figure").first.click()
    with page.expect_download() as download:
        page.get_by_test_id("stDownloadButton").get_by_role("button", name="SVG").click()
    name = download.value.suggested_filename
    assert re.fullmatch(r"interventions-[a-z]+_archaic-bird-names_[a-z0-9_-]+\.(svg|zip)", name)
    figure = svg(Path(download.value.path()))
    assert shown <= set(re.findall(r"<text[^>]*>([^<]+)</text>", figure))
    caption = " ".join(" ".join(re.findall(r">([^<>]+)<", figure)).split())
    for part in ("95 % intervals about", "rule: Answered", "Judge: rules", "snapshot 20"):
        assert part in caption


def svg(file: Path) -> str:
    """A figure, or the first of those in a ZIP."""
    if not zipfile.is_zipfile(file):
        return file.read_text("utf-8")
    with zipfile.ZipFile(file) as packed:
        return packed.read(packed.namelist()[0]).decode()
