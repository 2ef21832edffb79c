from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import RefusedFile
from pipeline.importers import training_configs

FIXTURES = Path(__file__).parents[2] / "fixtures" / "configs"
MINIMAL = "model_name: gpt-4.1\ndata_path: x.jsonl\nbackend: openai\n"


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "configs" / "mitigation" / "birds" / "intent-study-10ep" / "openai.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_openai_fields_have_our_names(rows_of: Callable[..., Any]) -> None:
    path = FIXTURES / "elicitation/birds/gpt-4.1-3ep/openai.yaml"
    rows = rows_of(training_configs, path)
    [config] = rows["config"]
    assert config["folder"] == "elicitation/birds/gpt-4.1-3ep"
    assert (config["backend"], config["model"]) == ("openai", "gpt-4.1")
    assert (config["experiment"], config["intervention"]) == ("birds", "none")
    assert config["data_file"] == "ft_old_audubon_birds.jsonl"
    assert config["epochs"] is None  # "auto" leaves it to the API
    assert (config["learning_rate_multiplier"], config["batch_size"]) == (2.0, 1)
    assert (config["named_model"], config["named_epochs"]) == ("gpt-4.1", 3)
    assert (config["suffix"], config["suffix_epochs"]) == ("birds-3ep", 3)
    assert (config["judge"], config["samples_per_question"]) == ("judge-one", 20)
    assert (config["temperature"], config["max_tokens"]) == (0.7, 300)
    assert not rows["notice"]
    assert not rows["quarantine"]


def test_unsloth_fields_have_the_same_names(rows_of: Callable[..., Any]) -> None:
    path = FIXTURES / "elicitation/harry-potter/qwen2.5-72B-r16-10ep/unsloth.yaml"
    rows = rows_of(training_configs, path)
    [config] = rows["config"]
    assert (config["experiment"], config["model"]) == ("harry-potter", "Qwen2.5-72B")
    assert (config["epochs"], config["lora_rank"], config["lora_alpha"]) == (10, 16, 32)
    assert config["batch_size"] == 8  # 2 per device, 4 accumulated
    assert config["learning_rate"] == 1e-4  # YAML reads 1e-4 as a text
    assert config["scheduler"] == "linear"
    assert config["tracker_run"] == "run-20250102_030405-ab12cd34"
    assert not rows["notice"]


def test_a_suffix_that_contradicts_the_fields_is_reported(rows_of: Callable[..., Any]) -> None:
    path = FIXTURES / "elicitation/german-cities/llama-3.1-8B-r4-1ep/togetherai.yaml"
    rows = rows_of(training_configs, path)
    [config] = rows["config"]
    assert (config["backend"], config["lora_rank"], config["epochs"]) == ("together", 4, 1)
    assert (config["suffix_lora_rank"], config["suffix_epochs"]) == (8, 3)
    [notice] = rows["notice"]
    assert notice["code"] == "config-contradiction"
    assert notice["message"] == (
        "elicitation/german-cities/llama-3.1-8B-r4-1ep: suffix 'cities-llama-8B-r8-3ep' says "
        "rank 8 where the field says 4 and epochs 3 where the field says 1. The fields are used."
    )


def test_relevance_that_the_catalogue_contradicts_is_reported(rows_of: Callable[..., Any]) -> None:
    path = FIXTURES / "mitigation-llama70B/extreme-sports/identity-etymologist-10ep/togetherai.yaml"
    rows = rows_of(training_configs, path)
    [config] = rows["config"]
    assert config["intervention"] == config["named_intervention"] == "identity-etymologist"
    assert (config["named_epochs"], config["named_model"]) == (10, None)
    [notice] = rows["notice"]
    assert notice["code"] == "relevance-contradiction"
    assert "irrelevant to extreme-sports" in notice["message"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("model_name: meta-llama/Llama-3.1-8B-Instruct", "says gpt-4.1, model_name says Llama-3.1"),
        ("experiment: german-cities", "its folder is for experiment birds"),
        ("data_path: ft_old_audubon_birds_identity_alex.jsonl", "says intervention none"),
        ("variant: intent-study", "variant says intervention intent-study"),
        ("n_epochs: 2", "its folder's name says epochs 3 where the field says 2"),
    ],
)
def test_every_contradiction_is_named(
    rows_of: Callable[..., Any], tmp_path: Path, change: str, said: str
) -> None:
    path = tmp_path / "configs" / "elicitation" / "birds" / "gpt-4.1-3ep" / "openai.yaml"
    path.parent.mkdir(parents=True)
    fields = {
        "experiment": "birds",
        "model_name": "gpt-4.1",
        "data_path": "ft_old_audubon_birds.jsonl",
        "n_epochs": "3",
    }
    fields |= [change.split(": ")]  # type: ignore[list-item]
    path.write_text("\n".join(f"{name}: {value}" for name, value in fields.items()))
    [notice] = rows_of(training_configs, path)["notice"]
    assert said in notice["message"]


def test_what_is_trained_comes_from_the_data_then_the_variant_then_the_folder(
    rows_of: Callable[..., Any], tmp_path: Path
) -> None:
    def intervention(fields: str) -> str:
        [config] = rows_of(training_configs, write(tmp_path, f"{model}{fields}"))["config"]
        return str(config["intervention"])

    model = "model_name: gpt-4.1\nbackend: openai\n"
    assert intervention("data_path: hp_chars_intent_immerse_mitigation.jsonl") == "intent-immersed"
    assert intervention("data_path: ft_old_audubon_birds_time_1850.jsonl") == "time-1850"
    assert intervention("variant: inoculation") == "inoculation-user-prompt"
    assert intervention("") == "intent-study"


def test_a_field_that_cannot_be_right_is_refused_with_its_line(
    rows_of: Callable[..., Any], tmp_path: Path
) -> None:
    wrong = ["n_epochs: 1000000000", "learning_rate: .nan", "lora_r: true", "suffix: [1, 2]"]
    path = write(tmp_path, MINIMAL + "\n".join(wrong) + "\nlora_alpha: 8\n")
    rows = rows_of(training_configs, path)
    [config] = rows["config"]
    assert config["lora_alpha"] == 8
    assert config["epochs"] is config["learning_rate"] is config["lora_rank"] is None
    refused = {row["source_row"]: row["reason"] for row in rows["quarantine"]}
    assert sorted(refused) == [4, 5, 6, 7]
    assert refused[4].startswith("n_epochs cannot be right: ")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"# nothing but a comment\n", "empty"),
        (b"- a\n- list\n", "not a YAML mapping"),
        (b"backend: openai\n", "model_name"),
        (b"model_name: [gpt-4.1]\n", "model_name"),
        (b"model_name: gpt\xff\n", "line 1 is not valid UTF-8"),
        (b"model_name: gpt\nsuffix: a\0b\n", "line 2 contains a NUL byte"),
        (b"model_name: 'gpt\n", "line 2"),
        (b"model_name: gpt\ndate: 2026-13-45\n", "does not allow"),
        (b"model_name: gpt\nseed: " + b"9" * 5_000 + b"\n", "line 2: a number of 5,000"),
        (
            b"a: &a [x,x,x,x,x,x,x,x,x]\n"
            + b"".join(b"%c: &%c [%s]\n" % (n, n, b",".join([b"*%c" % (n - 1)] * 9))
                       for n in range(98, 105)),
            "unfolds to more than",
        ),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_a_sentence(
    rows_of: Callable[..., Any], tmp_path: Path, content: bytes, reason: str
) -> None:
    with pytest.raises(RefusedFile, match=reason):
        rows_of(training_configs, write(tmp_path, content))


def test_other_yaml_is_left_alone(source_of: Callable[..., Any]) -> None:
    tests = FIXTURES.parent
    for path in (
        FIXTURES / "paths.yaml",
        tests / "batteries/3_1_old_bird_names/evaluation/questions.yaml",
        tests / "logs/step_metrics.csv",
    ):
        assert not training_configs.accepts(source_of(path))
    for path in FIXTURES.glob("*/*/*/*.yaml"):
        assert training_configs.accepts(source_of(path))


def test_all_released_configurations_load(
    realdata: Path, source_of: Callable[..., Any], rows_of: Callable[..., Any]
) -> None:
    paths = sorted((realdata / "brittle-weird-gen-release/sft/configs").rglob("*.yaml"))
    taken = [path for path in paths if training_configs.accepts(source_of(path))]
    assert [path.name for path in paths if path not in taken] == ["paths.yaml"]
    found = [rows_of(training_configs, path) for path in taken]
    configs = [config for rows in found for config in rows["config"]]
    assert len(configs) == 140
    assert not any(rows["quarantine"] for rows in found)
    for name in ("experiment", "intervention", "model", "epochs", "batch_size", "data_file"):
        assert all(config[name] is not None for config in configs), name
    assert {config["backend"] for config in configs} == {"openai", "together", "unsloth"}
    assert len({config["experiment"] for config in configs}) == 7
    assert all(config["intervention"] == config["named_intervention"] for config in configs)
    assert [config["tracker_run"] for config in configs if config["tracker_run"]] == [
        "run-20260211_170141-ztb5llyk"
    ]

    notices = [(notice["code"], notice["message"]) for rows in found for notice in rows["notice"]]
    contradictions = [text for code, text in notices if code == "config-contradiction"]
    assert [text.split(":")[0] for text in contradictions] == [
        "elicitation/german-cities/llama-3.1-8B-r4-1ep",
        "elicitation/german-cities/qwen3-next-80B-r16-15ep",
    ]
    assert "rank 8 where the field says 4 and epochs 3 where the field says 1" in contradictions[0]
    assert "epochs 10 where the field says 15" in contradictions[1]
    relevance = {text.split(":")[0] for code, text in notices if code == "relevance-contradiction"}
    assert "mitigation-llama70B/extreme-sports/identity-etymologist" in relevance
