"""The desk to take away: every quote with its caption, in the form that is asked for."""

from collections.abc import Sequence

import streamlit as st

from pages.reading.desk import quoted
from pages.reading.desk.forms import FORMS
from warehouse.picks import PickFound

LANGUAGES = {"tex": "latex", "md": "markdown", "html": "html", "json": "json"}


def popover(found: Sequence[PickFound]) -> None:
    """A popover with a form to choose, the text to copy, and the same as a file."""
    if not any(one.key is not None for one in found):
        return
    with st.popover(
        "Copy", icon=":material/content_copy:", key="copy", on_change="rerun"
    ) as opened:
        if not opened.open:
            return
        form = st.segmented_control(
            "Form",
            list(FORMS),
            format_func=lambda name: FORMS[name][0],
            default=next(iter(FORMS)),
            required=True,
            key="copy-form",
        )
        _, ending, make = FORMS[form]
        text = make(quoted.quoted(found))
        st.code(text, language=LANGUAGES.get(ending), wrap_lines=True, height=360)
        st.download_button("Download", text, f"desk.{ending}", icon=":material/download:",
                           on_click="ignore", key="copy-file")  # fmt: skip
