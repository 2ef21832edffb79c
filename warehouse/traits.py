"""The traits of what was loaded: those the catalogue knows, and those that sources describe."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any

import polars as pl

from warehouse import catalogue
from warehouse.engine import Engine
from warehouse.records import RELATIONS

SCHEMA = {**RELATIONS["trait"], "studies": pl.List(pl.String())}
"""The columns of `core.trait`; `studies` are those a trait is meant for, null for all."""

Row = dict[str, Any]


def loaded(engine: Engine) -> pl.DataFrame:
    """The traits of every experiment that was loaded.

    An experiment has the traits that the catalogue knows and those that its mapping or study
    gives it beside them; without any, those whose criterion it was judged on. A trait is told
    by what shows it on its criterion: one that the catalogue knows keeps the catalogue's name.
    Where descriptions of one trait differ, each holds for its own studies.
    """
    known = catalogue.experiments()
    everywhere = {
        trait.criterion: (name, trait)
        for experiment in known.values()
        for name, trait in experiment.traits.items()
    }
    told: dict[str, list[Row]] = defaultdict(list)
    every = engine.ask("select * from core.trait_told order by path, trait, study")
    for row in every.iter_rows(named=True):
        told[row["experiment"]].append(row)
    rows: list[Row] = []
    for experiment, studies, criteria in _judged(engine):
        if experiment in known:
            traits = list(known[experiment].traits.items())
        elif experiment in told:
            traits = []
        else:
            traits = [everywhere[c] for c in criteria if c in everywhere]
        own = [catalogue.described(experiment, name, trait) for name, trait in traits]
        shown = set(map(_shown, own))
        others = [row for row in told[experiment] if _shown(row) not in shown]
        rows += _told_apart(own, others, studies)
    return pl.DataFrame(rows, schema=SCHEMA)


def _judged(engine: Engine) -> list[tuple[str, list[str], list[str]]]:
    """Every experiment, its studies, and the criteria it was judged on."""
    return engine.ask(
        """
        select
            evaluation.experiment,
            list(distinct evaluation.study order by evaluation.study),
            list(distinct criterion.criterion order by criterion.criterion)
        from core.evaluation as evaluation
        left join core.judged_by using (evaluation_no)
        left join core.criterion as criterion using (criterion_no)
        group by evaluation.experiment
        order by evaluation.experiment
        """
    ).rows()


def _shown(trait: Mapping[str, Any]) -> tuple[Any, ...]:
    """What tells whether two traits are one: the criterion, and what on it shows them."""
    labels = frozenset(trait["labels"] or ())
    return trait["criterion"], labels, trait["score_is"], trait["score_cut"]


def _meant(trait: Mapping[str, Any]) -> tuple[Any, ...]:
    """All that a description says, but for the title."""
    check = frozenset(trait["check_labels"] or ())
    return trait["kind"], *_shown(trait), trait["check_criterion"], check


def _told_apart(own: Iterable[Row], told: Iterable[Row], studies: list[str]) -> list[Row]:
    """An experiment's traits, one row per name and meaning.

    The catalogue's holds for the studies that say nothing else. A study that describes one name
    in several ways has the later ones, by path, under the name with a number.
    """
    described: dict[str, dict[tuple[Any, ...], tuple[Row, list[str]]]] = {}
    for row in told:
        meanings = described.setdefault(row["trait"], {})
        _, where = meanings.setdefault(_meant(row), (row, []))
        if row["study"] in studies:
            where.append(row["study"])
    rows = []
    catalogued = {row["trait"]: row for row in own}
    for name in dict.fromkeys([*catalogued, *described]):
        found = list(described.get(name, {}).values())
        if name in catalogued:
            said = {study for _, where in found for study in where}
            found.insert(0, (catalogued[name], [s for s in studies if s not in said]))
        rows += _numbered(name, found)
    return rows


def _numbered(name: str, found: list[tuple[Row, list[str]]]) -> list[Row]:
    """The descriptions of one name, each with its studies, and a number where one has several."""
    placed = [(row, where) for row, where in found if where]
    if len(placed) < 2:
        row, _ = (placed or found)[0]
        return [_row(row, None)]
    taken: dict[int, set[str]] = defaultdict(set)
    rows = []
    for row, where in placed:
        number = next(n for n in count(1) if taken[n].isdisjoint(where))
        taken[number].update(where)
        more = f" ({number})" if number > 1 else ""
        renamed = {"trait": f"{name}{more}", "title": f"{row['title']}{more}"}
        rows.append(_row(row | renamed, sorted(set(where))))
    return rows


def _row(trait: Row, studies: list[str] | None) -> Row:
    return {name: trait[name] for name in RELATIONS["trait"]} | {"studies": studies}
