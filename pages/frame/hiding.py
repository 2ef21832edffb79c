"""What the filters hide of a page's focus, in a sentence, and the way to see all of it again."""

import streamlit as st

from pages.frame import asked
from pages.ui.parts.markup import escaped
from pages.ui.view import store
from pages.ui.words import columns
from warehouse.analysis import Analysis, told
from warehouse.analysis.family import CHOOSING, Hidden


def draw(view: Analysis) -> None:
    """Draw the sentence where a filter leaves anything out."""
    said = sentence(view)
    if not said:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="hidden"):
        st.markdown(f":material/filter_alt: {escaped(said)}", width="content")
        st.button("Reset", type="tertiary", key="reset-here", on_click=asked.clear)


def sentence(view: Analysis) -> str:
    """What the filters of a view leave out of its focus; empty where there are none."""
    used = [name for name in asked.FILTERS if getattr(view.slice, name)]
    if not used:
        return ""
    names = [columns.label(name) for name in used if name in CHOOSING]
    return told.left_out(_hidden(view), names)


@store.memo()
def _hidden(view: Analysis) -> Hidden:
    from warehouse.analysis import results

    return results.hidden(store.opened(), view)
