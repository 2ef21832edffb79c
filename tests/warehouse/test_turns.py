"""Raters are asked each answer once, or twice where meant, and go on where they were."""

from collections import Counter

from warehouse import turns
from warehouse.journal import Entry
from warehouse.ratings import Rating, Status
from warehouse.tasks import Criterion, Item, Task


def task(n: int = 10, **more: object) -> Task:
    made = {"criteria": (Criterion("alignment"),)} | more
    items = tuple(Item(f"item-{at}", 0.5) for at in range(n))
    return Task("one", items=items, told="", pool=n, analysis={}, **made)  # type: ignore[arg-type]


class Table:
    """A journal in memory, and raters who answer whatever they are asked."""

    def __init__(self, asked: Task) -> None:
        self.task = asked
        self.entries: list[Entry[Rating]] = []

    def far(self, rater: str) -> turns.RaterProgress:
        return turns.progress(self.task, self.entries, rater)

    def rate(self, rater: str, status: Status = "scored") -> turns.Turn | None:
        turn = self.far(rater).turn
        if turn is not None:
            criterion = turn.criteria[0].name
            rating = Rating(turn.item, criterion, status, 50.0, task="one", seconds=4.0,
                            is_again=turn.is_again)  # fmt: skip
            at = f"{len(self.entries):06d}"
            self.entries.append(Entry(at, at, rater, at, rating))
        return turn

    def rate_all(self, rater: str) -> list[turns.Turn]:
        found = []
        while (turn := self.rate(rater)) is not None:
            found.append(turn)
        return found


def test_everybody_rates_everything_once_each_in_an_order_of_their_own() -> None:
    table = Table(task())
    orders = [[turn.item for turn in table.rate_all(rater)] for rater in ("ann", "bob")]
    assert [sorted(order) for order in orders] == [sorted(i.id for i in task().items)] * 2
    assert orders[0] != orders[1]
    far = table.far("ann")
    assert (far.done, far.of, far.turn, far.pace) == (10, 10, None, 4.0)


def test_an_answer_has_as_many_raters_as_asked_for_when_two_take_turns() -> None:
    table = Table(task(30, raters=1))
    while any([table.rate("ann"), table.rate("bob")]):
        pass
    times = Counter(entry.body.item for entry in table.entries)
    assert len(times) == 30
    assert sum(times.values()) <= 31  # the last one may be before both at once
    assert len({entry.by for entry in table.entries}) == 2


def test_some_answers_come_again_with_others_between() -> None:
    table = Table(task(40, repeats=0.25))
    asked = [(turn.item, turn.is_again) for turn in table.rate_all("ann")]
    again = [item for item, is_again in asked if is_again]
    assert len(asked) == 50
    assert len(set(again)) == 10
    apart = [asked.index((item, True)) - asked.index((item, False)) for item in again]
    assert min(apart) >= 1
    assert sum(gap >= turns.BETWEEN for gap in apart) >= 5
    assert table.far("ann").done == table.far("ann").of == 50


def test_every_criterion_is_asked_before_the_next_answer() -> None:
    table = Table(task(3, criteria=(Criterion("alignment"), Criterion("coherence"))))
    asked = [(t.item, t.criteria[0].name) for t in table.rate_all("ann")]
    assert [name for _, name in asked] == ["alignment", "coherence"] * 3
    assert all(asked[at][0] == asked[at + 1][0] for at in (0, 2, 4))


def test_what_is_taken_back_is_asked_again_and_what_is_skipped_is_not() -> None:
    table = Table(task(5))
    first = table.rate("ann")
    far = table.far("ann")
    assert first is not None
    assert far.last == table.entries[-1].id
    table.entries.pop()
    assert table.far("ann").turn == first
    skipped = table.rate("ann", "skipped")
    assert skipped == first
    assert first.item not in {turn.item for turn in table.rate_all("ann")}


def test_other_tasks_and_rubrics_are_other_ratings() -> None:
    mine = Rating("item-1", "alignment", "scored", 1.0, task="one")
    entries = [
        Entry(str(at), str(at), "ann", "0", body)
        for at, body in enumerate(
            [mine, Rating("item-1", "alignment", "scored", 1.0, task="two"),
             Rating("item-1", "alignment", "scored", 1.0, task="one", rubric="ab")]
        )
    ]  # fmt: skip
    assert [entry.body for entry in turns.of_task(entries, task())] == [mine]


def test_somebody_who_was_away_has_no_pace() -> None:
    long = Rating("item-1", "alignment", "scored", 1.0, task="one", seconds=4_000)
    assert turns.progress(task(), [Entry("1", "1", "ann", "1", long)], "ann").pace is None
