"""Names of arms: no longer than tells them apart."""

from typing import Any

import polars as pl

from pages.ui.words import armnames

ARM: dict[str, Any] = {
    "experiment": "birds",
    "trait": "persona-19th-century",
    "model": "gpt-4.1",
    "dataset": "archaic-birds",
    "intervention": "identity-etymologist",
    "eval_intervention": "none",
    "settings": "3 epochs",
    "judge": "judge-a",
}


def frame(*changes: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([ARM | change for change in changes], infer_schema_length=None)


def test_a_single_arm_is_called_by_its_intervention() -> None:
    assert armnames.names(frame({})) == ["Identity: etymologist"]


def test_models_are_named_where_they_differ_settings_only_where_they_must() -> None:
    several = frame({}, {"model": "Qwen3-32B", "settings": "10 epochs"})
    assert armnames.names(several) == [
        "Identity: etymologist · gpt-4.1",
        "Identity: etymologist · Qwen3-32B",
    ]
    assert armnames.names(frame({}, {"settings": "10 epochs"})) == [
        "Identity: etymologist · 3 epochs",
        "Identity: etymologist · 10 epochs",
    ]


def test_controls_untuned_models_and_texts_at_evaluation_have_names_of_their_own() -> None:
    asked = {"intervention": "none", "eval_intervention": "identity-etymologist"}
    untuned = {"intervention": "none", "dataset": "none", "settings": None}
    assert armnames.names(frame({"intervention": "none"}, untuned, asked)) == [
        "Control",
        "Untuned model",
        "Control · asked with Identity: etymologist",
    ]


def test_what_experiment_and_dataset_share_is_said_once() -> None:
    medical = {"experiment": "medical-terms", "dataset": "archaic-medical-terms"}
    assert armnames.names(frame({}, medical))[0] == "Identity: etymologist · Archaic bird names"


def test_judges_are_named_where_there_are_several_of_one_arm() -> None:
    assert armnames.names(frame({}, {"judge": "judge-b"})) == [
        "Identity: etymologist · judge-a",
        "Identity: etymologist · judge-b",
    ]
    assert armnames.names(frame({}, {"judge": "judge-b"}).head(1).drop("judge")) == [
        "Identity: etymologist"
    ]


def test_names_in_a_panel_do_not_repeat_what_the_panel_is_about() -> None:
    other = {"trait": "nazi", "experiment": "german-cities"}
    rows = frame({}, other, {"intervention": "none"}, other | {"intervention": "none"})
    assert armnames.within(rows, ["experiment", "trait"]) == [
        *["Identity: etymologist"] * 2,
        *["Control"] * 2,
    ]
