"""The interventions of what was loaded: what studies say of theirs, and the catalogue of all."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import polars as pl

from warehouse import catalogue
from warehouse.engine import Engine
from warehouse.records import RELATIONS

SCHEMA = {"study": pl.String(), **RELATIONS["intervention"]}
"""The columns of `core.intervention`."""

ASPECTS = ("kind", "relevance", "placement", "phase", "dose", "text")
"""What there is to say of an intervention."""

UNKNOWN = dict.fromkeys(("kind", "relevance", "placement"), "unknown")

Row = dict[str, Any]


def loaded(engine: Engine) -> pl.DataFrame:
    """The interventions of every study that was loaded, in training and at evaluation.

    What a study says of its own wins over the catalogue. Of several descriptions in one study
    each aspect is the first one's, by path, that says it.
    """
    told: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    every = engine.ask(
        "select * from core.intervention_told "
        "order by path, kind, relevance, placement, phase, dose, text"
    )
    for row in every.iter_rows(named=True):
        told[row["study"], row["experiment"], row["intervention"]].append(row)
    rows = [
        {"study": study, "experiment": experiment, "intervention": name}
        | _described(experiment, called, told[study, experiment, called])
        for study, experiment, name, called in _met(engine)
    ]
    return pl.DataFrame(rows, schema=SCHEMA)


def _met(engine: Engine) -> list[tuple[str, ...]]:
    """Every study, experiment and intervention, and what it is called in files.

    A text at evaluation that shares its name with others has a name of its own by now.
    """
    return engine.ask(
        """
        select evaluation.study, evaluation.experiment, run.intervention, run.intervention
        from core.evaluation as evaluation
        join core.run as run using (run_no)
        union
        select
            evaluation.study, evaluation.experiment, evaluation.eval_intervention,
            described.eval_intervention
        from core.evaluation as evaluation
        join core.evaluation_described as described using (evaluation_id)
        order by all
        """
    ).rows()


def _described(experiment: str, name: str, told: Sequence[Row]) -> Row:
    """What is known of an intervention by the study's descriptions and its name."""
    known = catalogue.intervention(experiment, name)
    of_name = {aspect: getattr(known, aspect) for aspect in (*UNKNOWN, "dose")}
    if name == "none":
        return of_name
    said = {
        aspect: row[aspect]
        for aspect in ASPECTS
        for row in reversed(told)
        if row[aspect] is not None
    }
    # What the catalogue knows by the name is not this one's, where it is of another kind.
    is_other = said.get("kind", known.kind) != known.kind
    return (UNKNOWN if is_other and known.kind != "unknown" else of_name) | said
