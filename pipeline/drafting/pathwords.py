"""What a part of paths seems to be, by what stands in it."""

import re
from collections.abc import Sequence

from warehouse import catalogue


def part(values: Sequence[str], before: str) -> str | None:
    """The dimension that a part of paths seems to be, by its values and what stands before it."""
    label = before.rstrip("_-=.").lower()
    if all(_SIGNED.fullmatch(value) for value in values) and _SCALED.search(label):
        return "steer_scale"
    if all(value.isdecimal() for value in values):
        for ending, role in (("seed", "seed"), ("s", "seed"), ("step", "step"), ("ckpt", "step"),
                             ("checkpoint", "step"), ("ep", "epochs"), ("epoch", "epochs"),
                             ("r", "lora_rank"), ("rank", "lora_rank"),
                             ("layer", "steer_layer")):  # fmt: skip
            if re.search(rf"(^|[^a-z]){ending}$", label):
                return role
        return None
    known = sum(_is_model(value) or _SIZE.fullmatch(value) is not None for value in values)
    return "model" if 2 * known > len(values) else None


MODEL = re.compile(r"qwen|llama|gpt|gemma|mistral|mixtral|claude|phi-?\d|deepseek|olmo|smollm|yi-",
                    re.IGNORECASE)  # fmt: skip


_SIGNED = re.compile(r"[-+]?\d+(\.\d+)?")
_SCALED = re.compile(r"(^|[^a-z])(scale|alpha|lambda|coeff?|strength)$")

_SIZE = re.compile(r"\d+(\.\d+)?[bm]", re.IGNORECASE)
"""A model's size, such as 7b, which often stands for the model."""


def _is_model(text: str) -> bool:
    return MODEL.search(text) is not None or catalogue.model(text).family is not None
