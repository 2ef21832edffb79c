"""What a site says of each experiment, trait and judge: its rates, its effects, a sentence."""

from collections.abc import Mapping
from itertools import count
from typing import Any

import polars as pl

from pages.printing import basis
from pages.ui.charts import ramps
from pages.ui.charts.base import NEUTRAL, VERDICT_COLOURS
from pages.ui.view import arms, store
from pages.ui.words import armnames, numbers, values, verdicts
from warehouse import harmless
from warehouse.analysis import Analysis, Focus

RAMP = ramps.Ramp(0, 1, (0, 0.5, 1))
"""Which fill a rate has, as in the app."""

Said = dict[str, Any]


def of(view: Analysis, focus: Focus, texts: Mapping[str, int]) -> Said:
    """One focus: what it is called, what was found, its arms and its comparisons.

    `texts` are the places of arms among all that are published, by what links call them.
    """
    asked = view.focused(focus)
    rates, effects = arms.rates(asked), arms.effects(asked)
    counts = store.counts(asked.slice, asked.rule)
    return {
        "experiment": focus.experiment,
        "trait": focus.trait,
        "judge": focus.judge,
        "study": focus.study,
        "title": values.value("experiment", focus.experiment),
        "about": _about(focus),
        "sentence": sentence(rates, effects, asked),
        "basis": basis.of(asked, counts),
        "table": _table(rates, texts),
        "effects": _effects(effects, texts),
    }


def sentence(rates: pl.DataFrame, effects: pl.DataFrame, asked: Analysis) -> str:
    """The highest rate without an intervention, and what interventions do to it."""
    plain = (pl.col("intervention") == "none") & (pl.col("dataset") != "none")
    tuned = rates.filter(plain, "is_result", pl.col("rate").is_not_null())
    compared = effects.filter(pl.col("verdict").is_not_null())
    said = verdicts.stated(compared, asked.margin) if compared.height else ""
    if tuned.is_empty():
        return f"No fine-tune without an intervention is a result. {said}".strip()
    row = tuned.sort("rate", descending=True, maintain_order=True).row(0, named=True)
    return f"Most in {values.value('model', row['model'])}: {numbers.rate(row)}. {said}".strip()


def _about(focus: Focus) -> str:
    parts = [values.value("trait", focus.trait)] if focus.trait else []
    parts += [f"judge: {values.value('judge', focus.judge)}"] if focus.judge else []
    parts += [f"study: {values.value('study', focus.study)}"] if focus.study else []
    return " · ".join(parts)


def _table(rates: pl.DataFrame, texts: Mapping[str, int]) -> Said:
    """The rates as a grid: interventions down, models with their training across."""
    rows = dict[str, list[Said | None]]()
    names = dict[str, str]()
    across = dict[str, int]()
    same = _shared(rates)
    for row in rates.iter_rows(named=True):
        across.setdefault(_column(row, same), len(across))
    order = list(values.KINDS)
    kinds = {None: -1} | {kind: at for at, kind in enumerate(order)}
    found = sorted(
        rates.iter_rows(named=True),
        key=lambda row: (
            row["eval_intervention"] != "none",
            row["dataset"] != "none",
            row["intervention"] != "none",
            kinds.get(row.get("kind"), 99),
            row["intervention"],
        ),
    )
    for row in found:
        place = across[_column(row, same)]
        # Arms that differ in what no heading says have rows of their own.
        own = next(
            key
            for n in count()
            if (line := rows.get(key := f"{_key(row)} {n}")) is None or line[place] is None
        )
        names[own] = _line(row)
        rows.setdefault(own, [None] * len(across))[place] = _cell(row, texts)
    held = list(names.values())
    told = {
        key: f"{name} · {nth}" if (nth := held[: at + 1].count(name)) > 1 else name
        for at, (key, name) in enumerate(names.items())
    }
    return {
        "columns": [harmless.line(name) for name in across],
        "rows": [[harmless.line(told[key]), cells] for key, cells in rows.items()],
    }


def _shared(rows: pl.DataFrame) -> set[str]:
    """The ways in which all arms are alike, which no heading says."""
    tuned = rows.filter(pl.col("dataset") != "none")
    found = {"sampling": rows, "settings": tuned, "dataset": tuned}
    return {name for name, held in found.items() if held[name].n_unique() < 2}


def _column(row: Mapping[str, Any], same: set[str]) -> str:
    """The model, what it was trained on and how, and how it was sampled."""
    told = {"sampling": row["sampling"] or "", "dataset": "not fine-tuned", "settings": ""}
    if row["dataset"] != "none":
        told["dataset"] = values.value("dataset", row["dataset"])
        told["settings"] = row["settings"] or ""
    names = [told[name] for name in ("dataset", "settings", "sampling") if name not in same]
    return " · ".join(filter(None, [values.value("model", row["model"]), *names]))


def _key(row: Mapping[str, Any]) -> str:
    """What tells the row of an arm from those of others."""
    untuned = row["dataset"] == "none"
    return f"{untuned} {row['intervention']} {row['eval_intervention']}"


def _line(row: Mapping[str, Any]) -> str:
    if row["dataset"] == "none":
        name = armnames.UNTUNED
    elif row["intervention"] == "none":
        name = "Control"
    else:
        name = values.intervention(row["intervention"])
    asked = armnames.part("eval_intervention", row)
    return f"{name} · {asked}" if asked else name


def _cell(row: Mapping[str, Any], texts: Mapping[str, int]) -> Said:
    rate = row["rate"]
    themes: tuple[ramps.Theme, ...] = ("light", "dark")
    fills = {theme: "" if rate is None else RAMP.colour(rate, theme) for theme in themes}
    return {
        "arm": texts.get(armnames.key(row)),
        "short": "–" if rate is None else numbers.whole(rate),
        "told": numbers.rate(row),
        "result": row["is_result"],
        "fill": fills,
        "ink": {theme: ramps.ink(fill) if fill else "" for theme, fill in fills.items()},
    }


def _effects(effects: pl.DataFrame, texts: Mapping[str, int]) -> list[Said]:
    """Every comparison with a control, those of one model and dataset together."""
    found = effects.filter(pl.col("difference").is_not_null()).sort(
        "model", "dataset", "settings", "eval_intervention", "difference", nulls_last=True
    )
    same = _shared(effects)
    return [
        {
            "group": harmless.line(_column(row, same)),
            "name": harmless.line(_line(row)),
            "arm": texts.get(armnames.key(row)),
            "value": row["difference"],
            "low": row["difference_low"],
            "high": row["difference_high"],
            "text": numbers.points(
                row["difference"], row["difference_low"], row["difference_high"]
            ),
            "rates": f"{numbers.whole(row['rate'])} of {row['n_counted']:,}, control "
            f"{numbers.whole(row['baseline_rate'])} of {row['baseline_counted']:,}",
            "verdict": verdicts.name(row["verdict"])
            + ("" if row["is_result"] and row["baseline_is_result"] else ", not a result"),
            "colour": VERDICT_COLOURS.get(row["verdict"], NEUTRAL),
        }
        for row in found.iter_rows(named=True)
    ]
