"""The sections of the Interventions page, one module each.

A section's `draw` shows one comparison and returns the transcripts that a click asks for.
"""

from types import ModuleType

from pages.results.interventions import corrected, doses, effects, head_to_head, relevance, texts

SECTIONS: dict[str, ModuleType] = {
    "effects": effects,
    "texts": texts,
    "relevance": relevance,
    "doses": doses,
    "head-to-head": head_to_head,
    "corrected": corrected,
}
"""The sections in the order of telling, by their name in the URL."""
