"""What lies in a study's file, as plain data."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.study import lines


def lying_in(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file that grows by lines, packed or not."""
    return (json.loads(line) for _, line in lines.numbered(path))
