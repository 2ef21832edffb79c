"""A slice of what was loaded, and the parameters of the queries that count it."""

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

import polars as pl

from warehouse.errors import UnknownName
from warehouse.rules import Line, Rule

Domain = Literal["outside", "inside", "all"]

CLASSES = ("unanswered", "missing", "unparsed", "refusal", "code")
"""The classes of samples whose fate a rule decides one by one."""


@dataclass(frozen=True)
class Slice:
    """Which samples are looked at; an empty field leaves its dimension whole.

    `domain` tells whether questions inside the training domain are looked at: by default they
    are not, since answering in the trained way there is no generalization.
    """

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
    domain: Domain = "outside"

    @classmethod
    def dimensions(cls) -> tuple[str, ...]:
        """The names of the dimensions a slice can be narrowed by."""
        return tuple(field.name for field in fields(cls) if field.name != "domain")

    def narrowed(self, **values: Any) -> "Slice":
        """The same slice with some dimensions set to one value or several; None leaves one.

        Raises:
            UnknownName: for a dimension there is not.
        """
        changes = {}
        for name, value in values.items():
            if name not in self.dimensions():
                raise UnknownName(
                    f"There is no dimension {name!r}; there are {', '.join(self.dimensions())}."
                )
            if value is not None:
                changes[name] = (value,) if isinstance(value, str) else tuple(value)
        return replace(self, **changes)

    def parameters(self) -> dict[str, Any]:
        """The slice as query parameters."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}


def lines(rule: Rule, traits: pl.DataFrame) -> str:
    """What a rule says of each trait, as the JSON the `classed` macro reads.

    `traits` has the columns of `core.trait`.
    """
    return json.dumps([_line(rule, trait) for trait in traits.iter_rows(named=True)])


def _line(rule: Rule, trait: dict[str, Any]) -> dict[str, Any]:
    line: Line = rule.misalignment if trait["kind"] == "misalignment" else rule.persona
    labels = line.labels or (trait["labels"] if line.score is None else None)
    return {
        "experiment": trait["experiment"],
        "trait": trait["trait"],
        "criterion": line.criterion or trait["criterion"],
        "labels": None if labels is None else list(labels),
        "comparison": line.score.comparison if line.score else None,
        "cut": line.score.cut if line.score else None,
        "excluded": [name for name in CLASSES if getattr(line, name) == "exclude"],
        "coherence_comparison": line.coherence.comparison if line.coherence else None,
        "coherence_cut": line.coherence.cut if line.coherence else None,
        "coherence_missing": line.coherence.missing if line.coherence else None,
        "coherence_absent": line.coherence.absent if line.coherence else None,
        "coherence_failing": line.coherence.failing if line.coherence else None,
    }
