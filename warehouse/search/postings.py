"""The words of the texts of one field of a volume: which texts hold them, and in which order.

Everything is a number or a bit in a few arrays, so that a million texts are looked through in
milliseconds, however many are found: the texts of words that follow each other in order lie one
after the other, those of a word that many have as bits; and phrases are looked up in the words of
the texts that have all of theirs. Words of answers are kept as they are written too, which tells
without reading any answer whether it holds some letters.
"""

import bisect
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, reduce
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from warehouse.search import words

Array = npt.NDArray[Any]
Flags = npt.NDArray[np.bool_]
Range = tuple[int, int]
"""Lines, from one to before another."""

UNKNOWN = "\x01"
"""Stands for how a word is written where that is not known; nothing, where it is as it is read."""

AS_LOWERED = "\u212a\u017f\u0130"
"""Letters that are also those of another case than their lower case: Kelvin, long s, dotted I."""

SEVERAL = 10
"""Of one text in so many, the words of all are looked through for a phrase rather than of each."""


class TextsSeen(NamedTuple):
    """The words of some texts, the first of which has a number."""

    tokens: pl.DataFrame  # text, code: the runs of letters and digits of each text, in its order
    runs: pl.DataFrame  # code, run
    joined: pl.DataFrame  # text, word: the same of texts whose runs are not their words


class Seeing:
    """Takes the texts of a field apart, as they come, each once."""

    def __init__(self) -> None:
        self._known = dict[bytes, int]()
        self._numbers: list[Array] = []
        self._seen: list[TextsSeen] = []

    def add(self, texts: pl.Series) -> None:
        """The texts of the next rows; a row without one has an empty one."""
        first, new, numbers = len(self._known), list[str](), list[int]()
        for text in texts.fill_null(""):
            digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
            if digest not in self._known:
                self._known[digest] = len(self._known)
                new.append(text)
            numbers.append(self._known[digest])
        self._numbers.append(np.array(numbers, "<u4"))
        if new:
            self._seen.append(seen(first, pl.Series(new, dtype=pl.String())))

    def arrays(self, is_written: bool) -> dict[str, Array]:
        """What `Postings` reads; without `is_written` it is not kept how words are written."""
        size = len(self._known)
        lines, stream = _lined(self._seen, is_written)
        text, line = stream["text"].to_numpy(), stream["line"].to_numpy()
        order = np.sort(line.astype("<u8") << 32 | text)
        order = order[np.diff(order, prepend=order[:1] + 1) != 0]
        texts = (order & 0xFFFFFFFF).astype(_kind(size))
        counts = np.bincount(order >> 32, minlength=lines.height).astype(_kind(size + 1))
        is_row = _is_row(counts, size)
        rows = np.zeros((int(is_row.sum()), -(-size // 8)), "u1")
        ends = np.cumsum(counts, dtype=np.int64)
        for row, at in enumerate(np.flatnonzero(is_row)):
            flags = np.zeros(size, bool)
            flags[texts[ends[at] - counts[at] : ends[at]]] = True
            rows[row] = np.packbits(flags)
        written = {"written": _listed(lines["written"])} if is_written else {}
        return {
            "numbers": np.concatenate([np.array([], "<u4"), *self._numbers]),
            "size": np.array([size], "<u4"),
            "word": _listed(lines["word"]),
            **written,
            "counts": counts,
            "lists": texts[np.repeat(~is_row, counts)],
            "rows": rows.reshape(-1),
            "tokens": line.astype(_kind(lines.height)),
            "token_counts": np.bincount(text, minlength=size).astype("<u4"),
        }


def seen(first: int, texts: pl.Series) -> TextsSeen:
    """Texts taken apart.

    Words are folded once each rather than with their texts. That is the same but for texts with
    signs that are letters once folded, and those with accents of their own, which join words.
    """
    numbers = pl.int_range(first, first + texts.len(), dtype=pl.UInt32, eager=True)
    every = pl.DataFrame({"text": numbers, "content": texts})
    is_joined = words.is_joined_when_folded(texts)
    plain, other = every.filter(~is_joined), every.filter(is_joined)
    found = plain.select("text", run=words.runs(plain["content"])).explode("run").drop_nulls()
    runs = found.select("run").unique().with_row_index("code")
    tokens = found.join(runs, on="run", how="left", maintain_order="left").select("text", "code")
    joined = other.select("text", word=words.runs(words.folded(other["content"]))).explode("word")
    return TextsSeen(tokens, runs, joined.drop_nulls())


def _lined(told: Sequence[TextsSeen], is_written: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Every word, and how it is written where that is kept, a line each, in order.

    And the lines of every text, in its order: text, line.
    """
    runs = pl.concat([_NO_RUNS, *(each.runs.select("run") for each in told)]).unique()
    known = runs.with_columns(word=words.runs(words.folded(runs["run"])))
    known = known.explode("word").drop_nulls().with_columns(written=_written(is_written))
    joined = [each.joined.select("word", written=_unknown(is_written)) for each in told]
    spelled = pl.concat([known.select("word", "written"), *joined]).unique()
    lines = spelled.sort("word", "written").with_row_index("line")
    known = known.join(lines, on=["word", "written"], how="left", maintain_order="left")
    of_runs = known.group_by("run", maintain_order=True).agg("line")
    streams = [_NO_TOKENS]
    for each in told:
        codes = each.runs.join(of_runs, on="run").select("code", "line")
        stream = each.tokens.join(codes, on="code", how="left", maintain_order="left")
        own = each.joined.with_columns(written=_unknown(is_written))
        own = own.join(lines, on=["word", "written"], how="left", maintain_order="left")
        both = [stream.select("text", "line").explode("line").drop_nulls(), own["text", "line"]]
        streams.append(pl.concat(both).sort("text", maintain_order=True))
    return lines, pl.concat(streams)


_NO_RUNS = pl.DataFrame(schema={"run": pl.String})
_NO_TOKENS = pl.DataFrame(schema={"text": pl.UInt32, "line": pl.UInt32})


def _written(is_kept: bool) -> pl.Expr:
    """How the word of a run is written."""
    if not is_kept:
        return pl.lit("")
    of_case = pl.col("run").str.contains(f"[{AS_LOWERED}]")
    is_read_so = pl.col("run") == pl.col("word")
    return pl.when(of_case).then(pl.lit(UNKNOWN)).when(is_read_so).then(pl.lit("")).otherwise("run")


def _unknown(is_kept: bool) -> pl.Expr:
    return pl.lit(UNKNOWN if is_kept else "")


def _listed(texts: pl.Series) -> Array:
    """Texts one after the other, a line each, after an empty one."""
    return np.frombuffer(("\n" + "".join(f"{text}\n" for text in texts)).encode(), "u1")


def _kind(count: int) -> str:
    """The kind of number that tells so many things apart."""
    return "<u2" if count <= 1 << 16 else "<u4"


def _is_row(counts: Array, size: int) -> Flags:
    """Whether the texts of a line are kept as bits, which takes less room."""
    is_row: Flags = counts.astype(np.int64) * np.dtype(_kind(size)).itemsize > -(-size // 8)
    return is_row


class Postings:
    """The words of one field of a volume, and which of its rows hold them."""

    def __init__(self, every: Mapping[str, Array], prefix: str = "") -> None:
        """Over what `Seeing` made, each by its name after a prefix."""
        self._held = {
            name.removeprefix(prefix): array
            for name, array in every.items()
            if name.startswith(prefix)
        }
        self.size = int(self._held["size"][0])

    def words(self, found: Sequence[str], is_prefix: bool = False) -> Flags:
        """Which rows hold words one after the other; of a prefix, the last is how one begins."""
        *before, last = [word.encode() for word in found]
        ranges = [(self._line(word), self._line(word + b"\0")) for word in before]
        ranges.append((self._line(last), self._line(last + (b"\xff" if is_prefix else b"\0"))))
        return self._one_after_the_other([[lines] for lines in ranges])

    def within(self, pieces: Sequence[str], is_open: tuple[bool, bool]) -> Flags:
        """Which hold pieces of text as words one after the other.

        The first and the last lie in words where their start or end is open.
        """
        sought = ["\n" * (not is_open[0]) + pieces[0], *pieces[1:]]
        sought = [f"\n{piece}" if place else piece for place, piece in enumerate(sought)]
        sought = [f"{piece}\n" for piece in sought[:-1]] + [sought[-1] + "\n" * (not is_open[1])]
        return self._one_after_the_other(
            [list(_ranges(self._lines("word", piece))) for piece in sought]
        )

    def _one_after_the_other(self, places: Sequence[list[Range]]) -> Flags:
        """Which rows hold words of some lines at each place, one after the other."""
        texts = reduce(np.bitwise_and, map(self._texts, places))
        return self._rows_of(self._in_order(texts, places) if len(places) > 1 else texts)

    def letters(self, piece: str, is_exact: bool) -> Flags:
        """Which hold ASCII letters and digits within a word, in any case unless it is exact.

        Nothing is said of words of which it is not known how they are written (`unspelled`).
        """
        lines = self._lines("written", piece, in_any_case=not is_exact)
        if not is_exact or piece == piece.lower():
            as_read = self._lines("word", piece.lower())
            lines = np.union1d(lines, as_read[self._as_read[as_read] == 0])
        return self._rows_of(self._texts(_ranges(lines)))

    def unspelled(self, piece: str) -> Flags:
        """Which may hold ASCII letters within a word of which it is not known how it is written."""
        if not (self._held["written"] == ord(UNKNOWN)).any():
            return np.zeros(self._held["numbers"].size, bool)
        lines = self._lines("word", piece.lower())
        return self._rows_of(self._texts(_ranges(lines[self._as_read[lines] == ord(UNKNOWN)])))

    def _rows_of(self, texts: Flags) -> Flags:
        found: Flags = texts[self._held["numbers"]]
        return found

    @cached_property
    def _word_ends(self) -> Array:
        return _ends_of_lines(self._held["word"])

    @cached_property
    def _written_ends(self) -> Array:
        return _ends_of_lines(self._held["written"])

    @cached_property
    def _as_read(self) -> Array:
        """Of each line, 0 where the word is written as it is read, else the first letter."""
        first = self._held["written"][self._written_ends[:-1] + 1]
        return np.where(first == ord("\n"), 0, first)

    @cached_property
    def _ends(self) -> tuple[Array, Array]:
        """Where the texts of each line end among lists, and among rows, after 0."""
        counts = self._held["counts"]
        is_row = _is_row(counts, self.size)
        return _after_zero(np.where(is_row, 0, counts)), _after_zero(is_row)

    @cached_property
    def _token_ends(self) -> Array:
        return _after_zero(self._held["token_counts"])

    def _line(self, word: bytes) -> int:
        """The first line whose word is not before this one."""
        content, ends = self._held["word"], self._word_ends
        return bisect.bisect_left(
            range(ends.size - 1),
            word,
            key=lambda line: content[1 + ends[line] : ends[line + 1]].tobytes(),
        )

    def _lines(self, spelling: str, sought: str, in_any_case: bool = False) -> Array:
        """The lines that hold some characters, a new line for where a word starts or ends."""
        content = self._held[spelling]
        cases = [sought.lower(), sought.upper()] if in_any_case else [sought]
        letters = list(zip(*(text.encode() for text in cases), strict=True))
        last = max(0, content.size - len(letters) + 1)
        at = np.flatnonzero(_is_any(content[:last], letters[0]))
        for place, letter in enumerate(letters[1:], 1):
            at = at[_is_any(content[at + place], letter)]
        inside = at + (sought[0] == "\n")
        ends = self._word_ends if spelling == "word" else self._written_ends
        return np.unique(np.searchsorted(ends, inside - 1, "right") - 1)

    def _texts(self, lines: Iterable[Range]) -> Flags:
        """The texts of the words of some lines."""
        lines = [(first, last) for first, last in lines if first < last]
        found: Flags = np.zeros(self.size, bool)
        list_ends, row_ends = self._ends
        rows = self._held["rows"].reshape(-1, -(-self.size // 8)) if self.size else None
        parts = [
            np.bitwise_or.reduce(rows[row_ends[first] : row_ends[last]])
            for first, last in lines
            if rows is not None and row_ends[first] < row_ends[last]
        ]
        if parts:
            bits = np.unpackbits(np.bitwise_or.reduce(parts), count=self.size)
            found = bits.view(bool)
        if not found.all():
            for first, last in lines:
                found[self._held["lists"][list_ends[first] : list_ends[last]]] = True
        return found

    def _in_order(self, texts: Flags, places: Sequence[list[Range]]) -> Flags:
        """Those of some texts in which words of each place follow each other."""
        numbers, ends = np.flatnonzero(texts), self._token_ends
        tokens = self._held["tokens"]
        if numbers.size * SEVERAL < self.size:
            counts = self._held["token_counts"][numbers].astype(np.int64)
            starts = np.repeat(ends[numbers] - (np.cumsum(counts) - counts), counts)
            tokens = tokens[starts + np.arange(starts.size)]
            ends = _after_zero(counts)
        else:
            numbers = np.arange(self.size)
        last = max(0, tokens.size - len(places) + 1)
        told = (self._is_in(tokens[at : last + at], lines) for at, lines in enumerate(places))
        at = np.flatnonzero(reduce(np.bitwise_and, told))
        of = np.searchsorted(ends, at, "right") - 1
        found: Flags = np.zeros(self.size, bool)
        found[numbers[of[at + len(places) <= ends[of + 1]]]] = True
        return found

    def _is_in(self, tokens: Array, lines: list[Range]) -> Flags:
        found: Flags
        if len(lines) > 1:
            is_one = np.zeros(self._held["counts"].size, bool)
            for first, last in lines:
                is_one[first:last] = True
            found = is_one[tokens]
        else:
            ((first, last),) = lines or [(0, 0)]
            found = tokens == first if last == first + 1 else (tokens >= first) & (tokens < last)
        return found


def _is_any(content: Array, letters: Iterable[int]) -> Flags:
    return reduce(np.bitwise_or, (content == letter for letter in set(letters)))


def _after_zero(counts: Array) -> Array:
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])


def _ends_of_lines(content: Array) -> Array:
    return np.flatnonzero(content == ord("\n"))


def _ranges(lines: Array) -> Iterator[Range]:
    """Lines as ranges."""
    if lines.size:
        breaks = np.flatnonzero(np.diff(lines) > 1) + 1
        starts = lines[np.concatenate([[0], breaks])]
        lasts = lines[np.concatenate([breaks - 1, [-1]])] + 1
        yield from zip(starts.tolist(), lasts.tolist(), strict=True)
