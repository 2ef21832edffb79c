"""How numbers are corrected for a judge's errors: the choice, and why one cannot be."""

from typing import Any

from pages.frame import bound
from pages.ui.view import inline
from warehouse.correcting import Correction
from warehouse.corrections import WAYS

LEGEND = "Ring: as judged. Dot: corrected, with its 95 % interval."


def chosen(people: str = "") -> Correction:
    """How to correct, chosen in a menu.

    Args:
        people: By whose ratings; by those of whoever rated most where it is empty.
    """
    titles = {name: way.title for name, way in WAYS.items()}
    name = bound.one("Corrected by", titles, "method", draw=inline.menu)
    return Correction(WAYS[name], people)


def refused(row: dict[str, Any]) -> str | None:
    """Why a row cannot be corrected, and how many ratings would do; None where it was."""
    if not row["why"]:
        return None
    needed = row["ratings_lacking"]
    return f"not corrected: {row['why']}" + (f"; {needed:,} more would do" if needed else "")
