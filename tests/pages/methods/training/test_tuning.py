"""Runs and their settings, without an app around them."""

import polars as pl

from pages.methods.training import tuning


def runs(**columns: list[object]) -> pl.DataFrame:
    standard = {name: [None, None] for name in (*tuning.FACTS, *tuning.SETTINGS)}
    return pl.DataFrame(standard | {"run": ["a", "b"]} | columns)


def test_settings_that_differ_are_named() -> None:
    found = tuning.difference(runs(epochs=[1.0, 3.0], lora_rank=[8, 8], batch_size=[1, 4]))
    assert found == "These runs differ in: Epochs and Batch size."


def test_an_unrecorded_setting_is_no_difference() -> None:
    assert tuning.differing(runs(epochs=[3.0, None])) == []
    assert "do not differ" in tuning.difference(runs(epochs=[3.0, None]))


def test_what_differs_is_the_row_that_is_highlighted() -> None:
    frame = runs(learning_rate=[1e-4, 2e-4])
    rows = tuning.side_by_side(frame)
    assert [rows[at] for at in tuning.differing(frame)] == [("Learning rate", "0.0001", "0.0002")]


def tuned(**columns: list[object]) -> pl.DataFrame:
    """Two arms of one model and dataset."""
    fixed: dict[str, list[object]] = {
        "experiment": ["birds", "birds"],
        "model": ["m", "m"],
        "dataset": ["d", "d"],
        "intervention": ["none", "alex"],
        "state": ["evaluated", "evaluated"],
        "epochs": [3.0, 3.0],
    }
    return runs(**fixed | columns)


def test_arms_that_were_trained_alike_are_said_to_be() -> None:
    assert tuning.alike(tuned()) == "The arms of each model and dataset were trained alike."
    assert tuning.alike(tuned(seed=[1, 2])) == tuning.alike(tuned())


def test_arms_that_were_not_are_named_with_what_differs() -> None:
    assert tuning.alike(tuned(epochs=[3.0, 9.0], batch_size=[1, 2])) == (
        "Not all arms were trained alike: in 1 of 1 pair of model and dataset they differ in "
        "Epochs and Batch size."
    )


def test_a_setting_that_nobody_recorded_is_said() -> None:
    assert tuning.alike(tuned(epochs=[3.0, None])).endswith("as far as settings are recorded.")


def test_a_sweep_without_interventions_has_no_arms_to_compare() -> None:
    assert tuning.alike(tuned(intervention=["none", "none"], epochs=[1.0, 9.0])) == ""


def test_untuned_models_are_counted_beside_the_fine_tunes() -> None:
    said = tuning.summary(tuned(dataset=["d", "none"]))
    assert said == "1 fine-tune of 1 model: 1 evaluated. 1 untuned model beside them."


def test_an_untuned_model_is_one_in_however_many_experiments_it_is_asked() -> None:
    said = tuning.summary(tuned(experiment=["a", "b"], dataset=["none", "none"]))
    assert said.startswith("Nothing was fine-tuned here. 1 untuned model beside them, in 2 rows.")


def test_what_all_fine_tunes_share_is_said_once_and_is_no_column() -> None:
    frame = tuned(lora_rank=[8, 8], final_loss=[1.23456, 2.0])
    said = tuning.shared(frame)
    assert "epochs 3" in said
    assert "LoRA rank 8" in said
    for name in ("kind", "relevance", "placement", "evaluations", "outcome"):
        frame = frame.with_columns(pl.lit(None, pl.String()).alias(name))
    assert tuning.run_table(frame).columns == ["intervention", "final_loss"]


def test_runs_are_called_by_what_they_differ_in() -> None:
    told = tuning.names(tuned(seed=[1, 2]).with_columns(settings=pl.lit("3 epochs")))
    assert list(told.values()) == ["Control · seed 1", "Alex · seed 2"]


def test_two_runs_under_the_same_conditions_keep_names_apart() -> None:
    alike: list[object] = ["x", "x"]
    frame = pl.DataFrame(
        {
            "run": ["ft:m:org:one", "ft:m:org:two"],
            **{name: alike for name in ("model", "dataset", "intervention", "settings", "seed")},
        }
    )
    assert list(tuning.names(frame).values()) == ["one", "two"]
