"""What may be asked of an analysis: each answer is a frame, the same for pages and commands.

Arms are in sight that the slice lets through. What is said of them is said among all arms of the
focus (`family`), so that a filter leaves rows out and changes none.
"""

from collections.abc import Iterable, Sequence

import polars as pl

from warehouse import defaults, doubts, harmless, transcripts, universe
from warehouse.analysis import Analysis, family
from warehouse.analysis.family import KEY, Family, Hidden
from warehouse.counting import Slice
from warehouse.rules import Rule
from warehouse.stats import (
    baselines,
    brittleness,
    dose,
    landscape,
    leave_one_out,
    longtable,
    pooling,
    rank,
)
from warehouse.stats import contrasts as differences
from warehouse.stats import effects as verdicts
from warehouse.stats import rates as shares
from warehouse.stats.hierarchical import Fitted, fitted
from warehouse.stats.rates import IDENTITY
from warehouse.store import GRAIN, Store
from warehouse.transcripts import Filter
from warehouse.uncounted import Uncounted
from warehouse.uncounted import uncounted as uncounted_of
from warehouse.universe import COHERENCE_CUTS, TRAIT_CUTS, Explored, Over

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


def hierarchical(store: Store, asked: Analysis) -> Fitted:
    """`warehouse.stats.hierarchical.fitted` of the slice."""
    return fitted(counts(store, asked))


def in_sight(store: Store, asked: Analysis, by: Sequence[str] = ()) -> pl.DataFrame:
    """The arms that the slice lets through, told apart by `KEY` and `by`."""
    return family.arms(counts(store, asked), by)


def hidden(store: Store, asked: Analysis) -> Hidden:
    """What the filters of the slice leave out of its focus."""
    return family.hidden(store, asked)


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
    if not baselines.named(asked.baseline).is_control:
        found = contrasts(store, asked, by)
        return found.with_columns(pl.lit(None).alias(name) for name in OF_CONTROLS)
    return family.told(store, family.of(store, asked, by), asked, _effects, by)


def ranks(
    store: Store, asked: Analysis, by: Sequence[str] = (), *, over_models: bool = False
) -> pl.DataFrame:
    """`warehouse.stats.rank.rank` of every intervention in sight among those made alike."""
    kept = ("model",) if over_models else ()  # a mean over other models is another mean
    whole = family.of(store, asked.beside(defaults.BASELINE), by, kept)
    make = _ranks_over_models if over_models else _ranks
    return family.told(store, whole, asked, make, by)


def contrasts(store: Store, asked: Analysis, by: Sequence[str] = ()) -> pl.DataFrame:
    """`warehouse.stats.contrasts.contrasts` of every arm in sight to its baseline."""
    return family.told(store, family.of(store, asked, by), asked, _contrasts, by)


def emergence(store: Store, asked: Analysis) -> pl.DataFrame:
    """`contrasts` to the untuned model of what was trained without an intervention.

    Of every model and dataset of which any arm is in sight: an intervention alone says nothing.
    """
    found = store.once(_emergence, family.of(store, asked.beside("untuned")))
    return _beside(found, counts(store, asked), [*IDENTITY, "model", "dataset"])


def profile(store: Store, asked: Analysis) -> pl.DataFrame:
    """`warehouse.stats.brittleness.profile` of the models and datasets in sight.

    An index is of all the arms of its focus, or of its model and dataset.
    """
    found = store.once(_profile, family.of(store, asked.beside("control")))
    sight = counts(store, asked).select(brittleness.WHERE).unique()
    over_models = sight.with_columns(model=pl.lit(None, pl.String()))
    over_all = over_models.with_columns(dataset=pl.lit(None, pl.String()))
    return _beside(found, pl.concat([sight, over_models, over_all]), brittleness.WHERE)


def doses(store: Store, asked: Analysis) -> dose.Curves:
    """`warehouse.stats.dose.dose_curves` of which any dose is in sight, over all their doses."""
    found = store.once(_doses, family.of(store, asked.beside("control")))
    sight = counts(store, asked).filter(pl.col("dose").is_not_null(), pl.col("n_counted") > 0)
    return dose.Curves(*(_beside(frame, sight, dose.SERIES) for frame in found))


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
    counted = store.compared(asked.slice, asked.rule, asked.baseline)
    found = leave_one_out.without_each(counted, asked.baseline, asked.unit, margin=asked.margin)
    return _beside(found, in_sight(store, asked), KEY)


def answers(
    store: Store,
    asked: Analysis,
    narrowed: Filter = EVERY,
    limit: int = transcripts.PAGE,
    offset: int = 0,
) -> tuple[pl.DataFrame, int]:
    """`warehouse.transcripts.page`: the answers behind the numbers, and how many there are."""
    return transcripts.page(store, asked.slice, asked.rule, narrowed, limit, offset)


def containing(
    store: Store, asked: Analysis, text: str, by: Sequence[str] = pooling.ARM
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """How many of the counted answers a search finds, a rate like any other.

    Returns:
        `warehouse.stats.rates.rates` of every cell of `by`, where n_trait and whatever follows
        from it are about the answers found; and the counts frame that they are made of.
    """
    found = counts(store, asked)
    hits = store.query(
        "hits", **transcripts.asked(store, asked.slice, asked.rule, Filter("counted", text=text))
    )
    # Whether an answer holds a text is known of each that is there, whatever judges made of it.
    told = found.join(hits, on=list(GRAIN), how="left", maintain_order="left").with_columns(
        pl.col("n_found").fill_null(0).alias("n_trait"),
        pl.lit(0, pl.Int64()).alias("n_unscored_excluded"),
        pl.lit(0, pl.Int64()).alias("unscored"),
    )
    return shares.rates(told, list(by), asked.unit), told.drop("n_found")


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


def _effects(store: Store, of: Family, by: Sequence[str]) -> pl.DataFrame:
    asked = of.whole
    return verdicts.effects(
        family.counted(store, of, by),
        asked.unit,
        by=by,
        margin=asked.margin,
        adjustment=asked.adjustment,
        intervals=asked.intervals,
    )


def _ranks(store: Store, of: Family, by: Sequence[str]) -> pl.DataFrame:
    return rank.rank(family.counted(store, of, by), of.whole.unit, by=by)


def _ranks_over_models(store: Store, of: Family, by: Sequence[str]) -> pl.DataFrame:
    return rank.rank(family.counted(store, of, by), of.whole.unit, by=by, over_models=True)


def _contrasts(
    store: Store, of: Family, by: Sequence[str], among: pl.DataFrame | None = None
) -> pl.DataFrame:
    asked = of.whole
    return differences.contrasts(
        family.counted(store, of, by),
        asked.baseline,
        asked.unit,
        by=by,
        adjustment=asked.adjustment,
        intervals=asked.intervals,
        among=among,
    )


def _emergence(store: Store, of: Family) -> pl.DataFrame:
    arms = in_sight(store, of.whole).filter(landscape.CONTROL)
    return _contrasts(store, of, (), arms)


def _profile(store: Store, of: Family) -> pl.DataFrame:
    return brittleness.profile(family.counted(store, of), of.whole.unit, margin=of.whole.margin)


def _doses(store: Store, of: Family) -> dose.Curves:
    return dose.dose_curves(family.counted(store, of), margin=of.whole.margin)


def _beside(found: pl.DataFrame, sight: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The rows that have the same values of some dimensions as something in sight."""
    held = sight.select(names).unique()
    return found.join(held, on=list(names), how="semi", nulls_equal=True, maintain_order="left")
