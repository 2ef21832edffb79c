"""What an import would load, without writing to the data folder."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from pipeline.cli import sections
from pipeline.importing import finding, running, telling
from pipeline.importing.running import Outcome
from pipeline.maps.mapping import Mapping
from warehouse import building, defaults, doubts, rules
from warehouse.errors import BrittlescopeError
from warehouse.store import Store

CELLS = ("experiment", "model", "dataset", "intervention", "eval_intervention", "trait", "judge")
APART = ("study", "settings", "sampling")
"""What tells cells apart besides, and is shown where it does."""

RULES = ("published", "strict")

SHOWN = 60
"""How many cells are printed."""

OFTEN = 0.8
"""An untuned model that shows the trait more often is worth a question."""

NOTHING = "Nothing would be loaded."
UNJUDGED = "No trait is judged in it: `experiments` in the map says what shows one."


class Preview(NamedTuple):
    """What an import would say, the records it would take, and the cells it would give."""

    said: list[str]
    files: dict[str, int]  # by what would become of them
    taken: int
    refused: int
    cells: pl.DataFrame
    problem: str | None  # why there are no cells, where there are none
    judges: dict[str, str]  # what people call them

    @property
    def plain(self) -> dict[str, Any]:
        """The same as plain data, judges by their values."""
        told = self._asdict() | {"cells": self.cells.to_dicts()}
        return {name: value for name, value in told.items() if name != "judges"}


def found(
    paths: Sequence[Path],
    mapping: Mapping | None,
    chosen: str | None = None,
    data: Path | None = None,
) -> Preview:
    """What an import of these paths would come to."""
    with tempfile.TemporaryDirectory(prefix="brittlescope-") as folder:
        lake = Path(folder)
        files = finding.find(paths, skip=data)
        done = running.run(lake, files.units, chosen, mapping, roots=files.roots)
        outcomes = telling.joined(list(done), mapping)
        cells, doubted, problem = pl.DataFrame(), list[str](), None
        judges: dict[str, str] = {}
        if not any(outcome.loaded for outcome in outcomes):
            problem = NOTHING
        else:
            try:
                building.build(lake)
            except BrittlescopeError as error:
                problem = f"A snapshot of it could not be built: {error}"
            else:
                store = Store(lake)
                cells, doubted = _cells(store), list(_doubted(store))
                judges = store.judges
                store.close()
                problem = UNJUDGED if cells.is_empty() else None
        return Preview(
            said=[*telling.report(outcomes, paths, verbose=False), *doubted],
            **counted(outcomes),
            cells=cells,
            problem=problem,
            judges=judges,
        )


def told(preview: Preview) -> Iterator[str]:
    """What would be said of the import, and the cells it would give, for people."""
    yield from preview.said
    yield summary(preview.files, preview.taken, preview.refused)
    if preview.problem:
        yield preview.problem
        return
    shown = preview.cells.head(SHOWN)
    yield from sections.lines(sections.called(shown, preview.judges), styled=False)
    if preview.cells.height > SHOWN:
        yield f"… and {preview.cells.height - SHOWN} more rows."


def summary(files: dict[str, int], taken: int, refused: int) -> str:
    """How much would be taken, in a sentence."""
    told = ", ".join(f"{count:,} {state}" for state, count in files.items())
    return f"It would take {taken:,} records and refuse {refused:,} (files: {told})."


def counted(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """What became of files, as plain data."""
    return {
        "files": dict(sorted(Counter(outcome.state for outcome in outcomes).items())),
        "taken": sum(outcome.taken for outcome in outcomes),
        "refused": sum(outcome.refused for outcome in outcomes),
    }


def _doubted(store: Store) -> Iterator[str]:
    """What keeps answers from being a result, and what looks as if it were upside down."""
    counts = store.counts(rule=rules.named(RULES[0], store.data))
    if not counts.is_empty():
        yield from doubts.of(store, counts)
        yield from _turned(counts)


def _turned(counts: pl.DataFrame) -> Iterator[str]:
    """The untuned models that show a trait nearly always, as where a scale is upside down."""
    counts = counts.filter(dataset="none")
    names = [name for name in ("experiment", "trait", "model") if name in counts.columns]
    sums = counts.group_by(names, maintain_order=True).agg(pl.sum("n_trait", "n_counted"))
    often = (pl.col("n_counted") >= defaults.FEWEST) & (
        pl.col("n_trait") > OFTEN * pl.col("n_counted")
    )
    for row in sums.filter(often).iter_rows(named=True):
        yield (
            f"? {row['model']} shows {row['trait']} ({row['experiment']}) untuned, in "
            f"{row['n_trait']:,} of {row['n_counted']:,}: is its scale the right way round "
            "(`scale`), and is that what shows it (`experiments`)?"
        )


def _cells(store: Store) -> pl.DataFrame:
    """Models, datasets and interventions with n, and rates by rule."""
    cells: pl.DataFrame | None = None
    names: list[str] = []
    for name in RULES:
        counts = store.counts(rule=rules.named(name, store.data))
        apart = [column for column in APART if counts[column].n_unique() > 1]
        names = [*apart[:1], *CELLS, *apart[1:]] if "study" in apart else [*CELLS, *apart]
        own = counts.group_by(names).agg(
            pl.col("n_answered").sum().alias("answers"),
            pl.format("{} of {}", pl.col("n_trait").sum(), pl.col("n_counted").sum()).alias(name),
        )
        cells = (
            own
            if cells is None
            else cells.join(own.drop("answers"), on=names, how="left", nulls_equal=True)
        )
    assert cells is not None
    return cells.sort(names).with_columns(pl.col(names).cast(pl.String).fill_null("–"))
