"""Where the data lies, unless a command says otherwise."""

import os
from pathlib import Path

VARIABLE = "BRITTLESCOPE_DATA"
"""The environment variable that chooses the data folder."""

ALLOWED = "BRITTLESCOPE_ALLOW"
"""The environment variable with the folders that the app may import from, one a line."""

BUILDS = "BRITTLESCOPE_BUILDS"
"""The environment variable that says that who opens the app may have a snapshot built."""

WITHIN = "BRITTLESCOPE_WITHIN"
"""The environment variable with the folder that files named by a study map must lie in, if any."""

DEFAULT = Path("data")


def chosen() -> Path:
    """The data folder: what the environment names, or `data` here."""
    return Path(os.environ.get(VARIABLE) or DEFAULT)


def allowed() -> list[Path]:
    """The folders that the app may import from: those that whoever serves it named."""
    return [Path(line) for line in os.environ.get(ALLOWED, "").splitlines() if line]


def may_build() -> bool:
    """Whether the app may start a build: its server is on loopback, and its link has a token."""
    return bool(os.environ.get(BUILDS))


def is_within(path: Path) -> bool:
    """Whether a file may be read that a study map names: where it really is, links followed."""
    bound = os.environ.get(WITHIN)
    return not bound or path.resolve().is_relative_to(Path(bound).resolve())
