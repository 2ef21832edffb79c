"""What every page needs is loaded before anybody asks for one, and nobody waits for it."""

import subprocess
import sys
import threading

from pages.serving import warming


def test_what_is_read_is_what_a_page_with_numbers_would_load(root: object) -> None:
    program = (
        "import sys; from pages.serving import warming; warming.read(); "
        "print(all(name in sys.modules for name in warming.READ))"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=str(root)
    )
    assert told.stdout == "True\n"
    assert told.stderr == ""


def test_no_server_waits_for_it() -> None:
    before = set(threading.enumerate())
    warming.begin()
    (later,) = set(threading.enumerate()) - before
    assert later.daemon
    assert isinstance(later, threading.Timer)
    later.cancel()
