"""The Agreement page. A section has a TITLE and `draw(view, pair)`."""

from pages.judging.agreement import arms, corrected, judges, pair, raters

SECTIONS = {
    "pair": pair,
    "arms": arms,
    "corrected": corrected,
    "judges": judges,
    "raters": raters,
}
"""The sections, by their names in links."""
