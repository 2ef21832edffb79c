"""What interventions say: their texts, where these stand, and a prompt as the model gets it.

A name such as `Identity: etymologist` tells nobody what a model was told. Wherever such a name
stands, `of` is what is to be read beside it.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import polars as pl

from pages.ui.view import store
from pages.ui.words import values
from warehouse import harmless

UNRECORDED = "text not recorded"
SEVERAL = "{} different texts go by this name"
CONTROL = "no text"

PROMPT = "⟨prompt⟩"
"""What stands for a prompt that is not shown."""

LONGEST = 400
"""How many letters of a text are shown beside a name."""


class Wording(NamedTuple):
    """What is known of an intervention's text."""

    text: str | None
    placement: str  # prepend, newline, system, unknown; none for the control
    texts: int  # how many different ones go by the name
    question: str | None  # one that the experiment asks, for the example

    @property
    def is_control(self) -> bool:
        """Whether there is no text because nothing was said."""
        return self.placement == "none" and not self.texts

    @property
    def said(self) -> str:
        """The text and its place in one line, or why there is none: `“Be old.” (before …)`."""
        if self.is_control:
            return CONTROL
        place = f" ({values.PLACEMENTS[self.placement]})" if self.placement in _PLACED else ""
        if self.text is None:
            return f"{SEVERAL.format(self.texts) if self.texts > 1 else UNRECORDED}{place}"
        return f"“{harmless.short(' '.join(self.text.split()), LONGEST)}”{place}"

    def rendered(self, prompt: str | None = None) -> str:
        """A prompt with the text in place, as a model gets it; a message a paragraph.

        `prepend` puts the text and a space before it, `newline` the text and a line break,
        `system` makes it a message of its own, before everything else.
        """
        asked = prompt or self.question or PROMPT
        if self.text is None or self.placement not in _PLACED:
            return asked
        if self.placement == "system":
            return f"System: {self.text}\n\nUser: {asked}"
        return f"User: {self.text}{_PLACED[self.placement]}{asked}"


_PLACED = {"prepend": " ", "newline": "\n", "system": ""}
"""What stands between a text and the prompt, by where the text stands."""

_UNKNOWN = Wording(None, "unknown", 0, None)


def of(name: str | None, experiment: str | None = None, study: str | None = None) -> Wording:
    """What is known of an intervention's text, in one experiment and study or in all of them.

    Of several experiments and studies in which the name means different texts, none is told.
    """
    if name in (None, "none"):
        return Wording(None, "none", 0, None)
    rows = _known(name, experiment, study)
    if not rows:
        return _UNKNOWN
    texts = {row["text"] for row in rows if row["text"] is not None}
    places = {row["placement"] for row in rows}
    most = max(row["texts"] for row in rows)
    one_text = len(texts) == 1 and most == 1
    return Wording(
        text=next(iter(texts)) if one_text else None,
        placement=next(iter(places)) if len(places) == 1 else "unknown",
        texts=max(most, len(texts)),
        question=rows[0]["question"] if experiment or len(rows) == 1 else None,
    )


def said(row: Mapping[str, Any]) -> str:
    """What an arm was told, in one line, for the tooltip of its mark.

    `row` has an intervention, and where known eval_intervention, experiment and study.
    """
    place = {name: row.get(name) for name in ("experiment", "study")}
    trained = of(row["intervention"], **place).said
    given = row.get("eval_intervention")
    if given in (None, "none"):
        return trained
    if row["intervention"] == "none":
        return f"{of(given, **place).said}, at evaluation"
    if given == row["intervention"]:
        return f"{trained}, at evaluation too"
    return f"{trained}; at evaluation {of(given, **place).said}"


def column(frame: pl.DataFrame) -> pl.Series:
    """`said` of every row of a frame of arms, each made once."""
    names = [n for n in ("intervention", "eval_intervention", "experiment", "study") if n in frame]
    rows = frame.select(names).rows()
    told = {row: said(dict(zip(names, row, strict=True))) for row in set(rows)}
    return pl.Series("wording", [told[row] for row in rows], dtype=pl.String())


def table(names: pl.DataFrame) -> pl.DataFrame:
    """Interventions with kind, place, text and a rendered prompt, a row each.

    `names` has the columns experiment, study and intervention.
    """
    rows = []
    for row in names.unique(maintain_order=True).iter_rows(named=True):
        known = of(row["intervention"], row["experiment"], row["study"])
        if known.is_control:
            continue
        rows.append(
            {
                "intervention": values.intervention(row["intervention"]),
                "placement": values.value("placement", known.placement),
                "text": known.text
                or (SEVERAL.format(known.texts) if known.texts > 1 else UNRECORDED),
                "rendered": known.rendered() if known.text and known.placement in _PLACED else "",
            }
        )
    schema = dict.fromkeys(("intervention", "placement", "text", "rendered"), pl.String())
    return pl.DataFrame(rows, schema=schema).unique(maintain_order=True)


def _known(name: str | None, experiment: str | None, study: str | None) -> list[dict[str, Any]]:
    """What the snapshot says of an intervention, a row a study and experiment."""
    if store.current() is None:
        return []
    return [
        row
        for row in _every().get(name or "", ())
        if experiment in (None, row["experiment"]) and study in (None, row["study"])
    ]


@store.memo(entries=2)
def _every() -> dict[str, list[dict[str, Any]]]:
    """Every intervention of the snapshot, by name."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in store.query("interventions").iter_rows(named=True):
        found.setdefault(row["intervention"], []).append(row)
    return found
