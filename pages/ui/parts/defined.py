"""What the words of a sentence mean, where it stands: at the mark beside it, by hover or by key."""

import streamlit as st

from pages.ui.parts.markup import escaped, prose
from pages.ui.words import glossary


def definitions(text: str) -> str | None:
    """The terms that a text speaks of, as the help of whatever shows it; None where it has none."""
    told = glossary.chosen(glossary.used(text))
    return "\n\n".join(map(paragraph, told, told.values())) or None


def paragraph(name: str, term: glossary.Term) -> str:
    """A term and what it means, as Markdown."""
    return f"**{escaped(name.capitalize())}**. {escaped(term.text)}"


def caption(text: str) -> None:
    """A text below a picture, with what its words mean."""
    st.caption(prose(text), help=definitions(text))
