"""What is asked: shared by pages or a page's own, a part of a page apart, widgets taken up."""

from typing import Any

import pytest

from pages.frame import asked
from pages.frame.asked import COUNTING, FILTERS, FOCUS, FROM

State = dict[str, Any]


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> State:
    held: State = {}
    monkeypatch.setattr("streamlit.session_state", held)
    return held


def chosen(state: State, key: str, value: Any) -> None:
    """What Streamlit does when a hand changes a widget."""
    state[key] = value


def test_every_key_is_of_one_kind() -> None:
    assert not set(FOCUS) & set(FILTERS)
    assert not set(COUNTING) & {*FOCUS, *FILTERS, FROM}


def test_focus_counting_and_filters_are_shared_and_all_else_is_a_pages_own(state: State) -> None:
    assert not asked.began()
    asked.turn_to("rates")
    link = {"experiment": ["birds"], "model": ["a", "b"], "rule": ["strict"], "order": ["low"]}
    asked.follow("rates", link)
    asked.turn_to("brittleness")
    assert asked.began()
    assert asked.page() == "brittleness"
    assert [asked.values(key) for key in ("experiment", "model", "rule", "order")] == [
        *(["birds"], ["a", "b"], ["strict"], []),
    ]
    assert asked.values("order", "rates") == ["low"]
    assert asked.link(("experiment", "model")) == {"experiment": ["birds"], "model": ["a", "b"]}


def test_a_link_is_the_whole_of_what_is_asked(state: State) -> None:
    asked.turn_to("rates")
    asked.follow("rates", {"model": ["a"], "rule": ["strict"], "order": ["low"]})
    asked.follow("rates", {"experiment": ["birds"], "dataset": [""]})
    keys = (*FOCUS, *COUNTING, *FILTERS)
    assert asked.link(keys) == {"experiment": ["birds"]}


def test_the_filters_of_a_part_are_that_pages_alone(state: State) -> None:
    asked.turn_to("rates")
    asked.follow("rates", {"experiment": ["birds"], "model": ["a"]})
    asked.turn_to("transcripts")
    asked.follow("transcripts", {FROM: ["rates"], "experiment": ["birds"], "dataset": ["d"]})
    assert asked.part() == {FROM: ["rates"], "dataset": ["d"]}
    assert (asked.values("dataset"), asked.values("model")) == (["d"], [])
    assert asked.link(("experiment",)) == {
        **{FROM: ["rates"], "experiment": ["birds"], "dataset": ["d"]}
    }
    asked.ask("dataset", ["e"])  # a filter that is changed within a part stays in it
    asked.turn_to("rates")
    assert (asked.part(), asked.values("dataset"), asked.values("model")) == (None, [], ["a"])
    asked.turn_to("transcripts")
    assert asked.values("dataset") == ["e"]
    asked.clear()
    assert (asked.part(), asked.values("dataset"), asked.values("model")) == (None, [], ["a"])
    asked.clear()
    assert asked.values("model") == []


def test_what_a_hand_changes_is_asked_from_then_on(state: State) -> None:
    asked.turn_to("rates")
    asked.shown("model", [], [])
    chosen(state, "model", ["a"])
    asked.take_up("model")
    assert (asked.values("model"), asked.changed()) == (["a"], frozenset({"model"}))
    asked.shown("model", ["a"], [])
    chosen(state, "model", [])
    asked.turn_to("brittleness")  # leaving the page takes it up as well
    assert asked.values("model") == []


def test_a_widget_that_was_not_touched_asks_nothing(state: State) -> None:
    asked.turn_to("rates")
    asked.follow("rates", {"trait_cut": ["40"]})
    asked.shown("trait_cut", 40.0, 30.0)
    asked.take_up("trait_cut")
    assert (asked.values("trait_cut"), asked.changed()) == (["40"], frozenset())
    chosen(state, "trait_cut", 30.0)
    asked.take_up("trait_cut")
    assert asked.values("trait_cut") == []


@pytest.mark.parametrize(
    ("value", "texts"),
    [(True, ["true"]), (False, []), (None, []), ("", []), (2.5, ["2.5"]), (3, ["3"]), ("a", ["a"])],
)
def test_a_value_is_written_as_a_link_writes_it(state: State, value: Any, texts: list[str]) -> None:
    asked.turn_to("rates")
    asked.shown("own", "before", "usual")
    chosen(state, "own", value)
    asked.take_up("own")
    assert asked.values("own") == texts


def test_what_is_asked_in_vain_is_remembered_until_something_else_is(state: State) -> None:
    asked.turn_to("rates")
    asked.in_vain("model", ["x"])
    assert asked.unknown() == {"model": ("x",)}
    asked.ask("model", ["a"])
    assert asked.unknown() == {}
    asked.in_vain("model", ["x"])
    asked.turn_to("rates")
    assert asked.unknown() == {}
