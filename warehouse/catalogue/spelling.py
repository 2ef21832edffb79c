"""How names of models are spelled: the same whatever stands between their parts."""

import re

_VERSIONS = re.compile(
    r"\b((?:qwen-?(?=[12]-5-)|llama-?(?=3-[123]-)|gpt-?(?=4-1\b|3-5-)|phi-?(?=3-5-)))(\d)-(\d)"
)
_SIZES = re.compile(r"\b(0-\d{1,2}|(?<=\d\.\d-)\d-\d|(?<=qwen2-)1-5)b\b")
_SIZE = re.compile(r"(?<![\d.x])(\d{1,6}(?:\.\d{1,6})?)b\b")

_PUBLISHERS = frozenset(
    ("meta", "qwen", "google", "openai", "mistralai", "microsoft", "unsloth", "huggingface")
)
_WORDS = {"instruct": "Instruct", "chat": "Chat"}

_COMMON = re.compile(
    r"instruct|chat|base|pt|it|hf|gguf|awq|gptq|bnb|exl\d|mlx|dynamic|unsloth|preview|latest"
    r"|(?:fp|bf|int|w)\d+(?:a\d+)?|\d+bits?|i?q\d+|[kmlsx01]|[0-9]{2,8}|"
)
"""What everybody's copy of a model may be called: its tuning by who made it, its quantisation."""


def plain(name: str) -> str:
    """A model's name in lower case, with hyphens between its parts and points in its numbers.

    Of a fine-tuned model's id at an API (`ft:…`) it is the model that was fine-tuned.
    """
    text = name.strip()
    if text.lower().startswith("ft:"):
        text = text.split(":")[1]
    text = re.sub(r"[\s_-]+", "-", text.split("/")[-1].lower())
    text = _VERSIONS.sub(lambda found: f"{found[1]}{found[2]}.{found[3]}", text)
    return _SIZES.sub(lambda found: f"{found[1].replace('-', '.')}b", text)


def organisation(name: str) -> str:
    """Whose a model is, with the slash behind it; nothing where no name says it."""
    whose, slash, _ = name.strip().rpartition("/")
    return whose + slash


def is_common(variant: str) -> bool:
    """Whether a variant is the same model whoever offers it: no adapter of somebody's own."""
    told, _, _revision = variant.lower().partition("@")
    return all(_COMMON.fullmatch(part) for part in re.split(r"[-_.]", told))


def size(text: str) -> float | None:
    """Billions of parameters, where a plain name has them ("7b", "0.5b")."""
    found = _SIZE.search(text)
    return float(found[1]) if found else None


def variant(before: str, after: str) -> str | None:
    """What stands around a known model's name: its variant, or None where it is another's name.

    Tuning, quantisation, revision and adapter are all part of which model it is.
    """
    first = [part for part in before.split("-") if part and part not in _PUBLISHERS]
    if first or (after and after[0].isalnum()):
        return None
    parts = [_WORDS.get(part, part) for part in after.split("-")]
    return "-".join(parts) if parts[0] else "".join(f"-{part}" for part in parts if part)
