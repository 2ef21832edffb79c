"""Widgets whose value is what is asked (`asked`), by a link or by hand, and lives in the address.

Links name values as the data does (`intervention=identity-etymologist`); labels are understood too,
since the addresses of older versions hold them.
"""

import math
import re
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from types import ModuleType
from typing import Any, TypeVar

import streamlit as st

from pages.frame import asked
from pages.ui.parts.defined import definitions
from pages.ui.parts.markup import escaped

Choice = TypeVar("Choice", bound=str)

NEXT = "_next"
"""Session key: the parameters of the link that the next run is to follow."""


def many(
    label: str,
    options: Mapping[str, str],
    key: str,
    help: str | None = None,
    placeholder: str = "All",
) -> tuple[str, ...]:
    """A multiselect over {value: label}; the chosen values, none meaning `placeholder`."""
    asked.take_up(key)
    asked.shown(key, known(key, options), [])
    chosen = st.multiselect(
        label,
        list(options),
        key=key,
        format_func=lambda value: options.get(value, str(value)),
        placeholder=placeholder,
        help=help,
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
    asked.take_up(key)
    asked.shown(key, asked_one(key, options), first)
    chosen = draw(
        label,
        list(options),
        key=key,
        format_func=lambda value: options.get(value, str(value)),
        help=help,
    )
    return chosen if chosen in options else first


def first(options: Mapping[Choice, str], usual: str) -> dict[Choice, str]:
    """The options with the usual one first."""
    return dict(sorted(options.items(), key=lambda option: option[0] != usual))


def row(label: str, options: Mapping[Choice, str], key: str) -> Choice:
    """The same choice, drawn as a row of buttons: for few options that all should be seen.

    Beside it, where its options are terms of art, stands what they mean.
    """
    told = definitions(" · ".join(options.values()))
    with st.container(horizontal=True, gap="small", width="content") if told else nullcontext():
        chosen = one(label, options, key, draw=buttons)
        if told:
            st.markdown("", help=told, width="content")
    return chosen


def sections(every: Mapping[str, ModuleType], *given: Any) -> dict[str, str]:
    """The titles of a page's sections, without those in which nothing can be.

    A section that cannot always hold something says so by `is_offered(*given)`.
    """
    return {
        name: section.TITLE
        for name, section in every.items()
        if not hasattr(section, "is_offered") or section.is_offered(*given)
    }


def number(
    label: str,
    key: str,
    standard: float,
    help: str | None = None,
    least: float = 0,
    most: float = 100,
) -> float | None:
    """A number from `least` to `most`, shown as the standard, and None, where none is asked."""
    asked.take_up(key)
    wanted = asked_number(key, least, most)
    asked.shown(key, float(standard if wanted is None else wanted), float(standard))
    chosen = st.number_input(
        label,
        min_value=float(least),
        max_value=float(most),
        value=None,
        step=1.0,
        format="%g",
        key=key,
        help=help,
    )
    return None if chosen is None or chosen == standard else chosen


def text(label: str, key: str, help: str | None = None, placeholder: str | None = None) -> str:
    """A line of text, empty unless something is written."""
    asked.take_up(key)
    wanted = asked.values(key)
    asked.shown(key, wanted[0] if wanted else "", "")
    return st.text_input(label, key=key, help=help, placeholder=placeholder)


def toggle(label: str, key: str, help: str | None = None) -> bool:
    """A setting that is on or off."""
    asked.take_up(key)
    asked.shown(key, asked.values(key)[:1] == ["true"], False)
    return st.toggle(label, key=key, help=help)


def page(pages: int, key: str = "page") -> int:
    """The page of a list that is looked at, from 1."""
    asked.take_up(key)
    wanted = whole(next(iter(asked.values(key)), "")) or 1
    asked.shown(key, min(max(wanted, 1), pages), 1, is_preset=True)
    return st.pagination(pages, key=key)


def whole(text: str) -> int | None:
    """The whole number of 64 bits that somebody wrote; None where it is anything else."""
    if not re.fullmatch(r"-?\d{1,19}", text):
        return None
    number = int(text)
    return number if -(2**63) <= number < 2**63 else None


def menu(
    label: str, options: list[str], *, key: str, format_func: Callable[[str], str], **rest: Any
) -> str | None:
    """A menu of which one option is chosen, without its label above it."""
    chosen: str | None = st.selectbox(
        label, options, key=key, format_func=format_func, label_visibility="collapsed", **rest
    )
    return chosen


def asked_one(key: str, options: Mapping[Choice, str]) -> Choice:
    """Which one of the options is asked, the first unless another is."""
    return next(iter(known(key, options, most=1)), next(iter(options)))


def asked_number(key: str, least: float = 0, most: float = 100) -> float | None:
    """The number that is asked, None unless it lies in the range."""
    wanted = asked.values(key)[:1]
    try:
        number = float(wanted[0]) if wanted else None
    except ValueError:
        number = math.nan
    good = number is None or least <= number <= most
    asked.in_vain(key, () if good else wanted)
    return number if good else None


def known(key: str, options: Mapping[Choice, str], most: int | None = None) -> list[Choice]:
    """Which of the options are asked under a key; whatever else is asked is remembered as vain."""
    by_name: dict[str, Choice] = {label: value for value, label in options.items()}
    by_name |= {str(value): value for value in options}
    wanted = list(dict.fromkeys(filter(None, asked.values(key)[:most])))
    asked.in_vain(key, [name for name in wanted if name not in by_name])
    return list(dict.fromkeys(by_name[name] for name in wanted if name in by_name))


def buttons(
    label: str, options: list[str], *, key: str, format_func: Callable[[str], str], **rest: Any
) -> str | None:
    """A row of buttons of which one is pressed."""
    # Its options are Markdown, other than those of a menu.
    chosen: str | None = st.segmented_control(
        label, options, required=True, key=key, label_visibility="collapsed",
        format_func=lambda option: escaped(format_func(option)), **rest,
    )  # fmt: skip
    return chosen
