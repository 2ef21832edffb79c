"""One volume of the search index: the words of samples and of what judges said, in one file."""

import contextlib
import functools
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl

from warehouse import conversation, shards
from warehouse.errors import BrittlescopeError
from warehouse.search.asked import FIELDS
from warehouse.search.postings import Array, Postings, Seeing

WORDS = "words"
"""The file of a volume: arrays one after the other, and before them what each is."""

SAMPLES, SAID = "samples", "said"
"""The arrays with the sample of each row: of samples, and of judgements with words."""

ALIGNED = 8

_TOLD = msgspec.json.Decoder(dict[str, tuple[str, int, int]])


class UnreadableIndex(BrittlescopeError):
    """What answers are searched with cannot be read."""


class OpenedVolume(NamedTuple):
    """A volume, which can be read from then on though it is deleted meanwhile."""

    samples: npt.NDArray[np.int64]
    said: npt.NDArray[np.int64]  # the sample of each judgement
    words: dict[str, Postings]  # by field


def write(folder: Path, lake: Path, parts: Sequence[str]) -> None:
    """Write the words of parts of shards into an empty folder."""
    seeing = {field: Seeing() for field in FIELDS}
    keys: dict[str, list[Array]] = {SAMPLES: [], SAID: []}
    for part in parts:
        is_sample = part.partition("/")[2].startswith("sample")
        samples, texts = _samples(lake, part) if is_sample else _said(lake / part)
        keys[SAMPLES if is_sample else SAID].append(samples)
        for field, column in texts.items():
            seeing[field].add(column)
    held = {name: np.concatenate([np.array([], "<i8"), *own]) for name, own in keys.items()}
    for field, own in seeing.items():
        told = own.arrays(is_written=field == "answer")
        held |= {f"{field}.{name}": array for name, array in told.items()}
    pack(folder / WORDS, held)


@functools.lru_cache(1_024)
def opened(volume: Path) -> OpenedVolume:
    """A volume, opened for reading.

    Raises:
        FileNotFoundError: where it was deleted: what it held was forgotten.
        UnreadableIndex: where it cannot be read.
    """
    try:
        held = unpack(volume / WORDS)
        of = {field: Postings(held, f"{field}.") for field in FIELDS}
        return OpenedVolume(held[SAMPLES], held[SAID], of)
    except (ValueError, KeyError, OSError) as error:
        if not volume.exists():
            raise FileNotFoundError(volume) from None
        raise UnreadableIndex(
            f"The search index {volume} cannot be read ({error}); run brittlescope build to make "
            "it again."
        ) from None


def pack(file: Path, held: Mapping[str, Array]) -> None:
    """Write arrays one after the other, with what they are before them."""
    told, at = dict[str, tuple[str, int, int]](), 0
    for name, array in held.items():
        told[name] = (array.dtype.str, at, array.size)
        at += _aligned(array.nbytes)
    head = msgspec.json.encode(told)
    head = head.ljust(_aligned(len(head)))
    with file.open("wb") as out:
        out.write(len(head).to_bytes(ALIGNED, "little") + head)
        for array in held.values():
            out.write(array.tobytes().ljust(_aligned(array.nbytes), b"\0"))


def unpack(file: Path) -> dict[str, Array]:
    """The arrays of a file, which are read where they are looked at.

    The file does not stay open for it, as with Python's own maps before 3.13: a large lake has more
    volumes than a process may have open files.

    Raises:
        ValueError: where it is not what `pack` wrote.
        OSError: where it cannot be read.
    """
    import pyarrow as pa  # only who searches waits for it

    with pa.memory_map(os.fspath(file)) as content:
        mapped = memoryview(content.read_buffer())
    start = ALIGNED + int.from_bytes(mapped[:ALIGNED], "little")
    return {
        name: np.frombuffer(mapped, kind, size, start + at)
        for name, (kind, at, size) in _TOLD.decode(mapped[ALIGNED:start]).items()
    }


def _aligned(size: int) -> int:
    return -(-size // ALIGNED) * ALIGNED


def _samples(lake: Path, name: str) -> tuple[Array, dict[str, pl.Series]]:
    """The samples of a part, and their texts by field."""
    return _keys(lake / name).to_numpy(), {
        "answer": _column(lake / name, "answer"),
        "question": _questions(lake, name),
        "message": _messages(lake / name),
    }


def _said(part: Path) -> tuple[Array, dict[str, pl.Series]]:
    """What judges said and thought where they did, and the samples of it."""
    said, thoughts = _column(part, "raw"), _column(part, "thoughts")
    if thoughts.null_count() < thoughts.len():
        both = pl.concat_str("raw", "thoughts", separator="\n\n", ignore_nulls=True)
        said = pl.DataFrame([said, thoughts]).select(both.alias("said"))["said"]
    has_words = said.fill_null("") != ""
    return _keys(part).filter(has_words).to_numpy(), {"judge": said.filter(has_words)}


def _messages(part: Path) -> pl.Series:
    """What the messages of conversations say; null where a sample has none."""
    kept = _column(part, "conversation")
    said = [text and conversation.looked_through(conversation.read(text)) for text in kept]
    return pl.Series("message", said, pl.String())


def _keys(part: Path) -> pl.Series:
    return pl.read_parquet(part, columns=["sample_key"], glob=False)["sample_key"]


def _column(part: Path, name: str) -> pl.Series:
    """A column of texts; nulls in parts of older versions, which lack it."""
    with contextlib.suppress(pl.exceptions.ColumnNotFoundError):
        return pl.read_parquet(part, columns=[name], glob=False)[name]
    return pl.Series(name, [None] * _keys(part).len(), pl.String())


def _questions(lake: Path, name: str) -> pl.Series:
    """The text of each sample's question, which its shard keeps once."""
    described, _ = shards.read(lake / name.partition("/")[0])
    known = described.records.get("question", []) if described else []
    told = {(row["evaluation_key"], row["question_key"]): row["text"] for row in known}
    asked = pl.read_parquet(lake / name, columns=["evaluation_key", "question_key"], glob=False)
    return pl.Series("question", [told.get(key) for key in asked.rows()], pl.String())
