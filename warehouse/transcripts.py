"""Samples with their text, fetched from the shards they lie in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from warehouse.counting import Slice
from warehouse.rules import Rule
from warehouse.store import Store

ONLY = (
    *("planned", "answered", "judged", "counted", "trait", "no trait", "incoherent", "missing"),
    *("scored", "refusal", "code", "unparsed", "unanswered"),
)
"""Which samples of a slice can be listed: a count of the ledger, or a class of samples."""


@dataclass(frozen=True)
class Filter:
    """What a list of samples is narrowed by, beyond its slice.

    `score` is the range of the trait's own score (0–100, either end may be open); `text` is
    looked for in answers, in any case.
    """

    only: str = "planned"
    score: tuple[float | None, float | None] = (None, None)
    text: str = ""


@dataclass(frozen=True)
class Transcript:
    """One sample whole: its context (one row of `sample_context`), text and judgements.

    `judgements` has the columns criterion, judge, kind, status, score, label and raw.
    """

    key: int
    context: dict[str, Any]
    answer: str | None
    error: str | None
    finish_reason: str | None
    judgements: pl.DataFrame


def page(
    store: Store,
    within: Slice,
    rule: Rule,
    narrowed: Filter = Filter(),
    limit: int = 50,
    offset: int = 0,
) -> tuple[pl.DataFrame, int]:
    """One page of a list of samples, in stable order, with the text of each; and the total.

    The frame has the columns of `samples.sql` but `total`, and `answer` and `error`.
    """
    found = _found(store, within, rule, narrowed, limit, offset)
    if found.is_empty():
        total = 0 if not offset else _total(store, within, rule, narrowed)
        empty = pl.lit(None, dtype=pl.String)
        return found.drop("total").with_columns(answer=empty, error=empty), total
    texts = _texts(store, found["sample_key"].to_list())
    return (
        found.drop("total").join(
            texts.select("sample_key", "answer", "error"),
            on="sample_key",
            how="left",
            maintain_order="left",
        ),
        int(found["total"][0]),
    )


def keys(
    store: Store, within: Slice, rule: Rule, narrowed: Filter, around: int
) -> tuple[int | None, int | None, int | None]:
    """The samples before and after one in its list, and its place in it (from 1)."""
    every = _found(store, within, rule, narrowed, None, 0)["sample_key"]
    at = every.index_of(around)
    if at is None:
        return None, None, None
    before = every[at - 1] if at > 0 else None
    after = every[at + 1] if at + 1 < len(every) else None
    return before, after, at + 1


def transcript(store: Store, key: int) -> Transcript | None:
    """One sample whole, or None where this snapshot does not have it."""
    context = store.query("sample_context", keys=[key])
    if context.is_empty():
        return None
    text = _texts(store, [key])
    row = text.row(0, named=True) if not text.is_empty() else {}
    return Transcript(
        key=key,
        context=context.row(0, named=True),
        answer=row.get("answer"),
        error=row.get("error"),
        finish_reason=row.get("finish_reason"),
        judgements=_judgements(store, [key]),
    )


def _found(
    store: Store, within: Slice, rule: Rule, narrowed: Filter, limit: int | None, offset: int
) -> pl.DataFrame:
    low, high = narrowed.score
    return store.query(
        "samples",
        lines=store.lines(rule),
        only=narrowed.only,
        score_low=low,
        score_high=high,
        keys=_matching(store, within, narrowed.text) if narrowed.text else None,
        limit=limit,
        offset=offset,
        **within.parameters(),
    )


def _total(store: Store, within: Slice, rule: Rule, narrowed: Filter) -> int:
    first = _found(store, within, rule, narrowed, 1, 0)
    return 0 if first.is_empty() else int(first["total"][0])


def _matching(store: Store, within: Slice, text: str) -> list[int]:
    shards = store.query("slice_shards", **within.parameters())["shard"]
    files = _parts(store, shards, "sample")
    if not files:
        return []
    return store.query("text_matches", files=files, text=text)["sample_key"].to_list()


def _texts(store: Store, wanted: Sequence[int]) -> pl.DataFrame:
    shards = store.query("sample_context", keys=list(wanted))["shard"].unique()
    files = _parts(store, shards, "sample")
    if not files:
        schema = {"sample_key": pl.Int64(), "answer": pl.String(), "error": pl.String()}
        return pl.DataFrame(schema=schema)
    return store.query("sample_texts", files=files, keys=list(wanted))


def _judgements(store: Store, wanted: Sequence[int]) -> pl.DataFrame:
    shards = store.query("judgement_shards", keys=list(wanted))["shard"].unique()
    files = _parts(store, shards, "judgement")
    columns = ("criterion", "judge", "kind", "status", "score", "label", "raw")
    if not files:
        schema = {c: pl.Float64() if c == "score" else pl.String() for c in columns}
        return pl.DataFrame(schema=schema)
    found = store.query("judgement_texts", files=files, keys=list(wanted))
    judges = store.query("judges_used")
    return found.join(judges, on=["shard", "judge_key"], how="left", maintain_order="left").select(
        columns
    )


def _parts(store: Store, shards: Iterable[str], relation: str) -> list[str]:
    """The Parquet parts of a bulk relation in these shards; a shard that is gone has none."""
    return [
        str(part)
        for shard in sorted(shards)
        for part in sorted((store.lake.shards / shard).glob(f"{relation}-*.parquet"))
    ]
