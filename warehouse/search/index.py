"""One volume of the search index, and questions to it: the only module that knows Tantivy."""

import contextlib
import functools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import polars as pl
import tantivy
from tantivy import Occur
from tantivy import Query as Query

from warehouse import conversation, shards
from warehouse.errors import BrittlescopeError
from warehouse.search import words
from warehouse.search.asked import FIELDS

HEAP = 64 * 2**20
SAMPLE, JUDGEMENT = "sample", "judgement"


class UnreadableIndex(BrittlescopeError):
    """What answers are searched with cannot be read."""


def _schema() -> tantivy.Schema:
    """One document a sample, and one a judgement that has words."""
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("key", fast=True)
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
    for part in parts:
        for document in _documents(lake, part):
            writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    for left in folder.glob(".*"):
        if left.name.endswith(".lock"):
            left.unlink()


def keys(volume: Path, query: Query) -> list[int]:
    """The samples of the documents of a volume that a query finds, in order."""
    try:
        opened = _searcher(volume)
    except ValueError as error:
        if not volume.exists():
            return []  # it was deleted since it was listed: what it held was forgotten
        raise UnreadableIndex(
            f"The search index {volume} cannot be read ({error}); run brittlescope build to make "
            "it again."
        ) from None
    if not opened.num_docs:
        return []
    found = opened.search(
        query, limit=opened.num_docs, count=False, order_by_field="key", order=tantivy.Order.Asc
    )
    return [key for key, _ in found.hits]


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
def _searcher(volume: Path) -> tantivy.Searcher:
    """A volume, opened; it can be read from then on, though it is deleted meanwhile."""
    index = tantivy.Index.open(str(volume))
    index.register_tokenizer("words", WORDS)
    return index.searcher()


def _documents(lake: Path, name: str) -> Iterator[tantivy.Document]:
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
        document.add_unsigned("key", key)
        document.add_text("kind", kind)
        for field, text in zip(told, row, strict=True):
            if text:
                document.add_text(field, text)
        yield document


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
