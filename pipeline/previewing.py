"""What an import would load, without writing to the data folder."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from pipeline import finding, importing, telling
from pipeline.commands import table
from pipeline.importing import Outcome
from pipeline.mapping import Mapping
from warehouse import building, rules
from warehouse.errors import BrittlescopeError
from warehouse.store import Store

CELLS = ("experiment", "model", "dataset", "intervention", "eval_intervention", "trait", "judge")
RULES = ("published", "strict")


def lines(
    paths: Sequence[Path],
    mapping: Mapping | None,
    chosen: str | None = None,
    data: Path | None = None,
) -> Iterator[str]:
    """What would be said of the import, and the cells it would give."""
    with tempfile.TemporaryDirectory(prefix="brittlescope-") as folder:
        lake = Path(folder)
        units = finding.find(paths, skip=data).units
        outcomes = list(importing.run(lake, units, chosen, mapping))
        yield from telling.report(outcomes, paths, verbose=False)
        yield from _files(outcomes)
        if not any(outcome.loaded for outcome in outcomes):
            yield "Nothing would be loaded."
            return
        try:
            building.build(lake)
        except BrittlescopeError as error:
            yield f"A snapshot of it could not be built: {error}"
            return
        store = Store(lake)
        yield from _cells(store)
        store.close()


def _files(outcomes: Sequence[Outcome]) -> Iterator[str]:
    states = Counter(outcome.state for outcome in outcomes)
    taken = sum(outcome.taken for outcome in outcomes)
    refused = sum(outcome.refused for outcome in outcomes)
    told = ", ".join(f"{count:,} {state}" for state, count in sorted(states.items()))
    yield f"It would take {taken:,} records and refuse {refused:,} (files: {told})."


def _cells(store: Store) -> Iterator[str]:
    """Models, datasets and interventions with n, and rates by rule."""
    found: pl.DataFrame | None = None
    for name in RULES:
        counts = store.counts(rule=rules.named(name, store.data))
        names = [column for column in CELLS if column in counts.columns]
        cells = counts.group_by(names).agg(
            pl.col("n_answered").sum().alias("answers"),
            pl.format("{} of {}", pl.col("n_trait").sum(), pl.col("n_counted").sum()).alias(name),
        )
        found = cells if found is None else found.join(cells.drop("answers"), on=names, how="left")
    assert found is not None
    if found.is_empty():
        yield "No trait is judged in it: `experiments` in the map says what shows one."
        return
    shown = found.sort(names).with_columns(pl.col(names).cast(pl.String).fill_null("–"))
    yield table(shown.head(60), styled=False)
    if shown.height > 60:
        yield f"… and {shown.height - 60} more rows."
