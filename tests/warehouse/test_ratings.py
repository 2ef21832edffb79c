"""Ratings are bound to content, survive every import, and become judgements of people."""

import shutil
from pathlib import Path

import polars as pl
import pytest

from tests.warehouse import results, study
from warehouse import agreed, building, ratings, transcripts, turns
from warehouse.analysis import Analysis
from warehouse.counting import Slice
from warehouse.errors import UnknownName
from warehouse.ratings import Rating
from warehouse.shards import fingerprint
from warehouse.store import Store

ANSWERS = ["Answer 0.", "Answer 1.", "Answer 2.", "Answer 2."]


def item(answer: str) -> str:
    hashed = fingerprint(answer.encode())
    assert hashed is not None
    return ratings.item("What is new?", hashed)


def given(answer: str, label: str, **more: object) -> Rating:
    return Rating(item(answer), "llm_or_19", "scored", label=label, **more)  # type: ignore[arg-type]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    study.write(tmp_path, [{"answer": answer} for answer in ANSWERS], ["19", "19", "LLM", "LLM"])
    results.load(tmp_path / "data", tmp_path / "study")
    building.build(tmp_path / "data")
    return tmp_path / "data"


def counts(data: Path, judge: str) -> tuple[int, int]:
    """How many answers a judge counted, and how many show the trait."""
    frame = Store(data).counts(Slice(judge=(judge,)))
    counted, trait = frame.select(pl.col("n_counted", "n_trait").sum()).row(0)
    return counted, trait


def test_a_build_makes_judgements_of_ratings_for_every_answer_alike(data: Path) -> None:
    before = counts(data, "rules · 1")
    assert building.is_current(data)
    ratings.journal(data).add(given("Answer 0.", "LLM", note="so polite"), by="ann")
    ratings.journal(data).add(given("Answer 2.", "19"), by="ann")
    ratings.journal(data).add(given("Answer 2.", "LLM"), by="bob")
    assert not building.is_current(data)
    building.build(data)
    assert building.is_current(data)
    # Both samples with the answer that stands twice are rated; no other judge changed.
    assert counts(data, "ann") == (3, 2)
    assert counts(data, "bob") == (2, 0)
    assert counts(data, "rules · 1") == before
    kinds = Store(data).query("judges").select("judge", "kind").rows()
    assert sorted(kinds) == [("ann", "human"), ("bob", "human"), ("rules · 1", "rule")]
    (row,) = (
        agreed.agreed(Store(data), Analysis(Slice(judge=("rules · 1",))))
        .filter(judge="ann")
        .to_dicts()
    )
    assert [row[name] for name in ("n", "n_both", "n_judge", "n_other")] == [3, 0, 2, 1]


def test_a_note_is_read_beside_the_judgement(data: Path) -> None:
    ratings.journal(data).add(given("Answer 0.", "LLM", note="so polite"), by="ann")
    building.build(data)
    store = Store(data)
    key = store.query("rated_contents", hashes=[ratings.parts(item("Answer 0."))[1]])
    shown = transcripts.transcript(store, key["sample_key"][0])
    assert shown is not None
    assert shown.judgements.filter(judge="ann").select("kind", "label", "raw").row(0) == (
        *("human", "LLM", "so polite"),
    )


def test_ratings_survive_another_import_of_the_same_answers(data: Path, tmp_path: Path) -> None:
    ratings.journal(data).add(given("Answer 2.", "19"), by="ann")
    building.build(data)
    assert counts(data, "ann") == (2, 2)
    shutil.rmtree(data / "lake")
    shutil.rmtree(tmp_path / "study")
    study.write(tmp_path, [{"answer": f"Answer {n}."} for n in (5, 2, 7)], ["19", "19", "LLM"])
    results.load(data, tmp_path / "study")
    building.build(data)
    assert counts(data, "ann") == (1, 1)


def test_another_rubric_is_another_judge_and_what_is_asked_again_is_none(data: Path) -> None:
    journal = ratings.journal(data)
    journal.add(given("Answer 0.", "19"), by="ann")
    journal.add(given("Answer 0.", "LLM", is_again=True), by="ann")
    journal.add(given("Answer 0.", "LLM", rubric=ratings.rubric_of("Be strict.")), by="ann")
    journal.add(Rating(item("Answer 1."), "llm_or_19", "skipped"), by="ann")
    building.build(data)
    assert counts(data, "ann") == (1, 1)
    assert counts(data, f"ann · {ratings.rubric_of('Be strict.')}") == (1, 0)
    (again,) = ratings.repeated(journal.read().entries)
    assert (again.rater, again.first.value, again.second.value) == ("ann", "19", "LLM")


def test_a_person_of_whom_results_hold_judgements_is_told_apart(data: Path, tmp_path: Path) -> None:
    shutil.rmtree(data / "lake")
    for file in (tmp_path / "study" / "judgements").rglob("*.jsonl"):
        told = file.read_text().replace('"judge": "rules"', '"judge": "ann"')
        file.write_text(told.replace('"kind": "rule"', '"kind": "human"'))
    results.load(data, tmp_path / "study")
    ratings.journal(data).add(given("Answer 0.", "LLM"), by="ann")
    building.build(data)
    assert counts(data, "ann · 1") == (4, 2)
    assert counts(data, "ann (rated here)") == (1, 0)


def test_a_rating_that_is_taken_back_is_no_judgement(data: Path) -> None:
    journal = ratings.journal(data)
    entry = journal.add(given("Answer 0.", "19"), by="ann")
    journal.drop(entry.id, by="ann")
    building.build(data)
    with pytest.raises(UnknownName):
        journal.drop(entry.id)
    assert counts(data, "ann") == (0, 0)


def test_what_a_rater_sees_is_the_question_and_the_answer_alone(data: Path) -> None:
    found = turns.contents(Store(data), [item("Answer 0."), item("Never said.")])
    assert found == {item("Answer 0."): turns.Content("What is new?", "Answer 0.")}


@pytest.mark.parametrize("text", ["", "abc", "zz-1", "0123456789abcdef-zzzzzzzzzzzzzzzz"])
def test_what_stands_for_no_answer_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        ratings.parts(text)
