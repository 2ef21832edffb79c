"""No cell pools conditions unsaid: it is split by what differs."""

import polars as pl

from tests.warehouse.stats.frames import cell, frame
from warehouse.stats.pooling import apart, pooled, prompts
from warehouse.stats.rates import rates


def test_settings_at_100_and_at_0_percent_are_never_50() -> None:
    counts = frame(cell([10, 10], 10), cell([0, 0], 10, settings="9 epochs"))
    assert apart(counts, ["model", "intervention"]) == ["model", "settings", "intervention"]
    found = rates(counts, apart(counts, ["model"])).select("settings", "rate")
    assert found.rows() == [("3 epochs", 1.0), ("9 epochs", 0.0)]


def test_temperatures_texts_and_interventions_are_kept_apart_and_seeds_are_not() -> None:
    counts = frame(
        cell([5, 5], 10, temperature=0.7, seed=1),
        cell([5, 5], 10, temperature=1.0, seed=2),
        cell([5, 5], 10, temperature=1.0, eval_intervention="alex"),
        cell([5, 5], 10, temperature=1.0, intervention="alex"),
    )
    assert pooled(counts, ["model"]) == ["intervention", "eval_intervention", "temperature"]
    assert pooled(counts, ["model", "intervention", "eval_intervention", "temperature"]) == []


def test_what_differs_only_with_another_condition_is_not_named_beside_it() -> None:
    untuned = {"dataset": "none", "settings": None}
    counts = frame(cell([5, 5], 10), cell([0, 0], 10, **untuned))
    assert pooled(counts, ["model"]) == ["dataset"]


def test_a_layout_by_kind_asks_for_several_interventions() -> None:
    arms = [cell([1, 1], 10, intervention=name, kind="identity") for name in ("alex", "swe")]
    assert pooled(frame(*arms), ["model", "kind"]) == []


def test_without_dimensions_everything_that_differs_tells_cells_apart() -> None:
    counts = frame(cell([1, 1], 10), cell([1, 1], 10, dataset="other"))
    assert apart(counts, []) == ["dataset"]


def test_questions_of_several_system_prompts_are_told_where_a_cell_pools_them() -> None:
    counts = frame(cell([5, 5, 0], [10, 10, 0]), cell([5], 10, model="b"))
    asked = pl.DataFrame(
        {
            "question": ["q00", "q01", "q02"],
            "system_prompt": [None, "You are a poet.", "Never counted."],
        }
    )
    assert prompts(counts, asked, ["model"]) == [None, "You are a poet."]
    assert prompts(counts, asked, ["model", "question"]) == []
    assert prompts(counts.filter(model="b"), asked, ["model"]) == []
