"""At 1400 × 1000 answer and picture are on the first screen, and a page is two screens at most."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_app import arrived
from tests.pages import large
from tests.pages.served import serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

HEIGHT = 1_000

SCREENS = 2

RESULTS = ("rates", "rates?rows=question&beside=model", "robustness", "robustness?part=arms")

WIDTHS = (1_400, 800, 390)

PAINTED = """() => new Promise(
    (done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 200)))
)"""
"""Waits until charts know how wide the window has become."""

LENGTH = "document.querySelector('[data-testid=stMain]').scrollHeight"

OUTSIDE = """() => [
    ...document.querySelectorAll('[data-testid=stVegaLiteChart]')
].flatMap(chart => {
    const box = chart.getBoundingClientRect();
    return [...chart.querySelectorAll('svg text')].filter(text => {
        const own = text.getBoundingClientRect();
        return own.width && (own.left < box.left - 1 || own.right > box.right + 1);
    }).map(text => text.textContent);
})"""
"""The texts of charts that reach over the edges of their chart."""

OVERLAPS = """() => [
    ...document.querySelectorAll('[data-testid=stVegaLiteChart] svg')
].flatMap(svg => {
    const boxes = [...svg.querySelectorAll('.role-axis-label text')]
        .map(text => [text.textContent, text.getBoundingClientRect()])
        .filter(([text, box]) => text.trim() && box.width);
    return boxes.flatMap(([text, a], at) => boxes.slice(at + 1).filter(([, b]) =>
        a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1
    ).map(([other]) => `${text} | ${other}`));
})"""
"""The labels of axes that lie over each other."""


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an app on a study of some sixty arms."""
    folder = tmp_path_factory.mktemp("grid")
    data = large.built(folder, models=2, interventions=30, questions=4, answers=10)
    with serving(data, "--port", "0", "--no-token") as served:
        yield served.address


@pytest.fixture
def screen(tab: "Page") -> "Page":
    tab.set_viewport_size({"width": 1400, "height": HEIGHT})
    return tab


@pytest.mark.parametrize("link", RESULTS)
def test_answer_and_picture_are_on_the_first_screen(grid: str, screen: "Page", link: str) -> None:
    arrived(screen, f"{grid}/{link}")
    picture = screen.get_by_test_id("stVegaLiteChart").first
    picture.locator("svg").wait_for()
    answer = screen.locator("h5").first.bounding_box()
    drawn = picture.bounding_box()
    assert answer is not None
    assert drawn is not None
    assert answer["y"] + answer["height"] < drawn["y"] < HEIGHT / 2
    assert screen.evaluate(LENGTH) <= SCREENS * HEIGHT
    for width in WIDTHS:
        screen.set_viewport_size({"width": width, "height": HEIGHT})
        screen.evaluate(PAINTED)
        assert screen.evaluate(OUTSIDE) == [], width
        assert screen.evaluate(OVERLAPS) == [], width
