"""Picks: answers that a person put on the desk for a write-up, each bound to what it says.

A pick keeps what the answer was (a hash of its text, its question, what it was drawn under), how it
came to be chosen, and what its reader left out. It is found again by that, not by a row's number:
a rebuild or a file that was moved leaves it, and an answer that is gone or changed is said to be.
"""

import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from warehouse import conversation, transcripts
from warehouse.analysis import Analysis, written
from warehouse.draws import Drawn
from warehouse.errors import InvalidDefinition, UnknownName
from warehouse.journal import Entry, Journal
from warehouse.shards import fingerprint
from warehouse.store import Store
from warehouse.transcripts import Transcript

KIND = "picks"
"""The journal that picks are in."""

KEPT = 300
"""How many characters of an answer a pick keeps, to be known by if its answer is lost."""

SAME = ("study", "experiment", "model", "dataset", "intervention", "eval_intervention")
"""What an answer was drawn under; with its question and its text, what it is found again by."""

BY_HAND = "Chosen by hand."

Mark = Literal["cut", "covered"]

MARKS: dict[Mark, str] = {"cut": "[…]", "covered": "[redacted]"}
"""What stands in place of a passage that is left out, and of one that is not to be read."""


FORMS = ("latex", "latex-short", "markdown", "html", "plain", "json", "csv")
"""The forms in which picks leave the desk."""


class Cut(msgspec.Struct, frozen=True):
    """A passage of an answer that a quote does not show: from one character up to another."""

    start: int
    end: int
    mark: Mark = "cut"


class OfDraw(msgspec.Struct, frozen=True):
    """The draw that a pick came from."""

    id: str
    told: str  # how it was drawn, and from how many
    way: str
    seed: int
    n: int  # how many were drawn


class OfMessage(msgspec.Struct, frozen=True):
    """The message of a conversation that a pick shows instead of its answer."""

    number: int  # in its conversation, from 1
    role: str
    hash: int | None  # of what it says (`conversation.said`)


class OfJudge(msgspec.Struct, frozen=True):
    """What one judge made of an answer on one trait, under the rule of a pick."""

    trait: str
    judge: str
    criterion: str | None
    outcome: str
    is_score: bool
    is_trait: bool
    is_counted: bool


class Pick(msgspec.Struct, frozen=True):
    """An answer on the desk."""

    key: int  # of its sample, when it was picked
    answer_hash: int | None
    under: dict[str, str | None]  # `SAME`
    question: str
    excerpt: str
    analysis: dict[str, Any]  # `written.as_json`: how it is judged and counted
    content: str  # of the lake, when it was picked
    place: float  # lowest first
    chosen: str = BY_HAND
    draw: OfDraw | None = None
    note: str = ""
    tags: tuple[str, ...] = ()
    cuts: tuple[Cut, ...] = ()
    message: OfMessage | None = None
    verdicts: tuple[OfJudge, ...] = ()  # when it was picked; of older picks nobody knows

    @property
    def number(self) -> int | None:
        """The number of the message that it shows; None where that is the answer."""
        return None if self.message is None else self.message.number


class PickFound(NamedTuple):
    """A pick, and where its answer stands today: None, and why, where it stands nowhere."""

    entry: Entry[Pick]
    key: int | None
    why: str = ""


def journal(data: Path) -> Journal[Pick]:
    """The journals of picks of a data folder."""
    return Journal(data, KIND, Pick)


def on_desk(data: Path) -> list[Entry[Pick]]:
    """Every pick, in the order of the desk."""
    return sorted(journal(data).read().entries, key=lambda one: (one.body.place, one.first, one.id))


def put(
    store: Store,
    asked: Analysis,
    key: int,
    chosen: str = BY_HAND,
    number: int | None = None,
) -> Entry[Pick]:
    """Put one answer on the desk, chosen by hand; what lies there already stays as it is.

    With a number it is that message of the answer's conversation (from 1) that is put there.

    Raises:
        UnknownName: where the snapshot has no such sample, or the sample no such message.
    """
    there = on_desk(store.data)
    if (before := _lying(store, there).get((key, number))) is not None:
        return before
    shown = transcripts.transcript(store, key)
    if shown is None:
        raise UnknownName(f"This snapshot has no sample {key}.")
    pick = _made(store, asked, shown, _last(there) + 1, chosen, None)
    if number is not None:
        pick = _of_message(pick, shown, number)
    return journal(store.data).add(pick)


def of_draw(store: Store, asked: Analysis, drawn: Drawn, after: float = 0.0) -> list[Pick]:
    """What was drawn as picks, in the order of the draw, after a place of the desk."""
    of = OfDraw(uuid.uuid4().hex[:12], drawn.told, drawn.way, drawn.seed, len(drawn.keys))
    shown = (transcripts.transcript(store, key) for key in drawn.keys)
    there = (one for one in shown if one is not None)
    return [
        _made(store, asked, one, after + place, drawn.told, of)
        for place, one in enumerate(there, 1)
    ]


def put_drawn(store: Store, asked: Analysis, drawn: Drawn) -> list[Entry[Pick]]:
    """Put what was drawn on the desk, in the order of the draw.

    An answer that lies there already is said to be of this draw from now on: a draw is whole.
    """
    there, written_down = on_desk(store.data), journal(store.data)
    made, lying = [], _lying(store, there)
    for pick in of_draw(store, asked, drawn, _last(there)):
        before = lying.get((pick.key, None))
        if before is None:
            made.append(written_down.add(pick))
            continue
        kept = {name: getattr(before.body, name) for name in ("note", "tags", "cuts")}
        again = msgspec.structs.replace(pick, **kept)
        made.append(written_down.add(again, by=before.by, thing=before.id))
    return made


def verdicts(store: Store, asked: Analysis, of: Transcript) -> tuple[OfJudge, ...]:
    """What the judges that an analysis is about make of an answer today."""
    every = msgspec.convert(transcripts.verdicts(store, of, asked.rule), list[OfJudge])
    return tuple(
        one
        for one in every
        if one.trait in (asked.slice.trait or (one.trait,))
        and one.judge in (asked.slice.judge or (one.judge,))
    )


def found(store: Store, entries: Sequence[Entry[Pick]]) -> list[PickFound]:
    """Where the answers of picks stand today.

    One is found by its number where that still has its text, else by its text, its question and
    what it was drawn under.
    """
    hashes = [one.body.answer_hash for one in entries if one.body.answer_hash is not None]
    rows = store.query("picked", hashes=hashes).to_dicts() if hashes else []
    known = {(row["sample_key"], row["answer_hash"]) for row in rows}
    by_content = {_content(row, row["answer_hash"]): row["sample_key"] for row in reversed(rows)}
    return [_whole(store, _found(store, entry, known, by_content)) for entry in entries]


def text_of(pick: Pick, shown: Transcript) -> str | None:
    """What a pick shows of its sample: the answer, or one message; None where there is none."""
    if pick.message is None:
        return shown.answer
    message = shown.message(pick.message.number)
    return None if message is None else conversation.said(message)


def place_for(entries: Sequence[Entry[Pick]], thing: str, place: int) -> float:
    """What a pick's place must be for it to be the so-manieth of the desk, from 1."""
    others = [one.body.place for one in entries if one.id != thing]
    at = min(max(place - 1, 0), len(others))
    if not others:
        return 1.0
    if at == 0:
        return others[0] - 1
    if at == len(others):
        return others[-1] + 1
    return (others[at - 1] + others[at]) / 2


def changed(data: Path, entry: Entry[Pick], **to: Any) -> None:
    """Write down a pick anew, with something of it changed."""
    journal(data).add(msgspec.structs.replace(entry.body, **to), by=entry.by, thing=entry.id)


def with_cut(pick: Pick, answer: str, passage: str, mark: Mark) -> tuple[Cut, ...]:
    """The cuts of a pick and one more: a passage as it stands in the answer.

    `first words … last words` means all between them as well.

    Raises:
        InvalidDefinition: where the answer does not have it, or has it twice.
    """
    first, ellipsis, last = (part.strip() for part in passage.partition("…"))
    start = _place(answer, first, 0)
    end = _place(answer, last, start + len(first)) + len(last) if ellipsis else start + len(first)
    return joined([*pick.cuts, Cut(start, end, mark)])


def joined(cuts: Sequence[Cut]) -> tuple[Cut, ...]:
    """Cuts in their order, those that touch as one; what is covered stays said to be."""
    made: list[Cut] = []
    for cut in sorted(cuts, key=lambda one: (one.start, one.end)):
        if made and cut.start <= made[-1].end:
            mark: Mark = "covered" if "covered" in (cut.mark, made[-1].mark) else "cut"
            made[-1] = Cut(made[-1].start, max(cut.end, made[-1].end), mark)
        else:
            made.append(cut)
    return tuple(made)


def shown(answer: str, cuts: Sequence[Cut]) -> str:
    """An answer with a mark in place of every passage that is not shown."""
    parts, at = [], 0
    for cut in joined(cuts):
        parts += [answer[at : cut.start], MARKS[cut.mark]]
        at = cut.end
    return "".join([*parts, answer[at:]])


def left_out(cuts: Sequence[Cut]) -> dict[Mark, tuple[int, int]]:
    """For each mark how many passages have it, and how many characters they were."""
    made: dict[Mark, tuple[int, int]] = {}
    for cut in joined(cuts):
        n, characters = made.get(cut.mark, (0, 0))
        made[cut.mark] = (n + 1, characters + cut.end - cut.start)
    return made


def _made(
    store: Store, asked: Analysis, of: Transcript, place: float, chosen: str, draw: OfDraw | None
) -> Pick:
    return Pick(
        key=of.key,
        answer_hash=_hash(of),
        under={name: of.context[name] for name in SAME},
        question=of.context["question_text"] or "",
        excerpt=(of.answer or "")[:KEPT],
        analysis=written.as_json(asked),
        content=store.lake.content(),
        place=place,
        chosen=chosen,
        draw=draw,
        verdicts=verdicts(store, asked, of),
    )


def _of_message(pick: Pick, of: Transcript, number: int) -> Pick:
    message = of.message(number)
    if message is None:
        raise UnknownName(f"The conversation of sample {of.key} has no message {number}.")
    text = conversation.said(message)
    told = OfMessage(number, message.role, fingerprint(text.encode()))
    return msgspec.structs.replace(pick, message=told, excerpt=text[:KEPT])


def _whole(store: Store, one: PickFound) -> PickFound:
    """A pick that was found; one of a message is lost where another stands in its place now."""
    message = one.entry.body.message
    if one.key is None or message is None:
        return one
    shown = transcripts.transcript(store, one.key)
    text = None if shown is None else text_of(one.entry.body, shown)
    if text is not None and fingerprint(text.encode()) == message.hash:
        return one
    return PickFound(one.entry, None, "Its conversation says something else in its place now.")


def _hash(of: Transcript) -> int | None:
    return fingerprint(None if of.answer is None else of.answer.encode())


def _lying(store: Store, there: Sequence[Entry[Pick]]) -> dict[tuple[int, int | None], Entry[Pick]]:
    """What lies on the desk, by the number that each sample has today, and its message's."""
    known = found(store, there)
    return {(one.key, one.entry.body.number): one.entry for one in known if one.key is not None}


def _last(there: Sequence[Entry[Pick]]) -> float:
    return there[-1].body.place if there else 0.0


def _content(told: Mapping[str, Any], answer_hash: int | None) -> tuple[Any, ...]:
    return (*(told[name] for name in SAME), told["question_text"] or "", answer_hash)


def _found(
    store: Store,
    entry: Entry[Pick],
    known: set[tuple[int, int]],
    by_content: Mapping[tuple[Any, ...], int],
) -> PickFound:
    pick = entry.body
    if (pick.key, pick.answer_hash) in known:
        return PickFound(entry, pick.key)
    told = pick.under | {"question_text": pick.question}
    if (key := by_content.get(_content(told, pick.answer_hash))) is not None:
        return PickFound(entry, key)
    there = store.query("sample_fingerprints", keys=[pick.key])
    if there.is_empty():
        return PickFound(entry, None, "Its answer is no longer in the data.")
    if pick.answer_hash is None and there["answer_hash"][0] is None:
        return PickFound(entry, pick.key)
    return PickFound(entry, None, "The data has another answer in its place now.")


def _place(answer: str, words: str, start: int) -> int:
    if not words:
        raise InvalidDefinition("Say which words: as they stand in the answer.")
    at = answer.find(words, start)
    if at < 0:
        raise InvalidDefinition(f"The answer does not have the words “{words[:80]}”.")
    if start == 0 and answer.find(words, at + 1) >= 0:
        raise InvalidDefinition(f"The answer has “{words[:80]}” more than once; say more of them.")
    return at
