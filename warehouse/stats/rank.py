"""Which intervention is best, and how sure that is: ranks with intervals, by focus and over models.

The best intervention is the one with the lowest rate. A list that is sorted by rates alone says
more than is known: among ten arms that do the same, one is always first.

* ``rank``: one more than the arms with a lower question-balanced rate;
* ``rank_low``, ``rank_high``: one more than the arms shown to be lower, and the number of arms
  less those shown to be higher. Shown is what the joint p-value of the paired difference says,
  the family being all differences to this arm: so the interval holds the arm's true rank with
  the coverage of `level`, whatever the rates (Mogstad, Romano, Shaikh and Wilhelm 2024, Rev.
  Econ. Stud. 91:476), where the percentiles of resampled ranks do not (Xie, Singh and Zhang
  2009, J. Am. Stat. Assoc. 104:775);
* ``p_best``: the share of joint draws of all rates in which its is lowest, ties being shared.
  Every margin of a draw is the confidence distribution of that rate, whose quantiles are the
  ends of its interval (Xie and Singh 2013, Int. Stat. Rev. 81:3), and what ties them are the
  questions, which are drawn with one multiplier for all arms (a multiplier bootstrap: Mammen
  1993, Ann. Stat. 21:255). It is a confidence statement, and as calibrated as the intervals are.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from warehouse import defaults
from warehouse.stats import units
from warehouse.stats.comparisons import Comparison, differences, paired
from warehouse.stats.crossed import balanced
from warehouse.stats.differences import take
from warehouse.stats.estimates import Estimate, Floats, share
from warehouse.stats.inference import infer
from warehouse.stats.intervals import score_interval
from warehouse.stats.pooling import ARM, WAYS
from warehouse.stats.rates import IDENTITY, cell_dimensions, rates
from warehouse.stats.units.unit import Unit

DRAWS = 4000
"""Joint draws of all rates, which tell the chance of being best to within 1.6 points."""

MOSTLY = 0.75
"""An arm that answered a smaller share of the questions that arms have in common is not ranked."""

MOST = 150
"""More arms than this are not ranked: every one is held against every other."""

TOO_MANY = f"not ranked: more than {MOST} interventions"
ALONE = "no other intervention to rank it with"
NOT_A_RESULT = "not a result"
OTHER_QUESTIONS = "asked other questions than the rest"
OTHER_MODELS = "not trained on every model"
ONE_QUESTION = "not estimable: one question"
NO_INTERVAL = "not estimable: one run"


def rank(
    counts: pl.DataFrame,
    unit: str = defaults.UNIT,
    *,
    by: Sequence[str] = (),
    level: float = 0.95,
    among: pl.DataFrame | None = None,
    over_models: bool = False,
    seed: int = 0,
) -> pl.DataFrame:
    """Where every intervention stands among those trained and evaluated alike, lowest rate first.

    Arms are ranked with those of the same experiment, trait, judge, model, dataset, text at
    evaluation, settings and sampling, over the questions that all of them answered.

    Args:
        counts: One row per evaluation × question × trait × judge.
        unit: What is uncertain (`units.UNITS`); in a group, what all that are ranked can be about.
        by: Further dimensions that separate arms.
        level: Coverage of the rank intervals.
        among: As in `comparisons.compare`: the arms to be ranked.
        over_models: Interventions are ranked by their mean over the models that are there, these
            models being fixed; one that was not trained on all of them is not ranked. Of a model's
            several ways of training or sampling the one with most answers is taken.
        seed: Of the draws.

    Returns:
        The dimensions of an arm (over models without model, settings and sampling), unit, n_models
        (over models), questions (that the ranked have in common), rate_ranked (the balanced rate
        over these), ranked (how many are), rank, rank_low, rank_high, p_best, rank_note (why there
        is no rank). Sorted by the dimensions, nulls last.

    Raises:
        UnknownName: a dimension or unit that does not exist.
    """
    dims = cell_dimensions(counts, [*ARM, *by])
    arms = rates(counts, dims, unit, level=level).filter(_INTERVENED)
    if among is not None:
        arms = arms.join(among, on=among.columns, how="semi", nulls_equal=True)
    if over_models:
        arms = _largest(arms, [name for name in dims if name not in WAYS])
    pooled = ("model", *WAYS) if over_models else ()
    named = [name for name in dims if name not in pooled]
    arms = arms.with_columns(pl.struct(named).rank("dense").alias("arm"))
    questions = _asked(counts, arms, dims)
    key = [name for name in named if name != "intervention"]
    found = [
        _group(group, questions.filter(pl.col("arm").is_in(group["arm"].implode())), level, seed)
        for _, group in arms.sort("arm", "model").group_by(key, maintain_order=True)
    ]
    ranked = pl.concat([pl.DataFrame(schema=_COLUMNS), *found])
    shown = [name for name in _COLUMNS if name != "arm" and (over_models or name != "n_models")]
    return (
        arms.unique("arm", keep="first", maintain_order=True)
        .select("arm", *named)
        .join(ranked, on="arm", how="left")
        .sort(named, nulls_last=True)
        .select(*named, *shown)
    )


_INTERVENED = pl.col("dataset").ne_missing(pl.lit("none")) & pl.col("intervention").ne_missing(
    pl.lit("none")
)
"""Whether an arm was trained with an intervention."""

_COLUMNS = {
    "arm": pl.UInt32(),
    "unit": pl.String(),
    "n_models": pl.Int64(),
    "questions": pl.Int64(),
    "rate_ranked": pl.Float64(),
    "ranked": pl.Int64(),
    "rank": pl.Int64(),
    "rank_low": pl.Int64(),
    "rank_high": pl.Int64(),
    "p_best": pl.Float64(),
    "rank_note": pl.String(),
}


def _largest(arms: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """Of every model's ways of training and sampling the one with most counted answers."""
    return arms.sort(
        *key, "n_counted", *WAYS,
        descending=[*(False for _ in key), True, *(False for _ in WAYS)], nulls_last=True,
    ).unique(key, keep="first", maintain_order=True)  # fmt: skip


def _asked(counts: pl.DataFrame, arms: pl.DataFrame, dims: Sequence[str]) -> pl.DataFrame:
    """Counted answers of every arm by model, question and run."""
    return (
        counts.filter(pl.col("n_counted") > 0)
        .group_by(*dict.fromkeys((*dims, "question", "run")))
        .agg(pl.col("n_trait", "n_counted").sum())
        .join(arms.select("arm", *dims), on=list(dims), nulls_equal=True)
        .select("arm", "model", "question", "run", "n_trait", "n_counted")
        .sort("arm", "model", "question", "run")
    )


def _group(cells: pl.DataFrame, questions: pl.DataFrame, level: float, seed: int) -> pl.DataFrame:
    """The ranks of the arms of one group, of which some may have none."""
    arms = cells.group_by("arm", maintain_order=True).agg(
        pl.col("is_result").all(),
        pl.col("model").n_unique().cast(pl.Int64).alias("n_models"),
        pl.col("unit").first(),
    )
    models = cells["model"].n_unique()
    common, answered = _common(questions, arms.filter(is_result=True, n_models=models))
    arms = arms.with_columns(
        pl.when(~pl.col("is_result"))
        .then(pl.lit(NOT_A_RESULT))
        .when(pl.col("n_models") < models)
        .then(pl.lit(OTHER_MODELS))
        .when(~pl.col("arm").is_in(answered))
        .then(pl.lit(OTHER_QUESTIONS))
        .alias("rank_note")
    )
    left = arms.filter(pl.col("rank_note").is_null())
    numbers = _Ranks.none(left.height)
    # What all that are ranked can be about: questions alone, where some have a single run.
    unit = units.common(cells.join(left, on="arm", how="semi"))
    note = TOO_MANY if left.height > MOST else ALONE
    if 1 < left.height <= MOST:
        numbers = _ranks(
            left, questions.filter(pl.col("question").is_in(common)), cells, unit, level, seed
        )
        note = ONE_QUESTION if len(common) < 2 else NO_INTERVAL
    places = {"rank": numbers.rank, "rank_low": numbers.low, "rank_high": numbers.high}
    columns = left.select("arm", "n_models").with_columns(
        pl.lit(unit.name).alias("unit"),
        pl.lit(len(common), pl.Int64()).alias("questions"),
        pl.lit(left.height, pl.Int64()).alias("ranked"),
        pl.Series("rate_ranked", numbers.rate, pl.Float64, nan_to_null=True),
        pl.Series("p_best", numbers.best, pl.Float64, nan_to_null=True),
        *(
            pl.Series(name, values, pl.Float64, nan_to_null=True).cast(pl.Int64)
            for name, values in places.items()
        ),
    )
    columns = columns.with_columns(
        pl.when(pl.col("p_best").is_null()).then(pl.lit(note)).alias("rank_note")
    )
    rest = arms.filter(pl.col("rank_note").is_not_null()).select(
        "arm", "unit", "n_models", "rank_note"
    )
    whole = (part.match_to_schema(_COLUMNS, missing_columns="insert") for part in (columns, rest))
    return pl.concat(whole)


def _common(questions: pl.DataFrame, arms: pl.DataFrame) -> tuple[list[str], list[int]]:
    """The questions that arms have in common, and the arms that have them."""
    asked = (
        questions.join(arms, on="arm", how="semi")
        .group_by("arm", "question")
        .agg(pl.col("model").n_unique().alias("models"))
        .join(arms.select("arm", "n_models"), on="arm")
        .filter(pl.col("models") == pl.col("n_models"))
    )
    usual = asked.group_by("question").len().filter(pl.col("len") * 2 > arms.height)["question"]
    kept = (
        asked.filter(pl.col("question").is_in(usual.implode()))
        .group_by("arm")
        .len()
        .filter(pl.col("len") >= MOSTLY * len(usual))["arm"]
    )
    shared = (
        asked.filter(
            pl.col("arm").is_in(kept.implode()) & pl.col("question").is_in(usual.implode())
        )
        .group_by("question")
        .len()
        .filter(pl.col("len") == len(kept))["question"]
    )
    return shared.sort().to_list(), kept.sort().to_list() if len(shared) else []


class _Ranks(NamedTuple):
    """The numbers of the ranked arms of a group; nan where there is none."""

    rate: Floats
    rank: Floats
    low: Floats
    high: Floats
    best: Floats

    @classmethod
    def none(cls, arms: int) -> "_Ranks":
        return cls(*(np.full(arms, np.nan) for _ in cls._fields))


def _ranks(
    arms: pl.DataFrame,
    questions: pl.DataFrame,
    cells: pl.DataFrame,
    unit: Unit,
    level: float,
    seed: int,
) -> _Ranks:
    """Every arm held against every other, and all of them drawn at once."""
    number = arms.height
    one, other = np.divmod(np.arange(number * number), number)
    one, other = one[one != other], other[one != other]
    names = arms["arm"].to_numpy()
    matched = (
        pl.DataFrame({"arm": names[one], "base": names[other]})
        .with_columns(
            pl.int_range(pl.len(), dtype=pl.UInt32()).alias("cell"),
            pl.lit(unit.name).alias("unit"),
            pl.lit(value=True).alias("is_result"),
            pl.lit(value=True).alias("baseline_is_result"),
            *(pl.lit(cells[name][0], pl.String()).alias(name) for name in IDENTITY),
        )
        .with_columns(pl.col("arm", "base").cast(pl.UInt32()))
    )
    pairs = paired(matched, questions)
    difference, first, second = differences(matched, pairs, questions, untuned=False)
    found = infer(Comparison(matched, pairs, difference, first, second), "joint", level, family=one)
    estimate = take(difference, np.arange(number, dtype=np.int64) * (number - 1)).first
    higher = difference.value > 0
    shown = found.q <= 1 - level
    better, worse = (np.bincount(one, shown & side, number) for side in (higher, ~higher))
    known = estimate.freedom >= 1
    below = (estimate.rate[None, :] < estimate.rate[:, None] - 1e-12).sum(axis=1)
    asked = balanced(questions.join(arms, on="arm", how="semi"), ["arm", "question"])
    own = (asked["n_trait"] / asked["n_counted"]).to_numpy().reshape(number, -1)
    off = own - own.mean(axis=1, keepdims=True)
    if not unit.of_questions:
        off = np.zeros_like(off)
    best = _best(estimate, off, seed) if known.all() else np.full(number, np.nan)
    rank, low, high = (
        np.where(known.all(), end, np.nan) for end in (below + 1.0, better + 1.0, number - worse)
    )
    return _Ranks(estimate.rate, rank, low, high, best)


def _best(estimate: Estimate, off: Floats, seed: int) -> Floats:
    """The share of joint draws in which each rate is the lowest, ties being shared.

    Args:
        estimate: The rates, with what they are worth.
        off: Arms × questions: how far every question is from its arm's rate; all zero where
            questions tie nothing.
        seed: Of the draws.
    """
    # SciPy takes long to load, and not every command computes.
    from scipy.special import gammaincinv

    random = np.random.default_rng([seed, *off.shape])
    number, asked = off.shape
    square = (off**2).sum(axis=1)
    observed = square / max(asked * (asked - 1), 1)
    tied = np.clip(np.nan_to_num(share(observed, estimate.variance)), 0.0, 1.0)
    direction = off / np.sqrt(np.where(square > 0, square, 1.0))[:, None]
    normal = np.sqrt(tied) * (random.standard_normal((DRAWS, asked)) @ direction.T)
    normal += np.sqrt(1 - tied) * random.standard_normal((DRAWS, number))
    chance = random.random((DRAWS, 1) if square.any() else (DRAWS, number))
    half = np.where(np.isfinite(estimate.freedom), estimate.freedom, 1.0) / 2
    spread = np.where(np.isfinite(estimate.freedom), gammaincinv(half, chance) / half, 1.0)
    quantile = normal / np.sqrt(spread)
    ends = score_interval(estimate.rate, estimate.size, np.abs(quantile))
    drawn = np.where(quantile < 0, ends.low, ends.high)
    lowest = drawn <= drawn.min(axis=1, keepdims=True) + 1e-12
    mean: Floats = (lowest / lowest.sum(axis=1, keepdims=True)).mean(axis=0)
    return mean
