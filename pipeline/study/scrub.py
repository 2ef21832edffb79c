"""What strangers said, made fit to be kept and shown: no key in it, no half characters."""

import html
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

SHORTEST_SECRET = 8
"""Shorter keys (local servers take any) are no secret and may be ordinary words."""

LONGEST_LINE = 500
LONGEST_RAW = 2_000
"""Characters kept of a reason, and of a body that was no answer."""

_HALF = re.compile("[\ud800-\udfff]")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


class Scrub:
    """Takes one endpoint's key out of whatever that endpoint sent back."""

    def __init__(self, key: str) -> None:
        self._key = key if len(key) >= SHORTEST_SECRET else None

    def __repr__(self) -> str:
        return "Scrub()"

    def text(self, text: str) -> str:
        """The text without the key, and with U+FFFD for halves of characters."""
        if self._key is not None and self._key in text:
            text = text.replace(self._key, "[key]")
        return text if text.isascii() else _HALF.sub("\ufffd", text)

    def holds(self, pieces: Iterable[str]) -> bool:
        """Whether the key stands in pieces of a text, put together: in the tokens of a reply."""
        return self._key is not None and self._key in "".join(pieces)

    def line(self, text: object) -> str:
        """A reason as one printable line that is not too long."""
        clean = "".join(c if c.isprintable() else " " for c in self.text(str(text)))
        return " ".join(self._withheld(clean).split())[:LONGEST_LINE]

    def raw(self, content: bytes) -> str:
        """The beginning of a body that was no answer, to be looked at by a person."""
        return self._withheld(self.text(content.decode("utf-8", "replace")))[:LONGEST_RAW]

    def whole(self, value: Any) -> Any:
        """Decoded JSON with every text in it scrubbed, names of fields included."""
        match value:
            case str():
                return self.text(value)
            case list():
                return [self.whole(item) for item in value]
            case dict():
                return {self.text(name): self.whole(item) for name, item in value.items()}
            case _:
                return value

    def _withheld(self, text: str) -> str:
        """The text, unless the key stands in it in another spelling."""
        if self._key is None:
            return text
        spelled = (
            unquote(text),
            html.unescape(text),
            _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text),
        )
        if any(self._key in other for other in spelled):
            return "[withheld: it holds the key in another spelling]"
        return text
