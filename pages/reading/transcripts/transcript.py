"""Draws the list of samples and one sample whole; what others wrote is shown as text only."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NoReturn

import polars as pl
import streamlit as st

from pages.frame import asked, bound, links
from pages.quoting import picking, quotes, sample
from pages.reading.transcripts import cards, conversation, message
from pages.ui.parts import foreign
from pages.ui.parts.markup import escaped
from pages.ui.view import store
from pages.ui.words import armnames, numbers, values
from warehouse import transcripts
from warehouse.analysis import Analysis, results
from warehouse.counting import Slice
from warehouse.rules import Rule
from warehouse.search import asked as searches
from warehouse.transcripts import Filter, Transcript

PAGE = 10
"""How many answers a page of the list has: as many as two screens hold."""

NUMBER = "page"
LISTED = "_listed"
"""Session keys: the page of the list, and which list that is a page of."""


def summary(total: int, narrowed: Filter) -> str:
    """What the list holds, in one sentence."""
    told = f"{numbers.plural(total, 'answer')}: {values.ONLY[narrowed.only].lower()}"
    low, high = narrowed.score
    if low is not None or high is not None:
        told += f", score from {low or 0:g} to {100 if high is None else high:g}"
    if narrowed.other is not None:
        judge, sees = narrowed.other
        told += f", {values.value('judge', judge)} {'sees it' if sees else 'does not'}"
    return f"{told}, found by “{narrowed.text}”." if narrowed.text else f"{told}."


def page(within: Slice, rule: Rule, narrowed: Filter, number: int) -> tuple[pl.DataFrame, int]:
    """The samples of one page of a list (numbered from 1), and how many the whole list has."""
    listed = (str(store.opened().snapshot.path), rule, within, narrowed)
    if st.session_state.setdefault(LISTED, listed) != listed:
        st.session_state[LISTED] = listed
        st.session_state[NUMBER] = 1
    return _page(within, rule, narrowed, number)


def pager(total: int) -> int:
    """Draws the page numbers of a list; returns the one chosen, from 1."""
    return bound.page(max(1, -(-total // PAGE)), NUMBER)


def marked(text: str, field: str = "answer") -> foreign.Marked | None:
    """Finds what a search found in a text: an answer, or another field of a search."""
    terms = tuple(searches.sought(searches.read(text), field)) if text else ()
    return partial(searches.spans, terms=terms) if terms else None


def listing(
    rows: pl.DataFrame,
    number: int,
    view: Analysis,
    narrowed: Filter,
    total: int,
    covered: set[int],
) -> None:
    """Draws one page of a list; the excerpts of the samples `covered` are one click away."""
    common, found, lying = cards.shared(rows), marked(narrowed.text), picking.lying()
    if told := cards.heading(common):
        st.caption(escaped(told))
    with st.container(gap="xsmall", key="cards"):
        for at, row in enumerate(rows.iter_rows(named=True), (number - 1) * PAGE + 1):
            key = row["sample_key"]
            with st.container(horizontal=True, wrap=False, gap="small", border=True):
                with st.container(width=112, gap="xxsmall"):
                    st.button(f"Read {at:,}", key=f"read-{key}", on_click=_read, args=(key,))
                    picking.button(view, key, quotes.choice(view, narrowed, at, total), lying)
                st.html(cards.card(row, common, found, key in covered))


def tell_unread(within: Slice) -> None:
    """Says which parts of the lake a search for a text could not look through."""
    told = _unread(within)
    if told:
        more = f" So it is with {len(told) - 1:,} more." if len(told) > 1 else ""
        st.warning(
            "Answers are missing from this search. "
            + escaped(f"{told[0]}{more} “brittlescope verify” names what is damaged."),
            icon=":material/report:",
        )


def nothing_found(narrowed: Filter) -> NoReturn:
    """Says that the list is empty and what would fill it."""
    st.info(
        "No answer of this slice fits what is asked above the list. "
        + ("Search for something else, or " if narrowed.text else "Let ")
        + f"{'let ' if narrowed.text else ''}Show be “{values.ONLY['planned']}” under More.",
        icon=":material/filter_alt_off:",
    )
    st.stop()


def not_found(key: int) -> NoReturn:
    """Says that this snapshot lacks a sample, and why that may be."""
    st.warning(
        f"This snapshot has no sample {key:d}. Its file may have been taken out, or may not have "
        "been imported here; `brittlescope import PATH` and `brittlescope build` bring it in.",
        icon=":material/search_off:",
    )
    st.stop()


def steps(within: Slice, rule: Rule, narrowed: Filter, total: int, key: int) -> int | None:
    """Draws the way back to the list and to the neighbours in it; returns the place in it.

    The way back leads to the page of the list that has what is read now.
    """
    place = neighbours(within, rule, narrowed, key)[2]
    with st.container(horizontal=True, vertical_alignment="center"):
        back = {} if place is None else {NUMBER: -(-place // PAGE)}
        st.button("Back to the list", shortcut="Esc", on_click=_back, args=(back,))
        _to_neighbours(within, rule, narrowed, key, ("K", "J"))
        st.text(f"{place:,} of {total:,}" if place else "Not in the list that is set above.")
    return place


def onward(view: Analysis, narrowed: Filter, shown: Transcript) -> None:
    """Draws the same way below what was read, by the arrow keys, and one to other arms."""
    told = shown.context
    with st.container(horizontal=True, vertical_alignment="center"):
        _to_neighbours(view.slice, view.rule, narrowed, shown.key, ("Left", "Right"))
        clear = view.slice.narrowed(**dict.fromkeys((*asked.FILTERS,), ()))
        beside = {"arm": [armnames.key(told)], "about": [told["question"]]}
        to = links.parameters(replace(view, slice=clear)) | beside
        links.door(links.COMPARE, "What other arms answer", ":material/compare:", to)


def _to_neighbours(
    within: Slice, rule: Rule, narrowed: Filter, key: int, keys: tuple[str, str]
) -> None:
    before, after, _ = neighbours(within, rule, narrowed, key)
    for label, to, shortcut in zip(("Previous", "Next"), (before, after), keys, strict=True):
        st.button(
            escaped(label),
            key=f"{label}-{shortcut}",
            shortcut=shortcut,
            on_click=_read,
            args=(to,),
            disabled=to is None,
        )


def reader(
    shown: Transcript,
    verdicts: Sequence[Mapping[str, Any]],
    traits: pl.DataFrame,
    rule: Rule,
    text: str,
    is_covered: bool,
) -> None:
    """Draws one sample: what was asked, the answer, and what judges made of it."""
    st.caption(
        escaped(
            f"{values.value('experiment', shown.context['experiment'])} · "
            f"{sample.condition(shown.context)}"
        )
    )
    for name, sent in sample.prompt(shown.context):
        st.markdown(f"**{escaped(name)}**")
        with st.container(border=True):
            st.html(foreign.block(sent))
    st.markdown("**Answer**")
    _perhaps_covered(is_covered, lambda: _answer(shown, text))
    st.markdown("**Verdicts**")
    if verdicts:
        st.html(cards.verdicts(verdicts))
    _judgements(shown, traits, rule)


def origin(shown: Transcript, quoted: str) -> None:
    """Draws a quote to copy, and where the sample comes from, both folded."""
    with st.expander("Quote", icon=":material/format_quote:"):
        st.code(quoted, language=None, wrap_lines=True)
    with st.expander("Origin", icon=":material/folder_open:"):
        st.html(foreign.table((), sample.origin(shown.context)))
        st.caption("Link to this sample")
        st.code(message.address(shown.key), language=None, wrap_lines=True)


def _answer(shown: Transcript, text: str) -> None:
    told = numbers.plural(len(shown.answer or ""), "character")
    st.text(f"{told} · ended by: {shown.finish_reason}" if shown.finish_reason else told)
    if shown.thoughts:
        length = numbers.plural(len(shown.thoughts), "character")
        told = f"The model’s thoughts: {length}, no part of the answer and not judged"
        st.html(foreign.covered(foreign.block(shown.thoughts), told))
    if shown.messages:
        found = marked(text, "message")
        told, inside = conversation.label(shown.messages), conversation.html(shown.messages, found)
        st.html(foreign.covered(inside, told, is_open=found is not None))
    with st.container(border=True):
        st.html(foreign.block(sample.said(shown.answer, shown.error, shown.lost), marked(text)))


def _judgements(shown: Transcript, traits: pl.DataFrame, rule: Rule) -> None:
    rows = sample.judgements(shown, traits, rule)
    if not rows:
        st.info("Nobody judged this answer.")
        return
    header = ("Criterion", "Judge", "Status", "Outcome", "Judge’s own words")
    st.html(foreign.table(header, rows))
    thoughtful = sample.thoughts(shown)
    if thoughtful:
        told = foreign.table(("Criterion", "Judge", "Thoughts"), thoughtful)
        st.html(foreign.covered(told, "What judges thought before their verdicts"))


def _perhaps_covered(is_covered: bool, draw: Callable[[], None]) -> None:
    if not is_covered:
        draw()
        return
    with st.expander("Sensitive text: judged hateful or misaligned, or not judged. Show it"):
        draw()


def _read(key: int | None) -> None:
    st.session_state["sample"] = "" if key is None else str(key)
    message.let_go()


def _back(page: Mapping[str, int]) -> None:
    _read(None)
    for key, number in page.items():
        asked.ask(key, [str(number)])


@store.memo()
def _unread(within: Slice) -> list[str]:
    return transcripts.unread(store.opened(), within)


@store.memo("Looking for answers …")
def _page(within: Slice, rule: Rule, narrowed: Filter, number: int) -> tuple[pl.DataFrame, int]:
    asked = Analysis(within, rule)
    return results.answers(store.opened(), asked, narrowed, PAGE, (number - 1) * PAGE)


@store.memo(entries=64)
def neighbours(
    within: Slice, rule: Rule, narrowed: Filter, key: int
) -> tuple[int | None, int | None, int | None]:
    """The samples before and after one in its list, and its place in it."""
    return transcripts.keys(store.opened(), within, rule, narrowed, key)
