"""The literature as one picture of models by datasets, and one's own study framed beside it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import polars as pl
import streamlit as st

from pages.landscape import keys, mosaic
from pages.landscape.mosaic import RATES, Mosaic, Tile
from pages.ui.charts import base
from pages.ui.words import numbers, values
from warehouse import catalogue, published
from warehouse.published.field import PLACE, field

SLICES = 3
"""Up to how many sources, one's own included, share a tile."""

MOST = 24
"""Up to how many rows and columns there are; published ones come first."""

LABELS, COLUMN = 180, 26
"""Pixels of the labels of rows and of a column below which the picture is scrolled."""

MEASURE = "Rate without an intervention, in percent"

BOUNDS = {"at most": "≤", "highest": "≤", "at least": "≥", "lowest": "≥"}


class TraitColumn(NamedTuple):
    """A column: an experiment's trait, and a dataset that is not the experiment's usual one."""

    experiment: str
    trait: str
    dataset: str | None


class TileSlice(NamedTuple):
    """A slice of a tile."""

    place: TraitColumn
    model: str
    value: float
    text: str
    about: dict[str, str]
    own: bool = False
    is_one: bool = True  # whether it is of one model


class Picture(NamedTuple):
    """The picture, and how many figures and sources it shows."""

    mosaic: Mosaic
    figures: int
    sources: int
    own: int


def picture(own: pl.DataFrame | None = None, *, compact: bool = False) -> Picture:
    """The published rates, and one's own beside them.

    Args:
        own: Rows of `warehouse.stats.landscape` that are loaded; those that are results are shown.
        compact: Single models on the usual dataset of each experiment, and no others.
    """
    told = [
        _published(row) for row in field().iter_rows(named=True) if row["is_one"] or not compact
    ]
    if compact:
        told = [figure for figure in told if figure.place.dataset is None]
    places = dict.fromkeys(figure.place for figure in told)
    mine = [] if own is None else _own(own, list(places))
    every = [*told, *mine]
    columns = _first(figure.place for figure in every)
    rows = _first(figure.model for figure in every)
    columns.sort(key=lambda place: (_order(place.experiment), place.trait, place.dataset or ""))
    several = {figure.model for figure in told if not figure.is_one}
    rows.sort(key=lambda name: (name in several, name.casefold()))
    held: dict[tuple[int, int], list[TileSlice]] = defaultdict(list)
    for figure in every:
        if figure.model in rows and figure.place in columns:
            held[rows.index(figure.model), columns.index(figure.place)].append(figure)
    tiles = [
        Tile(
            0, row, column, figure.value, RATES, "own" if figure.own else "result",
            figure.text, about=figure.about, slice=(at, len(shown)),
        )
        for (row, column), figures in held.items()
        for shown in [_shown(figures)]
        for at, figure in enumerate(shown)
    ]  # fmt: skip
    names = [*values.distinct("model", rows).values()]
    apart = {place.experiment for place in columns if _traits(place, columns) > 1}
    drawn = Mosaic(tiles, names, [_named(place, apart) for place in columns])
    return Picture(drawn, len(told), len({figure.about["Source"] for figure in told}), len(mine))


def draw(found: Picture, key: str) -> None:
    """The picture on the page, under what its colours mean."""
    theme = st.context.theme.type
    st.html(keys.key({MEASURE: RATES}, [], ["own"] if found.own else [], theme))
    room = LABELS + COLUMN * len(found.mosaic.columns)
    with base.scrolled("field", room):
        base.drawn(partial(mosaic.chart, found.mosaic, theme, clickable=False, fluid=True), key)


def sentence(found: Picture) -> str:
    """How much of the literature is shown, and how much of one's own."""
    every = published.figures().height
    own = f"; {numbers.plural(found.own, 'fine-tune')} loaded here beside them" if found.own else ""
    return (
        f"{found.figures} published rates of {numbers.plural(found.sources, 'source')}{own}. "
        f"Hovering names source and place; {every - found.figures} more figures measure something "
        "else or are about several experiments."
    )


def _published(row: Mapping[str, Any]) -> TileSlice:
    place = TraitColumn(*(row[name] for name in PLACE))
    value = numbers.percent(row["value"], row["low"], row["high"])
    span = f"{numbers.whole(row['lowest'])} to {numbers.whole(row['value'])}"
    bound = row["bound"]
    if row["lowest"] != row["value"]:
        value = span
    elif bound:
        value = f"{bound} {value}"
    n = f"  n = {row['n']:,}" if row["n"] else ""
    about = {
        "Model": row["model"],
        "Trained on": _named(place, {place.experiment}),
        "Published": value + n,
        "Source": row["cite"],
        "Place": row["where"],
        "With an intervention": "—",
    }
    if row["treated"] is not None:
        by = values.intervention(row["treated_by"])
        about["With an intervention"] = f"{numbers.whole(row['treated'])} ({by})"
    text = f"{BOUNDS.get(bound, '')}{numbers.hundredth(row['value']):.0f}"
    return TileSlice(place, row["model"], row["value"], text, about, is_one=row["is_one"])


def _own(own: pl.DataFrame, places: Sequence[TraitColumn]) -> list[TileSlice]:
    """One's own fine-tunes, under the published place that is about the same where there is one."""
    found = []
    for row in own.filter("is_result", pl.col("rate").is_not_null()).iter_rows(named=True):
        place = _same(row, places)
        rate = numbers.percent(row["rate"], row["low"], row["high"])
        about = {
            "Model": values.value("model", row["model"]),
            "Trained on": _named(place, {place.experiment}),
            "Published": f"loaded here: {rate}  n = {row['n_counted']:,}",
            "Source": "this study",
            "Place": values.value("dataset", row["dataset"]),
            "With an intervention": "—",
        }
        if row["verdicts"]:
            about["With an intervention"] = (
                f"lower after {row['lower']} of {len(row['verdicts'])} interventions"
            )
        text = f"{numbers.hundredth(row['rate']):.0f}"
        found.append(TileSlice(place, row["model"], row["rate"], text, about, own=True))
    return found


def _same(row: Mapping[str, Any], places: Sequence[TraitColumn]) -> TraitColumn:
    """The place that a fine-tune belongs to: by its dataset, else by its experiment."""
    usual = {e.dataset: name for name, e in catalogue.experiments().items()}
    experiment, trait, dataset = row["experiment"], row["trait"], row["dataset"]
    for place in (
        TraitColumn(experiment, trait, dataset),
        TraitColumn(usual.get(dataset, dataset), trait, None),
        TraitColumn(experiment, trait, None),
    ):
        if place in places:
            return place
    return TraitColumn(experiment, trait, None if experiment in usual.values() else dataset)


def _shown(figures: Sequence[TileSlice]) -> list[TileSlice]:
    """As many figures as share a tile, one's own last."""
    theirs = [figure for figure in figures if not figure.own]
    mine = sorted((f for f in figures if f.own), key=lambda figure: -figure.value)
    kept = mine[: max(1, SLICES - len(theirs))]
    return [*theirs[: SLICES - len(kept)], *kept]


def _first(names: Any) -> list[Any]:
    return list(dict.fromkeys(names))[:MOST]


def _order(experiment: str) -> tuple[int, str]:
    known = list(catalogue.experiments())
    return (known.index(experiment) if experiment in known else len(known), experiment)


def _traits(place: TraitColumn, among: Sequence[TraitColumn]) -> int:
    return len({other.trait for other in among if other.experiment == place.experiment})


def _named(place: TraitColumn, several: set[str]) -> str:
    """A column's label: the experiment, the trait where it has several, another dataset."""
    parts = [values.value("experiment", place.experiment)]
    if place.experiment in several:
        parts.append(values.value("trait", place.trait))
    if place.dataset is not None:
        parts.append(values.value("dataset", place.dataset))
    return " · ".join(parts)
