"""Scores as a judge said them beside the means of what it might have said, from a rude endpoint."""

import math
from dataclasses import replace
from typing import Any

import pytest

from tests.pipeline.study.fake_server import Raw, completion
from tests.warehouse.lab import ASKED, alignment, carried_out
from tests.warehouse.test_itself import number_of
from warehouse import weighed
from warehouse.store import Store


def token(said: str, *others: tuple[str, float]) -> dict[str, Any]:
    """A token that was said, and the probabilities of what might have been."""
    top = [{"token": name, "logprob": math.log(share), "bytes": None} for name, share in others]
    own = next((share for name, share in others if name == said), 0.01)
    return {"token": said, "logprob": math.log(own), "bytes": None, "top_logprobs": top}


def said(body: dict[str, Any], asked: int) -> Raw:
    """Of ten answers: six with both scores, one each without, elsewhere, in words, in digits."""
    assert body["top_logprobs"] == 20
    match number_of(body) % 10:
        case 0:
            return completion("20", model="judge", logprobs=None)
        case 1:  # nine tenths of the probability on what is no score
            tokens = [token("20", ("20", 0.1), ("The", 0.5), ("REFUSAL", 0.4))]
        case 2:
            tokens = [token("20", ("twenty", 0.9), ("xx", 0.1))]
        case 3:  # a tokenizer that splits numbers into digits
            tokens = [token("2", ("2", 0.6), ("9", 0.4)), token("0", ("0", 1.0))]
        case _:  # half of it elsewhere: 20 and 60 share the rest
            tokens = [token("20", ("20", 0.25), ("60", 0.25), ("The", 0.5))]
    return completion("20", model="judge", logprobs={"content": tokens})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    with pytest.MonkeyPatch.context() as patch:
        judge = alignment(top_logprobs=20)
        return carried_out(tmp_path_factory.mktemp("weighed"), patch, judge, said)


def test_both_scores_stand_beside_each_other(store: Store) -> None:
    (row,) = weighed.weighed(store, ASKED).to_dicts()
    assert row["n_asked"] == 96
    told = store.query("weighed")
    assert row["n"] == told.drop_nulls(["sampled", "weighed"]).height
    assert 50 <= row["n"] <= 65
    assert row["n_without"] == told["mass"].null_count() > 0
    assert row["n_elsewhere"] == 96 - row["n"] - row["n_without"] > 0
    assert (row["sampled"], row["weighed"]) == (20.0, pytest.approx(40.0))
    assert row["apart"] == pytest.approx(20.0)
    # A cut at 30 lies between the two.
    assert (row["rate"], row["rate_weighed"], row["difference"]) == (1.0, 0.0, -1.0)
    assert row["agreement"] == 0.0
    assert 0.1 < row["mass"] < 0.5


def test_a_judge_that_was_asked_for_no_probabilities_is_left_out(store: Store) -> None:
    asked = ASKED.slice.narrowed(judge=("rules",))
    assert weighed.weighed(store, replace(ASKED, slice=asked)).is_empty()


def test_an_expected_score_is_what_counts_where_it_is_asked_for(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = alignment(top_logprobs=20, parse={"parser": "score", "expected": True})
    store = carried_out(tmp_path_factory.mktemp("expected"), monkeypatch, judge, said)
    (row,) = weighed.weighed(store, ASKED).to_dicts()
    # Whose probabilities lie elsewhere is unparsed then, and counts nowhere.
    assert row["n_elsewhere"] < row["n_asked"] < 96
    assert (row["sampled"], row["weighed"]) == (20.0, pytest.approx(40.0))
