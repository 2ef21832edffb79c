"""How the files are written that people write themselves: definitions, prompts, examples."""

import codecs
import io

WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""What UTF-16 begins with, which some programs call Unicode."""


def text(raw: bytes, written: str | None = None) -> str:
    """What the bytes say, without a mark, its lines ended as ours are.

    They are UTF-8, or UTF-16 with a mark, unless said.

    Raises:
        ValueError: saying where they say nothing, and what to do.
    """
    known = written or ("utf-16" if raw.startswith(WIDE) else "utf-8-sig")
    try:
        return io.TextIOWrapper(io.BytesIO(raw), known).read()
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ValueError(
            f"line {line:,} is not UTF-8 text: save it as UTF-8, whatever it is written in now"
        ) from None
