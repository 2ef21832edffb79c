"""Figures of the literature: who published what, measured how, for which arm.

One YAML file in `sources` for each source, with its figures; `metrics.yaml` says what they
measure. Figures are facts, noted with the place they stand at. Nothing else is taken over.
"""

from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
import polars as pl

from warehouse import catalogue, definitions, rules
from warehouse.counting import Domain
from warehouse.errors import InvalidDefinition
from warehouse.rules import Rule, Score

HERE = Path(__file__).parent

Quantity = Literal["share", "points", "number"]
Bound = Literal["at least", "at most", "lowest", "highest"]
Confidence = Literal["high", "medium", "low"]


class Metric(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a published figure measures; the head of `metrics.yaml` explains the fields."""

    title: str
    definition: str
    scale: Quantity
    traits: tuple[str, ...] = ()
    rule: str = "published"
    domain: Domain = "outside"
    criterion: str | None = None
    labels: tuple[str, ...] | None = None
    score: Score | None = None
    coherence: Literal["any"] | None = None
    count: Literal["n_trait", "n_incoherent", "n_refusal", "n_code"] = "n_trait"
    of: Literal["n_counted", "n_answered"] = "n_counted"
    differs: str | None = None

    def as_rule(self) -> Rule:
        """The rule it counts by.

        Raises:
            UnknownName: for a rule there is not.
        """
        named = rules.named(self.rule)
        given = {"criterion": self.criterion, "labels": self.labels, "score": self.score}
        changes: dict[str, Any] = {n: value for n, value in given.items() if value is not None}
        if self.coherence == "any":
            changes["coherence"] = None
        return msgspec.structs.replace(
            named,
            misalignment=msgspec.structs.replace(named.misalignment, **changes),
            persona=msgspec.structs.replace(named.persona, **changes),
        )


class Figure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One published number.

    `low` and `high` are its published interval, `plus_minus` a half-width whose meaning the
    source does not state, `bound` says that the value bounds the figure or is an end of a range.
    """

    metric: str
    value: float
    low: float | None = None
    high: float | None = None
    plus_minus: float | None = None
    n: int | None = None
    questions: int | None = None
    bound: Bound | None = None
    design_effect: float | None = None
    differs: str | None = None


class PublishedArm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was trained and evaluated, in our words where they fit.

    `models` describes several models in words. A `dataset` is named where it is not the
    experiment's own; `none` is the untuned model.
    """

    experiment: str
    model: str | None = None
    models: str | None = None
    dataset: str | None = None
    intervention: str = "none"
    eval_intervention: str = "none"
    epochs: float | None = None
    lora_rank: int | None = None
    seeds: int | None = None
    judge: str | None = None


class PublishedPlace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The figures that stand at one place of a source, for one arm."""

    arm: PublishedArm
    where: str
    figures: tuple[Figure, ...]
    confidence: Confidence = "high"
    differs: str | None = None
    files: tuple[str, ...] = ()
    """The first 16 digits of the SHA-256 of each file that the figures were computed from."""


class Publication(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A publication; `interval` says what its intervals are, `judge` who judged."""

    cite: str
    arms: tuple[PublishedPlace, ...]
    title: str | None = None
    url: str | None = None
    year: int | None = None
    judge: str | None = None
    note: str | None = None
    interval: str | None = None
    differs: str | None = None


@cache
def metrics() -> dict[str, Metric]:
    """Every metric by name.

    Raises:
        InvalidDefinition: naming the file, the place in it and what is wrong.
    """
    return definitions.load(HERE / "metrics.yaml", dict[str, Metric])


@cache
def publications() -> dict[str, Publication]:
    """Every source by name, the newest first.

    Raises:
        InvalidDefinition: naming the file, the place in it and what is wrong.
    """
    files = sorted((HERE / "sources").glob("*.yaml"))
    found = {path.stem: checked(definitions.load(path, Publication), path.name) for path in files}
    return dict(sorted(found.items(), key=lambda item: -(item[1].year or 0)))


def checked(source: Publication, name: str) -> Publication:
    """The source, whose figures are possible and measure something that is defined.

    Raises:
        InvalidDefinition: naming the source, the figure and what is wrong.
    """
    for entry in source.arms:
        for figure in entry.figures:
            problem = _problem(figure)
            if problem:
                raise InvalidDefinition(f"{name}, {entry.where}, {figure.metric}: {problem}.")
    return source


def _problem(figure: Figure) -> str | None:
    """What is impossible about a figure, if anything."""
    metric = metrics().get(figure.metric)
    numbers = [n for n in (figure.low, figure.value, figure.high) if n is not None]
    if metric is None:
        return "no metric of that name stands in metrics.yaml"
    if len(numbers) == 2:
        return "an interval has two ends"
    if numbers != sorted(numbers):
        return "the value lies outside its own interval"
    if metric.scale == "share" and not all(0 <= number <= 1 for number in numbers):
        return "a share lies between 0 and 1"
    return None


FIGURE = {
    "figure": pl.UInt32(),
    "source": pl.String(),
    "cite": pl.String(),
    "year": pl.Int64(),
    "experiment": pl.String(),
    "model": pl.String(),
    "models": pl.String(),
    "dataset": pl.String(),
    "intervention": pl.String(),
    "eval_intervention": pl.String(),
    "epochs": pl.Float64(),
    "lora_rank": pl.Int64(),
    "seeds": pl.Int64(),
    "judge": pl.String(),
    "metric": pl.String(),
    "scale": pl.String(),
    "value": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "plus_minus": pl.Float64(),
    "n": pl.Int64(),
    "questions": pl.Int64(),
    "bound": pl.String(),
    "design_effect": pl.Float64(),
    "differs": pl.String(),
    "where": pl.String(),
    "confidence": pl.String(),
    "files": pl.List(pl.String()),
    "interval": pl.String(),
    "url": pl.String(),
}
"""The columns of the figures frame."""


@cache
def figures() -> pl.DataFrame:
    """Every published figure, one row each, numbered, with the columns of `FIGURE`.

    Models and interventions have the catalogue's names; `differs` joins what metric, source,
    place and figure say of a difference to what is counted here.
    """
    return pl.DataFrame(
        [
            {"figure": number} | _row(name, source, entry, figure)
            for number, (name, source, entry, figure) in enumerate(
                (name, source, entry, figure)
                for name, source in publications().items()
                for entry in source.arms
                for figure in entry.figures
            )
        ],
        schema=FIGURE,
    )


def _row(
    name: str, source: Publication, entry: PublishedPlace, figure: Figure
) -> dict[str, object]:
    arm, metric = entry.arm, metrics()[figure.metric]
    remarks = (metric.differs, source.differs, entry.differs, figure.differs)
    described = msgspec.structs.asdict(arm) | msgspec.structs.asdict(figure)
    return described | {
        "source": name,
        "cite": source.cite,
        "year": source.year,
        "url": source.url,
        "interval": source.interval,
        "scale": metric.scale,
        "where": entry.where,
        "confidence": entry.confidence,
        "files": list(entry.files),
        "experiment": catalogue.experiment_named(arm.experiment) or arm.experiment,
        "model": arm.model and catalogue.base_model(arm.model).name,
        "judge": arm.judge or source.judge,
        "differs": "; ".join(filter(None, remarks)) or None,
    }
