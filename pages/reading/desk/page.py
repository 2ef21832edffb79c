"""The transcripts a write-up shows: drawn by rule or picked, in order, each with a caption."""

from pages.frame import filters
from pages.quoting import picking
from pages.reading.desk import claimed, comparing, drawing, lying, packing, taking
from pages.ui.parts import skeleton
from pages.ui.view import store
from pages.ui.words import glossary

skeleton.title("Which transcripts go into the write-up?", glossary.COUNTED)
if store.query("evaluations").is_empty():
    skeleton.nothing_loaded()

view = filters.current()
found = picking.found()
counts = store.counts(view.slice, view.rule)
if counts.is_empty() and not found:
    skeleton.nothing_here()
skeleton.answer(lying.summary(found))
lying.tell_faults(picking.faults())
shown = lying.tagged(found)
with drawing.beside():
    drawing.popover(view)
    taking.popover(shown)
    comparing.popover(view, shown)
    packing.popover(view)
if found:
    lying.listing(found, shown)
else:
    lying.nothing_yet()
claimed.draw()
skeleton.footer(view, counts)
