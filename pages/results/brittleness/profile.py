"""The brittleness profile: every index of one dataset and model, with interval and definition."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import altair as alt
import polars as pl
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.frame import bound
from pages.printing import claiming, downloads
from pages.results.brittleness import variance
from pages.ui.charts import base, forest
from pages.ui.charts.base import CATEGORIES
from pages.ui.charts.forest import Estimated, Span
from pages.ui.parts import skeleton, tables
from pages.ui.parts.markup import escaped
from pages.ui.view import arms, store
from pages.ui.words import numbers, values
from warehouse.analysis import Analysis
from warehouse.stats.brittleness import WHERE
from warehouse.stats.indices import INDICES

SUBJECT = ("experiment", "trait", "dataset", "study")
"""What a profile is of, beside a model and a judge."""

SCALES = {
    "share": "Share, %",
    "points": "Points",
    "ratio": "Suppression, %",
}
"""What each scale of a chart measures; doses have a unit of their own and are told in words."""

OVER_MODELS = "Over models"
OVERALL = "Over models, datasets and interventions"

WIDTH = 800
"""Pixels of a profile's charts, where there are as many."""

_TUNED = pl.col("dataset").ne_missing(pl.lit("none"))
_INDEX = "Index"
_MARK = {_INDEX: (CATEGORIES[0], "circle")}


def draw(view: Analysis, counts: pl.DataFrame, head: DeltaGenerator) -> None:
    """The profile of the dataset and model that are chosen, for every judge; `head` answers."""
    subjects = {_called(key): key for key in most_elicited(counts.filter(_TUNED))}
    if not subjects:
        st.info("No fine-tuned model is in sight, so there is nothing to profile.")
        return
    with st.container(horizontal=True):
        subject = subjects[bound.one("Of", {n: named(s) for n, s in subjects.items()}, "of")]
        model = bound.one("And the model", _models(counts, subject), "of_model")
    profiles = of(view, counts, subject, model)
    title = f"{named(subject)} · {values.value('model', model)}"
    with head:
        skeleton.answer(answer(title, next(iter(profiles.values()), None)))
    for judge, rows in profiles.items():
        if len(profiles) > 1:
            st.markdown(f"**Judge: {escaped(values.value('judge', judge))}**")
        for at, plot in enumerate(plots(rows)):
            base.drawn(plot, f"profile {judge} {at}", WIDTH)
        st.markdown(escaped(doses(rows)))
    with st.expander("The numbers, what each index means, and why some are undefined"):
        for rows in profiles.values():
            st.caption(escaped(undefined(rows)))
        tables.plain(table(profiles), "profile-table")
    experiment, trait, _, study = subject
    within = view.slice.narrowed(experiment=experiment, trait=trait, study=study)
    found = [rows.filter(index="variance_share") for rows in profiles.values()]
    if found:
        variance.draw(replace(view, slice=within), pl.concat(found))
    with st.container(horizontal=True):
        downloads.buttons(
            raw(profiles, subject, model), partial(stacked, profiles, title), "profile"
        )
        known = _indices(view, subject, model).filter(pl.col("value").is_not_null())
        called = [_claimed(row) for row in known.iter_rows(named=True)]
        key = known.select(*WHERE, "index", "part")
        claiming.popover(replace(view, slice=within), ["profile"], key, called, "profile")


def answer(title: str, rows: pl.DataFrame | None) -> str:
    """The first index that is defined, with interval and n, and how many are."""
    if rows is None or rows.is_empty():
        return f"{title}: nothing to profile."
    known = rows.filter(pl.col("value").is_not_null())
    total, defined = rows["index"].n_unique(), known["index"].n_unique()
    if known.is_empty():
        return f"{title}: none of {total} indices is defined here."
    row = known.row(0, named=True)
    first = f"{_name(row)[0].lower()}{_name(row)[1:]} {_written(row)}, {_n(row)}"
    return f"{title}: {first}; {defined} of {total} indices are defined."


def named(subject: tuple[str, ...]) -> str:
    """A subject in words."""
    said = zip(SUBJECT, subject, strict=True)
    return " · ".join(dict.fromkeys(values.value(*one) for one in said if _is_told(one[0])))


def _called(subject: tuple[str, ...]) -> str:
    """What the URL calls a subject."""
    return " ".join(
        str(value) for dim, value in zip(SUBJECT, subject, strict=True) if _is_told(dim)
    )


def _is_told(dimension: str) -> bool:
    """Whether a subject's name has this dimension: a study only where there are several."""
    return dimension != "study" or len(store.studies()) > 1


def of(
    view: Analysis, counts: pl.DataFrame, subject: tuple[str, ...], model: str
) -> dict[str, pl.DataFrame]:
    """The profile of a dataset and a model, by judge.

    Args:
        view: What is looked at.
        counts: The counts frame of the view.
        subject: The values of `SUBJECT`.
        model: The model.

    Returns:
        For every judge a row per index and part, no index left out: heading, index, label, scale,
        of, definition, part, value, low, high, n, note. Where an index could not be computed,
        value is null and note says why.
    """
    rows = _indices(view, subject, model)
    judges = _most_counted(_own(counts, subject), ["judge"])
    return {judge: _complete(rows.filter(judge=judge), model) for (judge,) in judges}


def _indices(view: Analysis, subject: tuple[str, ...], model: str) -> pl.DataFrame:
    """The indices of a dataset and a model, and those of all models or of all datasets."""
    experiment, trait, dataset, study = subject
    within = view.slice.narrowed(experiment=experiment, trait=trait, study=study)
    return arms.profile(replace(view, slice=within)).filter(
        pl.col("dataset").is_null() | (pl.col("dataset") == dataset),
        pl.col("model").is_null() | (pl.col("model") == model),
    )


def _claimed(row: Mapping[str, Any]) -> str:
    """What an index is called where it is kept as a claim."""
    own = [row["label"], row["part"] or "", values.value("model", row["model"] or "")]
    return " · ".join(filter(None, [*own, values.value("judge", row["judge"])]))


def plots(rows: pl.DataFrame) -> list[partial[alt.LayerChart]]:
    """A chart for every scale that a profile has defined indices on."""
    known = rows.filter(pl.col("value").is_not_null())
    lines = {scale: _lines(known.filter(scale=scale)) for scale in SCALES}
    every = [line for group in lines.values() for line in group]
    if not every:
        return []
    width = forest.labels_width(every)
    return [
        partial(
            forest.chart,
            group,
            _scale(scale, group),
            _MARK,
            width=width,
            legend=False,
            clickable=False,
        )
        for scale, group in lines.items()
        if group
    ]


def doses(rows: pl.DataFrame) -> str:
    """The half-effect doses of a profile in one sentence, as far as there are any."""
    known = rows.filter(pl.col("value").is_not_null(), scale="dose")
    told = [f"{_name(row)} {_written(row)}" for row in known.iter_rows(named=True)]
    return f"{'; '.join(told)}." if told else ""


def undefined(rows: pl.DataFrame) -> str:
    """The indices that are undefined, with the reason that some of them share, in one sentence."""
    reasons: dict[str, list[str]] = {}
    for row in brief(rows).filter(pl.col("value").is_null()).iter_rows(named=True):
        reasons.setdefault(row["note"], []).append(_name(row).lower())
    told = [f"{numbers.listing(names, len(names))} ({note})" for note, names in reasons.items()]
    return f"Undefined here: {'; '.join(told)}." if told else ""


def stacked(profiles: Mapping[str, pl.DataFrame], title: str) -> alt.VConcatChart:
    """The profiles of every judge, as one chart to take away."""
    parts = []
    for judge, rows in profiles.items():
        first, *rest = (plot() for plot in plots(rows) or [_nothing(rows)])
        heading = alt.TitleParams(f"Judge: {values.value('judge', judge)}", anchor="start")
        parts += [first.properties(title=heading), *rest]
    return alt.vconcat(*parts, title=alt.TitleParams(title, anchor="start"))


def table(profiles: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Every index in words, with its definition."""
    rows = pl.concat(frame.with_columns(judge=pl.lit(j)) for j, frame in profiles.items())
    written = [_written(row) for row in rows.iter_rows(named=True)]
    return rows.select(
        pl.Series("index", [_name(row) for row in rows.iter_rows(named=True)], pl.String()),
        pl.Series("value", written, pl.String()),
        "n",
        "of",
        "note",
        "definition",
        pl.Series("judge", [values.value("judge", judge) for judge in rows["judge"]], pl.String()),
    )


def raw(profiles: Mapping[str, pl.DataFrame], subject: tuple[str, ...], model: str) -> pl.DataFrame:
    """The profiles to take away, values on their own scales."""
    rows = pl.concat(frame.with_columns(judge=pl.lit(j)) for j, frame in profiles.items())
    where = dict(zip(SUBJECT, subject, strict=True)) | {"model": model}
    return rows.select(
        *(pl.lit(v).alias(n) for n, v in where.items()), "judge", pl.all().exclude("judge")
    )


def _own(counts: pl.DataFrame, subject: tuple[str, ...]) -> pl.DataFrame:
    """The counts of a subject."""
    return counts.filter(
        pl.col(name).eq_missing(pl.lit(value)) for name, value in zip(SUBJECT, subject, strict=True)
    )


def _models(counts: pl.DataFrame, subject: tuple[str, ...]) -> dict[str, str]:
    """The models fine-tuned on a subject's dataset and their labels, the most counted first."""
    own = _own(counts, subject)
    return values.distinct("model", (model for (model,) in _most_counted(own, ["model"])))


def most_elicited(counts: pl.DataFrame) -> list[tuple[Any, ...]]:
    """The subjects, those that some judge saw most often first."""
    seen = counts.group_by(*SUBJECT, "judge").agg(pl.col("n_trait").sum())
    most = seen.group_by(SUBJECT).agg(pl.col("n_trait").max())
    descending = [True, *(False for _ in SUBJECT)]
    return most.sort("n_trait", *SUBJECT, descending=descending).select(SUBJECT).rows()


def _most_counted(counts: pl.DataFrame, dims: Sequence[str]) -> list[tuple[Any, ...]]:
    sums = counts.group_by(dims).agg(pl.col("n_counted").sum())
    return (
        sums.sort("n_counted", *dims, descending=[True, *(False for _ in dims)]).select(dims).rows()
    )


def _complete(rows: pl.DataFrame, model: str) -> pl.DataFrame:
    """The rows in the order of `INDICES`, and one without a value for every index that has none."""
    known = pl.DataFrame(
        [(key, at, *index) for at, (key, index) in enumerate(INDICES.items())],
        schema=["index", "place", "label", "scale", "of", "definition"],
        orient="row",
    )
    own = rows.select("index", "model", "dataset", "part", "value", "low", "high", "n", "note")
    heading = (
        pl.when(pl.col("index").str.starts_with("emergence"))
        .then(pl.lit(OVER_MODELS))
        .when(pl.col("index") == "variance_share")
        .then(pl.lit(OVERALL))
        .otherwise(pl.lit(values.value("model", model)))
    )
    return (
        known.join(own, on="index", how="left", maintain_order="left_right")
        .with_columns(
            heading.alias("heading"),
            pl.when(pl.col("value").is_null())
            .then(pl.col("note").fill_null("nothing in sight to compute it from"))
            .otherwise("note")
            .alias("note"),
        )
        .drop("place", "model", "dataset")
    )


def brief(rows: pl.DataFrame) -> pl.DataFrame:
    """With one row for an index of which every part is undefined for the same reason."""
    alike = pl.col("value").is_null().all() & (pl.col("note").n_unique() == 1)
    first = pl.int_range(pl.len()).over("index") == 0
    return (
        rows.with_columns(alike.over("index").alias("alike"))
        .filter(~pl.col("alike") | first)
        .with_columns(pl.when(~pl.col("alike")).then("part").alias("part"))
        .drop("alike")
    )


def _nothing(rows: pl.DataFrame) -> partial[alt.LayerChart]:
    """A chart of what is undefined, where nothing else is there to be taken away."""
    lines = _lines(brief(rows))
    return partial(forest.chart, lines, Span(SCALES["share"], 0, 100), _MARK, legend=False)


def _lines(rows: pl.DataFrame) -> list[Estimated]:
    """The indices as lines of a forest, those under one heading together."""
    return [
        _line(at, row)
        for at, row in enumerate(rows.sort("heading", maintain_order=True).iter_rows(named=True))
    ]


def _line(at: int, row: Mapping[str, Any]) -> Estimated:
    value, low, high = (numbers.hundredth(row[n]) for n in ("value", "low", "high"))
    written = _written(row)
    return Estimated(
        cell=at,
        heading=row["heading"],
        name=_name(row),
        text="undefined" if value is None else f"{written} · {_n(row)}",
        value=value,
        low=low,
        high=high,
        group=_INDEX,
        is_result=True,
        missing=row["note"] if value is None else None,
        about={
            "Index": _name(row),
            "Value": written,
            "Of": _n(row),
            "Note": row["note"] or "–",
            "Definition": row["definition"],
        },
    )


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['label']}: {row['part'].replace('_', ' ')}" if row["part"] else row["label"]


def _n(row: Mapping[str, Any]) -> str:
    return f"n = {numbers.plural(row['n'] or 0, row['of'].removesuffix('s'))}"


def _written(row: Mapping[str, Any]) -> str:
    """An index's value and interval on its own scale."""
    value, low, high = row["value"], row["low"], row["high"]
    if value is None:
        return "undefined"
    if row["scale"] == "points":
        return numbers.points(value, low, high)
    if row["scale"] != "dose":
        return numbers.percent(value, low, high).replace("-", "−")
    return f"{value:.4g}" if low is None else f"{value:.4g} [{low:.4g}, {high:.4g}]"


def _scale(scale: str, lines: Sequence[Estimated]) -> Span:
    """A scale that holds the lines; neither shares nor differences of them go beyond 100."""
    if scale == "share":
        return Span(SCALES[scale], 0, 100)
    low, high = forest.span(
        (end for line in lines for end in (line.value, line.low, line.high)), 10
    )
    return Span(SCALES[scale], max(low, -100), min(high, 100) if scale == "points" else high)
