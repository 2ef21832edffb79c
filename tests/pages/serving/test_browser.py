"""Opening a browser: only where somebody sees it, and without showing the token to others."""

import stat
import webbrowser
from pathlib import Path

import pytest

from pages.serving import browser

LINK = "http://localhost:8501/?token=a&b"


@pytest.mark.parametrize(
    ("environment", "platform", "there"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "darwin", True),
        ({"SSH_CONNECTION": "a b"}, "darwin", False),
        ({"DISPLAY": ":10", "SSH_TTY": "/dev/pts/1"}, "linux", False),
        ({"BROWSER": "a-browser", "SSH_TTY": "/dev/pts/1"}, "linux", True),
    ],
)
def test_a_browser_is_there_where_somebody_sees_it(
    environment: dict[str, str], platform: str, there: bool
) -> None:
    assert browser.is_there(environment, platform) == there


def test_the_browser_is_told_no_token_but_a_file_of_its_owner(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(webbrowser, "open", asked.append)
    monkeypatch.setattr(browser, "Timer", lambda *_, **__: _Never())
    browser._open(LINK)
    (page,) = tmp_path.iterdir()
    assert asked == [page.as_uri()]
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert 'url=http://localhost:8501/?token=a&amp;b"' in page.read_text("utf-8")


class _Never:
    daemon = False

    def start(self) -> None:
        """A timer that never goes off."""
