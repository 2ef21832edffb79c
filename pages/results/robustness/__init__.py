"""The sections of the Robustness page, one module each.

A section's `draw` shows what hangs on one kind of choice, and returns where a click leads.
"""

from types import ModuleType

from pages.results.robustness import criteria, every_arm, questions, specifications, thresholds

SECTIONS: dict[str, ModuleType] = {
    "ways": specifications,
    "arms": every_arm,
    "threshold": thresholds,
    "criteria": criteria,
    "questions": questions,
}
"""The sections in the order of telling, by their name in the URL."""
