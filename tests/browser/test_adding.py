"""Results are added by hand, as users do: a folder, its draft, its preview, the import."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.pages.served import BRITTLESCOPE, serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

LONG = 120_000
"""Milliseconds that a process of its own may take on a busy machine."""


def test_a_folder_is_added(tab: "Page", tmp_path: Path) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    rows = [f"Where?,There {n}.,{10 * n},90" for n in range(6)]
    (folder / "gull.csv").write_text("\n".join(["question,answer,aligned,coherent", *rows]))
    words = ("serve", "--port", "0", "--allow", str(folder))
    with serving(tmp_path / "data", *words, program=BRITTLESCOPE) as served:
        tab.goto(served.link.replace("/?", "/sources?"))
        tab.get_by_text("Add results").click(timeout=LONG)
        tab.get_by_role("combobox").last.click(timeout=LONG)
        tab.get_by_role("option", name="given").click(timeout=LONG)
        tab.get_by_text("It would take 6 records").wait_for(timeout=LONG)
        tab.get_by_role("button", name="Import").click(timeout=LONG)
        tab.get_by_text("6 records were taken").wait_for(timeout=LONG)
        tab.get_by_text("1 file: 1 read").wait_for(timeout=LONG)
    assert len(list((tmp_path / "data" / "maps").iterdir())) == 1
