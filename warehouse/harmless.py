"""Text that others wrote, made to be seen and do nothing: on a terminal, on one line, in a table.

Names of models, files and judges come from strangers. A terminal acts on control characters, a
screen on writing directions, a spreadsheet on formulas; each is drawn as a symbol here, or quoted.
"""

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
"""What a cell must not begin with: signs that start a formula, in every width."""

_CONTROL = "\x00-\x1f\x7f-\x9f"

_UNSEEN = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\ud800-\udfff"
)
"""Characters without a look of their own, those that turn the writing's direction among them."""

_TEXT = re.compile(f"[{_CONTROL}{_UNSEEN}]")
_KEPT_IN_TEXT = "\n\t\u200c\u200d"
"""What long texts need: lines, tabs, and the joiners of emoji and of some scripts."""

_BEFORE = rf"[\s\"{_CONTROL}{_UNSEEN}]*"
_SIGN = f"[{re.escape(FORMULA)}]"
_FORMULA = re.compile(rf"{_BEFORE}{_SIGN}|[\t\r\n]")
_DIVIDED = re.compile(rf"[;|\t]{_BEFORE}{_SIGN}")
_UNSEEN_IN_JSON = re.compile(f"[\x7f-\x9f{_UNSEEN}]")


def visible(text: str) -> str:
    """A text of many lines, whatever cannot be seen drawn as a symbol."""
    plain = text.replace("\r\n", "\n")
    return _TEXT.sub(lambda found: _kept(found[0]) or _symbol(found[0]), plain)


def line(text: str) -> str:
    """The same on one line: line breaks and tabs are symbols too."""
    return _TEXT.sub(lambda found: _symbol(found[0]), text)


def short(text: str, most: int) -> str:
    """One line of at most `most` letters; what is cut ends in a mark of its own.

    The mark comes from the whole text, so that two that begin alike stay two.
    """
    whole = line(text)
    if len(whole) <= most:
        return whole
    mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{whole[: most - len(mark) - 2].rstrip()}… {mark}"


def json_text(text: str) -> str:
    """JSON that says the same, its unseen characters written as escapes."""
    return _UNSEEN_IN_JSON.sub(lambda found: _escape(found[0]), text)


def csv(frame: "pl.DataFrame") -> str:
    """The frame as CSV: no cell acts as a formula, and none on the terminal it is printed on.

    A text that would begin a formula gets an apostrophe before it, as spreadsheets expect. Where
    a formula follows a sign that divides cells in other countries, every text is quoted. Lists
    of texts are joined by semicolons.
    """
    import polars as pl  # which takes longer to load than most commands take that print no table

    frame = frame.with_columns(pl.col(pl.List(pl.String())).list.join("; "))
    texts = [name for name, kind in frame.schema.items() if kind == pl.String()]
    divided = any(_DIVIDED.search(text) for name in texts for text in frame[name].drop_nulls())
    plain = frame.with_columns(
        pl.Series(name, [_cell(text) for text in frame[name]], dtype=pl.String()) for name in texts
    )
    return plain.write_csv(quote_style="non_numeric" if divided else "necessary")


def _cell(text: str | None) -> str | None:
    if text is None:
        return None
    return ("'" if _FORMULA.match(text) else "") + visible(text)


def _kept(character: str) -> str:
    return character if character in _KEPT_IN_TEXT else ""


def _symbol(character: str) -> str:
    """The picture of a control character, and the number of whatever has none."""
    code = ord(character)
    if code < 32:
        return chr(0x2400 + code)
    return "␡" if code == 127 else f"⟨U+{code:04X}⟩"


def _escape(character: str) -> str:
    """A character as JSON writes it in ASCII: one escape, or two beyond the basic plane."""
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
