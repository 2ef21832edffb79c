from collections.abc import Callable

import polars as pl
import pytest

from tests.warehouse.stats.frames import cell, frame
from warehouse.errors import UnknownName
from warehouse.stats import units
from warehouse.stats.effects import effects
from warehouse.stats.rank import rank
from warehouse.stats.rates import rates
from warehouse.stats.units.new_prompts import NewPrompts


class OtherPrompts(NewPrompts):
    """New prompts by another name."""

    name = "other-prompts"
    about = "other prompts"


def study() -> pl.DataFrame:
    """A control, an untuned model and three interventions, on six questions."""
    arms = {"none": 30, "alike": 28, "less": 12, "gone": 1}
    tuned = [
        cell([most * q // 10 for q in (6, 7, 8, 9, 10, 10)], 40, intervention=name)
        for name, most in arms.items()
    ]
    return frame(*tuned, cell([0, 1, 0, 1, 0, 1], 40, dataset="none"))


def test_a_further_unit_is_one_class(monkeypatch: pytest.MonkeyPatch) -> None:
    other = OtherPrompts()
    monkeypatch.setitem(units.ROWS, other.name, other)
    monkeypatch.setitem(units.UNITS, other.name, other)
    counts = study()
    asked: list[Callable[[str], pl.DataFrame]] = [
        lambda unit: rates(counts, ["model", "dataset", "intervention"], unit),
        lambda unit: rates(counts, ["model"], unit, method="bootstrap", draws=50),
        lambda unit: effects(counts, unit),
        lambda unit: rank(counts, unit),
    ]
    for ask in asked:
        found, expected = ask(other.name), ask("new-prompts")
        assert set(found["unit"].unique()) == {other.name}
        assert found.drop("unit").equals(expected.drop("unit"))


def test_rows_know_what_their_units_take_for_a_sample() -> None:
    rows = pl.DataFrame({"unit": ["prompts", "new-prompts", "new-fine-tunes", "both"]})
    assert units.which(rows, units.of_questions).tolist() == [False, True, False, True]
    assert units.which(rows, units.of_runs).tolist() == [False, False, True, True]
    assert [unit.name for unit, _ in units.present(rows)] == rows["unit"].to_list()
    assert units.common(rows.tail(3)).name == "new-prompts"
    assert units.common(rows.tail(1)).name == "both"


def test_what_is_asked_for_is_decided_row_by_row() -> None:
    rows = pl.DataFrame({"repeated": [True, False]})
    for name, expected in {
        "auto": ["both", "new-prompts"],
        "prompts": ["prompts", "prompts"],
        "both": ["both", "both"],
    }.items():
        decided = units.named(name).decided(pl.col("repeated"))
        assert rows.with_columns(unit=decided)["unit"].to_list() == expected


def test_an_unknown_unit_is_named() -> None:
    with pytest.raises(UnknownName, match="no unit 'seeds'; choose one of prompts, new-prompts"):
        units.named("seeds")
