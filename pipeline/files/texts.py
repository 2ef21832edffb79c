"""What a text must be to be kept, values as texts, and the text of a file that a user names."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError
from pipeline.files import sniffing
from warehouse import encodings


def unreadable(value: str) -> str | None:
    """Why a text cannot be kept (not UTF-8, a NUL byte), or None."""
    if "\0" in value:
        return "contains a NUL byte"
    if not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            return "is not valid UTF-8"
    return None


def as_text(value: Any) -> str | None:
    """A value of a record as text: an id stays as it is written, and null is none.

    Bytes are the text they spell; what is none in UTF-8 is `unreadable`.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, dict | list | tuple):
        return str(value)
    try:
        return json.dumps(value, default=as_text, ensure_ascii=False)
    except (RecursionError, ValueError):
        return "(nested too deeply to be shown)"


WINDOWS = (
    "it is not UTF-8 and was read as Windows-1252; if its accents look wrong, save it as UTF-8"
)


def of_file(file: Path, largest: int, say: Callable[[str], None]) -> str:
    """The text of a file that a command was given, without a byte order mark.

    It is UTF-8, or UTF-16 with a mark, which spreadsheets call Unicode; else Windows-1252, as far
    as its accents tell, which is said.

    Raises:
        UsageError: where it cannot be read, is no text, or has more than `largest` bytes.
    """
    try:
        if file.stat().st_size > largest:
            raise UsageError(f"{file} is larger than {largest // 2**20} MB.")
        content = file.read_bytes()
        is_windows = not content.startswith(encodings.WIDE) and sniffing.is_windows(content)
        text = encodings.text(content, "cp1252" if is_windows else None)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"{file} cannot be read ({why}).") from None
    if is_windows:
        say(f"{file}: {WINDOWS}.")
    return text
