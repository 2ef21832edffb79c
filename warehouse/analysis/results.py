"""What may be asked of an analysis: each answer is a frame, the same for pages and commands.

Arms are in sight that the slice lets through. Baselines that it hides are counted beside them, and
are compared with, adjusted for and shown only where they are in sight themselves.
"""

from collections.abc import Iterable, Sequence

import polars as pl

from warehouse import defaults, doubts, harmless, transcripts, universe
from warehouse.analysis import Analysis
from warehouse.counting import Slice
from warehouse.rules import Rule
from warehouse.stats import brittleness, dose, landscape, leave_one_out, longtable, pooling, rank
from warehouse.stats import contrasts as differences
from warehouse.stats import effects as verdicts
from warehouse.stats import rates as shares
from warehouse.stats.pooling import ARM
from warehouse.stats.rates import IDENTITY
from warehouse.store import Store
from warehouse.transcripts import Filter
from warehouse.uncounted import Uncounted
from warehouse.uncounted import uncounted as uncounted_of
from warehouse.universe import COHERENCE_CUTS, TRAIT_CUTS, Explored, Over

KEY = (*IDENTITY, *ARM)
"""What tells arms apart."""

OF_CONTROLS = ("suppression", "suppression_low", "suppression_high", "verdict", "reason")
"""What only a comparison with the control has; null in any other."""

EVERY = Filter()
"""A list of all the answers of a slice."""

LISTED = 8
"""How many names a sentence lists of what there is."""


def counts(store: Store, asked: Analysis) -> pl.DataFrame:
    """The counts frame of the slice: a row per evaluation, question, trait and judge."""
    return store.counts(asked.slice, asked.rule)


def long(store: Store, asked: Analysis) -> pl.DataFrame:
    """`warehouse.stats.longtable.long` of the slice."""
    return longtable.long(counts(store, asked))


def compared(store: Store, asked: Analysis) -> pl.DataFrame:
    """The counts frame of the slice and of what its arms are compared with, each row once."""
    return store.compared(asked.slice, asked.rule, asked.baseline)


def in_sight(store: Store, asked: Analysis, by: Sequence[str] = ()) -> pl.DataFrame:
    """The arms that the slice lets through, told apart by `KEY` and `by`."""
    found = counts(store, asked)
    return found.select(shares.cell_dimensions(found, [*ARM, *by])).unique()


def layout(counted: pl.DataFrame, by: Sequence[str] | None = None) -> list[str]:
    """The dimensions of a row: those asked for, or the usual ones and what they would pool."""
    if by is not None:
        return list(by)
    return [*defaults.BY, *pooling.pooled(counted, defaults.BY)]


def rates(store: Store, asked: Analysis, by: Sequence[str] | None = None) -> pl.DataFrame:
    """`warehouse.stats.rates.rates` of every cell of a layout (`layout`)."""
    found = counts(store, asked)
    return shares.rates(found, layout(found, by), asked.unit)


def effects(store: Store, asked: Analysis, by: Sequence[str] = ()) -> pl.DataFrame:
    """Every arm in sight beside its baseline, with a verdict where that is the control.

    `warehouse.stats.effects.effects`, or `contrasts` with the columns `OF_CONTROLS` null.
    """
    if asked.baseline != "control":
        found = contrasts(store, asked, by)
        return found.with_columns(pl.lit(None).alias(name) for name in OF_CONTROLS)
    return verdicts.effects(
        compared(store, asked),
        asked.unit,
        by=by,
        margin=asked.margin,
        adjustment=asked.adjustment,
        intervals=asked.intervals,
        among=in_sight(store, asked, by),
    )


def ranks(
    store: Store, asked: Analysis, by: Sequence[str] = (), *, over_models: bool = False
) -> pl.DataFrame:
    """`warehouse.stats.rank.rank` of every intervention in sight among those made alike."""
    found = counts(store, asked)
    return rank.rank(found, asked.unit, by=by, over_models=over_models)


def contrasts(store: Store, asked: Analysis, by: Sequence[str] = ()) -> pl.DataFrame:
    """`warehouse.stats.contrasts.contrasts` of every arm in sight to its baseline."""
    return differences.contrasts(
        compared(store, asked),
        asked.baseline,
        asked.unit,
        by=by,
        adjustment=asked.adjustment,
        intervals=asked.intervals,
        among=in_sight(store, asked, by),
    )


def emergence(store: Store, asked: Analysis) -> pl.DataFrame:
    """`contrasts` to the untuned model of the arms in sight that have no intervention."""
    arms = in_sight(store, asked).filter(landscape.CONTROL)
    return differences.contrasts(
        compared(store, asked.beside("untuned")),
        "untuned",
        asked.unit,
        adjustment=asked.adjustment,
        intervals=asked.intervals,
        among=arms,
    )


def profile(store: Store, asked: Analysis) -> pl.DataFrame:
    """`warehouse.stats.brittleness.profile` of the slice, its controls and untuned models."""
    whole = compared(store, asked.beside("control"))
    return brittleness.profile(whole, asked.unit, margin=asked.margin)


def doses(store: Store, asked: Analysis) -> dose.Curves:
    """`warehouse.stats.dose.dose_curves` of the slice."""
    return dose.dose_curves(counts(store, asked), margin=asked.margin)


def multiverse(
    store: Store,
    asked: Analysis,
    rules: Iterable[Rule],
    trait_cuts: Sequence[float] = TRAIT_CUTS,
    coherence_cuts: Sequence[float] = COHERENCE_CUTS,
) -> Explored:
    """`warehouse.universe.explore`: in how many other ways of counting the conclusions stand."""
    return universe.explore(store, asked, rules, trait_cuts, coherence_cuts)


def curve(store: Store, asked: Analysis, over: Over) -> pl.DataFrame:
    """`warehouse.universe.curve` of every arm in sight and of its baselines."""
    return universe.curve(store, asked, over)


def without_each(store: Store, asked: Analysis) -> pl.DataFrame:
    """`warehouse.stats.leave_one_out.without_each` of every arm in sight."""
    found = leave_one_out.without_each(
        compared(store, asked), asked.baseline, asked.unit, margin=asked.margin
    )
    arms = in_sight(store, asked)
    return found.join(arms, on=arms.columns, how="semi", nulls_equal=True, maintain_order="left")


def answers(
    store: Store,
    asked: Analysis,
    narrowed: Filter = EVERY,
    limit: int = transcripts.PAGE,
    offset: int = 0,
) -> tuple[pl.DataFrame, int]:
    """`warehouse.transcripts.page`: the answers behind the numbers, and how many there are."""
    return transcripts.page(store, asked.slice, asked.rule, narrowed, limit, offset)


def uncounted(store: Store, asked: Analysis) -> list[Uncounted]:
    """Which answers of the slice no rate counts, why, and what would count them."""
    return uncounted_of(store, asked.slice, asked.rule)


def in_doubt(store: Store, asked: Analysis) -> list[str]:
    """What keeps answers of the slice from being a result, and what settles it."""
    return doubts.of(store, counts(store, asked))


def not_there(store: Store, asked: Analysis) -> list[str]:
    """A sentence for every value that the slice asks for and the snapshot has not."""
    said = []
    for name in Slice.dimensions():
        wanted: tuple[str, ...] = getattr(asked.slice, name)
        there = _values(store, name) if wanted else []
        for value in dict.fromkeys(wanted):
            if value not in there:
                more = f" and {len(there) - LISTED} more" if len(there) > LISTED else ""
                some = ", ".join(harmless.short(one, 60) for one in there[:LISTED]) or "none"
                said.append(
                    f"There is no {name.replace('_', '-')} {harmless.short(value, 60)!r} in what "
                    f"was built; there are {some}{more}."
                )
    return said


def _values(store: Store, dimension: str) -> list[str]:
    """Every value of a dimension in the snapshot."""
    if dimension == "trait":
        frame = store.traits
    else:
        places = {"judge": "judges", "question": "questions"}
        frame = store.query(places.get(dimension, "evaluations"))
    found: list[str] = frame[dimension].drop_nulls().unique().sort().to_list()
    return found
