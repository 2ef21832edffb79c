"""The link with its token in a real browser, and what other pages get of the app: nothing."""

import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pages.serving import failing, pictures
from tests.browser.conftest import heard
from tests.pages.served import Served, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Download, Page

pytestmark = pytest.mark.browser

SOME = ("overview", "brittleness", "transcripts")
OTHERS = (
    *("rates", "interventions", "robustness", "published"),
    *("study", "training", "sources"),
)

EXPIRED = "Open the link that brittlescope serve"

STRANGER = """<!doctype html><title>stranger</title>
<a id="link" href="{address}/rates?rule=strict">rates</a>
<iframe src="{address}/"></iframe>
<script>
const tried = {{}};
const socket = new WebSocket("{address}/_stcore/stream".replace("http", "ws"), ["streamlit"]);
let received = 0;
socket.onmessage = (message) => {{ received += 1; }};
tried.socket = new Promise((done) => {{
  socket.onclose = () => done(`closed after ${{received}} messages`);
  socket.onopen = () => done("open");
}});
for (const path of ["/", "/_stcore/metrics", "/_stcore/health", "/static/none.js"])
  tried[path] = fetch("{address}" + path, {{ credentials: "include" }})
    .then((answer) => answer.text()).catch(() => "refused");
tried.image = new Promise((done) => {{
  const image = new Image();
  image.onload = () => done("drawn");
  image.onerror = () => done("refused");
  image.src = "{address}/favicon.png";
}});
window.outcome = async () => Object.fromEntries(
  await Promise.all(Object.entries(tried).map(async ([name, what]) => [name, await what])));
</script>
"""


@pytest.fixture
def stranger(guarded: Served, tmp_path: Path) -> Iterator[str]:
    """The port of another server of this machine, whose page tries to get at the app."""
    (tmp_path / "index.html").write_text(STRANGER.format(address=guarded.address), "utf-8")
    handler = partial(_Quiet, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield str(server.server_address[1])
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def drawn(tab: "Page") -> None:
    """Wait until a page is drawn to its end."""
    tab.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    tab.get_by_test_id("stHeading").first.wait_for()


@pytest.mark.parametrize("pages", [SOME, pytest.param(OTHERS, marks=pytest.mark.exhaustive)])
def test_every_page_opens_by_the_link_and_breaks_no_rule_of_its_own(
    guarded: Served, tab: "Page", pages: tuple[str, ...]
) -> None:
    said: list[str] = []
    asked: list[str] = []
    listeners: dict[str, Callable[[Any], None]] = {
        "console": lambda message: said.append(message.text),
        "pageerror": lambda error: said.append(str(error)),
        "request": lambda request: asked.append(request.url),
    }
    with heard(tab, **listeners):
        tab.goto(guarded.link)
        assert tab.url.rstrip("/") == guarded.address
        for page in pages:
            tab.goto(f"{guarded.address}/{page}")
            for width in (1400, 390):
                tab.set_viewport_size({"width": width, "height": 1000})
                drawn(tab)
                assert tab.get_by_test_id("stException").count() == 0
    assert not [line for line in said if re.search("Content Security|Refused|violates", line)]
    schemes = tuple(f"{scheme}://localhost:{guarded.port}/" for scheme in ("http", "ws"))
    assert not [url for url in asked if not url.startswith((*schemes, "data:", "blob:"))]
    assert sum(guarded.token in url for url in asked) == 1


def test_another_page_of_this_machine_gets_nothing(
    guarded: Served, tab: "Page", stranger: str
) -> None:
    tab.goto(guarded.link)
    drawn(tab)  # so that the browser has the cookie, which it sends to every port of the host
    for host in ("localhost", "127.0.0.1"):
        tab.goto(f"http://{host}:{stranger}/")
        tried = tab.evaluate("outcome()")
        assert tried.pop("socket") == "closed after 0 messages"
        assert set(tried.values()) == {"refused"}
        framed = [frame for frame in tab.frames if frame != tab.main_frame]
        assert [frame.url for frame in framed] == ["chrome-error://chromewebdata/"]


def test_a_link_on_another_site_opens_the_page(guarded: Served, tab: "Page", stranger: str) -> None:
    tab.goto(f"http://127.0.0.1:{stranger}/")
    tab.locator("#link").click()
    tab.get_by_text(EXPIRED).wait_for()
    tab.goto(guarded.link)
    tab.goto(f"http://127.0.0.1:{stranger}/")
    tab.locator("#link").click()
    drawn(tab)
    tab.wait_for_url(re.compile(rf"^{re.escape(guarded.address)}/rates\?.*rule=strict"))


def test_a_reload_and_a_second_tab_stay_in_and_another_browser_does_not(
    guarded: Served, browser: "Browser", tab: "Page"
) -> None:
    tab.goto(guarded.link)
    drawn(tab)
    tab.reload()
    drawn(tab)
    second = tab.context.new_page()
    second.goto(f"{guarded.address}/rates")
    drawn(second)
    other = browser.new_context().new_page()
    other.goto(f"{guarded.address}/rates")
    other.get_by_text(EXPIRED).wait_for()
    other.context.close()


def test_after_a_restart_the_old_tab_says_what_to_do(served_data: Path, tab: "Page") -> None:
    with serving(served_data) as first:
        tab.goto(first.link)
        drawn(tab)
        port = str(first.port)
    with serving(served_data, "--port", port) as second:
        tab.get_by_role("dialog").get_by_text(EXPIRED).wait_for()
        tab.reload()
        tab.get_by_text(EXPIRED).wait_for()
        tab.goto(second.link)
        drawn(tab)


FAILS = """
from pages.serving import server
from pages.frame import filters
def draw(*_):
    raise RuntimeError("a secret path, \\x1b[31mred")
filters.draw = draw
server.main()
"""

BREAKS = """
from pathlib import Path
from pages.serving import pictures, server
pictures.CONVERTER = Path({converter!r})
server.main()
"""


def pressed(tab: "Page", name: str) -> None:
    """Press a button that gives a file."""
    tab.get_by_test_id("stDownloadButton").get_by_role("button", name=name, exact=True).click()


def menu_opened(tab: "Page") -> None:
    """Open the menu of the figure; one that opens while the page is still drawn closes again."""
    from playwright.sync_api import TimeoutError

    for _ in range(15):
        tab.get_by_test_id("stPopover").get_by_role("button", name="Figure").click()
        with suppress(TimeoutError):
            tab.get_by_test_id("stPopoverBody").wait_for(timeout=4_000)
            return
    pytest.fail("The menu never opens")


def downloaded(tab: "Page", name: str) -> "Download":
    """The file that a button gives; a press may be lost while the page is drawn anew."""
    from playwright.sync_api import TimeoutError

    for _ in range(5):
        with suppress(TimeoutError):
            with tab.expect_download(timeout=12_000) as download:
                pressed(tab, name)
            return download.value
    pytest.fail(f"{name} gives no file")


def test_a_picture_that_fails_is_a_sentence_and_everything_else_works(
    served_data: Path, tab: "Page", tmp_path: Path
) -> None:
    real = pictures.CONVERTER.read_text("utf-8")
    breaking = tmp_path / "converter.py"
    breaking.write_text(
        "import os\n" + real.replace("vl_convert.svg_to_png", "(lambda *_, **__: os.abort())")
    )
    program = (sys.executable, "-c", BREAKS.format(converter=str(breaking)))
    with serving(served_data, "--port", "0", "--no-token", program=program) as served:
        tab.goto(f"{served.address}/rates")
        drawn(tab)
        tab.get_by_test_id("stExpander").get_by_text("The table behind it").click()
        toolbars = tab.get_by_test_id("stElementToolbar")
        toolbars.get_by_role("button", name="Search").first.wait_for(state="attached")
        assert toolbars.get_by_role("button", name="Search").count() > 0
        # Streamlit's own would write a formula as it is.
        assert toolbars.get_by_role("button", name="Download as CSV").count() == 0
        assert toolbars.get_by_role("button", name="Download as PNG").count() == 0
        menu_opened(tab)
        pressed(tab, "PNG")
        tab.get_by_test_id("stDownloadButtonError").get_by_text(
            "This chart could not be made into PNG; the terminal that serves the app says why."
        ).wait_for()
        for name in ("SVG", "PDF", "CSV", "Parquet"):
            if name == "CSV":  # the first click beside an open menu closes it
                tab.keyboard.press("Escape")
                tab.get_by_test_id("stPopoverBody").wait_for(state="hidden")
            file = downloaded(tab, name)
            told = file.suggested_filename
            assert re.fullmatch(rf"rates_[a-z0-9_-]+\.(zip|{name.lower()})", told), told
            assert file.path().stat().st_size
        ended = "The converter of charts ended with status -6"
        assert [line for line in served.said if ended in line], served.said


def test_a_page_that_fails_says_so_and_shows_nothing_of_this_machine(
    served_data: Path, tab: "Page"
) -> None:
    program = (sys.executable, "-c", FAILS)
    with serving(served_data, "--port", "0", "--no-token", program=program) as served:
        tab.goto(f"{served.address}/rates")
        tab.get_by_test_id("stAlert").get_by_text(failing.PAGE).wait_for()
        shown = tab.content()
        assert "secret" not in shown
        assert "Traceback" not in shown
        assert [line for line in served.said if "a secret path, ␛[31mred" in line], served.said
