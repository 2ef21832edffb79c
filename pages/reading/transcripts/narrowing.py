"""The list's own filters: which samples, which text, which scores; and the sample to be read."""

from dataclasses import replace
from typing import Any, NamedTuple

import polars as pl
import streamlit as st

from pages.frame import asked, bound, naming
from pages.ui.parts.markup import escaped
from pages.ui.view import store
from pages.ui.words import values
from warehouse import transcripts
from warehouse.analysis import Analysis
from warehouse.counting import Slice
from warehouse.search import asked as searches
from warehouse.transcripts import DISAGREED, Filter

CHIPS = {
    "planned": "All",
    "trait": "Shows the trait",
    "no trait": "Does not show it",
    "incoherent": "Low coherence",
    DISAGREED: "Judges disagree",
    "left out": "Not counted",
}
"""The lists that are one click away."""

SELDOM = ("incoherent", DISAGREED)
"""Those that are offered only where they hold something."""

HOW_TO_SEARCH = "\n".join(f"- {line}" for line in searches.HOW)

MOST_QUESTIONS = 60
"""How many questions are one click away."""


class ListAsked(NamedTuple):
    """What is to be listed, or the one sample to be read, and how."""

    narrowed: Filter
    key: int | None
    is_open: bool  # whether sensitive text is always open


def draw(traits: pl.DataFrame, within: Slice) -> ListAsked:
    """The filters, kept in the URL; a score is asked for where traits have one."""
    _follow_old_links()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = bound.text(
            "Search", "search", help=HOW_TO_SEARCH, placeholder='word, "a phrase", begin*'
        ).strip()
        with st.popover("More", icon=":material/tune:"):
            chosen = bound.one("Show", values.ONLY, "only")
            other = _other()
            score = _score() if _is_scored(traits, within) else (None, None)
            number = bound.text("Sample number", "sample", placeholder="Open a sample").strip()
            is_open = bound.toggle(
                "Always open sensitive text",
                "open",
                "What a judge found hateful or misaligned is otherwise one click away.",
            )
    key = bound.whole(number)
    if number and key is None:
        st.warning("A sample number has digits only; it is the last part of a sample’s link.")
    return ListAsked(Filter(only=chosen, text=text, score=score, other=other), key, is_open)


def _follow_old_links() -> None:
    """What older links asked for as text is the search for these characters."""
    if old := asked.values("text"):
        asked.ask("text", ())
        asked.ask("search", [searches.part(old[0])])


def chips(view: Analysis, counts: pl.DataFrame, narrowed: Filter) -> None:
    """The lists that are one click away, each with how many answers it has of those searched for.

    An answer counts once for each trait and judge, so that the numbers are said only where
    there is one of each. Lists that would be empty (incoherent answers, judges that disagree) are
    left out.
    """
    is_told = counts.select(pl.struct("trait", "judge").n_unique()).item() == 1
    every = replace(narrowed, only="planned")
    if every != Filter():
        counts = _lists(view, every)
    disagreed = _disagreed(view, replace(narrowed, only=DISAGREED))
    names = ("n_planned", "n_counted", "n_trait", "n_incoherent")
    planned, counted, trait, incoherent = counts.select(pl.col(names).sum()).row(0)
    sizes = {"planned": planned, "trait": trait, "no trait": counted - trait}
    sizes |= {"left out": planned - counted, "incoherent": incoherent, DISAGREED: disagreed}
    offered = [name for name in CHIPS if name not in SELDOM or sizes[name] or name == narrowed.only]
    with st.container(horizontal=True, gap="small"):
        for name in offered:
            st.button(
                escaped(f"{CHIPS[name]} · {sizes[name]:,}" if is_told else CHIPS[name]),
                key=f"chip-{name}",
                type="primary" if name == narrowed.only else "secondary",
                on_click=_set,
                args=("only", name),
            )
        _question(counts, is_told)


@store.memo("Looking for answers …")
def _lists(view: Analysis, narrowed: Filter) -> pl.DataFrame:
    wanted = transcripts.asked(store.opened(), view.slice, view.rule, narrowed)
    return store.opened().query("lists", **wanted)


@store.memo("Looking for answers …")
def _disagreed(view: Analysis, narrowed: Filter) -> int:
    """How many samples have judges that disagree on a trait."""
    wanted = transcripts.asked(store.opened(), view.slice, view.rule, narrowed)
    return int(store.opened().query("samples_met", **wanted)["n"].sum())


def _question(counts: pl.DataFrame, is_told: bool) -> None:
    """A popover of the questions, each with how many answers it has; one click away each."""
    names = naming.questions(counts["question"])
    sizes = dict(counts.group_by("question").agg(pl.col("n_planned").sum()).iter_rows())
    chosen = st.session_state.get("question") or []
    if len(names) < 2 and not chosen:
        return
    label = names.get(chosen[0], "Question") if len(chosen) == 1 else "Question"
    with st.popover(escaped(label), key="chip-question"):
        if chosen:
            st.button("All questions", key="chip-questions", on_click=_set, args=("question", []))
        for at, (question, name) in enumerate(sorted(names.items(), key=lambda one: one[1])):
            if at == MOST_QUESTIONS:
                st.caption("The filter in the sidebar has the others.")
                break
            st.button(
                escaped(f"{name} · {sizes[question]:,}" if is_told else name),
                key=f"question-{question}",
                type="tertiary",
                on_click=_set,
                args=("question", [question]),
            )


def _is_scored(traits: pl.DataFrame, within: Slice) -> bool:
    wanted = pl.lit(True)
    for name in ("experiment", "trait"):
        if chosen := getattr(within, name):
            wanted &= pl.col(name).is_in(chosen)
    return not traits.filter(wanted, pl.col("kind") == "misalignment").is_empty()


def _other() -> tuple[str, bool] | None:
    """What another judge is to have found; None where that does not matter or there is none."""
    judges = store.opened().judges
    if len(judges) < 2:
        return None
    offered = {"": "Whatever it found"}
    for judge in judges:
        name = values.value("judge", judge)
        offered[f"trait by {judge}"] = f"{name} sees the trait"
        offered[f"no trait by {judge}"] = f"{name} does not see it"
    found, _, judge = bound.one("Another judge", offered, "other").partition(" by ")
    return (judge, found == "trait") if judge else None


def _score() -> tuple[float | None, float | None]:
    lowest = bound.number("Score from", "score_low", 0)
    highest = bound.number("Score to", "score_high", 100)
    return lowest, highest


def _set(key: str, value: Any) -> None:
    st.session_state[key] = value
