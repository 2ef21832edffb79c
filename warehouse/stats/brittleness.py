"""The brittleness profile: how easily a trait appears, vanishes and hides, index by index."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from warehouse import defaults
from warehouse.stats import landscape, randomeffects
from warehouse.stats.contrasts import contrasts
from warehouse.stats.dose import dose_curves
from warehouse.stats.effects import effects
from warehouse.stats.estimates import Floats, Ints
from warehouse.stats.indices import INDICES
from warehouse.stats.intervals import student, wilson
from warehouse.stats.pooling import WAYS
from warehouse.stats.rates import IDENTITY
from warehouse.stats.spread import over_questions, over_seeds
from warehouse.stats.variance import variance_shares

WHERE = (*IDENTITY, "model", "dataset")

_SEVERAL = pl.when(pl.col("several").list.len() > 0).then(
    pl.format(
        "trained or sampled in several ways, of which the one with most answers counts: {}",
        pl.col("several").list.join(", "),
    )
)

_SCHEMA = {
    **dict.fromkeys(WHERE, pl.String()),
    "index": pl.String(),
    "part": pl.String(),
    "value": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "n": pl.Int64(),
    "note": pl.String(),
}


def profile(
    counts: pl.DataFrame,
    unit: str = defaults.UNIT,
    *,
    margin: float = defaults.MARGIN,
    level: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> pl.DataFrame:
    """Every index that the loaded results allow, one row each.

    Brittleness is a profile, not one number. Indices over models have no model, those over
    everything neither model nor dataset. Spreads are of the fine-tune without intervention;
    where one model and dataset has several settings, of the one with most counted answers.

    Args:
        counts: One row per evaluation × question × trait × judge.
        unit: What the intervals of emergence, suppression and conditionality are about.
        margin: The smallest difference that matters.
        level: Coverage of all intervals.
        draws: Resamples of questions, for the indices that need them.
        seed: Of the resamples.

    Returns:
        experiment, trait, judge, model, dataset, index (key of `indices.INDICES`), part (the factor
        of a variance share, the kind of a dose curve), label, scale, value, low, high, n, of,
        definition, note (what is left out, or why something is null). Sorted by experiment,
        trait, judge, dataset, model; indices in the order of `indices.INDICES`.
    """
    controls = counts.filter(
        pl.col("dataset").ne_missing(pl.lit("none"))
        & (pl.col("intervention") == "none")
        & (pl.col("eval_intervention").fill_null("none") == "none")
    )
    parts = [
        *_emergence(counts, unit, margin, level),
        *_suppression(effects(counts, unit, margin=margin, adjustment="none", level=level)),
        *_conditionality(contrasts(counts, "unprompted", unit, adjustment="none", level=level)),
        *_questions(controls, level, draws, seed),
        _seeds(controls, level),
        _doses(counts, margin, level, draws, seed),
        _variances(counts, level),
    ]
    described = pl.DataFrame(
        [(key, *index[:3], index.definition) for key, index in INDICES.items()],
        schema=["index", "label", "scale", "of", "definition"],
        orient="row",
    ).with_row_index("place")
    empty = pl.DataFrame(schema=_SCHEMA)
    whole = (part.match_to_schema(_SCHEMA, missing_columns="insert") for part in parts)
    return (
        pl.concat([empty, *whole])
        .join(described, on="index")
        .sort(*IDENTITY, "dataset", "model", "place", nulls_last=True, maintain_order=True)
        .select(
            *WHERE, "index", "part", "label", "scale", "value", "low", "high", "n", "of",
            "definition", "note",
        )
    )  # fmt: skip


def _emergence(counts: pl.DataFrame, unit: str, margin: float, level: float) -> list[pl.DataFrame]:
    """Over models, for every dataset."""
    rows = _largest(
        contrasts(counts, "untuned", unit, adjustment="none", level=level).filter(
            landscape.CONTROL & pl.col("baseline").is_not_null()
        )
    )
    where = [*IDENTITY, "dataset"]
    known = landscape.known()
    cells = (
        rows.group_by(where)
        .agg(
            known.sum().cast(pl.Int64).alias("n"),
            landscape.emerges(margin).sum().alias("emerged"),
            pl.col("difference").filter(known).var().alias("variance"),
            pl.col("difference").filter(known).min().alias("least"),
            pl.col("difference").filter(known).max().alias("most"),
            pl.len().alias("all"),
            pl.col("model").filter(pl.col("one_of").is_not_null()).sort().alias("several"),
        )
        .sort(where)
    )
    pooled = _over_models(rows.filter(known), cells, where, level)
    return [
        _share_emerged(cells, where, level),
        _spread_of_emergence(cells, where, level),
        pooled.select(
            *where, pl.lit("emergence_mean").alias("index"), "value", "low", "high", "n", "note"
        ),
        pooled.select(
            *where, pl.lit("emergence_next").alias("index"), "value",
            pl.col("next_low").alias("low"), pl.col("next_high").alias("high"), "n",
            pl.coalesce("few", "spread").alias("note"),
        ),
    ]  # fmt: skip


def _share_emerged(cells: pl.DataFrame, where: Sequence[str], level: float) -> pl.DataFrame:
    """The share of models in which the trait emerged."""
    interval = wilson(cells["emerged"].to_numpy(), cells["n"].to_numpy(), level)
    left_out = pl.when(pl.col("n") < pl.col("all")).then(
        pl.format("{} of {} models are not estimable", pl.col("all") - pl.col("n"), "all")
    )
    return cells.select(
        *where,
        pl.lit("emergence_share").alias("index"),
        pl.when(pl.col("n") > 0).then(pl.col("emerged") / pl.col("n")).alias("value"),
        pl.Series("low", interval.low, nan_to_null=True),
        pl.Series("high", interval.high, nan_to_null=True),
        "n",
        _said(left_out, _SEVERAL).alias("note"),
    )


def _spread_of_emergence(cells: pl.DataFrame, where: Sequence[str], level: float) -> pl.DataFrame:
    """The standard deviation of the emergence over models, and from where to where it goes."""
    low, high = _chi_square(cells["n"].to_numpy(), level)
    sd = pl.col("variance").sqrt()
    ends = ((100 * pl.col(end)).round(1) for end in ("least", "most"))
    span = pl.when(pl.col("n") > 1).then(pl.format("from {} to {} points", *ends))
    return cells.select(
        *where,
        pl.lit("emergence_sd").alias("index"),
        sd.alias("value"),
        (sd * pl.Series(low, nan_to_null=True)).alias("low"),
        (sd * pl.Series(high, nan_to_null=True)).alias("high"),
        "n",
        _said(span.otherwise(pl.lit("not estimable: one model")), _SEVERAL).alias("note"),
    )


def _over_models(
    rows: pl.DataFrame, cells: pl.DataFrame, where: Sequence[str], level: float
) -> pl.DataFrame:
    """The random-effects mean of the emergence over models, and where another is expected.

    A model's standard error is that of a normal interval as wide as its own.
    """
    wide = float(student(np.array([np.inf]), level)[0])
    found = []
    for cell in cells.select(*where, "n").iter_rows(named=True):
        mine = rows.filter(pl.col(name).eq_missing(pl.lit(cell[name])) for name in where)
        errors = (mine["difference_high"] - mine["difference_low"]) / (2 * wide)
        of = randomeffects.pooled(mine["difference"].to_numpy(), errors.to_numpy(), level)
        spread = None if np.isnan(of.spread) else f"between models ±{100 * of.spread:.1f} points"
        found.append({
            **cell, "value": of.mean, **of._asdict(), "spread": spread,
            "note": None if cell["n"] > 1 else "not estimable: one model",
            "few": None if cell["n"] > 2 else "not estimable: fewer than three models",
        })  # fmt: skip
    numbers = dict.fromkeys(("value", "low", "high", "next_low", "next_high"), pl.Float64())
    schema = {
        **{name: cells.schema[name] for name in where}, "n": pl.Int64(), **numbers,
        **dict.fromkeys(("spread", "note", "few"), pl.String()),
    }  # fmt: skip
    frame = pl.DataFrame([{name: row[name] for name in schema} for row in found], schema=schema)
    return frame.with_columns(pl.col(*numbers).fill_nan(None))


def _chi_square(units: Ints, level: float) -> tuple[Floats, Floats]:
    """What a normal sample's standard deviation is multiplied by for its interval's bounds."""
    # SciPy takes long to load, and not every command computes.
    from scipy.special import chdtri

    freedom = np.where(units > 1, units - 1, np.nan)
    tail = (1 - level) / 2
    low, high = (np.sqrt(freedom / chdtri(freedom, part)) for part in (tail, 1 - tail))
    return low, high


def _suppression(rows: pl.DataFrame) -> list[pl.DataFrame]:
    """Medians over interventions, for every model and dataset."""
    rows = rows.filter(pl.col("eval_intervention").fill_null("none") == "none")
    sides = {}
    for side in ("relevant", "irrelevant"):
        sides[side] = _medians(
            rows.filter(relevance=side), "suppression", f"suppression_{side}", "interventions"
        )
    both = sides["relevant"].join(
        sides["irrelevant"], on=WHERE, nulls_equal=True, suffix="_irrelevant"
    )
    gap = pl.col("value") - pl.col("value_irrelevant")
    down = (pl.col("value") - pl.col("low")) ** 2 + (
        pl.col("high_irrelevant") - pl.col("value_irrelevant")
    ) ** 2
    up = (pl.col("high") - pl.col("value")) ** 2 + (
        pl.col("value_irrelevant") - pl.col("low_irrelevant")
    ) ** 2
    return [
        *sides.values(),
        both.select(
            *WHERE,
            pl.lit("specificity_gap").alias("index"),
            gap.alias("value"),
            (gap - down.sqrt()).alias("low"),
            (gap + up.sqrt()).alias("high"),
            pl.col("n") + pl.col("n_irrelevant"),
        ),
    ]


def _conditionality(rows: pl.DataFrame) -> list[pl.DataFrame]:
    """With and without a text at evaluation, for every model and dataset."""
    rows = rows.filter(
        pl.col("dataset").ne_missing(pl.lit("none"))
        & (pl.col("intervention") != "none")
        & pl.col("baseline").is_not_null()
    )
    trained = pl.col("intervention") == pl.col("eval_intervention")
    return [
        _medians(rows.filter(trained), "difference", "conditionality_gap", "interventions"),
        _medians(rows.filter(~trained), "difference", "conditionality_other", "evaluations"),
    ]


def _medians(rows: pl.DataFrame, value: str, index: str, noun: str) -> pl.DataFrame:
    """The median of a value and of its bounds, for every model and dataset."""
    known = pl.col(f"{value}_low").is_not_null()
    missing = (~known).sum()
    return rows.group_by(WHERE).agg(
        pl.lit(index).alias("index"),
        pl.col(value).filter(known).median().alias("value"),
        pl.col(f"{value}_low").filter(known).median().alias("low"),
        pl.col(f"{value}_high").filter(known).median().alias("high"),
        known.sum().cast(pl.Int64).alias("n"),
        pl.when(missing > 0)
        .then(pl.format(f"undefined for {{}} of {{}} {noun}", missing, pl.len()))
        .alias("note"),
    )


_MUTE = pl.when(pl.col("sd").is_null()).then(
    pl.lit("not estimable: no question has several answers")
)
"""Single answers do not say how much of the spread is their own noise."""


def _questions(controls: pl.DataFrame, level: float, draws: int, seed: int) -> list[pl.DataFrame]:
    """Spread over questions, for every model and dataset."""
    rows = over_questions(
        controls, ["model", "dataset", *WAYS], level=level, draws=draws, seed=seed
    )
    rows = _largest(rows, controls)
    single = pl.when(pl.col("questions") == 1).then(pl.lit("not estimable: one question"))
    low, high = pl.col("leave_low"), pl.col("leave_high")
    span = pl.format("rate from {} to {} %", (100 * low).round(1), (100 * high).round(1))
    never = pl.when(pl.col("concentration").is_null()).then(pl.lit("the trait never occurred"))
    n = pl.col("questions").alias("n")
    return [
        rows.select(
            *WHERE, n, pl.lit("question_sd").alias("index"), pl.col("sd").alias("value"),
            pl.col("sd_low").alias("low"), pl.col("sd_high").alias("high"),
            _said(pl.coalesce(single, _MUTE), "one_of").alias("note"),
        ),
        rows.select(
            *WHERE, n, pl.lit("concentration").alias("index"),
            pl.col("concentration").alias("value"), pl.col("concentration_low").alias("low"),
            pl.col("concentration_high").alias("high"),
            _said(pl.coalesce(single, never), "one_of").alias("note"),
        ),
        rows.select(
            *WHERE, n, pl.lit("leave_one_out").alias("index"), (high - low).alias("value"),
            _said(pl.coalesce(single, span), "one_of").alias("note"),
        ),
    ]  # fmt: skip


def _seeds(controls: pl.DataFrame, level: float) -> pl.DataFrame:
    """Spread over seeds, for every model and dataset."""
    rows = _largest(over_seeds(controls, ["model", "dataset", *WAYS], level=level), controls)
    single = pl.when(pl.col("runs") == 1).then(pl.lit("not estimable: one run"))
    return rows.select(
        *WHERE, pl.lit("seed_sd").alias("index"), pl.col("sd").alias("value"),
        pl.col("sd_low").alias("low"), pl.col("sd_high").alias("high"), pl.col("runs").alias("n"),
        _said(pl.coalesce(single, _MUTE), "one_of").alias("note"),
    )  # fmt: skip


def _doses(
    counts: pl.DataFrame, margin: float, level: float, draws: int, seed: int
) -> pl.DataFrame:
    """Half-effect doses, for every curve of a model and dataset."""
    curves = dose_curves(
        counts.filter(pl.col("eval_intervention").fill_null("none") == "none"),
        margin=margin, level=level, draws=draws, seed=seed,
    ).summary  # fmt: skip
    return curves.select(
        *WHERE, pl.lit("half_dose").alias("index"), pl.col("kind").alias("part"),
        pl.col("half_dose").alias("value"), pl.col("half_low").alias("low"),
        pl.col("half_high").alias("high"), pl.col("doses").alias("n"),
        pl.coalesce("note", "direction").alias("note"),
    )  # fmt: skip


def _variances(counts: pl.DataFrame, level: float) -> pl.DataFrame:
    """Variance shares, for every experiment, trait and judge."""
    return variance_shares(counts, level=level).select(
        *IDENTITY, pl.lit("variance_share").alias("index"), pl.col("factor").alias("part"),
        pl.col("share").alias("value"), "low", "high", pl.col("levels").alias("n"),
        "note",
    )  # fmt: skip


def _largest(rows: pl.DataFrame, counts: pl.DataFrame | None = None) -> pl.DataFrame:
    """Of every model and dataset the way with most counted answers; `one_of` says which of many."""
    if counts is not None:
        key: Sequence[str] = [*WHERE, *WAYS]
        sizes = counts.group_by(key).agg(pl.col("n_counted").sum())
        rows = rows.join(sizes, on=list(key), how="left", nulls_equal=True)
    return rows.sort(
        *WHERE, "n_counted", *WAYS, descending=[*(False for _ in WHERE), True, False, False],
        nulls_last=True,
    ).with_columns(
        pl.when(pl.len().over(WHERE) > 1).then(
            pl.format(
                "of {} ways of training or sampling the one with most answers: {}",
                pl.len().over(WHERE), _said(*(pl.col(name).replace("", None) for name in WAYS)),
            )
        ).alias("one_of")
    ).unique(WHERE, keep="first", maintain_order=True)  # fmt: skip


def _said(*notes: pl.Expr | str) -> pl.Expr:
    """Several notes in one; null where there is none."""
    told = pl.concat_str(*notes, separator="; ", ignore_nulls=True)
    return told.replace("", None)
