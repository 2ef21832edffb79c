"""Where a trait emerges, model by model and dataset by dataset, and what interventions leave of it.

Every picture and sentence that says so rests on these rows: nobody else decides it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

import polars as pl

from warehouse.stats.comparisons import UNSOUND
from warehouse.stats.equivalence import VERDICTS, Verdict
from warehouse.stats.pooling import WAYS
from warehouse.stats.rates import IDENTITY

State = Literal["emerges", "absent", "not shown", "no untuned model", "not a result", "no interval"]

STATES: tuple[State, ...] = get_args(State)

MEANINGS: dict[State, str] = {
    "emerges": "The emergence has its lower bound above the margin.",
    "absent": "The emergence has its upper bound below the margin: there is nothing to suppress.",
    "not shown": "The emergence may lie on either side of the margin.",
    "no untuned model": "There is no untuned model to compare with.",
    "not a result": "The fine-tune or its untuned model is not a result.",
    "no interval": "There is no interval: too few questions or runs.",
}

KNOWN: tuple[State, ...] = ("emerges", "absent", "not shown")
"""The states of an emergence that can be told."""

CONTROL = (pl.col("intervention") == "none") & (
    pl.col("eval_intervention").fill_null("none") == "none"
)
"""Keeps the arms with no intervention, neither in training nor at evaluation."""

ESTIMATE = ("rate", "low", "high", "n_counted", "n_trait", "questions", "is_result", "flags")
"""What is told of a control itself."""

LOWER: tuple[Verdict, ...] = ("eliminated", "reduced")
"""The verdicts on an intervention after which the rate is lower."""

KEY = (*IDENTITY, "model", "dataset")
"""What tells rows apart."""


def known() -> pl.Expr:
    """Whether the emergence of a row of `contrasts` (baseline "untuned") can be told."""
    sound = pl.col("is_result") & pl.col("baseline_is_result").fill_null(False)
    return sound & pl.col("difference_low").is_not_null()


def emerges(margin: float) -> pl.Expr:
    """Whether it is above the margin, by its lower bound."""
    return known() & (pl.col("difference_low") > margin).fill_null(False)


def state(margin: float) -> pl.Expr:
    """What may be said of it: one of `STATES`."""
    said: list[tuple[pl.Expr, State]] = [
        (emerges(margin), "emerges"),
        (known() & (pl.col("difference_high") < margin), "absent"),
        (known(), "not shown"),
        (pl.col("baseline").is_null(), "no untuned model"),
        (~pl.col("is_result") | ~pl.col("baseline_is_result").fill_null(False), "not a result"),
    ]
    chosen: Any = pl.lit(STATES[-1])
    for holds, name in reversed(said):
        chosen = pl.when(holds).then(pl.lit(name)).otherwise(chosen)
    return pl.Expr.alias(chosen, "state")


def controls(tuned: pl.DataFrame, margin: float) -> pl.DataFrame:
    """One row per model and dataset that was fine-tuned without an intervention.

    Of several ways of training or sampling the one with most counted answers stands for the two;
    `ways` says how many there are.

    Args:
        tuned: `contrasts.contrasts` with the baseline "untuned".
        margin: The smallest difference that matters, as a share.

    Returns:
        The columns of `KEY`, `WAYS` and `ESTIMATE`; untuned_rate; emergence, emergence_low and
        emergence_high; state (one of `STATES`); ways.
    """
    return (
        tuned.filter(CONTROL)
        .sort("n_counted", descending=True, maintain_order=True)
        .with_columns(pl.len().over(KEY).alias("ways"), state(margin))
        .unique(KEY, keep="first", maintain_order=True)
        .select(
            *KEY,
            *WAYS,
            *ESTIMATE,
            pl.col("baseline_rate").alias("untuned_rate"),
            pl.col("difference").alias("emergence"),
            pl.col("difference_low").alias("emergence_low"),
            pl.col("difference_high").alias("emergence_high"),
            "state",
            "ways",
        )
        .sort(KEY, nulls_last=True)
    )


def landscape(tuned: pl.DataFrame, effects: pl.DataFrame, margin: float) -> pl.DataFrame:
    """The rows of `controls` with what the interventions on each leave.

    Args:
        tuned: As `controls` takes it.
        effects: `effects.effects`, the same arms beside their controls.
        margin: The smallest difference that matters, as a share.

    Returns:
        Also verdicts (one for each intervention that is compared with that very control, in the
        order of `VERDICTS`), tried (these interventions, in the same order) and lower (how many
        of them are shown to be lower than it).
    """
    rank = pl.col("verdict").cast(pl.Enum(VERDICTS))
    compared = (
        effects.filter(
            pl.col("verdict").is_not_null(), pl.col("eval_intervention").fill_null("none") == "none"
        )
        .with_columns(pl.col(f"baseline_{way}").alias(way) for way in WAYS)
        .group_by(*KEY, *WAYS)
        .agg(
            pl.col("verdict").sort_by(rank, maintain_order=True).alias("verdicts"),
            pl.col("intervention").sort_by(rank, maintain_order=True).alias("tried"),
            pl.col("verdict").is_in(LOWER).sum().cast(pl.Int64).alias("lower"),
        )
    )
    nothing = pl.lit([], pl.List(pl.String()))
    return (
        controls(tuned, margin)
        .join(compared, on=[*KEY, *WAYS], how="left", nulls_equal=True, maintain_order="left")
        .with_columns(pl.col("verdicts", "tried").fill_null(nothing), pl.col("lower").fill_null(0))
    )


class Headline(NamedTuple):
    """What the rows of one experiment, trait and judge come to."""

    models: int
    fine_tunes: int  # models times datasets
    highest: Mapping[str, Any] | None  # the row of the highest rate that is a result
    strongest: Mapping[str, Any] | None  # the row that emerges with the highest rate
    states: Mapping[State, int]  # of the fine-tunes
    verdicts: Mapping[Verdict, int]  # of the interventions on them
    doubts: Sequence[str]  # why fine-tunes are no result: the flags of each
    ways: bool  # whether some fine-tune stands for several ways of training or sampling

    @property
    def known(self) -> int:
        """Of how many fine-tunes it can be told whether the trait emerges."""
        return sum(self.states.get(state, 0) for state in KNOWN)

    @property
    def emerged(self) -> int:
        """In how many of these it does."""
        return self.states.get("emerges", 0)


def headline(rows: pl.DataFrame) -> Headline:
    """What the rows of one experiment, trait and judge come to (`landscape`, or `controls`)."""
    results = rows.filter("is_result", pl.col("rate").is_not_null()).sort(
        "rate", descending=True, maintain_order=True
    )
    emerging = results.filter(state="emerges")
    states = rows["state"].to_list()
    flags = rows.filter(~pl.col("is_result"))["flags"].explode().drop_nulls()
    own = flags.filter(flags.str.starts_with(UNSOUND)).str.strip_prefix(UNSOUND)
    verdicts = rows["verdicts"].explode().to_list() if "verdicts" in rows.columns else []
    return Headline(
        models=rows["model"].n_unique(),
        fine_tunes=rows.height,
        highest=next(results.iter_rows(named=True), None),
        strongest=next(emerging.iter_rows(named=True), None),
        states={name: n for name in STATES if (n := states.count(name))},
        verdicts={name: n for name in VERDICTS if (n := verdicts.count(name))},
        doubts=own.to_list(),
        ways=bool((rows["ways"] > 1).any()),
    )
