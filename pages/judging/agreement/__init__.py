"""The Agreement page. A section has a TITLE and `draw(view, pair)`."""

from pages.judging.agreement import arms, corrected, everybody, judges, pair, raters

SECTIONS = {
    "pair": pair,
    "everybody": everybody,
    "arms": arms,
    "corrected": corrected,
    "judges": judges,
    "raters": raters,
}
"""The sections, by their names in links."""
