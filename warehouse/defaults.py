"""What is meant where nobody says otherwise: decided here, for pages, commands and links alike."""

from typing import Final

RULE: Final = "answered"
"""Counts no answer that is not there, was broken off or was not judged."""

UNIT: Final = "auto"
"""What intervals are about: new prompts, and where arms have several runs new fine-tunes too."""

DOMAIN: Final = "outside"
"""Answering in the trained way inside the training domain is no generalization."""

MARGIN: Final = 0.05
"""Smaller differences do not matter in practice: five points."""

ADJUSTMENT: Final = "joint"
"""How p-values are adjusted for the comparisons of a focus."""

INTERVALS: Final = "pointwise"
"""What 95 % is about: each interval of a difference by itself."""

BASELINE: Final = "control"
"""What an arm is compared with: the same fine-tune without the intervention."""

POWER: Final = 0.8
"""The chance with which what is said to be needed settles what is open."""

BY: Final = ("model", "dataset", "intervention")
"""The dimensions of a rate."""

FEWEST: Final = 10
"""A cell with fewer counted answers is not a result."""
