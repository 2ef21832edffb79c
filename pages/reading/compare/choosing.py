"""Which arms are compared, and on which question."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import polars as pl
import streamlit as st

from pages.frame import bound, naming
from pages.printing import claiming
from pages.ui.parts.markup import escaped
from pages.ui.view import arms, store
from pages.ui.words import armnames, values
from warehouse.analysis import Analysis, family
from warehouse.stats.pooling import ARM, WAYS
from warehouse.stats.rates import rates

MOST = 4
"""How many arms stand side by side at most."""

ABOUT = "about"
"""The key of the question."""


class Arms(NamedTuple):
    """The arms of a focus: what links call each, its name and its row of rates."""

    whole: Analysis
    names: dict[str, str]
    rows: dict[str, dict[str, Any]]


def of_focus(view: Analysis) -> Arms:
    """Every arm of the focus that has answers that count, whatever the filters leave."""
    whole = family.of(store.opened(), view).whole
    found = arms.rates(whole).filter(pl.col("n_counted") > 0)
    rows = {armnames.key(row): row for row in found.iter_rows(named=True)}
    named = dict(zip(rows, armnames.names(found), strict=True))
    return Arms(whole, values.told_apart(named), rows)


def usual(view: Analysis, known: Arms) -> list[str]:
    """The arm in sight that an intervention changed most, after its control; else two arms.

    Where none was trained with one, it is the fine-tune that a text at evaluation changed most.
    """
    most = pl.col("difference").abs()
    effects = arms.effects(view).filter(most.is_not_null())
    plain = pl.col("eval_intervention") == "none"
    ranked = effects.sort(plain, most, descending=True, maintain_order=True)
    pairs = [(_control(row), armnames.key(row)) for row in ranked.iter_rows(named=True)]
    if not pairs:
        asked = arms.contrasts(view, "unprompted").filter(most.is_not_null())
        ranked = asked.sort(pl.col("dataset") != "none", most, descending=True, maintain_order=True)
        pairs = [
            (armnames.key({**row, "eval_intervention": "none"}), armnames.key(row))
            for row in ranked.iter_rows(named=True)
        ]
    for control, arm in pairs:
        if control in known.names and arm in known.names:
            return [control, arm]
    here = [armnames.key(row) for row in arms.rates(view).iter_rows(named=True)]
    return [*dict.fromkeys([*(key for key in here if key in known.names), *known.names])][:2]


def arms_chosen(view: Analysis, known: Arms) -> list[str]:
    """The arms that are compared, the usual ones unless others are asked for.

    Beside one that is asked for alone stands its control.
    """
    chosen = bound.many(
        "Arms",
        known.names,
        "arm",
        help=f"Two to {MOST}; the others are compared with the first.",
        placeholder="The control, and the arm that differs most from it",
    )
    if len(chosen) == 1:
        controls = {
            armnames.key(row): _control(row) for row in arms.effects(view).iter_rows(named=True)
        }
        beside = [controls.get(chosen[0]), *usual(view, known)]
        others = [key for key in beside if key in known.names and key != chosen[0]]
        return [*others[:1], *chosen]
    return [*(chosen or usual(view, known))][:MOST]


def _control(row: Mapping[str, Any]) -> str:
    """What a link calls the control of an arm, a row of effects."""
    return armnames.key(
        {**row, "intervention": "none", **{way: row[f"baseline_{way}"] for way in WAYS}}
    )


def by_question(known: Arms, chosen: Sequence[str]) -> pl.DataFrame:
    """The questions that every chosen arm has counted answers to, the largest difference first.

    Returns:
        question, question_name, apart (the highest rate less the lowest), and for each arm
        (by its place) rate_0, trait_0, counted_0 …
    """
    counted = store.counts(known.whole.slice, known.whole.rule)
    every = rates(counted, [*ARM, "question"], "prompts").filter(pl.col("n_counted") > 0)
    found = counted.select("question", "question_name").unique("question", maintain_order=True)
    for at, key in enumerate(chosen):
        own = every.filter(
            *(pl.col(name).eq_missing(pl.lit(known.rows[key][name])) for name in arms.KEY)
        )
        told = own.select(
            "question",
            pl.col("rate").alias(f"rate_{at}"),
            pl.col("n_trait").alias(f"trait_{at}"),
            pl.col("n_counted").alias(f"counted_{at}"),
        )
        found = found.join(told, on="question", maintain_order="left")
    shares = [f"rate_{at}" for at in range(len(chosen))]
    none = pl.lit(None, pl.Float64())
    apart = pl.max_horizontal(shares) - pl.min_horizontal(shares) if shares else none
    return found.with_columns(apart.alias("apart")).sort(
        "apart", "question_name", "question", descending=[True, False, False], nulls_last=True
    )


def question(found: pl.DataFrame) -> tuple[Mapping[str, Any], str]:
    """The question that is read, and its name; J and K lead to the next and the one before."""
    labels = naming.questions(found["question"])
    wanted = list(labels)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = bound.one("Question", labels, ABOUT)
        at = wanted.index(chosen)
        for label, shortcut, to in (("Previous", "K", at - 1), ("Next", "J", at + 1)):
            st.button(
                escaped(label),
                key=f"to-{label}",
                shortcut=shortcut,
                on_click=_ask,
                args=(wanted[to % len(wanted)],),
                disabled=not 0 <= to < len(wanted),
            )
    return found.row(by_predicate=pl.col("question") == chosen, named=True), labels[chosen]


def named(known: Arms, chosen: Sequence[str]) -> tuple[list[str], list[str]]:
    """What tells the chosen arms apart, a name each; and what all of them share."""
    found = pl.DataFrame([known.rows[key] for key in chosen], infer_schema_length=None)
    names = values.told_apart(dict(zip(chosen, armnames.names(found), strict=True)))
    first = known.rows[chosen[0]]
    same = [name for name in armnames.ORDER[1:5] if found[name].n_unique() == 1]
    shared = [armnames.part(name, first) for name in same]
    told = [text for text in shared if text and not any(text in name for name in names.values())]
    return list(names.values()), told


def view_of(known: Arms, key: str, asked: str) -> Analysis:
    """The answers of one arm to a question."""
    counted = store.counts(known.whole.slice, known.whole.rule)
    own = {name: known.rows[key][name] for name in arms.KEY}
    return known.whole.narrowed(own | {"question": asked}, counted)


def claimed(known: Arms, chosen: Sequence[str], asked: str, names: Sequence[str]) -> None:
    """A popover that keeps the rate of an arm on a question as a claim."""
    cells = pl.DataFrame(
        [
            {name: known.rows[key][name] for name in arms.KEY} | {"question": asked}
            for key in chosen
        ],
        infer_schema_length=None,
    )
    view = replace(known.whole, unit="prompts")  # one question alone says nothing of others
    claiming.popover(view, ["rates"], cells, names, "compare")


def _ask(to: str) -> None:
    st.session_state[ABOUT] = to
