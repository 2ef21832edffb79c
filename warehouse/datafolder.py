"""Where the data lies, unless a command says otherwise."""

import os
from pathlib import Path

VARIABLE = "BRITTLESCOPE_DATA"
"""The environment variable that chooses the data folder."""

DEFAULT = Path("data")


def chosen() -> Path:
    """The data folder: what the environment names, or `data` here."""
    return Path(os.environ.get(VARIABLE) or DEFAULT)
