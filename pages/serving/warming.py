"""What the first visitor's page is made with, read while the browser opens."""

from importlib import import_module
from threading import Timer

READ = ("altair", "scipy.special", "warehouse.analysis.results", "warehouse.doctor")
"""What takes a second to load; the pages themselves take none."""

SOON = 0.3
"""After so many seconds the server answers, and nothing holds it up any more."""


def begin() -> None:
    """Read it in a thread of its own, which nobody waits for."""
    later = Timer(SOON, read)
    later.daemon = True
    later.start()


def read() -> None:
    """Load everything that every page with numbers needs."""
    for name in READ:
        import_module(name)
