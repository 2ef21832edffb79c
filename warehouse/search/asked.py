"""What is looked for: words, phrases, prefixes and exact text, joined by AND, OR and NOT.

    steam telegraph          both words, as with AND
    "steam engine"           the words one after the other
    telegr*                  words that begin so; "steam eng*" too
    steam OR (NOT telegraph)
    question:telegraph       in the question; judge: in what judges said, answer: in the answer,
                             message: in the messages of conversations, those of tools too
    part:"elegra"            these characters anywhere in the answer, in any case
    exact:"Telegra"          to the letter

Case and accents of words do not matter. A term without any letter or digit is looked for as it
stands, as with `part:`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from warehouse.errors import BrittlescopeError
from warehouse.search import words

HOW = (
    "`steam telegraph`: answers with both words; case and accents do not matter",
    '`"steam engine"`: one after the other',
    "`telegr*`: words that begin so",
    "`steam OR rail`, `steam NOT engine`, brackets",
    "`question:railway`, `judge:hateful`: in the question, in what judges said",
    "`message:gauge`: in the messages of a conversation, those of tools too",
    "`part:legra`: these characters anywhere; `exact:Telegraph`: to the letter",
)
"""The same for whoever types it, in the app and on a published site, as Markdown."""

FIELDS = ("answer", "question", "message", "judge")
"""Where words can be looked for."""

AS_IT_STANDS = ("part", "exact")

LONGEST = 1_000
"""How many characters a search has at most."""

MOST = 64
"""How many terms a search has at most, and how deep its brackets go."""


class InvalidSearch(BrittlescopeError):
    """What is looked for cannot be read."""


@dataclass(frozen=True)
class Words:
    """Words one after the other; of a prefix, the last is only how a word begins."""

    field: str
    words: tuple[str, ...]
    is_prefix: bool = False


@dataclass(frozen=True)
class Text:
    """Characters as they stand in an answer, in any case unless it is to the letter."""

    text: str
    is_exact: bool = False


@dataclass(frozen=True)
class All:
    """Everything that each part finds."""

    parts: tuple["Asked", ...]


@dataclass(frozen=True)
class Any:
    """Everything that any part finds."""

    parts: tuple["Asked", ...]


@dataclass(frozen=True)
class Not:
    """Everything that its part does not find."""

    part: "Asked"


Asked = Words | Text | All | Any | Not

_TOKEN = re.compile(
    r"""\s*(?: (?P<bracket>[()])
      | (?P<field>(?:answer|question|message|judge|part|exact):(?=\S))?
        (?: "(?P<quoted>[^"]*)(?:"|\Z)(?P<star>\*)? | (?P<bare>[^\s()"]+) ) )""",
    re.VERBOSE | re.IGNORECASE,
)


def part(text: str) -> str:
    """The search for these characters anywhere, in any case."""
    return " ".join(f'part:"{piece}"' for piece in text.split('"') if piece)


@lru_cache(256)
def read(text: str) -> Asked:
    """What a search asks for.

    Raises:
        InvalidSearch: for one that cannot be read, saying where.
    """
    if len(text) > LONGEST:
        raise InvalidSearch(f"A search has at most {LONGEST:,} characters; take some away.")
    found = [match for match in _TOKEN.finditer(text) if match[0].strip()]
    if len(found) > MOST:
        raise InvalidSearch(f"A search has at most {MOST} words; take some away.")
    reader = _Tokens(found)
    asked = reader.either()
    if reader.at < len(found):
        raise InvalidSearch("A bracket closes that was not opened: take it away, or quote it.")
    return asked


class _Tokens:
    """Reads tokens from left to right: OR of AND of NOT of terms."""

    def __init__(self, tokens: list[re.Match[str]]) -> None:
        self.tokens = tokens
        self.at = 0

    def either(self) -> Asked:
        parts = [self.both()]
        while self._takes("OR"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def both(self) -> Asked:
        parts = [self.negated()]
        while self._takes("AND") or self._goes_on():
            parts.append(self.negated())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def negated(self) -> Asked:
        is_not = False
        while self._takes("NOT"):
            is_not = not is_not
        part = self.term()
        return Not(part) if is_not else part

    def term(self) -> Asked:
        if not self._goes_on():
            raise InvalidSearch(
                "A word is missing from the search: AND, OR and NOT stand before one. "
                "Quote them to look for them as words."
            )
        token = self.tokens[self.at]
        self.at += 1
        if token["bracket"] is None:
            return _term(token)
        asked = self.either()
        if not (self.at < len(self.tokens) and self.tokens[self.at]["bracket"] == ")"):
            raise InvalidSearch("A bracket of the search is not closed: close it, or quote it.")
        self.at += 1
        return asked

    def _goes_on(self) -> bool:
        """Whether a term comes next."""
        if self.at == len(self.tokens):
            return False
        token = self.tokens[self.at]
        return token["bracket"] != ")" and token[0].strip() not in ("AND", "OR")

    def _takes(self, word: str) -> bool:
        is_next = self.at < len(self.tokens) and self.tokens[self.at][0].strip() == word
        self.at += is_next
        return is_next


def _term(token: re.Match[str]) -> Asked:
    field = (token["field"] or "answer:")[:-1].lower()
    text = token["quoted"] if token["bare"] is None else token["bare"]
    if field in AS_IT_STANDS:
        if not text:
            raise InvalidSearch(f"{field}: needs a text, as in {field}:telegraph.")
        return Text(text, field == "exact")
    found = tuple(words.split(text))
    if not found and not text.strip():
        raise InvalidSearch("The quotation marks of the search have nothing in them.")
    if not found:
        if field != "answer":
            raise InvalidSearch(f"{field}: looks for words, and {text[:40]!r} has no letters.")
        return Text(text)
    return Words(field, found, bool(token["star"]) or text.endswith("*"))


def sought(asked: Asked, field: str = "answer") -> Iterator[Words | Text]:
    """The terms whose finds can be seen in a text: what is excluded cannot."""
    match asked:
        case Words():
            if asked.field == field:
                yield asked
        case Text():
            if field == "answer":
                yield asked
        case All() | Any():
            for each in asked.parts:
                yield from sought(each, field)


def spans(text: str, terms: Sequence[Words | Text]) -> list[tuple[int, int]]:
    """Where terms are found in a text: from where to where, in order and apart."""
    found = [span for term in terms if isinstance(term, Text) for span in _as_it_stands(text, term)]
    wanted = [term for term in terms if isinstance(term, Words)]
    if wanted:
        placed = words.placed(text)
        at = dict[str, list[int]]()
        for place, word in enumerate(placed):
            at.setdefault(word.text, []).append(place)
        for term in wanted:
            found += _in_order(placed, at, term)
    apart: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart


def _as_it_stands(text: str, term: Text) -> Iterator[tuple[int, int]]:
    flags = 0 if term.is_exact else re.IGNORECASE
    return (match.span() for match in re.finditer(re.escape(term.text), text, flags))


def _in_order(
    placed: list[words.Word], at: dict[str, list[int]], term: Words
) -> Iterator[tuple[int, int]]:
    *before, last = term.words
    starts = at.get(term.words[0], []) if before else range(len(placed))
    for start in starts if before or term.is_prefix else at.get(last, []):
        end = start + len(before)
        if (
            end < len(placed)
            and all(placed[start + n].text == word for n, word in enumerate(before))
            and (placed[end].text.startswith(last) if term.is_prefix else placed[end].text == last)
        ):
            yield placed[start].start, placed[end].end
