"""Published figures as tables: beside loaded rates, without any, and what they measure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from pages.frame import links
from pages.results.published import literature
from pages.ui.words import columns, numbers, values
from warehouse import defaults, published, rules
from warehouse.analysis import Analysis
from warehouse.published import Metric, Publication
from warehouse.stats.pooling import ARM
from warehouse.stats.rates import IDENTITY

KEY = ("figure", *IDENTITY, *ARM, "epochs", "lora_rank")
"""What tells the pairs of a figure and an arm apart."""

NOT_COUNTED = "Measures something that is not counted here"
SEVERAL = "Is about several models"
NOT_LOADED = "Nothing loaded for it in sight"


def table(found: pl.DataFrame, counts: pl.DataFrame, view: Analysis) -> pl.DataFrame:
    """The pairs as a table: both numbers, what lies between them, and where they come from."""
    human = values.named(found.select("judge", experiment="published_experiment"))
    to = (answers(row, counts, view) for row in found.iter_rows(named=True))
    return pl.DataFrame(
        {
            "experiment": human["experiment"],
            "arm": literature.described(found),
            "metric": found["metric"].replace_strict(literature.titles(), return_dtype=pl.String()),
            **{name: found[name] for name in ("published", "rate", "difference")},
            "definition": found["definition"],
            "agrees": _said(found["agrees"]),
            "published_text": found["published_text"],
            "loaded_text": found["text"],
            "judge": human["judge"],
            **{name: found[name] for name in ("settings", "cite", "where", "confidence")},
            "published_interval": found["published_interval"],
            "read": [links.address(links.TRANSCRIPTS, parameters) for parameters in to],
        },
        schema_overrides={name: pl.String() for name in ("arm", "read")},
    )


def answers(row: Mapping[str, Any], counts: pl.DataFrame, view: Analysis) -> links.Parameters:
    """The link to the answers of a pair: those that its metric counts, on its own questions.

    Where a metric has a definition of its own, no rule lists the same answers: all are listed.
    """
    metric = published.metrics()[row["metric"]]
    within = view.narrowed({name: row[name] for name in (*IDENTITY, *ARM)}, counts)
    within = replace(within, slice=replace(within.slice, domain=metric.domain))
    rule = rules.named(metric.rule)
    if metric.as_rule() != rule or (metric.count, metric.of) != ("n_trait", "n_counted"):
        return links.parameters(within, only="planned")
    return links.parameters(within.ruled(rule), only="counted")


def differing(found: pl.DataFrame) -> pl.DataFrame:
    """The pairs that are not counted alike, and how they differ."""
    return found.filter(~pl.col("same")).select(
        pl.col("name").alias("figure"),
        "published_text",
        pl.col("text").alias("loaded_text"),
        pl.col("definition").str.strip_prefix("Differs: "),
    )


def plain(figures: pl.DataFrame) -> pl.DataFrame:
    """Figures by themselves: of what, how much, and where they stand."""
    rows = list(figures.iter_rows(named=True))
    human = values.named(
        figures.select("experiment", "dataset", "intervention", "eval_intervention")
    )
    return pl.DataFrame(
        {
            "experiment": human["experiment"],
            "model": [row["model"] or row["models"] or "—" for row in rows],
            "arm": [literature.condition(row) for row in human.iter_rows(named=True)],
            "metric": [literature.titles()[row["metric"]] for row in rows],
            "published_text": [literature.written(row) for row in rows],
            "cite": figures["cite"],
            "where": figures["where"],
            "confidence": figures["confidence"],
        },
        schema_overrides={
            name: pl.String() for name in ("model", "arm", "metric", "published_text")
        },
    )


def alone(figures: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """The figures without a counterpart, and why they have none."""
    rest = figures.join(found, on="figure", how="anti").with_columns(
        pl.when(~pl.col("metric").is_in(_counted()))
        .then(pl.lit(NOT_COUNTED))
        .when(pl.col("model").is_null())
        .then(pl.lit(SEVERAL))
        .otherwise(pl.lit(NOT_LOADED))
        .alias("why")
    )
    rest = rest.sort(
        pl.col("why").replace_strict(
            {NOT_LOADED: 0, SEVERAL: 1, NOT_COUNTED: 2}, return_dtype=pl.Int8()
        ),
        "experiment",
        "figure",
    )
    listed = plain(rest).with_columns(rest["why"])
    first = [name for name in listed.columns if name not in ("cite", "where", "confidence", "why")]
    return listed.select(*first, "why", "cite", "where", "confidence")


def stated_by(reported: pl.DataFrame) -> str:
    """How many rates loaded files state without their answers, and how many files do."""
    rates = numbers.plural(reported.height, "rate")
    files = numbers.plural(reported["path"].n_unique(), "loaded file")
    return f"{rates} that {files} {'state' if files[:2] != '1 ' else 'states'}, without answers"


def stated(reported: pl.DataFrame) -> pl.DataFrame:
    """Those rates in words: of what, which measure, how much of how many, by whom, and where."""
    words = pl.col("metric").str.replace_all("_", " ").str.strip_chars()
    first = words.str.slice(0, 1).str.to_uppercase()
    return reported.select(
        "about",
        (first + words.str.slice(1)).alias("metric"),
        pl.col("value").alias("stated"),
        "n",
        "judge",
        pl.col("path").str.split("/").list.tail(3).list.join("/").alias("path"),
    )


def why_alone(rest: pl.DataFrame) -> str:
    """How many figures have no counterpart for which reason, in one sentence."""
    reasons = {
        NOT_COUNTED: "measure something that is not counted here",
        SEVERAL: "are about several models at once",
        NOT_LOADED: "have nothing loaded in sight",
    }
    count = {why: (rest["why"] == why).sum() for why in reasons}
    return "; ".join(f"{n} {reasons[why]}" for why, n in count.items() if n).capitalize() + "."


def definitions(figures: pl.DataFrame) -> pl.DataFrame:
    """What the figures measure, and what of ours is counted like it."""
    known = published.metrics()
    present = [known[name] for name in literature.measures(figures)]
    return pl.DataFrame(
        {
            "metric": [metric.title for metric in present],
            "meaning": [metric.definition for metric in present],
            "counted_as": [_counted_as(metric) for metric in present],
        },
        schema=dict.fromkeys(("metric", "meaning", "counted_as"), pl.String()),
    )


def sources(figures: pl.DataFrame) -> pl.DataFrame:
    """Where the figures were published, and what is known of how they were made."""
    known = [published.publications()[name] for name in literature.cites(figures)]
    return pl.DataFrame(
        {
            "cite": [source.cite for source in known],
            "publication": ["\n".join(filter(None, (s.title, s.url))) or "—" for s in known],
            "note": [_remarks(source) for source in known],
        },
        schema=dict.fromkeys(("cite", "publication", "note"), pl.String()),
    )


def raw(found: pl.DataFrame) -> pl.DataFrame:
    """The pairs to take away."""
    return found.drop("cell", "name", "line", "alike", "text", "published_text")


def _counted() -> list[str]:
    return [name for name, metric in published.metrics().items() if metric.traits]


def _counted_as(metric: Metric) -> str:
    """What of ours is counted like a metric, in words."""
    if not metric.traits:
        return "Not counted here"
    text = f"Rule “{metric.as_rule().title}”"
    if metric.count != "n_trait":
        text = f"{columns.label(metric.count)} among answered"
    if metric.labels:
        text += f", criterion {metric.criterion}: {', '.join(metric.labels)}"
    if metric.score:
        text += f", score {metric.score.comparison} {metric.score.cut:g}"
    if metric.coherence:
        text += ", coherent or not"
    if metric.domain != defaults.DOMAIN:
        text += f", {values.DOMAINS[metric.domain]} questions"
    return text + (f". {metric.differs[0].upper()}{metric.differs[1:]}" if metric.differs else "")


def _remarks(source: Publication) -> str:
    told = {"Judge": source.judge, "Intervals": source.interval}
    parts = [f"{name}: {text}." for name, text in told.items() if text]
    return " ".join([*parts, *([source.note] if source.note else [])]) or "—"


def _said(agrees: pl.Series) -> pl.Series:
    words = {True: "Yes", False: "No", None: "Cannot be told"}
    return pl.Series([words[value] for value in agrees], dtype=pl.String())
