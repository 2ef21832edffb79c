import io
import time

import pytest

from pipeline.terminal import progress
from pipeline.terminal.progress import Bar


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_elsewhere_it_is_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: moment)
    to = io.StringIO()
    bar = Bar(to)
    assert bar.show("1 of 3", 1, 3)
    assert not bar.show("2 of 3", 2, 3)
    moment += progress.EVERY[False]
    assert bar.show("2 of 3", 2, 3)
    assert bar.show("3 of 3", 3, 3, last=True)
    assert to.getvalue() == "1 of 3\n2 of 3\n3 of 3\n"


def test_on_a_terminal_it_is_a_bar_that_ends_with_what_is_done() -> None:
    to = Terminal()
    bar = Bar(to)
    bar.show("sample: 1 of 2 · [bold]x\x1b[2J", 1, 2)
    bar.show("sample: 2 of 2", 2, 2, last=True)
    said = to.getvalue()
    assert "[bold]x␛[2J" in said
    assert "━" in said
    assert said.index("1 of 2") < said.index("2 of 2")
    assert said.count("\x1b[?25l") == said.count("\x1b[?25h") == 1  # the cursor comes back


def test_work_that_is_over_at_once_is_not_told() -> None:
    to = io.StringIO()
    bar = Bar(to, said=time.monotonic())
    assert not bar.show("1 of 1", 1, 1)
    assert to.getvalue() == ""
