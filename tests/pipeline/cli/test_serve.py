"""The command that serves, as a real process: its port, its words, and that nothing outlives it."""

import os
import shlex
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.pages.served import BRITTLESCOPE, SERVER, Served, serving, start
from warehouse import programs

ANY = ("serve", "--port", "0")


@contextmanager
def taken(*ports: int, address: str = "127.0.0.1") -> Iterator[list[int]]:
    """Ports that another program holds; 0 is any."""
    with ExitStack() as stack:
        held = []
        for port in ports:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            listener = stack.enter_context(socket.socket(family))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address, port))
            listener.listen()
            held.append(listener.getsockname()[1])
        yield held


def refused(data: Path, *options: str) -> str:
    """What a command says that ends with status 2, and says no traceback."""
    with start(data, "serve", *options, program=BRITTLESCOPE) as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 2, said
    assert b"Traceback" not in said
    return said.decode()


def left(group: int) -> bool:
    """Whether any process of a group is still there."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "0.0.0.0", "::"])
def test_a_port_that_is_named_and_in_use_is_said(tmp_path: Path, address: str) -> None:
    with taken(0, address=address) as [port]:
        said = refused(tmp_path, "--port", str(port))
    assert f"Port {port} is in use by another program." in said


@pytest.mark.parametrize("port", ["-1", "65536", "999999999999", "http", ""])
def test_a_port_that_is_none_is_said(tmp_path: Path, port: str) -> None:
    assert "'--port'" in refused(tmp_path, f"--port={port}")


def test_a_port_of_the_system_is_said(tmp_path: Path) -> None:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", 1))
        except PermissionError:
            pass
        else:
            pytest.skip("this user may use every port")
    assert "Port 1 is not open to this user." in refused(tmp_path, "--port", "1")


def test_the_next_free_port_is_taken_and_said(tmp_path: Path) -> None:
    with ExitStack() as stack:
        for port in (8501, 8502):
            if is_free(port):
                stack.enter_context(taken(port))
        with serving(tmp_path, "serve", program=BRITTLESCOPE, ready=False) as served:
            assert served.port > 8502
            assert f"Port 8501 is in use; taking {served.port} instead." in served.said


@pytest.mark.parametrize("ready", [True, False], ids=["at work", "while it starts"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_with_a_word_and_frees_the_port(
    tmp_path: Path, number: signal.Signals, ready: bool
) -> None:
    if signal.getsignal(number) is signal.SIG_IGN:
        pytest.skip(f"{number.name} is ignored here (nohup?), and so by whatever is started")
    with serving(tmp_path, *ANY, program=BRITTLESCOPE, ready=ready) as served:
        if ready:
            assert opened(served)
        served.process.send_signal(number)
        assert served.process.wait(timeout=60) == 128 + number
        ended(served)
        assert served.said[-1] == "Stopped."


def test_a_kill_leaves_nobody_to_hold_the_port(tmp_path: Path) -> None:
    with serving(tmp_path, *ANY, program=BRITTLESCOPE) as served:
        children = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children")
        assert children.read_text() == ""  # the command became the server itself
        served.process.kill()
        assert served.process.wait(timeout=60) == -signal.SIGKILL
        ended(served)


def test_it_ends_with_a_program_that_started_it_and_was_killed(tmp_path: Path) -> None:
    starts = "import sys, time; from pathlib import Path; from tests.pages.served import start\n"
    starts += "print(start(Path(sys.argv[1]), '--port', '0').pid, file=sys.stderr, flush=True)\n"
    between = (sys.executable, "-c", f"{starts}time.sleep(600)", str(tmp_path))
    with start(tmp_path, program=between) as process:
        assert process.stderr is not None
        group = int(process.stderr.readline())
        assert left(group)
        process.kill()
        until(lambda: not left(group))


def test_a_signal_that_is_to_be_ignored_is_ignored(tmp_path: Path) -> None:
    nohup = ("nohup", *BRITTLESCOPE)
    with serving(tmp_path, *ANY, program=nohup) as served:
        served.process.send_signal(signal.SIGHUP)
        assert opened(served)


@pytest.mark.parametrize("closing", ["2>&-", "2>&1 >/dev/null | head -n 1 >&2"])
def test_it_serves_on_where_nobody_reads_what_it_says(tmp_path: Path, closing: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    alone = ("env", "-u", programs.STARTED_BY)  # it is the shell's
    words = shlex.join([*alone, *SERVER, "--port", str(port), "--no-token"])
    with start(tmp_path, "-c", f"{words} {closing}", program=("sh",)) as process:
        until(lambda: not is_free(port))
        served = Served(process, f"http://localhost:{port}/", [], threading.Thread())
        assert served.ask("/_stcore/health").body == b"ok"
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=60)
    until(lambda: is_free(port) and not left(process.pid))


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds, a minute at most."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def opened(served: Served) -> bool:
    """Whether the app's WebSocket opens."""
    return served.shake(cookie=served.cookie()).status == 101


def ended(served: Served) -> None:
    """Holds that no process of the server is left, nor its port."""
    served.listener.join(timeout=60)
    assert not left(served.process.pid)
    assert is_free(served.port)


def test_folders_are_allowed_only_behind_the_link(tmp_path: Path) -> None:
    said = refused(tmp_path, "--allow", str(tmp_path), "--no-token")
    assert "leave --no-token out" in said
    assert "does not exist" in refused(tmp_path, "--allow", str(tmp_path / "none"))
