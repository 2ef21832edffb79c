"""What lies on the desk: each pick with its caption, place and note, and what it leaves out."""

from collections.abc import Sequence

import streamlit as st

from pages.frame import links
from pages.reading.desk import quoted
from pages.reading.desk.quoted import Quoted
from pages.ui.parts import foreign
from pages.ui.parts.markup import escaped
from pages.ui.view import store
from pages.ui.words import numbers
from warehouse import picks, transcripts
from warehouse.errors import BrittlescopeError
from warehouse.journal import Entry
from warehouse.picks import MARKS, Mark, Pick, PickFound

MARKED: dict[Mark, str] = {"cut": f"Cut {MARKS['cut']}", "covered": f"Redact {MARKS['covered']}"}

TAGS = "desk-tags"
"""Session key: the tags whose picks are shown."""

WRONG = "_wrong"
"""Session key: why what was asked of a pick could not be done."""


def summary(found: Sequence[PickFound]) -> str:
    """What lies on the desk, in one sentence."""
    if not found:
        return "Nothing is on the desk yet: draw transcripts by a rule, or pick them as you read."
    drawn = sum(one.entry.body.draw is not None for one in found)
    lost = sum(one.key is None for one in found)
    told = f"{numbers.plural(len(found), 'transcript')}: {drawn:,} drawn by a declared rule"
    told += f", {len(found) - drawn:,} chosen by hand"
    return f"{told}; {lost:,} no longer in the data." if lost else f"{told}."


def tell_faults(faults: Sequence[str]) -> None:
    """Says which lines of the journal were changed by hand and do not count."""
    if faults:
        more = f" So it is with {len(faults) - 1:,} more." if len(faults) > 1 else ""
        st.warning(escaped(f"A line of the desk’s journal is left out. {faults[0]}.{more}"),
                   icon=":material/report:")  # fmt: skip


def nothing_yet() -> None:
    """What stands on an empty desk."""
    st.info(
        "A draw chooses at random, or by another declared rule, and its caption says so. "
        "“Pick” beside an answer under Transcripts chooses by hand, and its caption says that.",
        icon=":material/push_pin:",
    )


def tagged(found: Sequence[PickFound]) -> list[PickFound]:
    """The picks that have one of the tags that are chosen; all of them where none is."""
    known = sorted({tag for one in found for tag in one.entry.body.tags})
    if not known:
        return list(found)
    held = st.session_state.get(TAGS, [])
    st.session_state[TAGS] = [tag for tag in held if tag in known]  # one may have been taken off
    chosen = st.pills("Tags", known, selection_mode="multi", format_func=escaped, key=TAGS)
    shown = [one for one in found if not chosen or {*chosen} & {*one.entry.body.tags}]
    if len(shown) < len(found):
        told = f"{len(shown):,} of {numbers.plural(len(found), 'transcript')} are shown, and copied"
        st.caption(escaped(f"{told}; an evidence pack holds all."))
    return shown


def listing(found: Sequence[PickFound], shown: Sequence[PickFound]) -> None:
    """Draws the picks that are shown, in the order and under the numbers that all have."""
    if wrong := st.session_state.pop(WRONG, None):
        st.warning(escaped(wrong), icon=":material/report:")
    entries = [one.entry for one in found]
    texts = iter(quoted.quoted(shown))
    places = {one.entry.id: at for at, one in enumerate(found, 1)}
    for one in shown:
        at = places[one.entry.id]
        with st.container(border=True):
            _row(at, one, entries, None if one.key is None else next(texts))


def _row(at: int, one: PickFound, entries: Sequence[Entry[Pick]], quote: Quoted | None) -> None:
    """One pick: what is done with it, its text, its caption."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{at:,}**", width="content")
        _moves(at, one.entry, entries)
        if quote is not None and one.key is not None:
            _edit(at, one.entry, one.key, entries)
            if st.button("Read", key=f"read-{one.entry.id}", type="tertiary"):
                links.go(links.TRANSCRIPTS, _address(one.key, one.entry.body))
        st.button("Remove", key=f"remove-{one.entry.id}", type="tertiary", on_click=_remove,
                  args=(one.entry,))  # fmt: skip
    pick = one.entry.body
    if quote is None:
        st.warning(
            escaped(f"{one.why} It is left out of what is copied."), icon=":material/link_off:"
        )
        st.html(foreign.block(f"{pick.question}\n\n{foreign.excerpt(pick.excerpt)}"))
        st.caption(escaped(pick.chosen))
        return
    text = foreign.block(quote.answer)
    question = next(reversed(quote.prompt))[1]
    st.html(f'<div dir="auto" style="opacity:.75">{foreign.escaped(question)}</div>')
    st.html(foreign.covered(text, quote.warning) if quote.warning else text)
    st.caption(escaped(quote.caption))
    if pick.note or pick.tags:
        st.markdown(
            escaped(" · ".join(filter(None, [pick.note, *(f"#{tag}" for tag in pick.tags)])))
        )


def _address(key: int, pick: Pick) -> links.Parameters:
    """Where a pick is read: its sample, at the message that it shows."""
    at = [] if pick.number is None else [str(pick.number)]
    return {"sample": [str(key)], "message": at, "only": ["planned"]}


def _moves(at: int, entry: Entry[Pick], entries: Sequence[Entry[Pick]]) -> None:
    for icon, to, name in (("arrow_upward", at - 1, "up"), ("arrow_downward", at + 1, "down")):
        st.button(
            "",
            key=f"{name}-{entry.id}",
            icon=f":material/{icon}:",
            help=escaped(f"Move {name}"),
            type="tertiary",
            disabled=not 1 <= to <= len(entries),
            on_click=_move,
            args=(entry, entries, to),
        )


def _edit(at: int, entry: Entry[Pick], key: int, entries: Sequence[Entry[Pick]]) -> None:
    """What a person says of a pick, where it stands, and which passages a quote leaves out."""
    pick, name = entry.body, entry.id
    with st.popover("Edit", type="tertiary", key=f"edit-{name}"):
        st.text_area("Note", pick.note, key=f"note-{name}", max_chars=2_000)
        st.text_input("Tags, divided by commas", ", ".join(pick.tags), key=f"tags-{name}",
                      max_chars=200)  # fmt: skip
        st.number_input("Place", 1, len(entries), at, key=f"place-{name}-{at}")
        st.button("Save", key=f"save-{name}", on_click=_save, args=(at, entry, entries))
        st.text_input(
            "Leave out this passage",
            key=f"passage-{name}",
            placeholder="Words of the answer, or first words … last words",
        )
        with st.container(horizontal=True):
            for mark, label in MARKED.items():
                st.button(escaped(label), key=f"{mark}-{name}", on_click=_leave_out,
                          args=(entry, key, mark))  # fmt: skip
            st.button("Show all again", key=f"whole-{name}", disabled=not pick.cuts,
                      on_click=_change, args=(entry,), kwargs={"cuts": ()})  # fmt: skip
        st.caption("The caption says how much is left out, and the journal where.")


def _move(entry: Entry[Pick], entries: Sequence[Entry[Pick]], to: int) -> None:
    _change(entry, place=picks.place_for(entries, entry.id, to))


def _save(at: int, entry: Entry[Pick], entries: Sequence[Entry[Pick]]) -> None:
    told = st.session_state[f"tags-{entry.id}"].split(",")
    tags = tuple(dict.fromkeys(filter(None, (tag.strip() for tag in told))))
    changed: dict[str, object] = {
        "note": st.session_state[f"note-{entry.id}"].strip(),
        "tags": tags,
    }
    if (place := int(st.session_state[f"place-{entry.id}-{at}"])) != at:
        changed["place"] = picks.place_for(entries, entry.id, place)
    _change(entry, **changed)


def _leave_out(entry: Entry[Pick], key: int, mark: Mark) -> None:
    shown = transcripts.transcript(store.opened(), key)
    answer = quoted.said(entry.body, shown) if shown else ""
    try:
        cuts = picks.with_cut(entry.body, answer, st.session_state[f"passage-{entry.id}"], mark)
    except BrittlescopeError as error:
        st.session_state[WRONG] = str(error)
        return
    _change(entry, cuts=cuts)
    st.session_state[f"passage-{entry.id}"] = ""


def _remove(entry: Entry[Pick]) -> None:
    try:
        picks.journal(store.data_folder()).drop(entry.id)
    except BrittlescopeError as error:
        st.session_state[WRONG] = str(error)


def _change(entry: Entry[Pick], **to: object) -> None:
    try:
        picks.changed(store.data_folder(), entry, **to)
    except (BrittlescopeError, ValueError) as error:
        st.session_state[WRONG] = str(error)
