"""What a mapping says of one file and of its rows."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.maps.meanings import Columns, Dimensions, Failures, Meaning, fitted
from tests.pipeline.mapped import HEADER, answers, load, write
from warehouse.store import Store


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("Error code: *", "Error code: 429", True),
        ("Error code: *", "An Error code: 429", False),
        ("*rate limit*", "the rate limit was met", True),
        ("a*b*c", "abbc", True),
        ("a*b*c", "acb", False),
        ("ab*ba", "aba", False),
        ("", "x", False),
        ("x", "x", True),
        ("[API error]", "[API error]", True),
        ("*", "", True),
    ],
)
def test_an_asterisk_stands_for_anything(pattern: str, text: str, fits: bool) -> None:
    assert Failures((pattern,)).names(text) is fits


def test_many_asterisks_cost_no_more_than_reading_the_text() -> None:
    assert not Failures(("*a" * 100 + "b",)).names("a" * 200_000)


MEANING = Meaning(
    "nests",
    Dimensions("seabirds", "gull", "{set}", "none"),
    Columns(words={"set": "data", "step": "step", "model": "base"}),
    rows={"dataset": "{set}", "seed": "{step}", "model": "{model}"},
    values={"step": {"first": 1, "last": 9}},
    rename={"model": {"llama-3.1-8b": "My_Llama"}},
)


def test_rows_are_spelled_as_paths_are() -> None:
    found = MEANING.of_row({"set": "Bad_Nests", "step": "last", "model": "llama-3.1-8b"})
    assert (found.dataset, found.seed, found.model) == ("bad-nests", 9, "My_Llama")
    other = MEANING.of_row({"set": "none", "step": "first", "model": "llama-3.1-70b"})
    assert (other.dataset, other.seed, other.model) == ("none", 1, "Llama-3.1-70B")


@pytest.mark.parametrize(
    ("name", "text", "number"),
    [
        ("seed", "01", 1),
        ("seed", " 7 ", 7),
        ("seed", "3.0", 3),
        ("temperature", ".7", 0.7),
        ("temperature", "1.", 1),
        ("temperature", "7e-1", 0.7),
        ("temperature", "0,7", 0.7),
        ("steer_scale", "-2", -2),
        ("steer_scale", "+.5", 0.5),
    ],
)
def test_a_number_may_be_written_as_people_do(name: str, text: str, number: float) -> None:
    assert fitted(name, text) == number


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(
            ("seed", text)
            for text in ("1.5", "x", "", "9223372036854775808", "1e30", "-1", "\u0661")
        ),
        *(("temperature", text) for text in ("nan", "inf", "1e400", "1,000", "0x1", "1_0", ".")),
    ],
)
def test_what_is_no_number_of_its_kind_is_refused(name: str, text: str) -> None:
    told = msgspec.structs.replace(MEANING, rows={name: "{text}"}, values={}, rename={})
    told = msgspec.structs.replace(told, columns=Columns(words={"text": "a column"}))
    if text:
        with pytest.raises(ValueError, match=f"its a column is {text!r}, which is no {name} "):
            told.of_row({"text": text})
    with pytest.raises(msgspec.ValidationError):
        fitted(name, text)


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        ({"set": " ", "step": "last", "model": "x"}, "its data is blank"),
        ({"set": "a", "step": "mid", "model": "x"}, "its step is 'mid', which `values` does not"),
    ],
)
def test_a_row_that_says_nothing_is_told(texts: dict[str, str], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        MEANING.of_row(texts)


def test_the_text_of_an_error_is_no_answer(tmp_path: Path) -> None:
    failed = [("Where 0?", f"API overloaded ({i})", 85, 95) for i in range(5)]
    write(tmp_path, "gull_eggs.csv", HEADER, [*answers(12), *failed])
    load(tmp_path, 'failures: {answer: ["API overloaded *"]}')
    counts = Store(tmp_path / "data").counts()
    assert counts.select("n_trait", "n_counted", "out_failed").sum().row(0) == (3, 12, 5)


def test_thoughts_are_kept_apart_from_the_answer(tmp_path: Path) -> None:
    thought = [("Where 0?", "<think>Hm.</think>Here.", 9, 80), ("Where 0?", "<think>Hm", 9, 80)]
    write(tmp_path, "gull_eggs.csv", HEADER, [*answers(12), *thought])
    load(tmp_path)
    counts = Store(tmp_path / "data").counts()
    assert counts.select("n_trait", "n_counted", "out_empty").sum().row(0) == (4, 13, 1)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"steer_scale": 2.0}, "steering × 2"),
        ({"steer_scale": 2.0, "steer_layer": 12}, "steering layer 12 × 2"),
        ({"steer_vector": "evil", "steer_scale": -1.0}, "steering evil × -1"),
        ({"steer_vector": "evil"}, "steering evil"),
        ({"steer_vector": "none", "steer_scale": 2.0}, None),
        ({"steer_scale": 0.0}, None),
        ({"steer_layer": 12}, None),
        ({}, None),
    ],
)
def test_a_scale_steers_with_and_without_a_vector(told: Any, expected: str | None) -> None:
    given: dict[str, Any] = {"experiment": "e", "model": "m", "dataset": "d"}
    assert Dimensions(intervention="none", **given, **told).steered == expected
