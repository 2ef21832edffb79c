"""What lies in a study's file, as plain data."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.study import account, lines
from pipeline.study.layout import Folder
from warehouse.studies import Spend


def lying_in(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file that grows by lines, packed or not."""
    return (json.loads(line) for _, line in lines.numbered(path))


def spent_in(folder: Folder) -> Spend:
    """Everything that was spent, or may have been, of what a folder's endpoints were asked."""
    spent, under_way = account.read(folder)
    for most in under_way.values():
        spent.add(most)
    return spent
