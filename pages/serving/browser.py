"""Opening the app in the browser of whoever started it: where there is a display, and quietly."""

import os
import sys
import tempfile
import webbrowser
from collections.abc import Mapping
from html import escape
from pathlib import Path
from threading import Thread, Timer

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")
REMOTE = ("SSH_CONNECTION", "SSH_TTY")
CHOSEN = "BROWSER"
"""What says that there is a display, that it is elsewhere, and which browser is wanted."""

KEPT = 60.0
"""After so many seconds the page that leads on is removed."""

_PAGE = (
    '<!doctype html><meta charset="utf-8"><title>Brittlescope</title>'
    '<meta http-equiv="refresh" content="0; url={link}"><a href="{link}">Open Brittlescope</a>'
)


def is_there(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Whether a browser would open where somebody sees it."""
    if environment.get(CHOSEN):
        return True
    if any(environment.get(name) for name in REMOTE):
        return False
    return platform == "darwin" or any(environment.get(name) for name in DISPLAYS)


def open_soon(link: str) -> None:
    """Open a link, while the server begins to answer.

    The link holds the token, and what a program is started with can be read by everybody on the
    machine. So the browser is given a file that leads on to it, which only its owner may read.
    """
    Thread(target=_open, args=(link,), daemon=True).start()


def leading_to(link: str) -> Path:
    """A file that leads on to a link, for its owner alone."""
    handle, name = tempfile.mkstemp(prefix="brittlescope-", suffix=".html")
    with os.fdopen(handle, "w", encoding="utf-8") as page:
        page.write(_PAGE.format(link=escape(link, quote=True)))
    return Path(name)


def _open(link: str) -> None:
    try:
        page = leading_to(link)
    except OSError:  # the link is in the terminal all the same
        return
    late = Timer(KEPT, page.unlink, kwargs={"missing_ok": True})
    late.daemon = True
    late.start()
    webbrowser.open(page.as_uri())
