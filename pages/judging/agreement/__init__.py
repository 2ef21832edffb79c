"""The Agreement page. A section has a TITLE and `draw(view, pair)`."""

from pages.judging.agreement import (
    arms,
    corrected,
    everybody,
    judges,
    pair,
    prompts,
    raters,
    weighed,
)

SECTIONS = {
    "pair": pair,
    "everybody": everybody,
    "arms": arms,
    "corrected": corrected,
    "judges": judges,
    "prompts": prompts,
    "raters": raters,
    "weighed": weighed,
}
"""The sections, by their names in links."""

ALONE = ("raters", "weighed")
"""The sections that say something of one judge."""
