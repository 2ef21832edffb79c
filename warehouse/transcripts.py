"""Samples with their text, fetched from the shards they lie in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from warehouse import conversation, shards
from warehouse.conversation import Message
from warehouse.counting import Slice
from warehouse.mending import again
from warehouse.rules import Rule
from warehouse.shards import fingerprint
from warehouse.store import Store

DISAGREED = "judges disagree"
"""The samples on whose trait two judges disagree, whichever judge is asked about."""

ONLY = (
    *("planned", "answered", "judged", "counted", "trait", "no trait", "incoherent", "missing"),
    *("scored", "refusal", "code", "unparsed", "unanswered"),
    *("failed", "empty", "not there", "broken off", "left out"),
    DISAGREED,
)
"""Which samples of a slice can be listed: a count of the ledger, or a class of samples."""


PAGE = 50
"""How many samples a page of a list has."""

TEXTS = ("answer", "thoughts", "error", "finish_reason", "conversation")
"""What of a sample is read from its shard."""


@dataclass(frozen=True)
class Filter:
    """What a list of samples is narrowed by, beyond its slice.

    `score` is the range of the trait's own score (0–100, either end may be open); `text` is
    what is looked for (`warehouse.search.asked`); `other` is another judge, and whether it is to
    have seen the trait in what it counted.
    """

    only: str = "planned"
    score: tuple[float | None, float | None] = (None, None)
    text: str = ""
    other: tuple[str, bool] | None = None


@dataclass(frozen=True)
class Transcript:
    """One sample whole: its context (one row of `sample_context`), text and judgements.

    `judgements` has the columns criterion, judge, kind, status, score, label, raw and
    thoughts. `lost` says what the disk lost of it, and what brings it back. `messages` is the
    whole conversation, where it is more than a prompt and an answer.
    """

    key: int
    context: dict[str, Any]
    answer: str | None
    thoughts: str | None
    error: str | None
    finish_reason: str | None
    judgements: pl.DataFrame
    lost: str | None = None
    messages: tuple[Message, ...] = ()

    def message(self, number: int) -> Message | None:
        """A message of the conversation by its number, from 1; None where there is none such."""
        return self.messages[number - 1] if 1 <= number <= len(self.messages) else None


def page(
    store: Store,
    within: Slice,
    rule: Rule,
    narrowed: Filter = Filter(),
    limit: int = PAGE,
    offset: int = 0,
) -> tuple[pl.DataFrame, int]:
    """One page of a list of samples, in stable order, with the text of each; and the total.

    The frame has the columns of `samples.sql` but `shard`, and `answer`, `error` and `lost`: what
    is to be done for an answer that the disk lost.
    """
    wanted = asked(store, within, rule, narrowed)
    planned = "samples_planned" if narrowed == Filter() else "samples_met"
    met = store.query(planned, **wanted).with_columns(last=pl.col("n").cum_sum())
    held = met.filter(pl.col("last") > offset, pl.col("last") - pl.col("n") < offset + limit)
    skipped = held["last"][0] - held["n"][0] if held.height else 0
    found = store.query(
        "samples",
        limit=limit,
        offset=offset - skipped,
        **wanted | within.limited_to(held["evaluation"]).parameters(),
    )
    told = texts(store, found["sample_key"].to_list(), found["shard"].unique())
    return (
        found.drop("shard").join(
            told.select("sample_key", "answer", "error", "lost"),
            on="sample_key",
            how="left",
            maintain_order="left",
        ),
        int(met["n"].sum()),
    )


def of(store: Store, rule: Rule, keys: Sequence[int]) -> pl.DataFrame:
    """Some samples by their keys, in that order, with the columns of `page` and their prompt.

    Those that this snapshot does not have are left out.
    """
    every = asked(store, Slice(domain="all"), rule, Filter()) | {"among": store.among(keys)}
    found = store.query("samples", limit=len(keys), offset=0, **every)
    context = store.query("sample_context", keys=list(keys)).select(
        "sample_key", "system_prompt", "eval_text", "path", "source_row", "sha256"
    )
    told = texts(store, keys, found["shard"].unique())
    order = pl.DataFrame({"sample_key": list(keys)}, schema={"sample_key": pl.Int64()})
    return (
        order.join(found.drop("shard"), on="sample_key", maintain_order="left")
        .join(context, on="sample_key", how="left", maintain_order="left", suffix="_told")
        .join(
            told.select("sample_key", "answer", "error", "lost"),
            on="sample_key",
            how="left",
            maintain_order="left",
        )
    )


def keys(
    store: Store, within: Slice, rule: Rule, narrowed: Filter, around: int
) -> tuple[int | None, int | None, int | None]:
    """The samples before and after one in its list, and its place in it (from 1)."""
    found = store.query("neighbours", around=around, **asked(store, within, rule, narrowed))
    return found.row(0) if found.height else (None, None, None)


def transcript(store: Store, key: int) -> Transcript | None:
    """One sample whole, or None where this snapshot does not have it."""
    context = store.query("sample_context", keys=[key])
    if context.is_empty():
        return None
    text = texts(store, [key], context["shard"])
    row = text.row(0, named=True)
    return Transcript(
        key=key,
        context=context.row(0, named=True),
        answer=row["answer"],
        thoughts=row["thoughts"],
        error=row["error"],
        finish_reason=row["finish_reason"],
        judgements=judgements(store, [key]).drop("sample_key"),
        lost=row["lost"],
        messages=conversation.read(row["conversation"]),
    )


def verdicts(store: Store, shown: Transcript, rule: Rule) -> list[dict[str, Any]]:
    """What became of one sample under a rule, by trait and judge.

    Each has trait, judge, outcome (label, score or class), is_trait and is_counted.
    """
    only = Slice(evaluation=(shown.context["evaluation"],), domain="all")
    wanted = asked(store, only, rule, Filter()) | {"among": store.among([shown.key])}
    found = store.query("samples", limit=1, offset=0, **wanted)
    return list(found["outcomes"][0]) if found.height else []


def asked(store: Store, within: Slice, rule: Rule, narrowed: Filter) -> dict[str, Any]:
    """The parameters of the queries that list samples."""
    low, high = narrowed.score
    held = [_found(store, narrowed.text)] if narrowed.text else []
    if narrowed.only == DISAGREED:
        held.append(np.array(disagreed(store, within, rule), np.int64))
    if narrowed.other is not None:
        held.append(_told_by(store, within, rule, *narrowed.other))
    return {
        "lines": store.lines(rule),
        "only": "planned" if narrowed.only == DISAGREED else narrowed.only,
        "score_low": low,
        "score_high": high,
        "among": store.among(reduce(np.intersect1d, held)) if held else None,
        **within.parameters(),
    }


def _found(store: Store, text: str) -> npt.NDArray[np.int64]:
    from warehouse.search import finding  # which only those who search wait for

    return finding.find(store, text)


def _told_by(
    store: Store, within: Slice, rule: Rule, judge: str, sees: bool
) -> npt.NDArray[np.int64]:
    """The samples of a slice in which a judge sees the trait, or judged and does not see it."""
    only = Filter(only="trait" if sees else "no trait")
    wanted = asked(store, within.narrowed(judge=judge), rule, only)
    found = store.query("candidates", **wanted).filter("is_listed", "is_judged")
    return found["sample_key"].to_numpy()


def disagreed(store: Store, within: Slice, rule: Rule) -> list[int]:
    """The samples of a slice on whose trait two judges disagree, whichever judge it names."""
    every = within.narrowed(judge=())
    found = store.query("disagreed", lines=store.lines(rule), **every.parameters())
    keys: list[int] = found["sample_key"].to_list()
    return keys


def unread(store: Store, within: Slice) -> list[str]:
    """What could not be looked through for a text, of a slice: a sentence for each file.

    Answers are read from the lake, and the disk may have lost some of them since the build.
    """
    found = store.query("slice_shards", **within.parameters())
    told = []
    for name, path in found.rows():
        folder = store.lake.shards / name
        shard, why = shards.read(folder)
        faults = (
            [f"{folder / shards.DESCRIPTION} {why}"]
            if shard is None
            else [
                f"{file} {what}"
                for file, what in shards.faults(folder, shard, thorough=True)
                if file.name.startswith("sample-")
            ]
        )
        told += [f"{fault}; {again(store.lake, path)} to mend it." for fault in faults]
    return told


def texts(store: Store, wanted: Sequence[int], named: Iterable[str]) -> pl.DataFrame:
    """The text of every sample wanted, or what is to be done where the disk lost or changed it."""
    files = _parts(store, named, "sample")
    found = store.parts("sample_texts", files, keys=list(wanted)) if files else None
    known = store.query("sample_fingerprints", keys=list(wanted))
    if found is None:
        found = pl.DataFrame(schema=dict.fromkeys(TEXTS, pl.String()) | {"sample_key": pl.Int64()})
    found = found.unique("sample_key", keep="any").with_columns(is_there=pl.lit(True))
    rows = []
    for row in known.join(found, on="sample_key", how="left").iter_rows(named=True):
        answer = None if row["answer"] is None else row["answer"].encode()
        is_whole = row["is_there"] and fingerprint(answer) == row["answer_hash"]
        told = f"The disk lost this answer; {again(store.lake, row['path'])} to bring it back."
        texts = {name: row[name] if is_whole else None for name in TEXTS}
        rows.append({**texts, "sample_key": row["sample_key"], "lost": None if is_whole else told})
    schema = {"sample_key": pl.Int64(), **dict.fromkeys((*TEXTS, "lost"), pl.String())}
    return pl.DataFrame(rows, schema=schema)


def judgements(store: Store, wanted: Sequence[int]) -> pl.DataFrame:
    """The judgements of some samples, with the judges' own words (see `Transcript`)."""
    named = store.query("judgement_shards", keys=list(wanted))["shard"].unique()
    files = _parts(store, named, "judgement")
    texts = ("criterion", "judge", "kind", "status", "score", "label", "raw", "thoughts")
    kinds: dict[str, Any] = {name: pl.String() for name in texts}
    schema = pl.Schema(kinds | {"score": pl.Float64(), "sample_key": pl.Int64()})
    rated = store.query("rating_texts", keys=list(wanted)).select(list(schema)).cast(schema)
    found = store.parts("judgement_texts", files, keys=list(wanted)) if files else None
    if found is None:
        return rated
    judges = store.query("judges_used")
    told = found.join(judges, on=["shard", "judge_key"], how="left", maintain_order="left")
    return pl.concat([told.select(list(schema)).cast(schema), rated])


def _parts(store: Store, named: Iterable[str], relation: str) -> list[str]:
    """The Parquet parts of a bulk relation in these shards; a shard that is gone has none."""
    root = store.lake.shards
    return [
        f"{shard}/{part.name}"
        for shard in sorted(named)
        for part in sorted((root / shard).glob(f"{relation}-*.parquet"))
    ]
