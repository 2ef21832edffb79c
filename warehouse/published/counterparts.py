"""Published figures beside the loaded arms they are about, and how the two are counted."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import polars as pl

from warehouse import catalogue, defaults
from warehouse.published import Metric, metrics
from warehouse.stats.pooling import ARM
from warehouse.stats.rates import IDENTITY, rates

CountsOf = Callable[[Metric], pl.DataFrame]
"""The counts frame under a metric's rule, of the questions it is about."""

MATCHED = ("metric", "model", "intervention", "eval_intervention")
"""What a figure and a loaded arm must agree in, besides what was trained (`_same_training`)."""

SETTINGS = ("epochs", "lora_rank")

HASH = 16
"""How many digits of a file's SHA-256 a source notes."""

THEIRS = (
    *("low", "high", "n", "questions", "experiment", "judge", "dataset", "interval"),
    *SETTINGS,
)
"""What a figure and a loaded cell both have; the figure's is renamed `published_…`."""

ORDER = (
    *("published_experiment", "model", "intervention", "figure"),
    *("experiment", "trait", "dataset", "settings", "judge"),
)

SAME = "Same"
SAME_UNRECORDED = "Same, as far as recorded: neither says who judged"


def counterparts(
    figures: pl.DataFrame,
    counts_of: CountsOf,
    unit: str = defaults.UNIT,
    hashes: Mapping[str, str] = MappingProxyType({}),
) -> pl.DataFrame:
    """Every figure beside the loaded arms nearest to it; figures without any are left out.

    Of several arms that match, those are kept that differ in the fewest of experiment, judge
    and training settings. Nothing is averaged: each is a row of its own.

    Args:
        figures: Rows of `warehouse.published.figures`.
        counts_of: The counts frame of a metric.
        unit: What the intervals of the loaded rates are about.
        hashes: The SHA-256 of the file that each evaluation came from.

    Returns:
        The columns of the figures, with the value as `published` and those of `THEIRS` as
        `published_…`; those of `rates.rates` for the loaded arm; difference (loaded less
        published; null where the figure is a bound), agrees (each value within the other's
        interval, where it has one; null where neither has, or the arm is not a result), same
        (whether the two are counted alike), definition (the same in words), and is_check
        (whether the figure was computed from the very files of the arm, so that the pair says
        nothing of the literature but whether the import counts right).
    """
    return beside(figures, loaded(counts_of, unit, hashes))


def beside(figures: pl.DataFrame, arms: pl.DataFrame) -> pl.DataFrame:
    """The same, of arms that were counted before (`loaded`)."""
    theirs = figures.rename({"value": "published"} | {name: f"published_{name}" for name in THEIRS})
    pairs = theirs.join(arms, on=MATCHED).filter(_same_training())
    apart = (~_same_experiment(), ~_same_judge(), _other_settings())
    distance = pl.sum_horizontal(each.fill_null(True).cast(pl.Int8) for each in apart)
    gap = pl.when(pl.col("bound").is_null()).then(pl.col("rate") - pl.col("published"))
    differences = pl.concat_list(_differences()).list.drop_nulls()
    definition = (
        pl.when(differences.list.len() > 0)
        .then(pl.format("Differs: {}", differences.list.join("; ")))
        .when(_same_judge().is_null())
        .then(pl.lit(SAME_UNRECORDED))
        .otherwise(pl.lit(SAME))
    )
    return (
        pairs.filter(distance == distance.min().over("figure"))
        .with_columns(
            gap.alias("difference"),
            _agrees().alias("agrees"),
            (differences.list.len() == 0).alias("same"),
            definition.alias("definition"),
            _are_the_same_files().alias("is_check"),
        )
        .drop("differs", "files", "arm_files")
        .sort(ORDER)
    )


def loaded(
    counts_of: CountsOf,
    unit: str = defaults.UNIT,
    hashes: Mapping[str, str] = MappingProxyType({}),
) -> pl.DataFrame:
    """The rate of every loaded arm under every metric that can be counted, and its files."""
    short = {evaluation: sha256[:HASH] for evaluation, sha256 in hashes.items()}
    by = (*ARM, *SETTINGS)
    arms = []
    for name, metric in metrics().items():
        if not metric.traits:
            continue
        counts = _counted(counts_of(metric), metric)
        file = pl.col("evaluation").replace_strict(short, default=None, return_dtype=pl.String())
        keys = list(dict.fromkeys((*by, *IDENTITY)))
        files = counts.group_by(keys).agg(file.drop_nulls().unique().alias("arm_files"))
        arms.append(
            rates(counts, by, unit)
            .join(files, on=keys, how="left", nulls_equal=True, maintain_order="left")
            .with_columns(pl.lit(name).alias("metric"))
        )
    return pl.concat(arms)


def _counted(counts: pl.DataFrame, metric: Metric) -> pl.DataFrame:
    """The counts of the metric's traits, with its own numerator and denominator."""
    own = {"n_trait": metric.count, "n_counted": metric.of}
    return counts.filter(pl.col("trait").is_in(metric.traits)).with_columns(
        pl.col(column).alias(name) for name, column in own.items()
    )


def _same_training() -> pl.Expr:
    """Whether an arm was trained on what the figure is about.

    In the figure's own experiment that is the dataset it names, or any where it names none. In
    another experiment, which asks other questions of it, the dataset must have the same name.
    """
    named, dataset = pl.col("published_dataset"), pl.col("dataset")
    tuned = dataset != "none"
    own = pl.when(named.is_null()).then(tuned).otherwise(named == dataset)
    elsewhere = tuned & (dataset == named.fill_null(_usual_dataset()))
    return pl.when(_same_experiment()).then(own).otherwise(elsewhere)


def _are_the_same_files() -> pl.Expr:
    """Whether a figure was computed from a file that the arm came from."""
    shared = pl.col("files").list.set_intersection("arm_files")
    return (shared.list.len() > 0).fill_null(False)


def _same_experiment() -> pl.Expr:
    return pl.col("experiment") == pl.col("published_experiment")


def _usual_dataset() -> pl.Expr:
    """The dataset that a figure's experiment has in the catalogue, or else its own name."""
    known = {name: experiment.dataset for name, experiment in catalogue.experiments().items()}
    return pl.col("published_experiment").replace(known)


def _same_judge() -> pl.Expr:
    """Whether the judges' names agree, a date apart; null where either is not recorded."""
    theirs, ours = pl.col("published_judge"), _recorded_judge()
    return ours.str.to_lowercase().str.starts_with(theirs.str.to_lowercase())


def _recorded_judge() -> pl.Expr:
    return pl.col("judge").replace("unrecorded", None)


def _other_settings() -> pl.Expr:
    """Whether the training settings are known to differ."""
    return pl.any_horizontal(
        (pl.col(f"published_{name}") != pl.col(name)).fill_null(False) for name in SETTINGS
    )


def _agrees() -> pl.Expr:
    ours = pl.col("published").is_between("low", "high")
    theirs = pl.col("rate").is_between("published_low", "published_high")
    both = pl.when(ours.is_not_null() | theirs.is_not_null()).then(
        ours.fill_null(True) & theirs.fill_null(True)
    )
    bound = pl.col("bound")
    return pl.when("is_result").then(
        pl.when(bound == "at most")
        .then(pl.col("rate") <= pl.col("published"))
        .when(bound == "at least")
        .then(pl.col("rate") >= pl.col("published"))
        .when(bound.is_null())
        .then(both)
    )


def _differences() -> list[pl.Expr]:
    """What keeps an arm from being counted like its figure, in words."""
    theirs, ours = pl.col("published_judge"), _recorded_judge()
    other_judge = (~_same_judge()).fill_null(theirs.is_null() != ours.is_null())
    other_dataset = pl.col("published_dataset").is_null() & (pl.col("dataset") != _usual_dataset())
    words = {"epochs": "epochs", "lora_rank": "LoRA rank", "questions": "questions"}
    return [
        pl.when(~_same_experiment()).then(pl.format("experiment {} here", pl.col("experiment"))),
        pl.when(other_dataset).then(pl.format("trained on {} here", pl.col("dataset"))),
        pl.when(other_judge).then(
            pl.format(
                "judge {} there, {} here", *(j.fill_null("not recorded") for j in (theirs, ours))
            )
        ),
        *(
            pl.when(pl.col(f"published_{name}") != pl.col(name)).then(
                pl.format(
                    f"{word} {{}} there, {{}} here", _whole(f"published_{name}"), _whole(name)
                )
            )
            for name, word in words.items()
        ),
        pl.col("differs"),
    ]


def _whole(name: str) -> pl.Expr:
    """A number as people write it: without a fraction where it has none."""
    return pl.col(name).cast(pl.Float64).cast(pl.String).str.strip_suffix(".0")
