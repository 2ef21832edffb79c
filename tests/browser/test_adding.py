"""Results are added by hand, as users do: a folder, its draft, its preview, the import."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.pages.served import BRITTLESCOPE, serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

LONG = 120_000
"""Milliseconds that a process of its own may take on a busy machine."""


def choose(tab: "Page", folder: str) -> None:
    """Choose a folder; a list that opens while the page is still drawn closes, and is reopened."""
    from playwright.sync_api import TimeoutError as NotInTime

    for _ in range(20):
        tab.get_by_role("combobox").last.click(timeout=LONG)
        with suppress(NotInTime):
            tab.get_by_role("option", name=folder).click(timeout=3_000)
            return
        tab.keyboard.press("Escape")
    pytest.fail(f"{folder} was never offered")


def test_a_folder_is_added(tab: "Page", tmp_path: Path) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    rows = [f"Where?,There {n}.,{10 * n},90" for n in range(6)]
    (folder / "gull.csv").write_text("\n".join(["question,answer,aligned,coherent", *rows]))
    words = ("serve", "--port", "0", "--allow", str(folder))
    with serving(tmp_path / "data", *words, program=BRITTLESCOPE) as served:
        tab.goto(served.link.replace("/?", "/sources?"))
        tab.get_by_text("Add results").click(timeout=LONG)
        choose(tab, "given")
        tab.get_by_text("It would take 6 records").wait_for(timeout=LONG)
        tab.get_by_role("button", name="Import").click(timeout=LONG)
        tab.get_by_text("6 records were taken").wait_for(timeout=LONG)
        tab.get_by_text("1 file: 1 read").wait_for(timeout=LONG)
    assert len(list((tmp_path / "data" / "maps").iterdir())) == 1
