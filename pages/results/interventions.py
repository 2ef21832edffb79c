"""Which interventions make the trait vanish, and what they leave of it."""

import streamlit as st

from pages.ui import arms, bound, filters, links, page, verdicts
from pages.ui.interventions import SECTIONS
from warehouse.stats.adjust import ADJUSTMENTS

view = filters.current()
page.title("Which interventions make it vanish?")
counts = page.counts(view)

page.answer(verdicts.answer(arms.effects(view), view.margin))
page.judges_apart(counts)
titles = {name: section.TITLE for name, section in SECTIONS.items()}
section = SECTIONS[bound.row("What is compared", titles, "show")]
st.subheader(section.QUESTION, anchor=False)
answers = section.draw(view, counts)

page.details(counts, view, ["intervention"])
page.footer(
    view,
    counts,
    margin=f"±{100 * view.margin:g} points",
    adjustment=ADJUSTMENTS[view.adjustment],
)

if answers is not None:
    links.go("pages/reading/transcripts.py", answers)
