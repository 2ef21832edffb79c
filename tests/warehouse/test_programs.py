"""Programs as processes: what they print, how they are ended, and who shares them."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from warehouse import programs
from warehouse.programs import ROOT, Program, Programs

LONG = ("timeit", "-n", "1", "-r", "1", "import time; time.sleep(600)")
"""A program of Python's own that takes long, whatever it is told."""

DEAF = (
    "timeit", "-n", "1", "-r", "1",
    "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "os.write(2, b'deaf'); time.sleep(600)",
)  # fmt: skip
"""The same, which does not end when it is told to."""


def is_there(pid: int) -> bool:
    """Whether a process of that number runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_it_is_given_is_read_and_what_it_prints_is_kept() -> None:
    text = f'{{"tern": "{"ö" * 200_000}"}}'
    with Program("json.tool", "--no-ensure-ascii", given=text) as program:
        ended = program.ended
    assert (ended.status, ended.problem, ended.is_late) == (0, "", False)
    assert ended.document == {"tern": "ö" * 200_000}
    assert program.is_done
    assert program.said == ""


def test_why_it_failed_is_its_last_line() -> None:
    ended = Program("json.tool", given="tern").ended
    assert ended.status == 1
    assert ended.document is None
    assert ended.problem == "Expecting value: line 1 column 1 (char 0)"
    wrong = Program(programs.COMMANDS, "nothing-of-that-name").ended
    assert wrong.status == 2
    assert "nothing-of-that-name" in wrong.problem
    assert not wrong.problem.startswith("Error")


def test_it_runs_where_our_modules_are_and_sees_what_is_said_beside(tmp_path: Path) -> None:
    told = Program("timeit", "-n1", "-r1", "import os; os.write(1, os.getcwd().encode())")
    assert str(ROOT) in told.ended.out
    code = "import os; os.write(1, os.environ['NEST'].encode())"
    with Program("timeit", "-n1", "-r1", code, environment={"NEST": str(tmp_path)}) as seen:
        assert str(tmp_path) in seen.ended.out


def test_at_its_deadline_it_is_ended() -> None:
    program = Program(*LONG, deadline=0.5)
    assert not program.is_done
    assert program.ended.is_late
    assert program.ended.status
    assert not is_there(program._process.pid)


def test_one_that_does_not_listen_is_made_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "GRACE", 0.1)
    program = Program(*DEAF)
    late = time.monotonic() + 60
    while "deaf" not in program.said:
        assert time.monotonic() < late
        time.sleep(0.05)
    program.stop()
    assert program.ended.status == -9
    assert not program.ended.is_late


def test_what_it_started_ends_with_it() -> None:
    code = (
        "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'input()'], "
        "stdin=subprocess.PIPE, stdout=subprocess.DEVNULL); print(p.pid, file=sys.stderr, "
        "flush=True); p.wait()"
    )
    program = Program("timeit", "-n", "1", "-r", "1", code)
    late = time.monotonic() + 60
    while not program.said.endswith("\n"):
        assert time.monotonic() < late
        time.sleep(0.05)
    child = int(program.said)
    assert os.getsid(child) == program._process.pid != os.getsid(0)
    program.stop()
    while is_there(child):
        assert time.monotonic() < late
        time.sleep(0.05)


def test_where_we_leave_only_what_outlives_us_goes_on() -> None:
    with Program(*LONG) as bound, Program(*LONG, outlives=True) as lasting:
        programs.leave()
        assert bound.ended.status
        assert not lasting.is_done


def test_several_who_ask_at_once_start_one() -> None:
    table = Programs[Program](4)
    with ThreadPoolExecutor(8) as pool:
        begun = list(pool.map(lambda _: table.begin("key", lambda: Program(*LONG)), range(8)))
    assert len(set(begun)) == 1
    assert table.of("key") is begun[0]
    table.end("key")
    table.end("key")
    assert table.of("key") is None
    assert begun[0].is_done


def test_one_that_is_done_makes_room_first() -> None:
    table = Programs[Program](2)
    oldest = table.begin("oldest", lambda: Program(*LONG))
    done = table.begin("done", lambda: Program("json.tool", given="1"))
    assert done.ended.document == 1
    again = table.begin("done", lambda: Program("json.tool", given="2"))
    assert again.ended.document == 2
    third = table.begin("third", lambda: Program(*LONG))
    assert table.of("done") is None
    assert not oldest.is_done
    fourth = table.begin("fourth", lambda: Program(*LONG))
    assert oldest.is_done
    assert [table.of(key) for key in ("oldest", "third", "fourth")] == [None, third, fourth]
    for key in ("third", "fourth"):
        table.end(key)
    assert third.is_done
    assert fourth.is_done
