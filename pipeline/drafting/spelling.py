"""Texts as a draft writes them: as YAML takes them, and in remarks."""

import json

_WORDS = {"yes", "no", "on", "off", "true", "false", "null", "y", "n"}


def quoted(text: str) -> str:
    """A text as YAML takes it, quoted where it must be."""
    plain = text.replace("_", "").replace("-", "").replace(".", "")
    is_word = plain.isalnum() and plain[0].isalpha() and text.lower() not in _WORDS
    return text if is_word else json.dumps(text, ensure_ascii=False)


def remark(text: str) -> str:
    """A text in a remark: one line, and no mark that would begin another."""
    return " ".join(text.split()).replace("#", "")[:120]
