"""Where the cells of a layout lie: a line each, beside each other where a second dimension allows.

Cells that share the second dimension's value are a panel: small multiples over the same lines, on
the same scale. What no line differs in is said once above the picture, and never on a line.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from pages.ui.charts import base
from pages.ui.view import cells
from pages.ui.words import armnames, numbers, values
from warehouse.stats.rates import IDENTITY

NOTHING = "nothing"
"""No second dimension."""

DIMENSIONS = (
    "model",
    "intervention",
    "dataset",
    "kind",
    "relevance",
    "placement",
    "eval_intervention",
    "settings",
    "question",
    "question_group",
    "family",
    "size",
    "dose",
    "epochs",
    "lora_rank",
    "seed",
    "temperature",
    "sampling",
    "run",
    "evaluation",
)
"""The dimensions rates can be laid out by; those of `IDENTITY` are never pooled over."""

SORTS = {
    "high": "highest rate first",
    "low": "lowest rate first",
    "name": "by name",
}
"""In which order lines stand."""

MARKS = 30
"""How many marks are drawn at once; the others are on further pages."""

TALL = 20
"""How many lines are, where names take two lines of text."""

PANELS = 4
"""How many panels stand beside each other at most."""

FULL = 0.6
"""The share of places with a cell from which panels are worth their room."""

UNTOLD = (None, "", "none", "unrecorded")
"""Values that say nothing of all lines: not known, or not done."""

OF_TUNING = ("dataset", "settings")
"""What only a fine-tune has."""

ENDS = (0.2, 0.4, 1.0)
"""Where the scale may end: the first that holds every interval in sight."""


class CellLayout(NamedTuple):
    """The cells as they are drawn, all pages of them."""

    cells: pl.DataFrame  # see `laid_out`
    panels: list[str]  # what they are called; one without a name where there is a single one
    groups: list[str]  # what a colour stands for; one where nothing is told by colours
    shared: str  # what holds for all of them
    end: float  # of the scale, a share

    @property
    def pages(self) -> int:
        """Over how many pages the lines go."""
        found: int = self.cells["page"].max()  # type: ignore[assignment]
        return found

    def page(self, number: int) -> pl.DataFrame:
        """The cells of a page, from 1."""
        return self.cells.filter(page=number)


def dimensions(first: str, second: str) -> list[str]:
    """The dimensions of a layout of one or two, without repeats."""
    return [first] if second in (NOTHING, first) else [first, second]


def laid_out(
    found: pl.DataFrame, counts: pl.DataFrame, by: Sequence[str], asked: Sequence[str], order: str
) -> CellLayout:
    """The cells of `cells.of` in lines and panels.

    Args:
        found: The cells.
        counts: The counts frame they were made of.
        by: Their dimensions.
        asked: Those of them that somebody asked for, of which one may make panels.
        order: A key of `SORTS`: lines are sorted by their highest or lowest rate.

    Returns:
        The columns of `cells.of`, name (the cell's, without what all cells share), line (its
        label, over one or two lines of text, then what makes it unique), at (its place, from 0),
        page (from 1), panel (its number, from 0), group, and the rate in writing: percent, said
        (with its interval) and counted (with n besides).
    """
    dims = [*by, *(name for name in IDENTITY if name not in by)]
    human = cells.named(found, counts, by)
    across = _across(found, dims, asked)
    of_lines = [name for name in dims if name != across]
    told = _varying(found, of_lines)
    rows = found.to_dicts()
    said = human.to_dicts()
    is_told = across == "dataset" or "intervention" in told  # whether a model is untuned
    names = [_name(row, how, told, is_told) for row, how in zip(rows, said, strict=True)]
    panels, panel = [""], [0] * len(rows)
    if across is not None:
        first = pl.col(across).cast(pl.String()).is_in(UNTOLD[1:])
        of_panel = found.select(across).unique().sort(~first, across)[across].to_list()
        panel = [of_panel.index(row[across]) for row in rows]
        shown = [panel.index(at) for at in range(len(of_panel))]
        panels = [_part(across, rows[at], said[at]) or armnames.UNTUNED for at in shown]
    group, groups = _groups(human)
    placed = found.drop("line").with_columns(
        pl.Series("name", _full(names, panels, panel), pl.String()),
        pl.Series("label", names, pl.String()),
        pl.Series("panel", panel, pl.Int64()),
        pl.Series("group", group, pl.String()),
        *_written(rows),
    )
    placed = _placed(placed, of_lines, order)
    fixed = [name for name in by if name not in told and name != across]
    return CellLayout(placed, panels, groups, _shared(rows, said, fixed), _end(found))


def _across(found: pl.DataFrame, dims: Sequence[str], asked: Sequence[str]) -> str | None:
    """The dimension that makes panels: few values, and most lines in each."""
    for name in asked:
        panels = found[name].n_unique()
        rest = [other for other in dims if other != name]
        lines = found.select(rest).n_unique()
        if 2 <= panels <= PANELS and lines > 1 and found.height >= FULL * panels * lines:
            return name
    return None


def _varying(found: pl.DataFrame, dims: Sequence[str]) -> list[str]:
    """The dimensions in which lines differ; the first where they differ in none.

    An untuned model is called one, which says all of its dataset and settings.
    """
    tuned = found
    if {"dataset", "intervention"} <= set(dims):
        tuned = found.filter(pl.col("dataset").ne_missing("none"))
    differ = {name: tuned if name in OF_TUNING else found for name in dims}
    return [name for name, rows in differ.items() if rows[name].n_unique() > 1] or list(dims[:1])


def _full(names: Sequence[str], panels: Sequence[str], panel: Sequence[int]) -> list[str]:
    """What a cell is called where its panel is not seen."""
    named = zip(names, panel, strict=True)
    return [" · ".join(filter(None, (panels[at], name))) for name, at in named]


def _name(
    row: Mapping[str, Any], human: Mapping[str, str], told: Sequence[str], is_told: bool
) -> str:
    """What a line is called: what it differs in from others."""
    untuned = row.get("dataset") == "none" and not is_told
    parts = [armnames.UNTUNED] * untuned + _parts(row, human, told)
    return " · ".join(parts) or " · ".join(str(human[name]) for name in told)


def _shared(
    rows: Sequence[Mapping[str, Any]], human: Sequence[Mapping[str, str]], fixed: Sequence[str]
) -> str:
    """What holds for every line, but for what is not known and what was not done."""
    for row, how in zip(rows, human, strict=True):
        if row.get("dataset") != "none":
            known = [name for name in fixed if row[name] not in UNTOLD]
            return " · ".join(_parts(row, how, known))
    return ""


def _parts(row: Mapping[str, Any], human: Mapping[str, str], names: Sequence[str]) -> list[str]:
    """What there is to say of a cell, each once."""
    told = armnames.ORDER
    ordered = sorted(names, key=lambda name: told.index(name) if name in told else len(told))
    return list(dict.fromkeys(filter(None, (_part(name, row, human) for name in ordered))))


def _part(name: str, row: Mapping[str, Any], human: Mapping[str, str]) -> str:
    """The value of one dimension, as a line says it."""
    if name in armnames.ORDER and name not in IDENTITY:
        return armnames.part(name, row)
    return cells.short(human[name] if name in human else values.value(name, row[name]))


def _groups(human: pl.DataFrame) -> tuple[list[str], list[str]]:
    """The kind of each cell's intervention, where the layout tells it, and every kind there is."""
    if "kind" not in human.columns or human["kind"].n_unique() < 2:
        return [""] * human.height, [""]
    kinds = human["kind"].fill_null(values.KINDS["unknown"]).to_list()
    known = [kind for kind in values.KINDS.values() if kind in kinds]
    return kinds, [*known, *sorted(set(kinds) - set(known))]


def _placed(found: pl.DataFrame, of_lines: Sequence[str], order: str) -> pl.DataFrame:
    """The cells with their line: its place `at`, from 0, its label `line`, and its `page`."""
    rates = pl.col("rate").max() if order == "high" else pl.col("rate").min()
    lines = found.group_by(of_lines, maintain_order=True).agg(
        rates.alias("_rate"), pl.col("label").first().alias("_label"), pl.len().alias("_marks")
    )
    if order == "name":
        lines = lines.sort("_label", maintain_order=True)
    else:
        lines = lines.sort(
            "_rate", descending=order == "high", nulls_last=True, maintain_order=True
        )
    labels = _labels(lines["_label"])
    most = TALL if any(label.count("\n") > 1 for label in labels) else MARKS
    placed = lines.select(
        *of_lines,
        pl.int_range(pl.len()).alias("at"),
        pl.Series("line", labels, pl.String()),
        pl.Series("page", _pages(lines["_marks"], most), pl.Int64()),
    )
    return found.join(placed, on=list(of_lines), how="left", nulls_equal=True).sort("at", "panel")


def _pages(marks: Iterable[int], most: int) -> list[int]:
    """The page of every line, from 1: of so many lines at most, and so many marks in them."""
    pages, page, drawn, lines = [], 1, 0, 0
    for here in marks:
        if lines == most or (drawn and drawn + here > MARKS):
            page, drawn, lines = page + 1, 0, 0
        drawn, lines = drawn + here, lines + 1
        pages.append(page)
    return pages


def _labels(names: pl.Series) -> list[str]:
    """The names over two lines at most, then what makes each unique."""
    return [f"{name}\n{at}" for at, name in enumerate(base.wrapped(names.to_list()))]


def _written(rows: Sequence[Mapping[str, Any]]) -> list[pl.Series]:
    """The rates in writing, in brackets where they are no result: each column says more."""
    found = [("", "", "") if row["rate"] is None else _rate(row) for row in rows]
    columns = zip(*found, strict=True) if found else ((), (), ())
    names = ("percent", "said", "counted")
    return [pl.Series(n, said, pl.String()) for n, said in zip(names, columns, strict=True)]


def _rate(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """A rate as `12 %`, as `12 % [8, 18]` and as `12 % [8, 18]  n = 100`."""
    low, high = row["low"], row["high"]
    text = numbers.percent(row["rate"], digits=numbers.decimals(low, high))
    interval = numbers.percent(row["rate"], low, high).removeprefix(text)
    percent = text if row["is_result"] else f"({text})"
    return percent, f"{percent}{interval}", f"{percent}{interval}  n = {row['n_counted']:,}"


def _end(found: pl.DataFrame) -> float:
    """Where the scale ends."""
    highest = found.select(pl.max_horizontal("rate", "high", "worst_high").max()).item() or 0
    return next(end for end in ENDS if highest <= end or end == ENDS[-1])
