"""Answers are rated by keyboard alone, by two at once; a server that is killed costs nothing."""

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.pages.served import heard, start
from tests.warehouse import results, study
from warehouse import building, ratings, rules, tasks
from warehouse.analysis import Analysis
from warehouse.counting import Slice
from warehouse.store import Store

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.pages.served import Served

pytestmark = pytest.mark.browser

ARM = ("SmolLM2", "tiny-birds", "seed1", "rules")
"""What would say whose an answer is: its model, dataset, run and judge."""

KEYS = "1212rcs12" + "1" * 21


@pytest.fixture(params=[10, pytest.param(30, marks=pytest.mark.exhaustive)])
def answers(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def data(tmp_path: Path, answers: int) -> Path:
    labels = ["19", "LLM"] * (answers // 2)
    study.write(tmp_path, [{"answer": f"It is the {n}. day."} for n in range(answers)], labels)
    data = tmp_path / "data"
    results.load(data, tmp_path / "study")
    building.build(data)
    asked = Analysis(Slice(experiment=("birds",), domain="all"), rules.named("published", data))
    asked = Analysis(asked.slice.narrowed(trait="persona-19th-century"), asked.rule)
    tasks.journal(data).add(tasks.drawn(Store(data), asked, "days", answers))
    return data


def served(data: Path, *options: str) -> "Served":
    return heard(start(data, "--port", "0", *options))


def kill(server: "Served") -> None:
    with suppress(ProcessLookupError):
        os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait(timeout=60)


def settled(tab: "Page") -> None:
    """Wait until nothing runs."""
    tab.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def opened(tab: "Page", server: "Served", rater: str, at: int = 1) -> None:
    """A rater begins, or goes on at an answer, by keyboard."""
    token = urlsplit(server.link).query
    tab.goto(f"{server.address}/rate?task=days&rater={rater}&{token}")
    begin = tab.get_by_role("button", name="Begin" if at == 1 else f"Go on at {at} of")
    begin.wait_for()
    settled(tab)
    tab.keyboard.press("Enter")
    shows(tab, at - 1)


def shows(tab: "Page", done: int) -> None:
    """Wait until the page says that so many are rated, and offers the keys for the next."""
    tab.get_by_text(f"· {done} of").wait_for()
    settled(tab)
    skip, over = tab.locator('[class*="st-key-own-s-"] button'), tab.get_by_text("All done.")
    skip.or_(over).first.wait_for()


def press(tab: "Page", keys: str, done: int) -> None:
    for at, key in enumerate(keys, 1):
        tab.keyboard.press(key)
        shows(tab, done + at)


def values(data: Path, rater: str) -> list[str]:
    return [e.body.value for e in ratings.journal(data).read().entries if e.by == rater]


def test_rated_by_keyboard_with_a_kill_between_and_two_at_once_and_counted(
    browser: "Browser", tab: "Page", data: Path, answers: int
) -> None:
    keys, killed_after = KEYS[:answers], {10: 7, 30: 17}[answers]
    server = served(data, "--no-token")
    try:
        opened(tab, server, "ann")
        press(tab, KEYS[:3], 0)
        other = browser.new_context(viewport={"width": 390, "height": 800}).new_page()
        other.set_default_timeout(60_000)
        opened(other, server, "bob")
        for at in range(2):
            press(other, "2", at)
            press(tab, KEYS[3 + at], 3 + at)
        wide = other.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390
        other.context.close()
        press(tab, keys[5:killed_after], 5)
        seen = tab.content() + tab.url
        assert not [name for name in ARM if name in seen]
        assert "day." in seen
        kill(server)
        assert len(values(data, "ann")) == killed_after
        server = served(data)
        opened(tab, server, "ann", at=killed_after + 1)
        press(tab, keys[killed_after:], killed_after)
        tab.get_by_text("All done. Thank you!").wait_for()
        assert not building.is_current(data)
        tab.get_by_role("button", name="Count it now").click()
        tab.get_by_text("All ratings are counted").wait_for(timeout=120_000)
        assert building.is_current(data)
    finally:
        kill(server)
    said = {"1": "19", "2": "LLM", "r": "refusal", "c": "code", "s": "skipped"}
    assert values(data, "ann") == [said[key] for key in keys]
    assert values(data, "bob") == ["LLM", "LLM"]
    rated = [e.body.item for e in ratings.journal(data).read().entries if e.by == "ann"]
    assert len(set(rated)) == answers
