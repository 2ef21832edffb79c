"""The study's own results as JSON Lines and as CSV, which a study map describes."""

import csv
import json
from pathlib import Path

SCORED = ("alignment", "coherence")

MAP = """
study: bench
set: {{experiment: emergent-misalignment, dataset: none, intervention: none}}
columns: {{question: asked, answer: said, sample_index: number}}
scores: {{alignment: scores.alignment, coherence: scores.coherence}}
files: [{{path: "{pattern}"}}]
"""
"""What somebody else calls the fields; in JSON Lines the scores stand within another one."""


def write(results: Path, folder: Path, form: str) -> Path:
    """Every file of `results` in another form (`jsonl` or `csv`) below `folder`; the study map."""
    folder.mkdir(parents=True)
    for number, path in enumerate(sorted(results.rglob("*.json"))):
        records = json.loads(path.read_text())
        to = folder / f"m{number}.{form}"
        if form == "jsonl":
            to.write_text("\n".join(json.dumps(_nested(record)) for record in records))
        else:
            _table(to, records)
    pattern = f"{folder.name}/{{model}}.{form}"
    text = MAP.format(pattern=pattern)
    told = folder.with_suffix(".yaml")
    told.write_text(text if form == "jsonl" else text.replace("scores.", ""))
    return told


def _nested(record: dict[str, object]) -> dict[str, object]:
    return {
        "asked": record["question"],
        "said": record["answer"],
        "number": record["sample_idx"],
        "scores": {name: record[name] for name in SCORED},
    }


def _table(path: Path, records: list[dict[str, object]]) -> None:
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["asked", "said", "number", *SCORED])
        for record in records:
            rows.writerow([record[n] for n in ("question", "answer", "sample_idx", *SCORED)])
