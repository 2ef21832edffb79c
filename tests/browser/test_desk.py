"""The desk in a real browser: from the cold app to transcripts that a paper can show."""

import re
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_app import arrived, settled
from tests.pages.served import serving

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

MOST = 8

PACK = 240_000
"""How many milliseconds a pack may take, whose figures a program of its own draws."""


def test_three_balanced_transcripts_in_latex_are_few_clicks_from_the_cold_app(
    served_data: Path, tmp_path: Path, tab: "Page"
) -> None:
    from playwright.sync_api import expect

    data = tmp_path / "data"
    shutil.copytree(served_data, data)  # what is drawn stays on no other test's desk
    clicks = 0

    def click(what: "Locator") -> None:
        nonlocal clicks
        clicks += 1
        what.click()

    with serving(data, "--port", "0", "--no-token") as served:
        arrived(tab, served.address)
        click(tab.get_by_test_id("stSidebarNav").get_by_role("link", name="Desk"))
        tab.wait_for_url(re.compile("/desk"))
        settled(tab)
        click(tab.get_by_role("button", name="Draw", exact=False).first)
        click(tab.get_by_role("button", name="Draw and put on the desk"))
        tab.get_by_text(re.compile("3 drawn by a declared rule, 0 chosen by hand")).wait_for()
        settled(tab)
        tab.keyboard.press("Escape")
        click(tab.locator(".st-key-copy").get_by_role("button").first)
        code = tab.get_by_test_id("stCode").filter(has_text="begin{quote}")
        expect(code).to_have_count(1)
        text = code.inner_text()
        tab.keyboard.press("Escape")
        tab.locator(".st-key-pack").get_by_role("button").first.click()
        tab.get_by_role("button", name="Make the pack").click()
        file = tab.get_by_test_id("stDownloadButton").get_by_role("button", name="Download")
        file.wait_for(timeout=PACK)
        with tab.expect_download() as loaded:
            file.click()
        loaded.value.save_as(tmp_path / "evidence.zip")
    with zipfile.ZipFile(tmp_path / "evidence.zip") as packed:
        assert packed.testzip() is None
        assert {"evidence/report.tex", "evidence/manifest.json"} <= {*packed.namelist()}
        told = packed.read("evidence/transcripts.tex").decode()
        assert told.count("3 drawn at random, one of each question before a second of any") == 3
    assert clicks <= MOST
    assert text.count("\\begin{quote}") == 3
    assert text.count("3 drawn at random, one of each question before a second of any") == 3
