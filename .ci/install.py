"""Install what a lock file names, telling how far it is: a line for people, none of pip's own.

    python .ci/install.py requirements.txt

Where pip fails, all that it said is shown, and its exit status is ours.
"""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from pip._vendor.packaging.markers import Marker

PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install")
ENTRY = re.compile(r"^[a-z0-9][\w.\[\]-]*==\S+(?:\s*;\s*(?P<marker>[^\\]*[^\\\s]))?", re.I | re.M)
NAME = re.compile(r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)")


def steps(said: Iterable[str], total: int) -> Iterator[str]:
    """What is to be told of each line of pip's, where there is anything."""
    seen = 0
    for line in said:
        if found := NAME.match(line):
            seen = min(seen + 1, total)
            yield f"{seen:>3} of {total} packages: {found[1].split('==')[0]}"
        elif line.startswith("Installing collected packages"):
            yield f"unpacking {total} packages, half a minute"


def needed(lock: str) -> int:
    """How many packages of a lock file are for this machine."""
    markers = (found["marker"] for found in ENTRY.finditer(lock))
    return sum(marker is None or Marker(marker).evaluate() for marker in markers)


def main(lock: str) -> int:
    """Install a lock file; pip's exit status."""
    total = needed(Path(lock).read_text("utf-8"))
    command = [*PIP, "--progress-bar", "off", "--require-hashes", "--requirement", lock]
    said: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
    ) as pip:
        for step in steps(_kept(pip.stdout or (), said), total):
            _tell(step)
    _tell("")
    if pip.returncode:
        sys.stderr.write("".join(said))
    return pip.returncode


def _kept(lines: Iterable[str], into: list[str]) -> Iterator[str]:
    for line in lines:
        into.append(line)
        yield line.strip()


def _tell(step: str) -> None:
    """One line that the next one takes the place of, where somebody looks."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{step}")
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
