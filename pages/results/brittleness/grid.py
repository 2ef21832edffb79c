"""Grids: the arms of a measure laid out as the panels, rows and columns of heatmaps."""

from collections import Counter
from typing import Literal, NamedTuple

import numpy as np
import polars as pl

from pages.results.brittleness.heatmap import Heatmap
from pages.results.brittleness.measures import MEASURES, Measure
from pages.ui.parts import bounded
from pages.ui.view import arms, cells, store
from pages.ui.words import wordings
from warehouse import defaults
from warehouse.analysis import Analysis
from warehouse.stats.estimates import Floats, Ints
from warehouse.stats.ordering import by_name, by_similarity, by_value
from warehouse.stats.pooling import WAYS
from warehouse.stats.rates import IDENTITY
from warehouse.stats.units import UNITS

MOST = 12
"""How many heatmaps a page draws."""

LABELLED = 8
"""How many columns a heatmap has at most before it is drawn for each experiment alone."""

ORDERS = {"name": "by name", "value": "highest mean first", "similarity": "similar ones together"}

MIDDLES = {"mean": "Mean", "median": "Median"}
TREATED = "\nof interventions"
"""What the middle of a row or column is called at its end."""

UNTUNED = "Untuned model"
CONTROL = "Control"


class GridLayout(NamedTuple):
    """The dimensions that make the panels, rows and columns of a grid.

    `settings` is the side that tells fine-tunes apart that were trained, or whose answers were
    sampled, in different ways, where a cell would else hold several.
    """

    label: str
    panels: tuple[str, ...]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    settings: Literal["rows", "columns"] = "rows"

    @property
    def by(self) -> tuple[str, ...]:
        """The dimensions that separate cells besides those of an arm."""
        return tuple(name for name in self.rows if name not in arms.KEY)

    @property
    def keys(self) -> tuple[str, ...]:
        """Everything that tells cells apart."""
        return (*arms.KEY, *self.by)

    def side(self, name: Literal["rows", "columns"]) -> list[str]:
        """The columns that make the rows, or the columns, of a panel."""
        dims = self.rows if name == "rows" else self.columns
        return [*dims, "setting"] if name == self.settings else [*dims]


_TREATMENT = ("intervention", "eval_intervention")
_COMPARED = ("untuned", *_TREATMENT)

LAYOUTS = {
    "models": GridLayout(
        "Model × dataset",
        ("judge", "study"),
        ("model", *_TREATMENT),
        ("experiment", "trait", "dataset"),
    ),
    "interventions": GridLayout("Model × intervention", IDENTITY, ("model", "dataset"), _COMPARED),
    "datasets": GridLayout(
        "Dataset × intervention",
        ("model", "judge", "study"),
        ("experiment", "trait", "dataset"),
        _COMPARED,
    ),
    "questions": GridLayout(
        "Question × condition",
        IDENTITY,
        ("question",),
        ("model", "dataset", *_COMPARED),
        settings="columns",
    ),
}
"""Every layout, by the name that links use."""

_ORDERED = {"value": by_value, "similarity": by_similarity}
_UNTUNED = pl.col("dataset").eq_missing(pl.lit("none"))
_PROMPTED = pl.col("eval_intervention").fill_null("none") != "none"
_PLAIN = (pl.col("intervention") == "none") & ~_PROMPTED


def standard(found: pl.DataFrame) -> str:
    """The layout that tells most of these arms: with interventions where there are any."""
    treated = found.filter(~_UNTUNED & ~_PLAIN)
    return "models" if treated.is_empty() else "interventions"


def chosen(found: pl.DataFrame, layout: GridLayout) -> pl.DataFrame:
    """The arms (`measures.of`) that a layout shows.

    Model × dataset shows fine-tunes without an intervention, as long as any is in sight.
    """
    plain = found.filter(_PLAIN)
    if layout is not LAYOUTS["models"] or plain.filter(~_UNTUNED).is_empty():
        return found
    return plain


def panels(
    found: pl.DataFrame,
    layout: GridLayout,
    order: str,
    view: Analysis,
    counts: pl.DataFrame,
    measure: str = "rate",
) -> list[Heatmap]:
    """The heatmaps of a grid, one for each value of its panels' dimensions.

    Args:
        found: The arms, as `chosen`; a cell is named by its row in this frame.
        layout: How they are laid out.
        order: A key of `ORDERS`.
        view: What is looked at.
        counts: The counts frame of the view.
        measure: What the values are, a key of `MEASURES`.
    """
    numbered = found.with_row_index("cell").with_columns(_UNTUNED.alias("untuned"))
    placed = _beside_tuned(_split(numbered, layout), layout)
    said = _said(placed, cells.named(placed, counts, layout.keys), layout)
    parts = said.partition_by(layout.panels, maintain_order=True)
    parts = [narrow for part in parts for narrow in narrowed(part, layout)]
    drawn = [_panel(part, layout, order, view, MEASURES[measure]) for part in parts]
    return sorted(drawn, key=lambda panel: panel.heading.casefold())


def notes(
    found: pl.DataFrame, layout: GridLayout, panels: list[Heatmap], measure: str = "rate"
) -> list[str]:
    """What the heatmaps do not show of the view, and where it is."""
    said = []
    middle = MEASURES[measure].middle
    if middle and any(panel.summary is not None for panel in panels[:MOST]):
        apart = (
            f" The {middle} of interventions is without the control and untuned models."
            if "untuned" in layout.columns
            else ""
        )
        said.append(
            f"Italic: the {middle} of a row or column; cells that are no result are left out, and "
            f"all others have equal weight.{apart}"
        )
    if layout is LAYOUTS["models"] and found.select(_PLAIN.all()).item():
        said.append("Models fine-tuned without an intervention, and untuned ones.")
    if len(panels) > MOST:
        said.append(f"The first {MOST} of {len(panels)} heatmaps; filter to see the others.")
    for place, side in enumerate(("rows", "columns")):
        of = max((panel.left_out[place] for panel in panels[:MOST]), default=0)
        if of:
            said.append(bounded.told(bounded.SIDE, bounded.SIDE + of, side))
    return said


def narrowed(part: pl.DataFrame, layout: GridLayout) -> list[pl.DataFrame]:
    """A panel with more columns than have room for their labels, by experiment."""
    experiments = part["experiment"].n_unique()
    columns = part.select(layout.columns).n_unique()
    if "experiment" not in layout.columns or columns <= LABELLED or experiments > MOST:
        return [part]
    return part.partition_by("experiment", maintain_order=True)


def _split(found: pl.DataFrame, layout: GridLayout) -> pl.DataFrame:
    """With the ways of those rows, or columns, that would else have several in one cell."""
    side = layout.rows if layout.settings == "rows" else layout.columns
    crowded = (
        found.group_by(*layout.panels, *layout.rows, *layout.columns)
        .agg((pl.col(*WAYS).n_unique() > 1).name.prefix("several_"))
        .group_by(side)
        .agg(pl.col("^several_.*$").any())
    )
    joined = found.join(crowded, on=list(side), how="left", nulls_equal=True, maintain_order="left")
    told = [pl.when(f"several_{way}").then(pl.col(way).replace("", None)) for way in WAYS]
    setting = pl.concat_str(told, separator=" · ", ignore_nulls=True).replace("", None)
    return joined.with_columns(setting.alias("setting")).drop(f"several_{way}" for way in WAYS)


def _beside_tuned(found: pl.DataFrame, layout: GridLayout) -> pl.DataFrame:
    """The cells of untuned models once in every panel and row of what was made of them."""
    taken = [n for n in ("dataset", "setting") if n in (*layout.panels, *layout.side("rows"))]
    on = [*IDENTITY, "model"]
    tuned, untuned = found.filter(~pl.col("untuned")), found.filter("untuned")
    if untuned.select((pl.col("sampling").n_unique().over(on) > 1).any()).item():
        on.append("sampling")
    places = tuned.select(*on, *taken).unique(maintain_order=True)
    beside = untuned.drop(taken).join(places, on=on, maintain_order="left")
    alone = untuned.join(places, on=on, how="anti")
    return pl.concat([tuned, *(rows.select(tuned.columns) for rows in (beside, alone))])


def _said(placed: pl.DataFrame, human: pl.DataFrame, layout: GridLayout) -> pl.DataFrame:
    """The cells with what their labels say of each dimension, `said_…`; null for nothing."""
    shown = pl.lit("untuned" in layout.columns)
    said = placed.with_columns(
        human[name].str.replace(r" \([^()]*\)$", "").alias(f"said_{name}") for name in layout.keys
    )
    if len(store.studies()) < 2:
        said = said.with_columns(said_study=pl.lit(None, pl.String()))
    text = pl.when(pl.col("eval_intervention") == pl.col("intervention")).then(
        pl.lit("asked with its text")
    )
    return said.with_columns(
        pl.when(shown & _UNTUNED)
        .then(None)
        .when(_UNTUNED)
        .then(pl.lit(UNTUNED))
        .when(pl.col("said_dataset") != pl.col("said_experiment"))
        .then("said_dataset")
        .alias("said_dataset"),
        pl.when("untuned").then(pl.lit(UNTUNED)).alias("said_untuned"),
        pl.when(pl.col("intervention") != "none")
        .then("said_intervention")
        .when(shown & ~pl.col("untuned"))
        .then(pl.lit(CONTROL))
        .alias("said_intervention"),
        pl.when(_PROMPTED)
        .then(text.otherwise(pl.format("asked with {}", "said_eval_intervention")))
        .alias("said_eval_intervention"),
        pl.col("setting").replace("", None).alias("said_setting"),
    )


def _panel(
    part: pl.DataFrame, layout: GridLayout, order: str, view: Analysis, measure: Measure
) -> Heatmap:
    """The heatmap of one panel."""
    row, rows, _ = _labelled(part, layout.side("rows"), common="dataset" in layout.rows)
    column, columns, common = _labelled(part, layout.side("columns"), common=True)
    held = np.full((len(rows), len(columns)), np.nan)
    held[row, column] = part["value"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    first = part.row(0, named=True)
    where = [first[f"said_{name}"] for name in layout.panels if name != "judge"]
    noun = pl.when(pl.col("questions") == 1).then(pl.lit("question")).otherwise(pl.lit("questions"))
    drawn = part.select(
        "cell",
        pl.Series("row", [rows[at] for at in row], pl.String()),
        pl.Series("column", [columns[at] for at in column], pl.String()),
        "value",
        "verdict",
        "short",
        "text",
        pl.when(pl.col("short") == "")
        .then(pl.lit("undefined"))
        .when("is_result")
        .then(pl.lit("result"))
        .when(pl.col("n") < defaults.FEWEST)
        .then(pl.lit("few"))
        .otherwise(pl.lit("not a result"))
        .alias("state"),
        pl.when(pl.col("short").str.contains("\n", literal=True))
        .then(pl.lit(""))
        .otherwise(pl.format("n = {}", "n"))
        .alias("n"),
        pl.format("{}/{} · {} {}", "n_trait", "n_counted", "questions", noun).alias("counts"),
        pl.when("untuned")
        .then(pl.lit("not fine-tuned"))
        .otherwise(pl.col("settings").replace("", None).fill_null("settings unknown"))
        .alias("trained"),
        wordings.column(part),
        pl.col("doubt").is_not_null().alias("flagged"),
        pl.col("doubt").fill_null("–"),
    )
    shown = [_ordered(rows, held, order), _ordered(columns, held.T, order)]
    fit = [side[: bounded.SIDE] for side in shown]
    return Heatmap(
        where=" · ".join(name for name in (*where, *common) if name),
        judge=first["said_judge"],
        about=f"{view.rule.title} · 95 % intervals about {UNITS[view.unit].about}",
        cells=drawn.filter(pl.col("row").is_in(fit[0]), pl.col("column").is_in(fit[1])),
        rows=fit[0],
        columns=fit[1],
        left_out=(len(shown[0]) - len(fit[0]), len(shown[1]) - len(fit[1])),
        summary=_summary(part, drawn, fit, layout, measure),
    )


def _summary(
    part: pl.DataFrame,
    drawn: pl.DataFrame,
    fit: list[list[str]],
    layout: GridLayout,
    measure: Measure,
) -> pl.DataFrame | None:
    """Each row's middle over what was trained with something, each column's over all rows."""
    if measure.middle is None:
        return None
    sound = part.select((pl.col("is_result") & pl.col("value").is_not_null()).alias("sound"))
    held = pl.concat([drawn.select("row", "column"), part.select("value"), sound], how="horizontal")
    treated = held.filter(~part["untuned"] & ~part.select(_PLAIN).to_series(), "sound")
    over_rows = held.filter("sound")
    middle = getattr(pl.col("value").cast(pl.Float64()), measure.middle)()
    made = []
    for own, over, along, side in (
        (fit[0], treated if "untuned" in layout.columns else over_rows, "row", 1),
        (fit[1], over_rows, "column", 0),
    ):
        if len(fit[side]) < 2:
            continue
        label = MIDDLES[measure.middle] + (TREATED if over is treated else "")
        across = "column" if along == "row" else "row"
        means = over.filter(pl.col(along).is_in(own), pl.col(across).is_in(fit[side]))
        found = means.group_by(along, maintain_order=True).agg(middle.alias("value"))
        made.append(
            found.select(
                pl.col(along),
                pl.lit(label).alias(across),
                pl.Series("short", [measure.short(v) for v in found["value"]], pl.String()),
            ).select("row", "column", "short")
        )
    return pl.concat(made) if made else None


def _labelled(
    part: pl.DataFrame, dims: list[str], common: bool
) -> tuple[Ints, list[str], list[str]]:
    """The row or column of every cell, the labels of these, and what all of them would say.

    What all would say is in their labels unless it is asked for as `common`. A label's first part
    stands on a line of its own.
    """
    keys = part.select(*dims, *(f"said_{name}" for name in dims)).unique(dims, maintain_order=True)
    said = {name: keys[f"said_{name}"].to_list() for name in dims}
    alike = [name for name in dims if common and keys.height > 1 and len({*said[name]}) == 1]
    rest = [said[name] for name in dims if name not in alike]
    if not all(map(any, zip(*rest, strict=True))):
        alike, rest = [], list(said.values())
    lines = zip(*rest, strict=True)
    found = ["\n".join(_two([text for text in line if text])) for line in lines]
    raw, seen = keys.select(dims).rows(), Counter(found)
    names = [
        name if seen[name] == 1 else f"{name} · {' · '.join(map(str, held))}"
        for name, held in zip(found, raw, strict=True)
    ]
    at = {held: number for number, held in enumerate(raw)}
    place = np.array([at[held] for held in part.select(dims).rows()], dtype=np.int64)
    return place, names, [said[name][0] for name in alike]


def _two(parts: list[str]) -> list[str]:
    """The first part, and the rest as a second one."""
    return [*parts[:1], *([" · ".join(parts[1:])] if parts[1:] else [])]


def _ordered(names: list[str], held: Floats, order: str) -> list[str]:
    """Labels in the order asked for; by name, the untuned model and the control come first."""
    if order in _ORDERED:
        return [names[at] for at in _ORDERED[order](held)]
    pinned = [name.replace(UNTUNED, " 0").replace(CONTROL, " 1") for name in names]
    return [names[at] for at in by_name(pinned)]
