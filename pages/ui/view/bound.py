"""Widgets whose value lives in the URL, and what a link asked for that they do not have.

Links name values as the data does (`intervention=identity-etymologist`); the browser's address
bar shows them as people do, since Streamlit writes labels there. Both are understood.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

from pages.ui.parts.markup import escaped

Choice = TypeVar("Choice", bound=str)

FOLLOWED = "_followed"
"""Session key: the parameters of the link that this run follows, if it follows one."""

NEXT = "_next"
"""Session key: the parameters of the link that the next run is to follow."""

CHANGED = "_changed"
"""Session key: whether a widget was changed by hand, which can be done once it is drawn."""

UNKNOWN = "_unknown"
"""Session key: for each widget, what a link asked of it in vain."""


def many(
    label: str,
    options: Mapping[str, str],
    key: str,
    help: str | None = None,
    placeholder: str = "All",
) -> tuple[str, ...]:
    """A multiselect over {value: label}; the chosen values, none meaning `placeholder`."""
    _spell(key, options)
    asked = _asked(key)
    if asked is not None:
        st.session_state[key] = _known(key, asked, options)
    chosen = st.multiselect(
        label,
        list(options),
        key=key,
        format_func=lambda value: options.get(value, str(value)),
        placeholder=placeholder,
        help=help,
        bind="query-params",
        on_change=_forget,
        args=(key,),
    )
    return tuple(value for value in chosen if value in options)


def one(
    label: str,
    options: Mapping[Choice, str],
    key: str,
    help: str | None = None,
    draw: Callable[..., Any] = st.selectbox,
) -> Choice:
    """A choice over {value: label}, drawn as a menu; the first one unless another is chosen."""
    first = next(iter(options))
    _spell(key, options)
    asked = _asked(key)
    if asked is not None:
        st.session_state[key] = next(iter(_known(key, asked[:1], options)), first)
    chosen = draw(
        label,
        list(options),
        key=key,
        format_func=lambda value: options.get(value, str(value)),
        help=help,
        bind="query-params",
        on_change=_forget,
        args=(key,),
    )
    return chosen if chosen in options else first


def row(label: str, options: Mapping[Choice, str], key: str) -> Choice:
    """The same choice, drawn as a row of buttons: for few options that all should be seen."""
    return one(label, options, key, draw=_buttons)


def number(
    label: str,
    key: str,
    standard: float,
    help: str | None = None,
    least: float = 0,
    most: float = 100,
    placeholder: str | None = None,
) -> float | None:
    """A number from `least` to `most`, or None where it is left to the standard."""
    _spell(key)
    asked = _asked(key)
    if asked is not None:
        st.session_state[key] = _number(key, asked, least, most)
    return st.number_input(
        label,
        min_value=float(least),
        max_value=float(most),
        value=None,
        step=1.0,
        format="%g",
        key=key,
        placeholder=placeholder or f"{standard:g} (the rule’s own)",
        help=help,
        bind="query-params",
        on_change=_forget,
        args=(key,),
    )


def text(label: str, key: str, help: str | None = None, placeholder: str | None = None) -> str:
    """A line of text, empty unless something is written."""
    _spell(key)
    asked = _asked(key)
    if asked is not None:
        st.session_state[key] = asked[0] if asked else ""
    return st.text_input(
        label,
        key=key,
        help=help,
        placeholder=placeholder,
        bind="query-params",
        on_change=_forget,
        args=(key,),
    )


def toggle(label: str, key: str, help: str | None = None) -> bool:
    """A setting that is on or off; it stays as it is when a link is followed."""
    if st.session_state.get(FOLLOWED) is not None and key in st.session_state:
        # Following a link empties the URL; a value that is assigned is written there again.
        st.session_state[key] = bool(st.session_state[key])
    return st.toggle(label, key=key, help=help, bind="query-params")


def page(pages: int, key: str = "page") -> int:
    """The page of a list that is looked at, from 1."""
    _spell(key)
    asked = _asked(key)
    if asked is not None:
        wanted = whole(asked[0] if asked else "") or 1
        if wanted != st.session_state.get(key, 1):
            st.session_state[key] = min(max(wanted, 1), pages)
    elif st.session_state.get(key, 1) > pages:
        st.session_state[key] = pages
    return st.pagination(pages, key=key, bind="query-params")


def whole(text: str) -> int | None:
    """The whole number of 64 bits that somebody wrote; None where it is anything else."""
    if not re.fullmatch(r"-?\d{1,19}", text):
        return None
    number = int(text)
    return number if -(2**63) <= number < 2**63 else None


def unknown() -> dict[str, Sequence[str]]:
    """What links asked for in vain, by widget, until that widget is changed."""
    return dict(st.session_state.get(UNKNOWN, {}))


def _buttons(
    label: str, options: list[str], *, key: str, format_func: Callable[[str], str], **rest: Any
) -> str | None:
    # A value that was just assigned and a default would be one too many.
    default = None if key in st.session_state else options[0]
    # Its options are Markdown, other than those of a menu.
    return st.segmented_control(
        label, options, default=default, required=True, key=key, label_visibility="collapsed",
        format_func=lambda option: escaped(format_func(option)), **rest,
    )  # fmt: skip


def _asked(key: str) -> list[str] | None:
    """What a link asks of a widget; None where no link was just followed.

    A link inside the app stands for the whole view: what it does not name is reset. The URL
    counts when the widget is first drawn.
    """
    followed = st.session_state.get(FOLLOWED)
    if followed is not None:
        return list(followed.get(key, ()))
    if key in st.session_state:
        return None
    return st.query_params.get_all(key) or None


def _spell(key: str, options: Mapping[Choice, str] | None = None) -> None:
    """Write into the URL, in labels, what a link asks of a widget that was never drawn.

    Such a widget takes its value from the URL, where Streamlit knows labels alone; one that is
    given its value otherwise stays out of the URL. So the URL is corrected, and the run begun
    again with the link still to be followed.
    """
    if key in st.session_state:
        return
    written = st.query_params.get_all(key)
    followed = st.session_state.get(FOLLOWED)
    asked = written if followed is None else list(followed.get(key, ()))
    labels = {str(value): label for value, label in (options or {}).items()}
    spelled = [labels.get(name, name) for name in asked]
    if spelled and spelled != written:
        st.query_params[key] = spelled
        st.session_state[NEXT] = followed
        st.rerun()


def _known(key: str, asked: Iterable[str], options: Mapping[Choice, str]) -> list[Choice]:
    by_name = {label: value for value, label in options.items()}
    by_name |= {str(value): value for value in options}
    found, missing = [], []
    for name in dict.fromkeys(asked):
        if name in by_name:
            found.append(by_name[name])
        elif name:
            missing.append(name)
    _remember(key, missing)
    return found


def _number(key: str, asked: Sequence[str], least: float, most: float) -> float | None:
    try:
        number = float(asked[0]) if asked else None
    except ValueError:
        number = -1.0
    good = number is None or least <= number <= most
    _remember(key, () if good else asked[:1])
    return number if good else None


def _remember(key: str, missing: Sequence[str]) -> None:
    others = {k: v for k, v in st.session_state.get(UNKNOWN, {}).items() if k != key}
    st.session_state[UNKNOWN] = others | ({key: tuple(missing)} if missing else {})


def _forget(key: str) -> None:
    st.session_state[CHANGED] = True
    _remember(key, ())
