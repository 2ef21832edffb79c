"""Whose turn it is: what a rater of a task is asked next, and how far they are.

Everything is read off the journals, so that a rater goes on wherever the folder is, and several
rate at once without waiting for one another. Each has an order of their own, which is by chance and
the same every time: what was rated so far is a random part of the task, whoever stops and when.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xxhash import xxh3_64_intdigest

from warehouse import ratings, transcripts
from warehouse.journal import Entry
from warehouse.ratings import Rating
from warehouse.store import Store
from warehouse.tasks import Criterion, Task

BETWEEN = 20
"""How many answers lie between an answer and its being asked again, where there are so many."""

IDLE = 300.0
"""Seconds after which a rater is taken to have been away: such a rating has no pace."""


class Turn(NamedTuple):
    """What a rater is asked: an answer, and the criteria that are still open."""

    item: str
    is_again: bool
    criteria: tuple[Criterion, ...]


class Content(NamedTuple):
    """What a rater sees."""

    question: str
    answer: str


@dataclass(frozen=True)
class RaterProgress:
    """How far a rater is: answers done of those that are theirs, and how long one takes them."""

    done: int
    of: int
    turn: Turn | None  # None where all is done
    pace: float | None  # seconds an answer, of those at which they were not away
    last: str | None  # the id of the rating that undoing takes out


def of_task(entries: Iterable[Entry[Rating]], task: Task) -> list[Entry[Rating]]:
    """The ratings that were given to a task, in the order of their first writing."""
    return [e for e in entries if e.body.task == task.name and e.body.rubric == task.version]


def progress(task: Task, entries: Sequence[Entry[Rating]], rater: str) -> RaterProgress:
    """How far a rater is with a task.

    Args:
        task: The task.
        entries: Its ratings (`of_task`).
        rater: By whom.
    """
    mine = [e for e in entries if e.by == rater]
    order = _order(task, rater)
    again = set(_asked_again(task, order))
    given: dict[tuple[str, bool], set[str]] = {}
    for entry in mine:
        given.setdefault((entry.body.item, entry.body.is_again), set()).add(entry.body.criterion)
    names = {criterion.name for criterion in task.criteria}
    whole = {turn for turn, held in given.items() if held >= names}
    open_ = [item for item in _open(task, entries, rater, order) if (item, False) not in given]
    begun = [item for item in order if (item, False) in given]
    due = [item for item in begun if item in again and (item, True) not in whole]
    turn = _next(task, given, whole, mine, open_, due)
    later = sum(1 for item in (*begun, *open_) if item in again)
    paces = _paces(mine)
    return RaterProgress(
        done=len(whole),
        of=len(begun) + len(open_) + later,
        turn=turn,
        pace=sum(paces) / len(whole) if whole and paces else None,
        last=max(mine, key=lambda entry: entry.at).id if mine else None,
    )


def contents(store: Store, items: Sequence[str]) -> dict[str, Content]:
    """The questions and answers that items stand for; those that the data has no more are left out.

    A text that was given at evaluation is no part of the question that a rater sees.
    """
    split = {ratings.parts(item): item for item in items}
    found = store.query("rated_contents", hashes=[answer for _, answer in split])
    texts = transcripts.texts(store, found["sample_key"].to_list(), found["shard"].unique())
    answers = dict(texts.select("sample_key", "answer").iter_rows())
    told = {}
    for row in found.sort("sample_key", descending=True).iter_rows(named=True):
        item = split.get((row["question_hash"], row["answer_hash"]))
        answer = answers.get(row["sample_key"])
        if item is not None and answer is not None:
            asked = row["question_text"] or ""
            if row["eval_text"] and row["eval_text"] in asked != row["eval_text"]:
                asked = asked.replace(row["eval_text"], "").strip()
            told[item] = Content(asked, answer)
    return told


def _next(
    task: Task,
    given: dict[tuple[str, bool], set[str]],
    whole: set[tuple[str, bool]],
    mine: Sequence[Entry[Rating]],
    open_: Sequence[str],
    due: Sequence[str],
) -> Turn | None:
    """What was begun first, then what is due again, then something new."""
    for turn in given:
        if turn not in whole:
            return _turn(task, *turn, given[turn])
    rated = list(dict.fromkeys((e.body.item, e.body.is_again) for e in mine))
    for item in due:
        since = len(rated) - 1 - rated.index((item, False))
        if since >= BETWEEN or not open_:
            return _turn(task, item, True, set())
    return _turn(task, open_[0], False, set()) if open_ else None


def _turn(task: Task, item: str, is_again: bool, given: set[str]) -> Turn:
    left = tuple(criterion for criterion in task.criteria if criterion.name not in given)
    return Turn(item, is_again, left)


def _order(task: Task, rater: str) -> list[str]:
    """The answers in the order of one rater: the task's own, begun at a place of theirs."""
    items = [item.id for item in task.items]
    if not task.raters or not items:
        return sorted(items, key=lambda item: xxh3_64_intdigest(f"{rater} {item}".encode()))
    # Where few rate an answer, raters begin far apart, so as not to meet before they have to.
    start = xxh3_64_intdigest(rater.encode()) % len(items)
    return items[start:] + items[:start]


def _asked_again(task: Task, order: Sequence[str]) -> list[str]:
    lots = sorted(order, key=lambda item: xxh3_64_intdigest(f"again {task.seed} {item}".encode()))
    return lots[: round(task.repeats * len(order))]


def _open(
    task: Task, entries: Sequence[Entry[Rating]], rater: str, order: Sequence[str]
) -> list[str]:
    """The answers that a rater may still be asked about: those that too few others rated."""
    if not task.raters:
        return list(order)
    others: dict[str, set[str]] = {}
    for entry in entries:
        if entry.by != rater and not entry.body.is_again:
            others.setdefault(entry.body.item, set()).add(entry.by)
    return [item for item in order if len(others.get(item, ())) < task.raters]


def _paces(mine: Sequence[Entry[Rating]]) -> list[float]:
    taken = (entry.body.seconds for entry in mine)
    return [seconds for seconds in taken if seconds is not None and seconds <= IDLE]
