"""What a study has spent so far, added up from its own records."""

from pipeline.study import layout
from pipeline.study.budget import Spend
from pipeline.study.layout import Folder


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
                    total.add(
                        Spend(
                            record["requests"],
                            record["input_tokens"],
                            record["output_tokens"],
                            record["cost"],
                        )
                    )
    return total
