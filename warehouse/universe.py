"""Every defensible way to count a slice, and what becomes of its rates and conclusions."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any, Literal, NamedTuple, get_args

import polars as pl

from warehouse.analysis import Analysis
from warehouse.counting import Slice, multi_way
from warehouse.recounting import WayToCount, recounted
from warehouse.rules import Rule, Score, shown_by
from warehouse.stats.comparisons import COMPARED
from warehouse.stats.multiverse import Specification, multiverse, stacked, survival
from warehouse.stats.pooling import ARM
from warehouse.stats.rates import IDENTITY, rates
from warehouse.store import Store

Over = Literal["trait_cut", "coherence_cut"]
"""Which cut moves."""

Criterion = Literal["score", "two-way", "multi-way"]
"""What shows the trait: a score, a label, or a label of the criterion that checks that one."""

CRITERIA: tuple[Criterion, ...] = get_args(Criterion)

TRAIT_CUTS = (10.0, 20.0, 30.0, 40.0, 50.0)
"""Cuts of the trait's score, from 0 to 100, that are tried unless others are given."""

COHERENCE_CUTS = (30.0, 50.0, 70.0)
"""Cuts of the coherence score that are tried unless others are given."""

CURVE = tuple(float(cut) for cut in range(5, 100, 5))
"""The cuts of a curve over one of them."""

NAMES = {
    "rule": pl.String(),
    "criterion": pl.String(),
    "trait_cut": pl.Float64(),
    "coherence_cut": pl.Float64(),
}
"""What a specification says; a cut is null where there is none to choose."""

KEY = (*IDENTITY, *ARM)
"""What tells the rows of one specification apart."""

_RATE = ("n_counted", "n_trait", "rate", "low", "high", "questions", "is_result")


class Explored(NamedTuple):
    """The multiverse of a slice."""

    table: pl.DataFrame  # one row per specification, judge and arm; see `explore`
    survival: pl.DataFrame  # one row per arm: `multiverse.survival` of the claim


def explore(
    store: Store,
    claim: Analysis,
    rules: Iterable[Rule],
    trait_cuts: Sequence[float] = TRAIT_CUTS,
    coherence_cuts: Sequence[float] = COHERENCE_CUTS,
) -> Explored:
    """Every arm of an analysis under every rule, criterion, trait cut and coherence cut.

    What has to stand are the conclusions that its own rule, with its cuts, comes to.

    A cut is varied only where it can matter: that of the trait where the rule goes by a score,
    that of coherence where the rule asks for one and some judge gave it. Labels are read off
    the trait's own, two-way criterion and, where it has one, off the multi-way criterion that
    checks it. The claim's rule and every rule's own cuts are always among those tried.

    Returns:
        Of `table` the columns are those of `NAMES`, is_claim (whether it is the claim's own
        specification), those of `KEY`, n_counted, n_trait, rate, low, high, questions,
        is_result, those of `comparisons.COMPARED`, difference, difference_low,
        difference_high and conclusion, the last ones null for an arm without a baseline.
        An arm of which the claim says nothing is not in `survival`.

    Raises:
        UnknownName: a baseline or unit that does not exist.
    """
    tried = {rule.name: rule for rule in rules} | {claim.rule.name: claim.rule}
    tables, survivals = [], []
    for group in _groups(store, claim.slice):
        ways = [
            way for rule in tried.values() for way in _ways(rule, group, trait_cuts, coherence_cuts)
        ]
        own = _own(claim.rule, group)
        table = _table(store, claim, ways).with_columns(_matches(own).alias("is_claim"))
        tables.append(table)
        claimed = table.filter("is_claim", pl.col("conclusion").is_not_null())
        known = table if claimed.height else table.clear()
        survivals.append(survival(known, own if claimed.height else None))
    return Explored(pl.concat(tables), pl.concat(survivals))


def cuts(store: Store, claim: Analysis) -> list[Over]:
    """Which cuts the rule of an analysis has for any of its traits."""
    own = [_own(claim.rule, group) for group in _groups(store, claim.slice)]
    return [over for over in get_args(Over) if any(one[over] is not None for one in own)]


def curve(store: Store, claim: Analysis, over: Over, cuts: Sequence[float] = CURVE) -> pl.DataFrame:
    """The rate of every arm of an analysis, and of its baselines, as one cut of its rule moves.

    Returns:
        The columns of `KEY`, cut, is_own (whether it is the rule's), n_counted, n_trait, rate,
        low, high, questions and is_result, for the traits of which the rule has such a cut.
        Empty, and without columns, where there are none.
    """
    parts, rule = [], claim.rule
    for group in _groups(store, claim.slice):
        own = _own(rule, group)[over]
        if own is None:
            continue
        tried = sorted({own, *cuts})
        moved = [
            rule.with_cuts(cut) if over == "trait_cut" else rule.with_cuts(coherence=cut)
            for cut in tried
        ]
        frames = recounted(store, claim.slice, [WayToCount(other, group.traits) for other in moved])
        counts = stacked([{"cut": cut} for cut in tried], frames)
        cells = rates(counts, [*ARM, "cut"], claim.unit)
        cut = pl.col("cut").cast(pl.Float64())
        parts.append(cells.select(*KEY, cut, (cut == own).alias("is_own"), *_RATE))
    return pl.concat(parts) if parts else pl.DataFrame()


def both_ways(table: pl.DataFrame) -> pl.DataFrame:
    """The claim's rates by the two-way criterion beside those by the multi-way one.

    Args:
        table: That of `explore`.

    Returns:
        `KEY`, n_counted and questions (of the two-way criterion), n_two_way and n_multi_way
        (answers that show the trait), two_way and multi_way (rates) with their low and high,
        and gap (two-way less multi-way), for the arms counted by both; widest gap first.
    """
    same = [*KEY, "rule", "trait_cut", "coherence_cut"]
    counted = table.filter(pl.col("rate").is_not_null())

    def side(criterion: str) -> dict[str, str]:
        name = criterion.replace("-", "_")
        return {
            "n_trait": f"n_{name}",
            "rate": name,
            "low": f"{name}_low",
            "high": f"{name}_high",
        }

    two, multi = side("two-way"), side("multi-way")
    own = counted.filter("is_claim", pl.col("criterion") == "two-way").rename(two)
    other = counted.filter(pl.col("criterion") == "multi-way").rename(multi)
    return (
        own.join(other.select(*same, *multi.values()), on=same, nulls_equal=True)
        .select(
            *(*KEY, "n_counted", "questions", *two.values(), *multi.values()),
            (pl.col("two_way") - pl.col("multi_way")).alias("gap"),
        )
        .sort("gap", *KEY, descending=[True, *(False for _ in KEY)], nulls_last=True)
    )


class _TraitGroup(NamedTuple):
    """Traits for which the same choices matter."""

    kind: str
    has_coherence: bool
    has_check: bool
    traits: pl.DataFrame  # what shows one of them by a score shows them all

    def score(self, rule: Rule) -> Score | None:
        """The score that shows them under a rule, if it is one."""
        shown = [shown_by(rule, trait) for trait in self.traits.head(1).iter_rows(named=True)]
        return next((one for one in shown if isinstance(one, Score)), None)


def _groups(store: Store, within: Slice) -> list[_TraitGroup]:
    """The traits of the slice, grouped; one empty group where there are none."""
    judged = store.query("coherence_judged")["experiment"].to_list()
    traits = store.traits.with_columns(
        pl.col("experiment").is_in(judged).alias("has_coherence"),
        pl.col("check_criterion").is_not_null().alias("has_check"),
    )
    for name in ("experiment", "trait"):
        if wanted := getattr(within, name):
            traits = traits.filter(pl.col(name).is_in(wanted))
    groups = [
        _TraitGroup(kind, has_coherence, has_check, part)
        for (kind, has_coherence, has_check, *_), part in traits.group_by(
            *("kind", "has_coherence", "has_check", "score_is", "score_cut"), maintain_order=True
        )
    ]
    return groups or [_TraitGroup("persona", has_coherence=False, has_check=False, traits=traits)]


def _ways(
    rule: Rule, group: _TraitGroup, trait_cuts: Sequence[float], coherence_cuts: Sequence[float]
) -> Iterator[tuple[Specification, WayToCount]]:
    """Every specification of one rule, and what it means."""
    own = _own(rule, group)
    line = rule.terms(group.kind)
    criteria = [own["criterion"]]
    if own["criterion"] == "two-way" and group.has_check and not (line.labels or line.criterion):
        criteria.append("multi-way")
    cuts = _cuts(own["trait_cut"], trait_cuts), _cuts(own["coherence_cut"], coherence_cuts)
    for criterion, trait, coherence in product(criteria, *cuts):
        traits = multi_way(group.traits) if criterion == "multi-way" else group.traits
        yield (
            _specification(rule, criterion, trait, coherence),
            WayToCount(rule.with_cuts(trait, coherence), traits),
        )


def _own(rule: Rule, group: _TraitGroup) -> dict[str, Any]:
    """The specification that a rule is by itself."""
    line = rule.terms(group.kind)
    coherence = line.coherence if group.has_coherence else None
    score = group.score(rule)
    return _specification(
        rule,
        "score" if score else "two-way",
        score.cut if score else None,
        coherence.cut if coherence else None,
    )


def _specification(
    rule: Rule, criterion: Criterion, trait: float | None, coherence: float | None
) -> dict[str, Any]:
    return dict(zip(NAMES, (rule.name, criterion, trait, coherence), strict=True))


def _cuts(own: float | None, others: Sequence[float]) -> Sequence[float | None]:
    """The cuts to try beside a rule's own; only that none where it has none."""
    return [None] if own is None else sorted({own, *others})


def _matches(specification: Specification) -> pl.Expr:
    return pl.all_horizontal(
        pl.col(name).eq_missing(pl.lit(value, NAMES[name])) for name, value in specification.items()
    )


def _table(
    store: Store, claim: Analysis, ways: Sequence[tuple[Specification, WayToCount]]
) -> pl.DataFrame:
    """Rates and differences of every arm in each of the ways."""
    within = claim.slice
    universe = [specification for specification, _ in ways]
    frames = recounted(store, within, [way for _, way in ways])
    counts = stacked(universe, frames).with_columns(
        pl.col(name).cast(kind) for name, kind in NAMES.items()
    )
    compared = multiverse(counts, list(NAMES), claim.baseline, claim.unit, margin=claim.margin)
    on = [*NAMES, *KEY]
    renamed = {"low": "difference_low", "high": "difference_high"}
    table = (
        rates(counts, [*NAMES, *ARM], claim.unit)
        .select(*on, *_RATE)
        .join(
            compared.rename(renamed).select(
                *on, *COMPARED, "difference", *renamed.values(), "conclusion"
            ),
            on=on,
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
    )
    if not within.holds_baselines():
        seen = store.counts(within, claim.rule).select(KEY).unique()
        table = table.join(seen, on=KEY, how="semi", nulls_equal=True, maintain_order="left")
    return table
