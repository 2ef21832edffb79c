"""The focus: the one experiment, trait and judge that a page is about, and the bar that says so."""

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.frame import asked, bound
from pages.ui.parts.markup import escaped
from pages.ui.view import store
from pages.ui.words import columns, numbers, values
from warehouse.analysis import Focus, foci
from warehouse.analysis.foci import Opened
from warehouse.counting import Slice

FEW = 5
"""How many choices are a row of buttons; more are a menu."""

MENU = 300
"""How many pixels wide a menu is."""


def opened() -> Opened:
    """The focus that is asked for, as far as there is such a one, else the one that tells most.

    What was changed by hand decides, and the rest goes along as far as it can. What was found is
    asked from then on, so that another snapshot cannot change it unasked.
    """
    wanted = {part: bound.known(part, _labels(part)) for part in asked.FOCUS}
    found = foci.opened(_known(), Slice().narrowed(**wanted))
    is_by_hand = not asked.changed().isdisjoint(asked.FOCUS)
    if found.focus is None or not (is_by_hand or is_exact(found)):
        return found
    for part, value in found.focus._asdict().items():
        asked.ask(part, () if value is None else (value,))
    return Opened(found.focus, {}, {})


def is_exact(found: Opened) -> bool:
    """Whether a focus is what was asked for, and all of it."""
    return not (found.lost or found.left or set(asked.unknown()) & set(asked.FOCUS))


def bar(focus: Focus) -> None:
    """Draw the bar: every part of the focus that could be another one, and the others' names."""
    offered = foci.choices(_known(), focus)
    with st.container(horizontal=True, vertical_alignment="center", key="focus"):
        for part in ("experiment", "study", "trait", "judge"):
            options = {value: _labels(part)[value] for value in offered[part]}
            if len(options) > 1:
                _choice(part, options, getattr(focus, part))
            elif options:
                st.markdown(escaped(_said(part, *options.values())), width="content")


def told(found: Opened) -> list[str]:
    """A sentence for whatever of a link the focus cannot show."""
    if found.focus is None:
        return []
    said = []
    for part, names in found.lost.items():
        shown = values.value(part, getattr(found.focus, part))
        of = values.value("experiment", found.focus.experiment)
        named = numbers.listing(values.value(part, name) for name in names)
        said.append(
            f"{columns.label(part)} {named}: not in {of}. This page shows {shown}."
            if part != "experiment"
            else f"{columns.label(part)} {named}: nothing to show. This page shows {of}."
        )
    for part, names in found.left.items():
        shown = values.value(part, getattr(found.focus, part))
        named = numbers.listing(values.value(part, name) for name in names)
        said.append(f"A page shows one thing at a time: {shown} here, {named} in the bar above.")
    return said


def _choice(part: str, options: Mapping[str, str], chosen: str) -> None:
    """A part of the focus, as a row of buttons or a menu; the next run takes up what is chosen."""
    asked.shown(part, chosen, None)
    is_row = part == "experiment" and len(options) <= FEW
    (bound.buttons if is_row else bound.menu)(
        escaped(columns.label(part)),
        list(options),
        key=part,
        format_func=lambda value: _said(part, options.get(value, str(value))),
        width="content" if is_row else MENU,
    )


def _said(part: str, label: str) -> str:
    """A value of the bar; what it is a value of is said where its name does not tell."""
    return label if part in ("experiment", "trait") else f"{columns.label(part)}: {label}"


@store.memo()
def _known() -> list[Focus]:
    return foci.known(store.opened())


@store.memo()
def _labels(part: str) -> dict[str, str]:
    """Every value of a part of the focus, those that tell most first."""
    held: Sequence[str] = list(dict.fromkeys(filter(None, (getattr(f, part) for f in _known()))))
    # A study that is the only one is in no focus; links to answers name it all the same.
    return values.distinct(part, held or (store.studies() if part == "study" else ()))
