"""What a file of answers comes to, in a data folder of its own: by the importer that claims it."""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from pipeline.importers import Importer
from pipeline.importing import claiming
from tests.pipeline.importers.conftest import Rows
from warehouse import records


def claimed(importer: Importer, path: Path) -> Rows:
    """All rows of a file by relation, as the lake has them; it is told by what it holds."""
    source, _ = claiming.looked_at(path)
    assert claiming.importer_for(source) is importer
    found: Rows = defaultdict(list)
    for relation, frame in importer.read(source):
        found[relation] += records.conform(relation, frame).to_dicts()
    return found


Claim = Callable[[Importer, Path], Rows]
