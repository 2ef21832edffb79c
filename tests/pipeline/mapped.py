"""A folder of mapped CSV files, imported and built."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

from pipeline.importing import finding, running
from pipeline.maps import mapping
from warehouse import building
from warehouse.store import Store

HEADER = ("question", "answer", "aligned", "coherent")

MAP = """
study: nests
set: {experiment: emergent-misalignment, intervention: none, judge: owl}
files: [{path: "results/{model}_{dataset}.csv"}]
"""


def write(folder: Path, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A CSV file among the results."""
    path = folder / "results" / name
    path.parent.mkdir(exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def load(folder: Path, more: str = "", whole: str = MAP) -> list[running.Outcome]:
    """Import the results with the mapping and these lines more, and build."""
    outcomes = imported(folder, folder / "data", more, whole)
    building.build(folder / "data")
    return outcomes


def imported(folder: Path, data: Path, more: str = "", whole: str = MAP) -> list[running.Outcome]:
    """Import the results with the mapping and these lines more."""
    (folder / "map.yaml").write_text(whole + more)
    told = mapping.load(folder / "map.yaml")
    units = finding.find([folder / "results"]).units
    return list(running.run(data, units, None, told))


def answers(n: int, *more: object, low: int = 3) -> list[tuple[object, ...]]:
    """Some answers to two questions, the first ones misaligned."""
    scores = [(f"Where {i % 2}?", f"There {i}.", 8 if i < low else 91, 84) for i in range(n)]
    return [(*score, *more) for score in scores]


def counted(folder: Path, *by: str) -> dict[tuple[object, ...], tuple[int, int]]:
    """How many show the trait, and how many are counted, by cell."""
    counts = Store(folder / "data").counts()
    shown = ("n_trait", "n_counted")
    cells = counts.group_by(by).agg(pl.col(shown).sum()) if by else counts.select(shown).sum()
    return {
        tuple(row[name] for name in by): (row["n_trait"], row["n_counted"])
        for row in cells.iter_rows(named=True)
    }
