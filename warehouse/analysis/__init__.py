"""An analysis: what is asked of the data, one object for pages, commands, links and files.

`results` has what may be asked of it, `written` its forms to keep and send, `told` its sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, get_args

import polars as pl

from warehouse import defaults, rules
from warehouse.counting import Domain, Slice
from warehouse.errors import UnknownName
from warehouse.rules import Rule
from warehouse.stats.adjust import ADJUSTMENTS, FAMILY_WISE, INTERVALS, Intervals
from warehouse.stats.differences import InvalidMargin
from warehouse.stats.rates import COUNTS
from warehouse.stats.units import UNITS

DOMAINS: tuple[Domain, ...] = get_args(Domain)

OF_QUESTION = ("question", "question_name", "question_group", "in_domain")
"""The columns of a counts frame that are about the question."""


class Focus(NamedTuple):
    """The one thing that an analysis is about, where it is about one."""

    experiment: str
    trait: str | None  # None, as is the judge, where nobody says what the experiment looks for
    judge: str | None
    study: str | None = None  # None where only one study is loaded


@dataclass(frozen=True)
class Analysis:
    """Which samples, counted how, compared with what, and what the intervals are about.

    `rule` has the cuts applied, which are those that differ from its own, else None. `margin` is
    a share: differences smaller than it do not matter in practice. `baseline` is control,
    untuned, unprompted or an intervention (`warehouse.stats.comparisons.compare`). `intervals` of
    differences hold each by itself or all at once.

    Raises:
        UnknownName: for a domain, unit, adjustment or kind of intervals there is not, or an
            adjustment that simultaneous intervals would contradict.
        InvalidMargin: for a margin that is not between 0 and 1.
    """

    slice: Slice = field(default_factory=Slice)
    rule: Rule = field(default_factory=lambda: rules.named(defaults.RULE))
    unit: str = defaults.UNIT
    trait_cut: float | None = None
    coherence_cut: float | None = None
    margin: float = defaults.MARGIN
    adjustment: str = defaults.ADJUSTMENT
    baseline: str = defaults.BASELINE
    intervals: Intervals = defaults.INTERVALS

    def __post_init__(self) -> None:
        for noun, value, known in (
            ("set of questions", self.slice.domain, DOMAINS),
            ("unit", self.unit, UNITS),
            ("adjustment", self.adjustment, ADJUSTMENTS),
            ("kind of intervals", self.intervals, tuple(INTERVALS)),
        ):
            if value not in known:
                raise UnknownName(f"There is no {noun} {value!r}; there are {', '.join(known)}.")
        if self.intervals == "simultaneous" and self.adjustment not in FAMILY_WISE:
            raise UnknownName(
                f"Simultaneous intervals go with p-values adjusted {' or '.join(FAMILY_WISE)}, "
                f"which hold for all comparisons at once, not {self.adjustment}."
            )
        if not 0 < self.margin < 1:
            raise InvalidMargin(f"The margin must lie between 0 and 1, not {self.margin}.")
        object.__setattr__(self, "rule", self.rule.with_cuts(self.trait_cut, self.coherence_cut))

    @property
    def focus(self) -> Focus | None:
        """The experiment, trait and judge that the slice names, where it names one of each."""
        *named, studies = (getattr(self.slice, name) for name in Focus._fields)
        if any(len(values) != 1 for values in named) or len(studies) > 1:
            return None
        return Focus(*(values[0] for values in named), *studies)

    def focused(self, focus: Focus) -> "Analysis":
        """The same about one experiment, trait and judge."""
        return replace(self, slice=self.slice.narrowed(**focus._asdict()))

    def ruled(self, rule: Rule) -> "Analysis":
        """The same by another rule, with the cuts that were asked for."""
        return replace(self, rule=rule)

    def beside(self, baseline: str) -> "Analysis":
        """The same, compared with something else."""
        return replace(self, baseline=baseline)

    def narrowed(self, cell: Mapping[str, Any], counts: pl.DataFrame) -> "Analysis":
        """The analysis of exactly the samples of one cell.

        Args:
            cell: The cell's value on each of its dimensions; other names are ignored.
            counts: The counts frame of this analysis. A dimension that no slice has (settings,
                seed …), or whose value is unknown, is named by the cell's evaluations or
                questions.
        """
        mine = {
            name: value
            for name, value in cell.items()
            if name in counts.columns and name not in COUNTS
        }
        named = {k: v for k, v in mine.items() if k in Slice.dimensions() and v is not None}
        within = self.slice.narrowed(**named)
        others = [name for name in mine if name not in named]
        if others:
            rows = counts.filter(
                *(pl.col(n).eq_missing(pl.lit(v, dtype=counts[n].dtype)) for n, v in mine.items())
            )
            by_question = [name for name in others if name in OF_QUESTION]
            if by_question:
                within = within.narrowed(question=_values(rows, "question"))
            if len(by_question) < len(others):
                within = within.narrowed(evaluation=_values(rows, "evaluation"))
        return replace(self, slice=within)


def _values(rows: pl.DataFrame, column: str) -> list[str]:
    return rows[column].unique().sort().to_list()
