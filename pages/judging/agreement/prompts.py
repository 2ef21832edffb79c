"""What judges are asked: one judge's rate under several prompts, and two prompts side by side."""

import json
from functools import partial

import polars as pl
import streamlit as st

from pages.judging.agreement import found
from pages.judging.agreement.found import Pair, coefficient, percent
from pages.quoting import differing
from pages.ui.parts import foreign, prose
from pages.ui.parts.markup import escaped
from pages.ui.view import store
from pages.ui.words import numbers, values
from warehouse import readable, variants
from warehouse.analysis import Analysis

TITLE = "Prompts"

_ROW = "display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:1.2rem"


def draw(view: Analysis, pair: Pair) -> None:
    """The rates under the prompts of one judge, and the prompts of the pair with what differs."""
    rows = worded(found.everybody(view))
    for _, family in rows.group_by("family", maintain_order=True):
        st.markdown(escaped(sentence(family)))
        prose.table(told(family), f"variants_{family['family'][0]}")
        st.caption(
            "Of the answers that all of them counted; a difference is from the first, with an "
            "interval by question."
        )
    one, two = chosen(rows, pair)
    texts = asked()
    both = texts.filter(judge=one).join(texts.filter(judge=two), on="criterion", suffix="_other")
    if both.is_empty():
        st.caption(
            "The prompts of these two are not both known: they come with judgements that "
            "brittlescope study wrote."
        )
        return
    for row in both.iter_rows(named=True):
        same = row["prompt"] == row["prompt_other"]
        what = "the same prompt" if same else "another prompt"
        if not same or row["settings"] != row["settings_other"]:
            ways = settings(row["settings"], row["settings_other"])
            what += f"; {ways}" if ways else ""
        label = f"{values.criterion(row['criterion'])}: {what}"
        with st.expander(escaped(label), expanded=not same and rows.is_empty()):
            st.html(beside({one: row["prompt"], two: row["prompt_other"]}))


@store.memo("Holding prompts against each other …")
def worded(view: Analysis) -> pl.DataFrame:
    """`variants.variants` of a focus."""
    return variants.variants(store.opened(), view)


def chosen(rows: pl.DataFrame, pair: Pair) -> tuple[str, str]:
    """Whose prompts stand side by side: the pair's, and of a person's the first two variants."""
    if pair.is_person and rows.height > 1:
        return rows["judge"][0], rows["judge"][1]
    return pair.judge, pair.other


@store.memo()
def asked() -> pl.DataFrame:
    """Every judge's prompts, as far as they are known."""
    return store.opened().query("judge_prompts")


def sentence(family: pl.DataFrame) -> str:
    """How far the rates of one judge's prompts lie apart."""
    name, n = family["family"][0], family["n"][0]
    low, high = (readable.percent(value) for value in (family["rate"].min(), family["rate"].max()))  # type: ignore[arg-type]
    return (
        f"{name} under {numbers.plural(family.height, 'prompt')}: {low} to {high} of "
        f"{numbers.plural(n, 'answer')}, "
        f"{numbers.hundredth(variants.spread(family)):.0f} points apart."
    )


def told(family: pl.DataFrame) -> pl.DataFrame:
    """The prompts of one judge as a table for people."""
    return pl.DataFrame(
        [
            {
                "judge": values.value("judge", row["judge"]),
                "sees the trait": percent(row, "rate"),
                "against the first": "–"
                if row["difference"] is None
                else readable.points(*(row[f"difference{b}"] for b in ("", "_low", "_high"))),
                "same verdict as the first": "–"
                if row["agreement"] is None
                else percent(row, "agreement"),
                "Cohen’s κ": "–" if row["kappa"] is None else coefficient(row, "kappa"),
            }
            for row in family.iter_rows(named=True)
        ]
    )


def settings(one: str | None, other: str | None) -> str:
    """Which settings of two judges differ, and how, in few words."""
    first, second = (json.loads(text) if text else {} for text in (one, other))
    hidden = {"prompt", "experiments"}
    return ", ".join(
        f"{name} {_short(first.get(name))} and {_short(second.get(name))}"
        for name in sorted({*first, *second} - hidden)
        if first.get(name) != second.get(name)
    )


def _short(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{key} {_short(part)}" for key, part in value.items())
    return "none" if value is None else str(value)


def beside(prompts: dict[str, str]) -> str:
    """Two judges' prompts side by side, the words marked that only one of them has."""
    texts = ""
    for judge, prompt in prompts.items():
        (other,) = (text for name, text in prompts.items() if name != judge)
        marked = partial(differing.spans, other=other)
        name = foreign.escaped(values.value("judge", judge))
        text = foreign.block(prompt, marked, is_beside=True)
        texts += f'<div><div style="font-weight:600">{name}</div>{text}</div>'
    return f'<div style="{_ROW}">{texts}</div>'
