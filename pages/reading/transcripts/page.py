"""The answers behind every number: a list to look through, and one answer whole."""

import streamlit as st

from pages.frame import filters
from pages.quoting import picking, quotes, sample, sensitive
from pages.reading.transcripts import found, message, narrowing, transcript
from pages.ui.parts import skeleton
from pages.ui.view import store
from pages.ui.words import glossary
from warehouse import transcripts

skeleton.title("Which answers stand behind a number?", glossary.COUNTED)
if store.query("evaluations").is_empty():
    skeleton.nothing_loaded()

view = filters.current()
opened = store.opened()
narrowed, key, is_open = narrowing.draw(store.query("traits"), view.slice)
counts = store.counts(view.slice, view.rule)
first, total = transcript.page(view.slice, view.rule, narrowed, 1)

if key is not None:
    shown = transcripts.transcript(opened, key)
    place = transcript.steps(view.slice, view.rule, narrowed, total, key)
    if shown is None:
        transcript.not_found(key)
    traits = store.query("traits")
    verdicts = transcripts.verdicts(opened, shown, view.rule)
    chosen = quotes.choice(view, narrowed, place, total)
    whole = store.counts(quotes.beside(shown, view), view.rule)
    quoted = quotes.quote(shown, verdicts, whole, traits, view, chosen)
    lying = picking.lying()
    picking.button(view, key, chosen, lying)
    is_covered = not is_open and sample.is_sensitive(shown, traits, view.rule)
    message.draw(shown, view, chosen, lying, is_covered)
    transcript.reader(shown, verdicts, traits, view.rule, narrowed.text, is_covered)
    transcript.onward(view, narrowed, shown)
    transcript.origin(shown, quoted)
    skeleton.footer(view, counts)
    st.stop()

if counts.is_empty():
    skeleton.nothing_here()
skeleton.answer(transcript.summary(total, narrowed))
narrowing.chips(view, counts, narrowed)
if narrowed.text:
    transcript.tell_unread(view.slice)
    found.draw(view, narrowed.text)
if not total:
    transcript.nothing_found(narrowed)
number = transcript.pager(total)
rows, _ = transcript.page(view.slice, view.rule, narrowed, number)
covered = sensitive.rows(rows, store.query("traits"), view.slice.trait)
transcript.listing(rows, number, view, narrowed, total, set() if is_open else covered)
skeleton.footer(view, counts)
