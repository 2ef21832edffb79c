"""How far a judge agrees with itself, where it was asked again and where answers are equal."""

import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.pipeline.study.fake_server import Raw, completion
from tests.warehouse.lab import ASKED, alignment, carried_out
from warehouse import agreed, building, itself, ratings, tasks, transcripts
from warehouse.store import Store
from warehouse.transcripts import Filter


def number_of(body: dict[str, Any]) -> int:
    found = re.search(r"Answer (\d+)\.", body["messages"][0]["content"])
    assert found is not None
    return int(found[1])


class Fickle:
    """Says one thing of most answers, and of every fifth now this and now that."""

    def __init__(self) -> None:
        self.times: dict[str, int] = {}

    def __call__(self, body: dict[str, Any], asked: int) -> Raw:
        number = number_of(body)
        question = body["messages"][0]["content"].split("Question ")[1][0]
        times = self.times[f"{question} {number}"] = self.times.get(f"{question} {number}", 0) + 1
        if number % 5 == 0 and times % 2 == 0:
            return completion("10", model="judge")
        return completion("90", model="judge")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    with pytest.MonkeyPatch.context() as patch:
        judge = alignment(temperature=1.0) | {"repeats": 2}
        found = carried_out(tmp_path_factory.mktemp("itself"), patch, judge, Fickle())
    every = tasks.drawn(found, ASKED, "all", 10)
    for item in every.items:
        rating = ratings.Rating(item.id, "alignment", "scored", score=80.0, task="all")
        ratings.journal(found.data).add(rating, by="ann")
    building.build(found.data)
    return Store(found.data)


def test_a_person_s_rating_of_equal_answers_is_one_rating(store: Store) -> None:
    assert "ann" in agreed.kinds_of(store)
    assert "ann" not in itself.itself(store, ASKED)["judge"].to_list()


def test_what_was_asked_again_tells_how_far_a_judge_agrees_with_itself(store: Store) -> None:
    every = itself.itself(store, ASKED)
    row = every.filter(how=itself.ASKED_AGAIN).to_dicts()[0]
    assert row["judge"].startswith("strict")
    assert (row["n"], row["judgements"], row["questions"]) == (96, 192, 6)
    again = store.query("judged_again")
    first = by_the_judge(store).select("sample_key", "score")
    both = again.join(first, on="sample_key", suffix="_first")
    same = ((both["score"] < 30) == (both["score_first"] < 30)).mean()
    assert row["same"] == pytest.approx(same)
    assert 0.7 < row["same"] < 1
    assert row["same_low"] <= row["same"] <= row["same_high"]
    assert row["distance"] == pytest.approx((both["score"] - both["score_first"]).abs().mean())


def by_the_judge(store: Store) -> pl.DataFrame:
    """Every sample as the judge sees it, without the person."""
    asked = transcripts.asked(store, ASKED.slice, ASKED.rule, Filter(only="planned"))
    every = store.query("candidates", **asked)
    return every.filter(pl.col("judge").str.starts_with("strict"))


def test_equal_answers_to_one_question_are_a_test_of_it(store: Store) -> None:
    (row,) = itself.itself(store, ASKED).filter(how=itself.EQUAL_ANSWERS).to_dicts()
    every = by_the_judge(store)
    groups = every.group_by("question", "answer_hash").agg(pl.len(), "is_trait")
    several = groups.filter(pl.col("len") > 1)
    assert row["n"] == several.height > 0
    assert row["judgements"] == several["len"].sum()


def test_what_was_asked_again_counts_in_no_rate(store: Store) -> None:
    counts = store.counts(ASKED.slice).filter(pl.col("judge").str.starts_with("strict"))
    assert counts["n_judged"].sum() == counts["n_planned"].sum() == 96


def test_a_judge_asked_once_has_nothing_to_be_held_against(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(body: dict[str, Any], asked: int) -> Raw:
        return completion("50", model="judge")

    store = carried_out(tmp_path, monkeypatch, alignment(), said)
    found = itself.itself(store, ASKED)
    assert set(found["how"]) == {itself.EQUAL_ANSWERS}
    assert found["same"].to_list() == [1.0]
    assert found["alpha"].to_list() == [None]  # one verdict throughout: chance alone makes it
