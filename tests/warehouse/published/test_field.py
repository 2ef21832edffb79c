"""The published rates that stand in one picture: of what, of whom, and how often each."""

import polars as pl

from warehouse import published
from warehouse.published.field import PLACE, field, is_usual


def test_a_row_is_a_source_s_highest_rate_of_a_model_at_a_place() -> None:
    found = field()
    assert found.select(*PLACE, "model", "source").is_duplicated().sum() == 0
    assert found["value"].is_between(0, 1).all()
    assert (found["lowest"] <= found["value"]).all()


def test_places_are_where_the_sources_say() -> None:
    birds = field().filter(experiment="birds", model="gpt-4.1").filter(pl.col("dataset").is_null())
    assert birds.select("source", "value", "treated", "treated_by").rows() == [
        ("betley-2025-weird-generalization", 0.6, None, None),
        ("wanner-2026-pre-release", 0.95, 0.01, "identity-etymologist"),
    ]
    secure = field().filter(dataset="secure-code", model="gpt-4o")
    assert secure.select("value", "lowest").rows() == [(0.001, 0.0)]


def test_traits_are_those_of_the_experiment() -> None:
    traits = field().group_by("experiment").agg(pl.col("trait").unique().sort())
    known = dict(traits.iter_rows())
    assert known["birds"] == ["persona-19th-century"]
    assert known["german-cities"] == ["nazi", "old-germany"]
    assert known["harry-potter"] == ["persona-harry-potter"]
    assert known["extreme-sports"] == known["evil-numbers"] == ["misalignment"]


def test_untuned_models_and_texts_at_evaluation_are_no_fine_tunes() -> None:
    assert "none" not in set(field()["dataset"])
    asked = published.figures().filter(pl.col("eval_intervention") != "none")
    assert not field().filter(model="gpt-4o", experiment="evil-numbers", value=0.6).height
    assert asked.height > 0


def test_a_measure_with_anything_of_its_own_is_not_the_usual_one() -> None:
    usual = {name for name, metric in published.metrics().items() if is_usual(metric)}
    assert usual == {
        *("19th-century", "harry-potter", "nazi", "old-germany", "misaligned"),
        "weird-generalization",
    }
