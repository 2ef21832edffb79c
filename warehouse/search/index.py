"""One volume of the search index, and questions to it: the only module that knows Tantivy."""

import contextlib
import functools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import tantivy
from tantivy import FieldType, Occur, Order
from tantivy import Query as Query

from warehouse import conversation, shards
from warehouse.errors import BrittlescopeError
from warehouse.search import words
from warehouse.search.asked import FIELDS

HEAP = 64 * 2**20
SAMPLE, JUDGEMENT = "sample", "judgement"

KEYS = "keys"
"""The file of a volume with the sample of each document, a number of eight bytes each."""

BLOCK = 52
"""How many documents are told by one number: a sum of so many powers of two is exact."""

BLOCKS = 50_000
"""How many blocks are asked for at once; Tantivy sums at most 65,000."""


class UnreadableIndex(BrittlescopeError):
    """What answers are searched with cannot be read."""


def _schema() -> tantivy.Schema:
    """One document a sample, and one a judgement that has words."""
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", fast=True)
    builder.add_unsigned_field("bit", fast=True)
    builder.add_text_field("kind", tokenizer_name="raw", index_option="basic")
    for field in FIELDS:
        builder.add_text_field(field, tokenizer_name="words", index_option="position")
    return builder.build()


SCHEMA = _schema()
WORDS = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).build()
SAMPLES = Query.term_query(SCHEMA, "kind", SAMPLE)
"""Finds every sample."""


def write(folder: Path, lake: Path, parts: Sequence[str]) -> None:
    """Write the words of parts of shards into an empty folder."""
    index = tantivy.Index(SCHEMA, str(folder))
    index.register_tokenizer("words", WORDS)
    writer = index.writer(HEAP, 1)
    told = (held for part in parts for held in _documents(lake, part))
    samples = []
    for number, (key, document) in enumerate(told):
        document.add_unsigned("number", number)
        document.add_unsigned("bit", 1 << number % BLOCK)
        writer.add_document(document)
        samples.append(key)
    writer.commit()
    writer.wait_merging_threads()
    np.array(samples, "<i8").tofile(folder / KEYS)
    for left in folder.glob(".*"):
        if left.name.endswith(".lock"):
            left.unlink()


def keys(volume: Path, query: Query) -> npt.NDArray[np.int64]:
    """The samples of the documents of a volume that a query finds."""
    try:
        searcher, samples = _opened(volume)
    except (ValueError, OSError) as error:
        if not volume.exists():
            # It was deleted since it was listed: what it held was forgotten.
            return np.array([], np.int64)
        raise UnreadableIndex(
            f"The search index {volume} cannot be read ({error}); run brittlescope build to make "
            "it again."
        ) from None
    every = -(-samples.size // BLOCK)
    parts = [
        _numbers(searcher, query if every <= BLOCKS else both([query, _blocks(first)]))
        for first in range(0, every, BLOCKS)
    ]
    found: npt.NDArray[np.int64] = samples[np.concatenate(parts)] if parts else samples
    return found


def _blocks(first: int) -> Query:
    """Finds the documents of the blocks from the first that are asked for at once."""
    first, last = first * BLOCK, (first + BLOCKS) * BLOCK - 1
    return Query.range_query(SCHEMA, "number", FieldType.Unsigned, first, last)


def _numbers(searcher: tantivy.Searcher, query: Query) -> npt.NDArray[np.int64]:
    """The numbers of the documents that a query finds.

    Tantivy tells documents one by one only as objects, which takes it a microsecond each; what it
    adds up takes a tenth. So where there are many, each block's sum of the bits of its documents is
    asked for.
    """
    few = 1 + searcher.num_docs // BLOCK  # as many as there are blocks
    listed = searcher.search(
        query, limit=few, count=False, order_by_field="number", order=Order.Asc
    )
    if len(listed.hits) < few:
        return np.array([number for number, _ in listed.hits], np.int64)
    asked = {
        "blocks": {
            "histogram": {"field": "number", "interval": BLOCK, "min_doc_count": 1},
            "aggs": {"bits": {"sum": {"field": "bit"}}},
        }
    }
    told: Any = searcher.aggregate(query, asked)
    found = told["blocks"]["buckets"]
    blocks = np.array([one["key"] for one in found], np.int64)
    sums = np.array([one["bits"]["value"] for one in found]).astype("<u8")
    bits = np.unpackbits(sums.view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")
    block, bit = np.nonzero(bits)
    numbers: npt.NDArray[np.int64] = blocks[block] + bit
    return numbers


def phrase(field: str, found: Sequence[str], is_prefix: bool = False) -> Query:
    """Words one after the other; of a prefix, the last is how a word begins."""
    *before, last = found  # letters and digits alone: no signs of expressions
    if is_prefix and before:
        return Query.regex_phrase_query(SCHEMA, field, [*before, f"{last}.*"])
    if is_prefix:
        return Query.regex_query(SCHEMA, field, f"{last}.*")
    if before:
        return Query.phrase_query(SCHEMA, field, [*before, last])
    return Query.term_query(SCHEMA, field, last)


def within(field: str, piece: str, is_open: tuple[bool, bool]) -> Query:
    """Words that a piece is, or lies in where its start or its end is open."""
    if not any(is_open):
        return phrase(field, [piece])
    before, after = (".*" if end else "" for end in is_open)
    return Query.regex_query(SCHEMA, field, f"{before}{piece}{after}")


def both(own: Iterable[Query], without: Iterable[Query] = ()) -> Query:
    """What all of the first find and none of the others."""
    must = [(Occur.Must, query) for query in own]
    return Query.boolean_query([*must, *((Occur.MustNot, query) for query in without)])


def either(parts: Iterable[Query]) -> Query:
    """What any of them finds."""
    return Query.boolean_query([(Occur.Should, query) for query in parts])


@functools.lru_cache(1_024)
def _opened(volume: Path) -> tuple[tantivy.Searcher, npt.NDArray[np.int64]]:
    """A volume, and the sample of each of its documents.

    It can be read from then on, though it is deleted meanwhile.
    """
    index = tantivy.Index.open(str(volume))
    index.register_tokenizer("words", WORDS)
    return index.searcher(), np.fromfile(volume / KEYS, "<i8")


def _documents(lake: Path, name: str) -> Iterator[tuple[int, tantivy.Document]]:
    """The documents of a part, each after the key of its sample."""
    file = name.partition("/")[2]
    kind = SAMPLE if file.startswith(SAMPLE) else JUDGEMENT
    if kind == SAMPLE:
        texts = {
            "answer": _column(lake / name, "answer"),
            "question": _questions(lake, name),
            "message": _messages(lake / name),
        }
    else:
        texts = {"judge": _said(lake / name)}
    told = {field: words.folded(text) for field, text in texts.items()}
    read = pl.read_parquet(lake / name, columns=["sample_key"], glob=False)["sample_key"]
    for key, *row in zip(read, *told.values(), strict=True):
        if kind == JUDGEMENT and not row[0]:
            continue
        document = tantivy.Document()
        document.add_text("kind", kind)
        for field, text in zip(told, row, strict=True):
            if text:
                document.add_text(field, text)
        yield key, document


def _said(part: Path) -> pl.Series:
    """What judges said and thought."""
    said, thoughts = _column(part, "raw"), _column(part, "thoughts")
    if thoughts.null_count() == thoughts.len():
        return said
    both = pl.concat_str("raw", "thoughts", separator="\n\n", ignore_nulls=True)
    return pl.DataFrame([said, thoughts]).select(both.alias("said"))["said"]


def _messages(part: Path) -> pl.Series:
    """What the messages of conversations say; null where a sample has none."""
    kept = _column(part, "conversation")
    said = [text and conversation.looked_through(conversation.read(text)) for text in kept]
    return pl.Series("message", said, pl.String())


def _column(part: Path, name: str) -> pl.Series:
    """A column of texts; nulls in parts of older versions, which lack it."""
    with contextlib.suppress(pl.exceptions.ColumnNotFoundError):
        return pl.read_parquet(part, columns=[name], glob=False)[name]
    height = pl.read_parquet(part, columns=["sample_key"], glob=False).height
    return pl.Series(name, [None] * height, pl.String())


def _questions(lake: Path, name: str) -> pl.Series:
    """The text of each sample's question, which its shard keeps once."""
    described, _ = shards.read(lake / name.partition("/")[0])
    known = described.records.get("question", []) if described else []
    told = {(row["evaluation_key"], row["question_key"]): row["text"] for row in known}
    asked = pl.read_parquet(lake / name, columns=["evaluation_key", "question_key"], glob=False)
    return pl.Series("question", [told.get(key) for key in asked.rows()], pl.String())
