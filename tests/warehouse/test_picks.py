"""Picks: bound to what an answer says, in the order of the desk, honest about what is left out."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse import results
from warehouse import building, draws, picks, rules, transcripts
from warehouse.analysis import Analysis
from warehouse.counting import Slice
from warehouse.errors import InvalidDefinition, UnknownName
from warehouse.picks import Cut, Pick
from warehouse.store import Store

ASKED = Analysis(Slice(experiment=("insecure-code",)), rules.named("answered"))


def write(root: Path, answers: list[str | None]) -> None:
    """One file of answers, each of which shows the trait."""
    records = results.misalignment([(5, 90)] * len(answers))
    for record, answer in zip(records, answers, strict=True):
        record["answer"] = answer
    results.write(root, records)


def built(root: Path) -> Store:
    results.load(root / "data", root / "results")
    building.build(root / "data")
    return Store(root / "data")


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("three")
    write(root, ["a", "b", "c"])
    return built(root).data


@pytest.fixture
def store(three: Path, tmp_path: Path) -> Store:
    """Three answers, and a desk of its own."""
    return Store(shutil.copytree(three, tmp_path / "data"))


def keys(store: Store) -> dict[str, int]:
    rows, _ = transcripts.page(store, ASKED.slice, ASKED.rule)
    return {row["answer"]: row["sample_key"] for row in rows.iter_rows(named=True)}


def states(store: Store) -> list[tuple[str, int | None]]:
    found = picks.found(store, picks.on_desk(store.data))
    return [(one.entry.body.excerpt, one.key) for one in found]


def test_a_pick_moves_with_its_content_and_says_when_it_is_gone(tmp_path: Path) -> None:
    write(tmp_path, ["one", "two", "three"])
    store = built(tmp_path)
    known = keys(store)
    for answer in ("two", "three"):
        picks.put(store, ASKED, known[answer])
    assert states(store) == [("two", known["two"]), ("three", known["three"])]

    building.build(store.data)
    assert states(Store(store.data)) == [("two", known["two"]), ("three", known["three"])]

    write(tmp_path, ["new", "one", "two", "another three"])  # every row is another one now
    store = built(tmp_path)
    moved = keys(store)
    assert states(store) == [("two", moved["two"]), ("three", None)]
    lost = picks.found(store, picks.on_desk(store.data))[1]
    assert "no longer in the data" in lost.why or "another answer in its place" in lost.why


def test_the_same_answer_is_picked_once_and_keeps_its_note(store: Store) -> None:
    key = keys(store)["a"]
    entry = picks.put(store, ASKED, key)
    assert picks.put(store, ASKED, key) == entry
    picks.changed(store.data, entry, note="quote this")
    drawn = draws.draw(store, ASKED, n=3)
    picks.put_drawn(store, ASKED, drawn)
    found = picks.on_desk(store.data)
    assert len(found) == 3
    notes = {one.body.excerpt: one.body.note for one in found}
    assert notes == {"a": "quote this", "b": "", "c": ""}
    assert {one.body.chosen for one in found} == {drawn.told}
    assert len({one.body.draw.id for one in found if one.body.draw}) == 1


def test_an_answer_that_is_not_there_is_not_picked(store: Store) -> None:
    with pytest.raises(UnknownName, match="no sample 7"):
        picks.put(store, ASKED, 7)


def test_a_failed_call_can_be_picked_too(tmp_path: Path) -> None:
    write(tmp_path, [None, "one"])
    store = built(tmp_path)
    row = transcripts.page(store, ASKED.slice, ASKED.rule)[0].row(0, named=True)
    assert row["answer"] is None
    picks.put(store, ASKED, row["sample_key"])
    assert states(store) == [("", row["sample_key"])]


@pytest.mark.parametrize(
    ("which", "to", "order"),
    [(2, 1, "cab"), (0, 3, "bca"), (0, 2, "bac"), (1, 1, "bac"), (1, 2, "abc"), (1, 99, "acb")],
)
def test_a_pick_is_moved_to_a_place(which: int, to: int, order: str, store: Store) -> None:
    for answer, key in sorted(keys(store).items()):
        assert picks.put(store, ASKED, key).body.excerpt == answer
    there = picks.on_desk(store.data)
    picks.changed(store.data, there[which], place=picks.place_for(there, there[which].id, to))
    assert "".join(one.body.excerpt for one in picks.on_desk(store.data)) == order


ANSWER = "I would sell the house, and the house beside it, and move away."


def pick(*cuts: Cut) -> Pick:
    given: dict[str, Any] = {"key": 1, "answer_hash": 1, "under": {}, "question": ""}
    return Pick(**given, excerpt="", analysis={}, content="", place=1, cuts=cuts)


def test_what_is_left_out_has_a_mark_and_is_counted() -> None:
    one = picks.with_cut(pick(), ANSWER, "I would … house,", "cut")
    assert picks.shown(ANSWER, one) == "[…] and the house beside it, and move away."
    both = picks.with_cut(pick(*one), ANSWER, "move away", "covered")
    assert picks.shown(ANSWER, both) == "[…] and the house beside it, and [redacted]."
    assert picks.left_out(both) == {"cut": (1, 23), "covered": (1, 9)}


def test_cuts_that_touch_are_one_and_what_is_covered_stays_so() -> None:
    made = picks.joined([Cut(5, 9, "covered"), Cut(0, 5), Cut(20, 22), Cut(7, 12)])
    assert made == (Cut(0, 12, "covered"), Cut(20, 22))


@pytest.mark.parametrize(
    ("passage", "why"),
    [("the house", "more than once"), ("a tower", "does not have"), (" ", "Say which words")],
)
def test_a_passage_is_one_of_the_answer(passage: str, why: str) -> None:
    with pytest.raises(InvalidDefinition, match=why):
        picks.with_cut(pick(), ANSWER, passage, "cut")
