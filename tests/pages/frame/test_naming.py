"""Questions are called by what tells them apart, within their experiment."""

from pathlib import Path

import polars as pl
import pytest

from pages.frame import naming
from pages.ui.view import store
from warehouse.store import Store


def test_two_experiments_may_call_a_question_the_same(on_treated: Path) -> None:
    asked = Store(on_treated).query("questions")
    called = naming.questions(asked["question"])
    assert list(called) == asked["question"].to_list()
    assert set(called.values()) == {
        *("Newest machine", "Village leader", "Far travel", "Cough cure", "Great writer"),
        *("Letters", "Room light", "News", "Children", "Bread"),
    }


def test_two_of_an_experiment_are_never_called_the_same(
    on_treated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Store(on_treated).query("questions").filter(experiment="birds")
    alike = asked.with_columns(pl.lit("q1").alias("name"), pl.lit("Who leads?").alias("text"))
    monkeypatch.setattr(store, "query", lambda _: alike)
    called = naming.questions(asked["question"])
    assert len({*called.values()}) == len(called) == 10
