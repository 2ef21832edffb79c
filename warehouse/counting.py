"""A slice of what was loaded, and the parameters of the queries that count it."""

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from typing import Any, Literal

import polars as pl

from warehouse import defaults
from warehouse.errors import UnknownName
from warehouse.rules import Coherence, Rule, Score, shown_by
from warehouse.stats import baselines

Domain = Literal["outside", "inside", "all"]

DECIDED = ("unanswered", "broken_off", "missing", "unparsed", "refusal", "code")
"""The kinds of samples whose fate a rule decides one by one."""

TREATING = ("dataset", "intervention", "kind", "relevance", "placement", "eval_intervention")
"""The dimensions in which an arm differs from what it is compared with, which has "none" there."""

NONE = ("",)
"""A field of a slice that lets nothing pass, where an empty one would let everything."""

LARGEST = 1e30
"""Stands for infinity, which JSON does not have."""


@dataclass(frozen=True)
class Slice:
    """Which samples are looked at; an empty field leaves its dimension whole.

    `domain` tells whether questions inside the training domain are looked at: by default they
    are not, since answering in the trained way there is no generalization.
    """

    study: tuple[str, ...] = ()
    experiment: tuple[str, ...] = ()
    trait: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    dataset: tuple[str, ...] = ()
    intervention: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    relevance: tuple[str, ...] = ()
    placement: tuple[str, ...] = ()
    eval_intervention: tuple[str, ...] = ()
    judge: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    evaluation: tuple[str, ...] = ()
    question: tuple[str, ...] = ()
    domain: Domain = defaults.DOMAIN

    @classmethod
    @cache
    def dimensions(cls) -> tuple[str, ...]:
        """The names of the dimensions a slice can be narrowed by."""
        return tuple(field.name for field in fields(cls) if field.name != "domain")

    def narrowed(self, **values: Any) -> "Slice":
        """The same slice with some dimensions set to one value or several; None leaves one.

        Raises:
            UnknownName: for a dimension there is not.
        """
        changes: dict[str, Any] = {}
        for name, value in values.items():
            if name not in self.dimensions():
                raise UnknownName(
                    f"There is no dimension {name!r}; there are {', '.join(self.dimensions())}."
                )
            if value is not None:
                changes[name] = (value,) if isinstance(value, str) else tuple(value)
        return replace(self, **changes)

    def baselines(self, baseline: str = defaults.BASELINE) -> "Slice":
        """What the arms of this slice are compared with, which its own filters may hide.

        Args:
            baseline: One of `warehouse.stats.baselines.BASELINES`, or an intervention.
        """
        return baselines.named(baseline).of(self)

    def with_baselines(self) -> "Slice":
        """The same slice with every control, untuned model and unprompted partner of its arms."""
        chosen = {name: getattr(self, name) for name in TREATING}
        return self.narrowed(
            **{name: sorted({*own, "none"}) for name, own in chosen.items() if own}
        )

    def holds_baselines(self, baseline: str = defaults.BASELINE) -> bool:
        """Whether no filter hides what the arms of this slice are compared with."""
        other = self.baselines(baseline)
        filters = ((getattr(self, name), getattr(other, name)) for name in self.dimensions())
        return all(not own or (wanted and {*wanted} <= {*own}) for own, wanted in filters)

    def limited_to(self, evaluations: Iterable[str]) -> "Slice":
        """What of this slice lies in some of its evaluations, which may be none at all."""
        return replace(self, evaluation=tuple(evaluations) or NONE)

    def parameters(self) -> dict[str, Any]:
        """The slice as a query's parameter: a struct of its dimensions."""
        own = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}
        return {"slice": own}


def multi_way(traits: pl.DataFrame) -> pl.DataFrame:
    """The traits as their multi-way criterion sees them; those that have none are left out.

    `traits` has the columns of `core.trait`.
    """
    return traits.filter(pl.col("check_criterion").is_not_null()).with_columns(
        pl.col("check_criterion").alias("criterion"),
        pl.col("check_labels").alias("labels"),
        pl.lit(None, pl.String()).alias("score_is"),
    )


def lines(rule: Rule, traits: pl.DataFrame) -> str:
    """What a rule says of each trait, as the JSON the `classed` macro reads.

    `traits` has the columns of `core.trait`.
    """
    return json.dumps([_line(rule, trait) for trait in traits.iter_rows(named=True)])


def told(rule: Rule, traits: pl.DataFrame) -> pl.DataFrame:
    """What shows each trait under a rule: its criterion, and labels, or scores from floor on.

    Returns:
        One row per experiment and trait: experiment, trait, criterion, labels in small letters
        (null where a score shows it), and floor and ceiling, of which the second is outside.
    """
    schema = {
        **dict.fromkeys(("experiment", "trait", "criterion"), pl.String()),
        "labels": pl.List(pl.String()),
        **dict.fromkeys(("floor", "ceiling"), pl.Float64()),
    }
    every = [_line(rule, trait) for trait in traits.iter_rows(named=True)]
    rows = [{name: one[name] for name in schema} for one in every]
    alike = ["experiment", "trait", "criterion"]
    return pl.DataFrame(rows, schema=schema).unique(alike, maintain_order=True)


def spelled(labels: Iterable[str]) -> list[str]:
    """Labels as those of judgements are compared with them: in small letters.

    Most importers write labels in capitals, for which `ß` is two letters.
    """
    each = (label.strip() for label in labels)
    return list(
        dict.fromkeys(way for label in each for way in (label.lower(), label.upper().lower()))
    )


def _line(rule: Rule, trait: dict[str, Any]) -> dict[str, Any]:
    line = rule.terms(trait["kind"])
    shown = shown_by(rule, trait)
    labels = None if isinstance(shown, Score) else spelled(shown)
    floor, ceiling = _range(shown) if isinstance(shown, Score) else (None, None)
    coherence = line.coherence
    return {
        "experiment": trait["experiment"],
        "studies": trait["studies"],
        "trait": trait["trait"],
        "criterion": line.criterion or trait["criterion"],
        "labels": labels,
        "floor": floor,
        "ceiling": ceiling,
        **{f"excludes_{name}": getattr(line, name) == "exclude" for name in DECIDED},
        "coherence_floor": _range(coherence)[0] if coherence else None,
        "coherence_absent": coherence.absent if coherence else None,
        "coherence_missing": coherence.missing if coherence else None,
        "coherence_failing": coherence.failing if coherence else None,
    }


def _range(comparison: Score | Coherence) -> tuple[float, float]:
    """The scores that pass, as [floor, ceiling)."""
    cut = comparison.cut
    after = math.nextafter(cut, math.inf)
    match comparison.comparison:
        case "below":
            return -LARGEST, cut
        case "at most":
            return -LARGEST, after
        case "above":
            return after, LARGEST
        case "at least":
            return cut, LARGEST
