"""The answers of a site, in packed parts: what tells them apart at once, their texts when read."""

import base64
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from pages.publishing.redaction import Redaction
from pages.quoting import sample, sensitive
from pages.ui.view import store
from pages.ui.words import armnames
from warehouse import harmless, transcripts
from warehouse.analysis import Analysis, Focus
from warehouse.errors import BrittlescopeError

MOST = 200_000
"""How many answers a site has at most."""

PART = 400
"""How many texts are packed together: reading one answer unpacks so many."""

ASKED = 5_000
"""How many samples are asked about at once."""

COUNTED, SHOWS = 1, 2

LINKED = ("model", "dataset", "intervention", "eval_intervention")
"""The parts of an arm that links can ask for, here as in the app."""


class TooMany(BrittlescopeError):
    """More answers than a site can hold."""


class Published(NamedTuple):
    """The answers: what they share, a row each, and their packed texts."""

    arms: list[dict[str, str | None]]
    places: dict[str, int]
    questions: list[list[str]]
    prompts: list[list[list[str]]]
    rows: list[list[Any]]
    parts: list[str]


def of(view: Analysis, foci: Sequence[Focus], redaction: Redaction) -> Published:
    """Every answer of the analysis.

    Raises:
        TooMany: where a site cannot hold them.
    """
    opened = store.opened()
    found, total = transcripts.page(opened, view.slice, view.rule, limit=MOST)
    if total > MOST:
        raise TooMany(
            f"A site holds {MOST:,} answers at most, and these are {total:,}; "
            "choose some with --where, as in --where experiment=NAME."
        )
    covered = sensitive.rows(found, opened.traits, view.slice.trait)
    arms, questions, prompts = _Numbered(), _Numbered(), _Numbered()
    told: dict[str, dict[str, str | None]] = {}
    rows, texts = list[list[Any]](), list[str]()
    contexts = _contexts(found["sample_key"].to_list())
    for row in found.iter_rows(named=True):
        key, is_sensitive = row["sample_key"], row["sample_key"] in covered
        context = contexts[key]
        arm = armnames.key(row)
        name = harmless.line(sample.condition(row))
        told.setdefault(arm, {"name": name, "key": arm} | {part: row[part] for part in LINKED})
        prompt = tuple(
            (name, harmless.visible(redaction.text(text))) for name, text in sample.prompt(context)
        )
        asked = tuple(
            harmless.line(redaction.text(row[part] or "")) for part in ("question", "question_text")
        )
        rows.append(
            [
                str(key),  # more digits than a number of JavaScript has
                arms.place(arm),
                questions.place(asked),
                prompts.place(prompt),
                int(redaction.covers(is_sensitive)),
                _outcomes(row["outcomes"], row, foci),
            ]
        )
        said = sample.said(row["answer"], row["error"], row["lost"])
        texts.append(harmless.visible(redaction.answer(said, is_sensitive)))
    return Published(
        [told[arm] for arm in arms.known],
        arms.known,
        [list(asked) for asked in questions.known],
        [[list(part) for part in prompt] for prompt in prompts.known],
        rows,
        list(_packed(texts)),
    )


class _Numbered:
    """Things by their places, in the order in which they were met."""

    def __init__(self) -> None:
        self.known: dict[Any, int] = {}

    def place(self, thing: Any) -> int:
        return self.known.setdefault(thing, len(self.known))


def _contexts(keys: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    found = [
        store.opened().query("sample_context", keys=list(keys[at : at + ASKED]))
        for at in range(0, len(keys), ASKED)
    ]
    every = pl.concat(found) if found else pl.DataFrame()
    return {row["sample_key"]: row for row in every.iter_rows(named=True)}


def _outcomes(
    outcomes: Sequence[Mapping[str, Any]], row: Mapping[str, Any], foci: Sequence[Focus]
) -> list[list[Any]]:
    """What each judge made of an answer: of which focus, in words, and what it counts as."""
    return [
        [at, harmless.line(sample.judged(one)), _state(one)]
        for one in outcomes
        for at, focus in enumerate(foci)
        if (focus.experiment, focus.trait, focus.judge)
        == (row["experiment"], one["trait"], one["judge"])
        and focus.study in (None, row["study"])
    ]


def _state(one: Mapping[str, Any]) -> int:
    return SHOWS if one["is_trait"] else COUNTED if one["is_counted"] else 0


def _packed(texts: Sequence[str]) -> Iterator[str]:
    for at in range(0, len(texts), PART):
        yield packed(texts[at : at + PART])


def packed(content: Any) -> str:
    """Anything as JSON, gzipped, in letters."""
    plain = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.b64encode(gzip.compress(plain, 6, mtime=0)).decode()
