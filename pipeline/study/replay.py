"""Stored replies of judges, read again by another parser: what it would have made of each.

Nothing is asked and nothing is written. Replies come from a study's folder, with all that was kept
of them, or from what was imported, where the raw text is all there is.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, get_args

import msgspec
import polars as pl

from pipeline.errors import UsageError
from pipeline.study import files, parsers
from pipeline.study.parsers.parser import Parser
from pipeline.study.replies import Reading, Reply
from warehouse import definitions, transcripts
from warehouse.analysis import Analysis
from warehouse.errors import InvalidDefinition
from warehouse.store import Store
from warehouse.transcripts import Filter

CHUNK = 20_000
"""How many samples' judgements are read at once."""


class KeptReply(NamedTuple):
    """A stored reply, and what was made of it."""

    judge: str
    criterion: str
    key: int
    reply: Reply
    was: Reading


class Replayed(NamedTuple):
    """How many replies were read, and which of them otherwise (the columns of `SCHEMA`)."""

    n: int
    differing: pl.DataFrame


SCHEMA = {
    "judge": pl.String(),
    "criterion": pl.String(),
    "sample_key": pl.Int64(),
    "raw": pl.String(),
    "was": pl.String(),
    "now": pl.String(),
}
"""The columns of what is read otherwise."""


def parser(text: str) -> Parser:
    """The parser that a text of YAML tells of, as a study file does: `{parser: score, low: 1}`.

    Raises:
        UsageError: where it tells of none.
    """
    kinds = parsers.union()
    try:
        told: Any = definitions.parse(text, "--parser")
        found = msgspec.convert(told, kinds)
    except (msgspec.ValidationError, InvalidDefinition) as error:
        known = ", ".join(f"{{parser: {one.__struct_config__.tag}}}" for one in get_args(kinds))
        raise UsageError(
            f"--parser {text[:80]!r} is no parser: {str(error).rstrip('.')}. Parsers begin with "
            f"one of {known}."
        ) from None
    assert isinstance(found, Parser)
    return found


def of_folder(folder: Path) -> Iterator[KeptReply]:
    """The replies in the judgements of a study's folder, packed or not."""
    paths = {
        path.with_name(path.name.removesuffix(".gz"))
        for path in (folder / "judgements").rglob("*.jsonl*")
    }
    if not paths:
        raise UsageError(f"{folder} holds no judgements.")
    for path in sorted(paths):
        header = next(files.read(path, files.JudgeOf), None)
        judge = header.judge if header is not None else ""
        judged = files.read(path, files.StoredJudgement)
        verdicts = files.read(path, files.Verdict)
        for one, verdict in zip(judged, verdicts, strict=True):
            was = Reading(verdict.status, verdict.score, verdict.label)  # type: ignore[arg-type]
            yield KeptReply(judge, one.criterion, one.key, one.reply, was)


def of_lake(store: Store, asked: Analysis) -> Iterator[KeptReply]:
    """The raw texts of imported judgements of a slice; those without one are passed over."""
    wanted = transcripts.asked(store, asked.slice, asked.rule, Filter(only="answered"))
    keys = store.query("candidates", **wanted)["sample_key"].unique().sort().to_list()
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        for row in transcripts.judgements(store, part).iter_rows(named=True):
            if row["raw"] is not None and row["kind"] != "human":
                was = Reading(row["status"], row["score"], row["label"])
                reply = Reply("answered", row["raw"])
                yield KeptReply(row["judge"], row["criterion"], row["sample_key"], reply, was)


def replayed(kept: Iterable[KeptReply], other: Parser, criterion: str, judge: str = "") -> Replayed:
    """Every reply to a criterion that another parser reads otherwise.

    Args:
        kept: The replies.
        other: The other parser.
        criterion: The criterion whose replies are read.
        judge: Of one judge alone, where it is named.
    """
    n, rows = 0, []
    for one in kept:
        if one.criterion != criterion or judge not in ("", one.judge):
            continue
        n += 1
        was, now = said(one.was), said(other.read(one.reply))
        if was != now:
            rows.append((one.judge, one.criterion, one.key, one.reply.text, was, now))
    return Replayed(n, pl.DataFrame(rows, schema=SCHEMA, orient="row"))


def said(reading: Reading) -> str:
    """What a reply was read as, in a word."""
    if reading.status != "scored":
        return reading.status
    return reading.label if reading.label is not None else f"{reading.score:g}"
