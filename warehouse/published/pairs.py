"""Published figures beside what was loaded: every figure, and the arms in sight."""

import polars as pl

from warehouse import published
from warehouse.analysis import Analysis
from warehouse.counting import Domain, Slice
from warehouse.published import Metric
from warehouse.published.counterparts import beside, loaded
from warehouse.recounting import WayToCount, recounted
from warehouse.rules import Rule
from warehouse.store import Store


def of(store: Store, asked: Analysis) -> pl.DataFrame:
    """`counterparts.beside` of every figure and the arms that the slice lets through.

    Each figure follows its own rule, on its own questions, whatever the analysis asks for.
    """
    found = store.once(arms, asked.unit)
    for name in Slice.dimensions():
        if wanted := getattr(asked.slice, name):
            found = found.filter(pl.col(name).is_in(wanted))
    return beside(published.figures(), found)


def arms(store: Store, unit: str) -> pl.DataFrame:
    """Every loaded arm under every metric; those of the same questions are counted together."""
    by_domain: dict[Domain, dict[str, Rule]] = {}
    for metric in published.metrics().values():
        if metric.traits:
            by_domain.setdefault(metric.domain, {})[str(metric.as_rule())] = metric.as_rule()
    counts: dict[tuple[Domain, str], pl.DataFrame] = {}
    for domain, named in by_domain.items():
        ways = [WayToCount(rule, store.traits) for rule in named.values()]
        frames = recounted(store, Slice(domain=domain), ways)
        counts |= {(domain, name): frame for name, frame in zip(named, frames, strict=True)}

    def counts_of(metric: Metric) -> pl.DataFrame:
        return counts[metric.domain, str(metric.as_rule())]

    return loaded(counts_of, unit, dict(store.query("evaluation_files").iter_rows()))
