"""What every importer's test needs: a file as a Source, and all its rows by relation."""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.importers import Importer, Source
from pipeline.importing import claiming
from warehouse import records

Rows = dict[str, list[dict[str, Any]]]


def _open(path: Path) -> Source:
    return claiming.looked_at(path)[0]


@pytest.fixture
def source_of() -> Callable[[Path], Source]:
    """A file as the import hands it to an importer."""
    return _open


@pytest.fixture
def rows_of() -> Callable[[Importer, Path], Rows]:
    """The rows an importer takes from a file, by relation; relations without rows are empty."""

    def rows(importer: Importer, path: Path) -> Rows:
        found: Rows = defaultdict(list)
        for relation, frame in importer.read(_open(path)):
            assert frame.schema == records.frame(relation).schema
            found[relation] += frame.to_dicts()
        return found

    return rows
