"""Rates as pages show them: cells with labels, for charts, tables and sentences."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pages.frame import links, naming
from pages.ui.parts import bounded
from pages.ui.words import numbers, values, wordings
from warehouse.analysis import Analysis
from warehouse.stats.rates import COUNTS, IDENTITY, rates

LETTERS = 40
"""How many letters of a name stand on one line of a chart."""

_FIRST = ("n_trait", "n_counted")
TABLE_COUNTS = (
    *_FIRST,
    *(name for name in COUNTS if name not in (*_FIRST, "n_unscored_excluded")),
)
"""What a table counts: what makes a rate first, and then the ledger of a cell."""


def of(
    counts: pl.DataFrame,
    by: Sequence[str],
    view: Analysis,
    sort: str = "name",
) -> pl.DataFrame:
    """The rate of every cell, with what a page needs to show it.

    Returns:
        The columns of `warehouse.stats.rates.rates`, and cell (its number), name (its labels),
        line (the same without what stands in brackets, over as many lines as it takes, then
        counts and cell, a line each), group
        (the label of the last dimension; of an intervention its kind), text (the rate as people
        write it) and counts (`95/100 · 10 questions`) and
        wording (what its interventions say).
    """
    found = rates(counts, by, view.unit)
    if sort != "name":
        found = found.sort("rate", descending=sort == "high", nulls_last=True, maintain_order=True)
    found = found.with_row_index("cell")
    human = named(found, counts, by)
    shown = list(by) or list(IDENTITY[:2])
    rows = list(found.iter_rows(named=True))
    n = [
        f"{r['n_trait']:,}/{r['n_counted']:,} · {numbers.plural(r['questions'], 'question')}"
        for r in rows
    ]
    names_of = _said(found, human, shown)
    lines = [wrapped(short(name)) for name in names_of]
    grouped = "kind" if shown[-1] == "intervention" else shown[-1]
    return found.with_columns(
        pl.Series("name", names_of, dtype=pl.String()),
        pl.Series(
            "line",
            [f"{a}\n{b}\n{i}" for i, (a, b) in enumerate(zip(lines, n, strict=True))],
            dtype=pl.String(),
        ),
        pl.Series("group", human[grouped], dtype=pl.String()),
        pl.Series("text", [numbers.rate(r) for r in rows], dtype=pl.String()),
        pl.Series("counts", n, dtype=pl.String()),
        wordings.column(found) if "intervention" in by else pl.lit("–").alias("wording"),
    )


def short(name: str) -> str:
    """A name without what stands in brackets."""
    return re.sub(r" \([^()]*\)", "", name)


def wrapped(name: str) -> str:
    """A name of several parts over several lines, none longer than need be."""
    lines = [""]
    for part in name.split(" · "):
        joined = f"{lines[-1]} · {part}" if lines[-1] else part
        fits = len(joined) <= LETTERS or not lines[-1]
        lines[-1:] = [joined] if fits else [lines[-1], part]
    return "\n".join(lines)


def table(
    cells: pl.DataFrame,
    by: Sequence[str],
    counts: pl.DataFrame,
    view: Analysis,
) -> pl.DataFrame:
    """The cells as a table: labels, rate, counts and a link to the transcripts."""
    names = list(dict.fromkeys([*by, *IDENTITY]))
    human = named(cells, counts, by).select(names)
    # What all rows share takes room and tells nothing; a single row says all.
    told = [name for name in names if cells.height == 1 or cells[name].n_unique() > 1]
    rows = human.select(name for name in by if name in told).with_columns(
        *(cells[c] for c in ("rate", "low", "high")),
        *(cells[c] for c in TABLE_COUNTS[:2]),
        *(human[c] for c in IDENTITY if c in told and c not in by),
        *(cells[c] for c in TABLE_COUNTS[2:]),
        *(cells[c] for c in ("questions", "runs")),
        pl.Series("note", [_note(row) for row in cells.iter_rows(named=True)], dtype=pl.String()),
    )
    if not rows["note"].count():
        rows = rows.drop("note")
    if cells.height > bounded.LINKED:
        return rows
    read = [
        links.address(
            links.TRANSCRIPTS, links.parameters(view.narrowed(cell, counts), only="counted")
        )
        for cell in cells.select(names).iter_rows(named=True)
    ]
    linked = rows.with_columns(pl.Series("read", read, dtype=pl.String()))
    at = rows.columns.index(TABLE_COUNTS[1]) + 1
    return linked.select(*rows.columns[:at], "read", *rows.columns[at:])


def _note(row: Mapping[str, Any]) -> str | None:
    """Why a cell is not a result, has no interval, or one that covers less than it says."""
    if row["flags"]:
        return f"not a result: {', '.join(row['flags'])}"
    if row["approximate"]:
        return f"interval approximate: {row['approximate']}"
    note: str | None = row["note"]
    return note


def _said(cells: pl.DataFrame, human: pl.DataFrame, shown: Sequence[str]) -> list[str]:
    """The labels of every cell in one line, without those that say that nothing was done."""
    return [
        " · ".join(_parts(cell, named)) or " · ".join(named.values())
        for cell, named in zip(
            cells.select(shown).iter_rows(named=True),
            human.select(shown).iter_rows(named=True),
            strict=True,
        )
    ]


def _parts(cell: Mapping[str, Any], named: Mapping[str, str]) -> list[str]:
    """What there is to say of a cell: its labels, but for a plain evaluation or no training."""
    parts = dict(named)
    if "eval_intervention" in parts:
        parts["eval_intervention"] = f"asked with {parts['eval_intervention']}"
    if cell.get("eval_intervention") == "none":
        del parts["eval_intervention"]
    if cell.get("dataset") == "none" and cell.get("intervention") == "none":
        del parts["intervention"]
    return [str(part) for part in parts.values()]


def named(cells: pl.DataFrame, counts: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """The cells with the labels of their dimensions' values."""
    human = values.named(_with_aspects(cells, counts, by))
    if {"settings", "dataset"} <= set(cells.columns):
        untuned = cells["dataset"].eq_missing("none")
        trained = pl.when(untuned).then(pl.lit("not fine-tuned")).otherwise("settings")
        human = human.with_columns(trained.alias("settings"))
    if "question" not in by:
        return human
    titles = cells["question"].replace_strict(
        naming.questions(cells["question"]), return_dtype=pl.String()
    )
    return human.with_columns(titles)


def _with_aspects(cells: pl.DataFrame, counts: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """The cells with what is known of their interventions, where an intervention's runs agree."""
    if "intervention" not in by:
        return cells
    keys = ["experiment", "intervention"]
    aspects = [name for name in ("kind", "relevance", "placement") if name not in by]
    known = counts.group_by(keys).agg(
        pl.when(pl.col(name).n_unique() == 1).then(pl.col(name).first()).alias(name)
        for name in aspects
    )
    return cells.join(known, keys, "left", maintain_order="left", nulls_equal=True)


def stamped(frame: pl.DataFrame, view: Analysis) -> pl.DataFrame:
    """Rows to take away, with the rule, cuts and domain that they were counted under."""
    return frame.with_columns(
        pl.lit(view.rule.name).alias("rule"),
        pl.lit(view.trait_cut, pl.Float64()).alias("trait_cut"),
        pl.lit(view.coherence_cut, pl.Float64()).alias("coherence_cut"),
        pl.lit(view.slice.domain).alias("questions_asked"),
    )
