"""What judges made of an answer, as coloured tags."""

from collections.abc import Iterable, Mapping
from typing import Any

from pages.quoting import sample
from pages.ui.parts import foreign
from pages.ui.words import values

_TAG = (
    "display:inline-block;border-radius:1rem;padding:.05rem .6rem;margin:.15rem .35rem 0 0;"
    "font-size:.85rem;border:1px solid"
)
SHOWS = f"{_TAG} #d55e00;background:rgba(213,94,0,.16)"
COUNTED = f"{_TAG} rgba(128,128,128,.55)"
LEFT_OUT = f"{_TAG} rgba(128,128,128,.55);border-style:dashed;opacity:.75"
"""What a tag looks like: of an answer with the trait, of one without, of one not counted."""


def html(outcomes: Iterable[Mapping[str, Any]], *, trait: bool = True, judge: bool = True) -> str:
    """The verdicts as HTML, each with its trait and its judge where they are to be named."""
    return "".join(_tag(one, trait, judge) for one in outcomes)


def _tag(one: Mapping[str, Any], trait: bool, judge: bool) -> str:
    names = [values.value("trait", one["trait"])] if trait else []
    names += [values.value("judge", one["judge"])] if judge else []
    told = sample.judged(one)
    look = SHOWS if one["is_trait"] else COUNTED if one["is_counted"] else LEFT_OUT
    said = f"{', '.join(names)}: {told}" if names else told
    return f'<span style="{look}">{foreign.escaped(said)}</span>'
