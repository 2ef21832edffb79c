"""A choice on one line: what is chosen stands beside its label, and nothing above it."""

from collections.abc import Callable
from typing import Any

import streamlit as st


def menu(label: str, options: list[Any], *, format_func: Callable[[Any], str], **rest: Any) -> Any:
    """A menu to draw by `bound.one`; its label is read out, and stands in front of every option."""
    return st.selectbox(
        label,
        options,
        format_func=lambda option: f"{label}: {format_func(option)}",
        label_visibility="collapsed",
        **rest,
    )
