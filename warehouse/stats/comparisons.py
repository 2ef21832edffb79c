"""Arms compared with their baseline, paired by question: who is compared with whom."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from warehouse import defaults
from warehouse.stats import baselines, units, unpaired
from warehouse.stats.approximate import approximate
from warehouse.stats.baselines import Baseline
from warehouse.stats.crossed import Runs, balanced
from warehouse.stats.differences import Difference, Flags, bounds
from warehouse.stats.estimates import Floats
from warehouse.stats.pooling import ARM, WAYS
from warehouse.stats.rates import IDENTITY, cell_dimensions, rates
from warehouse.stats.units.unit import Compared, Sides

DESCRIPTION = ("kind", "relevance", "placement", "dose")
"""What is known of an arm's intervention; carried along, not matched on."""

UNEVEN = 0.005
"""How far the pooled difference may be from the balanced one without a flag."""

COMPARED = (
    "baseline",
    "baseline_settings",
    "baseline_sampling",
    "baseline_counted",
    "baseline_trait",
    "baseline_rate",
    "baseline_is_result",
    "paired",
    "questions_paired",
    "questions_unpaired",
)
"""What a comparison adds to an arm's own columns."""

UNSOUND = "this cell is not a result: "
"""How the flag begins that says why an arm itself is none."""


class Size(NamedTuple):
    """The size of comparisons, one entry each; nan where nothing is shared."""

    questions: Floats
    first: Floats  # answers to each question in the arm (harmonic mean)
    second: Floats  # in the baseline


class Comparison(NamedTuple):
    """Every arm that has something to be compared with, or should have."""

    cells: pl.DataFrame  # one row per arm: its rate, its baseline's, what ties them, flags
    pairs: pl.DataFrame  # one row per arm and shared question: counts of both arms
    difference: Difference  # one entry per row of `cells`
    first: Runs  # what runs add to the arm's rate; nothing unless the row is about both
    second: Runs  # to its baseline's

    @property
    def sound(self) -> Flags:
        """Whether arm and baseline are both results."""
        both = pl.col("is_result") & pl.col("baseline_is_result")
        return self.cells.select(both.fill_null(False)).to_series().to_numpy()

    @property
    def size(self) -> Size:
        """Questions shared, and answers to each."""
        sizes = self.pairs.group_by("cell").agg(
            pl.len().alias("questions"),
            (pl.len() / (1 / pl.col("n_counted")).sum()).alias("first"),
            (pl.len() / (1 / pl.col("base_counted")).sum()).alias("second"),
        )
        every = pl.DataFrame({"cell": range(self.cells.height)}, schema={"cell": pl.UInt32()})
        joined = every.join(sizes, on="cell", how="left", maintain_order="left")
        return Size(*(joined[name].cast(pl.Float64).to_numpy() for name in Size._fields))


def compare(
    counts: pl.DataFrame,
    baseline: str = defaults.BASELINE,
    unit: str = defaults.UNIT,
    *,
    by: Sequence[str] = (),
    level: float = 0.95,
    among: pl.DataFrame | None = None,
) -> Comparison:
    """Each arm beside its baseline, over the questions both were asked.

    Args:
        counts: One row per evaluation × question × trait × judge.
        baseline: One of `baselines.BASELINES`, or an intervention.
        unit: What the interval of the difference is about (`units.UNITS`); where runs of the arm
            are a sample and those of its baseline cannot be, only what both can be. An untuned
            model has no runs.
        by: Further dimensions that separate arms and must agree between the two.
        level: Coverage of the rates' intervals.
        among: The arms to be compared, by values of their dimensions; the others are there only
            to be compared with. Every arm, where it is left out.

    Returns:
        `cells` has the columns of `rates.rates` for the arm, then kind, relevance, placement,
        dose, baseline (null where there is none), baseline_settings, baseline_sampling,
        baseline_counted, baseline_trait, baseline_rate, baseline_is_result, paired (questions,
        the same as questions_paired), questions_unpaired (those that only one of the two counted
        answers to) and flags (list of sentences, which name the unpaired and say why). An arm and
        its baseline always agree in experiment, trait, judge, model and evaluation text, and, but
        for the untuned model, in dataset. Of several baselines the one with the same settings
        is taken, of these the one sampled in the same way, else the one with most counted
        answers, flagged.

    Raises:
        UnknownName: a dimension, unit or intervention that does not exist.
    """
    dims = cell_dimensions(counts, [*ARM, *by])
    arms = (
        rates(counts, dims, unit, level=level)
        .join(_described(counts, dims), on=dims, nulls_equal=True, maintain_order="left")
        .with_row_index("arm")
    )
    base = baselines.named(baseline)
    matched = _matched(arms, base, by, among)
    if base.is_trained:
        matched = _agreed(matched, counts, dims, level)
    questions = by_question(counts, arms, dims)
    pairs = paired(matched, questions)
    difference, first, second = differences(matched, pairs, questions, not base.is_trained)
    cells = _tied(matched, pairs, baseline, difference, level)
    cells = unpaired.beside(cells, counts, arms.select("arm", *dims)).with_columns(_flags(base))
    kept = [name for name in arms.columns if name not in ("arm", "flags")]
    return Comparison(cells.select(*kept, *COMPARED, "flags"), pairs, difference, first, second)


def _matched(
    arms: pl.DataFrame, baseline: Baseline, by: Sequence[str], among: pl.DataFrame | None
) -> pl.DataFrame:
    """Every arm that is compared with the best of its baselines, numbered by `cell`."""
    treated, base, match = baseline.roles(arms)
    on = [*IDENTITY, *match, *by]
    other = _as_baselines(arms.filter(base), on, trained=baseline.is_trained)
    same = [pl.col(name).eq_missing(pl.col(f"baseline_{name}")) for name in WAYS]
    own = arms.filter(treated)
    if among is not None:
        own = own.join(among, on=among.columns, how="semi", nulls_equal=True, maintain_order="left")
    return (
        own.join(other, on=on, how="left", nulls_equal=True)
        .sort(
            "arm", *same, "baseline_counted", "baseline_settings", "baseline_sampling",
            descending=[False, True, True, True, False, False], nulls_last=True,
        )
        .unique("arm", keep="first", maintain_order=True)
        .with_row_index("cell")
    )  # fmt: skip


def _as_baselines(arms: pl.DataFrame, on: Sequence[str], *, trained: bool) -> pl.DataFrame:
    """What a row says of its baseline; one that was not trained has no runs."""
    return arms.select(
        *on,
        pl.col("arm").alias("base"),
        *(pl.col(name).alias(f"baseline_{name}") for name in WAYS),
        pl.col("n_counted").alias("baseline_counted"),
        pl.col("n_trait").alias("baseline_trait"),
        pl.col("rate").alias("baseline_rate"),
        pl.col("is_result").alias("baseline_is_result"),
        pl.col("unit").alias("baseline_unit"),
        (pl.col("runs") if trained else pl.lit(None, pl.Int64())).alias("baseline_runs"),
        pl.col("flags").alias("baseline_doubts"),
        pl.col("questions").alias("baseline_questions"),
    )


def _tied(
    matched: pl.DataFrame, pairs: pl.DataFrame, baseline: str, difference: Difference, level: float
) -> pl.DataFrame:
    """The rows with what ties an arm to its baseline, and both ways of taking the difference."""
    shared = np.bincount(pairs["cell"].to_numpy(), minlength=matched.height)
    return matched.with_columns(
        pl.when(pl.col("base").is_not_null()).then(pl.lit(baseline)).alias("baseline"),
        *(pl.Series(name, shared, pl.Int64) for name in ("paired", "questions_paired")),
        pl.Series("balanced", difference.value, nan_to_null=True),
        (pl.col("rate") - pl.col("baseline_rate")).alias("pooled"),
        approximate(
            pl.col("unit"), pl.lit(pl.Series(shared)), pl.min_horizontal("runs", "baseline_runs"),
            pl.lit(None), pl.lit(pl.Series(bounds(difference, level).low, nan_to_null=True)),
        ).alias("approximate"),
    )  # fmt: skip


def _agreed(
    matched: pl.DataFrame, counts: pl.DataFrame, dims: Sequence[str], level: float
) -> pl.DataFrame:
    """The rows with the unit that both sides have, and the arm's own interval about the same."""
    other = pl.col("baseline_unit")
    apart = units.of_runs(pl.col("unit")) & ~units.of_runs(other.fill_null(pl.col("unit")))
    fewer = matched.filter(apart)["baseline_unit"].unique().sort()
    if not fewer.len():
        return matched
    ends = ("low", "high")
    again = pl.concat(
        rates(counts, dims, unit, level=level).select(
            *dims, pl.lit(unit).alias("baseline_unit"), *ends
        )
        for unit in fewer
    )
    return matched.join(
        again, on=[*dims, "baseline_unit"], how="left", nulls_equal=True, maintain_order="left",
        suffix="_again",
    ).with_columns(
        *(pl.when(apart).then(f"{end}_again").otherwise(end).alias(end) for end in ends),
        unit=pl.when(apart).then(other).otherwise("unit"),
    )  # fmt: skip


def differences(
    matched: pl.DataFrame, pairs: pl.DataFrame, questions: pl.DataFrame, untuned: bool
) -> Compared:
    """Every row's difference by its own unit, and what runs add to either side."""
    found = Compared.unknown(matched.height)
    for unit, chosen in units.present(matched):
        own = pairs.filter(pl.lit(pl.Series(chosen)).gather(pl.col("cell")))
        sides = Sides(matched.height, own, questions, untuned)
        found = found.but(chosen, unit.compared(sides))
    return found


def by_question(counts: pl.DataFrame, arms: pl.DataFrame, dims: Sequence[str]) -> pl.DataFrame:
    """Counted answers of every arm by question and run, arms being numbered by `arm`."""
    return (
        counts.filter(pl.col("n_counted") > 0)
        .group_by(*dict.fromkeys((*dims, "question", "run")))
        .agg(pl.col("n_trait", "n_counted").sum())
        .join(arms.select("arm", *dims), on=list(dims), nulls_equal=True)
        .select("arm", "question", "run", "n_trait", "n_counted")
        .sort("arm", "question", "run")
    )


def paired(matched: pl.DataFrame, questions: pl.DataFrame) -> pl.DataFrame:
    """The questions that both arms of a row answered, with the counts of both.

    Each at the mean of its runs, and the answers that this is worth (`crossed.balanced`).
    """
    asked = balanced(questions, ["arm", "question"])
    base = asked.select(
        pl.col("arm").alias("base"),
        "question",
        pl.col("n_trait").alias("base_trait"),
        pl.col("n_counted").alias("base_counted"),
    )
    return (
        matched.select("cell", "arm", "base")
        .join(asked, on="arm")
        .join(base, on=["base", "question"], nulls_equal=True)
        .sort("cell", "question")
    )


def _described(counts: pl.DataFrame, dims: Sequence[str]) -> pl.DataFrame:
    """What is known of every arm's intervention."""
    return counts.group_by(dims).agg(pl.col(*DESCRIPTION).min())


def _flags(baseline: Baseline) -> pl.Expr:
    """What a reader must know before trusting a row, as a list of sentences."""
    col = pl.col
    fewest = pl.min_horizontal("questions", "baseline_questions")
    sentences = [
        pl.when(col("baseline").is_null()).then(
            pl.lit(f"no baseline to compare with: {baseline.name}")
        ),
        _doubtful("this cell", col("n_counted"), col("flags")),
        _doubtful("the baseline", col("baseline_counted"), col("baseline_doubts")),
        pl.when(col("baseline").is_not_null() & (col("paired") < fewest)).then(
            pl.format("only {} of {} questions are shared", "paired", fewest)
        ),
        pl.when((col("n_counted") > 0) & (col("baseline_counted") > 0)).then(col("unpaired")),
        pl.when((col("pooled") - col("balanced")).abs() > UNEVEN).then(
            pl.format(
                "questions are unevenly counted: pooled, the difference is {} points",
                (100 * col("pooled")).round(1),
            )
        ),
        pl.when(
            col("baseline").is_not_null() & col("sampling").ne_missing(col("baseline_sampling"))
        ).then(
            pl.format(
                "sampled differently: {} against {}",
                *(
                    col(name).replace("", None).fill_null("in a way not recorded")
                    for name in ("sampling", "baseline_sampling")
                ),
            )
        ),
    ]
    if baseline.is_trained:
        both = col("settings").is_not_null() & col("baseline_settings").is_not_null()
        sentences += [
            pl.when(both & (col("settings") != col("baseline_settings"))).then(
                pl.format("settings differ: {} against {}", "settings", "baseline_settings")
            ),
            pl.when(col("baseline").is_not_null() & ~both).then(pl.lit("settings unknown")),
        ]
    sentences.append(pl.format("the interval is approximate: {}", "approximate"))
    return pl.concat_list(sentences).list.drop_nulls().alias("flags")


def _doubtful(what: str, counted: pl.Expr, why: pl.Expr) -> pl.Expr:
    return (
        pl.when(counted == 0)
        .then(pl.lit(f"nothing counted in {what}"))
        .when(why.list.len() > 0)
        .then(pl.format(f"{what} is not a result: {{}}", why.list.join(", ")))
    )
