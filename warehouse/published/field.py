"""The field at a glance: published rates that can stand in one picture of models by datasets."""

from functools import cache

import polars as pl

from warehouse import catalogue
from warehouse.published import Metric, figures, metrics

PLACE = ("experiment", "trait", "dataset")
"""What a column of the picture is; `dataset` is null where it is the experiment's own."""


@cache
def field() -> pl.DataFrame:
    """One row per source, place and model, or group of models: the highest rate published there.

    These are shares of counted answers by the usual definition, of fine-tunes (no untuned
    models) without a text at evaluation, of one experiment at a time. Other figures measure
    something else, or are about several experiments at once.

    Returns:
        The columns of `PLACE`, model (a name, or what several are called), is_one (whether it
        is one model), source, cite, year, where, value (without an intervention), lowest (the
        lowest published one of the same, where there are several), bound, n, questions, low and
        high, treated (the lowest with an intervention, or null) and treated_by.
    """
    usual = [name for name, metric in metrics().items() if is_usual(metric)]
    shown = (
        figures()
        .filter(
            pl.col("metric").is_in(usual),
            pl.col("eval_intervention") == "none",
            pl.col("dataset").is_null() | (pl.col("dataset") != "none"),
            pl.coalesce("model", "models").is_not_null(),
            ~pl.col("experiment").str.contains(" and "),
        )
        .with_columns(
            pl.struct("experiment", "metric")
            .map_elements(
                lambda of: _trait(of["experiment"], of["metric"]), return_dtype=pl.String()
            )
            .alias("trait"),
            pl.col("model").is_not_null().alias("is_one"),
            pl.coalesce("model", "models").alias("model"),
        )
    )
    plain = pl.col("intervention") == "none"
    key = [*PLACE, "model", "is_one", "source", "cite", "year"]
    highest = ("bound", "n", "questions", "low", "high", "where")
    by_value = shown.sort("value", "figure", descending=[True, False])
    controls = (
        by_value.filter(plain)
        .group_by(key, maintain_order=True)
        .agg(
            pl.col("value").first(),
            pl.col("value").last().alias("lowest"),
            *(pl.col(name).first() for name in highest),
        )
    )
    treated = (
        by_value.filter(~plain)
        .group_by(key, maintain_order=True)
        .agg(
            pl.col("value").last().alias("treated"),
            pl.col("intervention").last().alias("treated_by"),
        )
    )
    return controls.join(treated, on=key, how="left", nulls_equal=True, maintain_order="left").sort(
        *PLACE, "model", "year", "source", nulls_last=False
    )


def is_usual(metric: Metric) -> bool:
    """Whether it is a trait's share of the counted answers, without anything of its own."""
    own = (metric.criterion, metric.labels, metric.score, metric.coherence)
    return (
        bool(metric.traits)
        and not any(own)
        and (metric.rule, metric.domain) == ("published", "outside")
        and (metric.count, metric.of) == ("n_trait", "n_counted")
    )


def _trait(experiment: str, metric: str) -> str:
    """The trait that a metric is about in an experiment; of several that the experiment has."""
    told = metrics()[metric].traits
    known = catalogue.experiments()
    named = [trait for trait in told if experiment in known and trait in known[experiment].traits]
    return (named or list(told[-1:]))[0]
