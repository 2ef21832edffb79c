"""What a study has spent so far, added up from its own records."""

import msgspec

from pipeline.study import layout
from pipeline.study.layout import Folder
from warehouse.studies import Spend


def spent_in(folder: Folder) -> Spend:
    """Everything asked of endpoints that the folder's records tell of.

    Requests that were under way when a process was killed left no record and are not in it:
    at most as many as the endpoint's concurrency, each time.
    """
    total = Spend()
    for part in ("runs", "samples", "judgements"):
        for path in sorted((folder.path / part).rglob("*.jsonl*")):
            for record in layout.read(path):
                if record.get("requests"):
                    total.add(msgspec.convert(record, Spend))
    return total
