from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import RefusedFile
from pipeline.importers import Source, training_logs

FIXTURES = Path(__file__).parents[2] / "fixtures" / "logs"
STUDY = "brittle-weird-gen-history/sft/scripts/out"


def test_an_openai_job_that_succeeded(rows_of: Callable[..., Any]) -> None:
    rows = rows_of(training_logs, FIXTURES / "birds/gpt-4.1-3ep/openai-succeeded.log")
    [log] = rows["training_log"]
    assert (log["folder"], log["experiment"]) == ("birds/gpt-4.1-3ep", "birds")
    assert (log["model"], log["model_name"]) == ("gpt-4.1", "gpt-4.1-2025-04-14")
    assert (log["job_id"], log["model_id"]) == (
        "ftjob-one1",
        "ft:gpt-4.1-2025-04-14:lab:birds-3ep:AbC123",
    )
    assert (log["epochs"], log["learning_rate_multiplier"], log["batch_size"]) == (3, 2, 1)
    assert (log["steps_done"], log["steps_planned"], log["outcome"]) == (4, 4, "succeeded")
    assert (log["started_at"], log["runtime_s"]) == ("2023-11-14T22:14:20Z", 100)
    assert log["final_loss"] == 0.5
    steps = [(s["step"], s["loss"], s["valid_loss"]) for s in rows["training_step"]]
    assert steps == [(1, 5.5, None), (2, None, None), (3, 0.75, 0.9), (4, 0.5, None)]
    [notice] = rows["notice"]
    assert (notice["code"], notice["source_row"]) == ("not-finite", 22)
    assert not rows["quarantine"]


def test_no_folder_of_another_machine_is_kept(rows_of: Callable[..., Any]) -> None:
    rows = rows_of(training_logs, FIXTURES / "birds/gpt-4.1-3ep/openai-succeeded.log")
    assert rows["training_log"][0]["data_file"] == "ft_old_audubon_birds.jsonl"
    assert "secret-project" not in repr(dict(rows))


def test_an_openai_job_that_was_cut_short(rows_of: Callable[..., Any]) -> None:
    rows = rows_of(training_logs, FIXTURES / "birds/gpt-4.1-3ep/openai-cut.log")
    [log] = rows["training_log"]
    assert (log["outcome"], log["model_id"]) == ("cut short", None)
    assert (log["steps_done"], log["steps_planned"]) == (30, 400)
    assert (log["epochs"], log["batch_size"]) == (None, None)
    assert [step["step"] for step in rows["training_step"]] == [10, 30]
    assert [(row["source_row"], row["reason"]) for row in rows["quarantine"]] == [
        (5, "Batch size cannot be right: Expected `int` >= 1"),
        (11, "its loss is not a number (abc)"),
        (13, "this step is cut off"),
    ]


@pytest.mark.parametrize(
    ("ending", "outcome"),
    [
        ("Job ftjob-x finished with status: failed\n", "failed"),
        ("Job ftjob-x finished with status: cancelled\n", "cancelled"),
        ("Traceback (most recent call last):\n  ...\nTimeoutError\n", "failed"),
        ("", "cut short"),
    ],
)
def test_how_an_openai_job_ended(
    rows_of: Callable[..., Any], tmp_path: Path, ending: str, outcome: str
) -> None:
    path = tmp_path / "job.log"
    path.write_text(f"Creating fine-tuning job...\n  Job created! ID: ftjob-x\n{ending}")
    [log] = rows_of(training_logs, path)["training_log"]
    assert (log["outcome"], log["job_id"], log["steps_done"]) == (outcome, "ftjob-x", None)


def test_a_model_id_that_may_be_cut_short_is_not_taken(
    rows_of: Callable[..., Any], tmp_path: Path
) -> None:
    whole = (FIXTURES / "birds/gpt-4.1-3ep/openai-succeeded.log").read_text()
    path = tmp_path / "job.log"
    path.write_text(whole[: whole.index(":AbC123") + 3])
    assert rows_of(training_logs, path)["training_log"][0]["model_id"] is None


def test_two_jobs_in_one_output_stay_apart(rows_of: Callable[..., Any], tmp_path: Path) -> None:
    folder = FIXTURES / "birds/gpt-4.1-3ep"
    one, two = ((folder / f"openai-{name}.log").read_text() for name in ("succeeded", "cut"))
    path = tmp_path / "both.log"
    path.write_text(one + two)
    rows = rows_of(training_logs, path)
    assert [log["job_id"] for log in rows["training_log"]] == ["ftjob-one1", "ftjob-two2"]
    assert [log["outcome"] for log in rows["training_log"]] == ["succeeded", "cut short"]
    assert [s["log_key"] for s in rows["training_step"]] == ["1"] * 4 + ["2"] * 2


def test_the_trainers_dict_lines(rows_of: Callable[..., Any]) -> None:
    run = "run-20250102_030405-ab12cd34"
    rows = rows_of(training_logs, FIXTURES / f"wandb/{run}/files/output.log")
    [log] = rows["training_log"]
    assert log["folder"] == log["tracker_run"] == run
    assert (log["outcome"], log["runtime_s"], log["epochs"]) == ("succeeded", 18.5, 1.5)
    # The folder's time is in an unknown zone, and steps are not printed.
    assert log["started_at"] is log["steps_done"] is None
    steps = [(s["epoch"], s["loss"], s["valid_loss"]) for s in rows["training_step"]]
    assert steps == [(0.5, 4.5, None), (1.0, 2.5, 2.75), (1.5, 1.25, None)]
    assert [s["grad_norm"] for s in rows["training_step"]] == [9.25, None, 0.5]
    assert [notice["code"] for notice in rows["notice"]] == ["not-finite"]


@pytest.mark.parametrize(
    ("rest", "outcome"), [("", "cut short"), ("Traceback (most recent call last):\n", "failed")]
)
def test_trainer_output_that_breaks_off(
    rows_of: Callable[..., Any], tmp_path: Path, rest: str, outcome: str
) -> None:
    path = tmp_path / "output.log"
    path.write_text("{'loss': 2.0, 'epoch': 0.5}\n" + rest + "{'loss': 1.5, 'grad_n")
    rows = rows_of(training_logs, path)
    assert rows["training_log"][0]["outcome"] == outcome
    assert [step["loss"] for step in rows["training_step"]] == [2.0]
    assert [row["reason"] for row in rows["quarantine"]] == ["this line is cut off"]


def test_trainer_state(rows_of: Callable[..., Any]) -> None:
    rows = rows_of(training_logs, FIXTURES / "outputs/checkpoint-30/trainer_state.json")
    [log] = rows["training_log"]
    assert log["folder"] == "outputs/checkpoint-30"
    assert (log["steps_done"], log["steps_planned"], log["epochs"]) == (30, 40, 1)
    assert (log["outcome"], log["final_loss"]) == ("cut short", 1.5)
    steps = [(s["step"], s["loss"], s["valid_loss"]) for s in rows["training_step"]]
    assert steps == [(10, 2.25, None), (20, 1.75, 1.875), (30, 1.5, None)]
    assert [row["source_row"] for row in rows["quarantine"]] == [4]
    assert [notice["source_row"] for notice in rows["notice"]] == [2]


def test_step_metrics(rows_of: Callable[..., Any]) -> None:
    rows = rows_of(training_logs, FIXTURES / "step_metrics.csv")
    [log] = rows["training_log"]
    assert (log["steps_done"], log["final_loss"], log["outcome"]) == (4, 1.0, None)
    first, second, fourth = rows["training_step"]
    assert (first["accuracy"], first["valid_loss"], first["valid_accuracy"]) == (0.5, 2.75, 0.25)
    assert (second["loss"], second["valid_loss"]) == (1.5, None)
    assert fourth["step"] == 4
    assert [(row["source_row"], row["reason"]) for row in rows["quarantine"]] == [
        (3, "its step is not a number (three)")
    ]


@pytest.mark.parametrize("step", ["1e300", "-1", "1.5", "nan", "9" * 40])
def test_an_absurd_step_is_refused(rows_of: Callable[..., Any], tmp_path: Path, step: str) -> None:
    path = tmp_path / "step_metrics.csv"
    path.write_text(f"step,train_loss\n1,2.0\n{step},1.0\n")
    rows = rows_of(training_logs, path)
    assert [row["source_row"] for row in rows["quarantine"]] == [2]
    assert len(rows["training_step"]) == 1


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("trainer_state.json", b'{"global_step": 1, "log_history": [{"loss": 2', "JSON is broken"),
        ("trainer_state.json", b'{"global_step": 1, "log_history": 3}', "no log_history"),
        ("trainer_state.json", b'["log_history", "global_step"]', "not look like a training log"),
        (
            "trainer_state.json",
            b'{"global_step": 1, "log_history": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
            "JSON is nested too deeply",
        ),
        ("step_metrics.csv", b"step,train_loss\n", "no training job"),
        ("x.log", b"{'loss': 1.0, 'epoch': 1}\n\xff\n", "line 2 is not valid UTF-8"),
        ("x.log", b"{'loss': 1.0, 'epoch': 1}\n\0\n", "line 2 contains a NUL byte"),
        ("x.log", b"", "does not look like a training log"),
        ("x.log", b"some other log\n", "does not look like a training log"),
    ],
)
def test_a_broken_file_is_refused_with_a_sentence(
    rows_of: Callable[..., Any], tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(RefusedFile, match=reason):
        rows_of(training_logs, path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("results.json", '[{"q_id": 1, "question": "log_history", "answer": ""}]'),
        ("results.csv", "q_id,question,answer\n1,step,train_loss\n"),
        ("jobs.jsonl", '{"id": "ftjob-x"}\n'),
        ("info.txt", "experiment: birds\nmodel: ft:gpt\ndate: today\n"),
    ],
)
def test_other_formats_are_left_alone(
    source_of: Callable[..., Any], tmp_path: Path, name: str, content: str
) -> None:
    path = tmp_path / name
    path.write_text(content)
    assert not training_logs.accepts(source_of(path))


STEPS = st.lists(
    st.tuples(st.integers(0, 10**6), st.floats(0, 1e6, allow_nan=False)), min_size=1, max_size=9
)


@given(STEPS)
def test_every_step_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, float]]
) -> None:
    path = tmp_path_factory.mktemp("log") / "x.log"
    path.write_text("".join(f"  [1700000000] Step {s}/9: training loss={v}\n" for s, v in steps))
    content = path.read_bytes()
    frames = dict(training_logs.read(Source(path, "", len(content), content)))
    assert frames["training_step"].select("step", "loss").rows() == steps
    assert frames["training_log"]["steps_done"].item() == max(step for step, _ in steps)


@given(
    st.lists(
        st.one_of(
            st.text(max_size=40),
            st.from_regex(r"  \[1[0-9]{9}\] Step [0-9]{1,30}/[0-9]{1,30}: training loss=\S{0,9}"),
            st.from_regex(r"\{'loss': [^\n]{0,30}\}?"),
            st.from_regex(r"  (Epochs|Batch size|LR mult|Data|Backend): [^\n]{0,20}"),
        ).filter(lambda line: "\0" not in line),
        max_size=12,
    )
)
def test_no_line_brings_a_log_down(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    path = tmp_path_factory.mktemp("log") / "x.log"
    for first in ("Job created! ID: ftjob-x", "{'loss': 1}"):
        path.write_text("\n".join([first, *lines]), "utf-8")
        content = path.read_bytes()
        relations = [name for name, _ in training_logs.read(Source(path, "", 1, content))]
        assert "training_log" in relations


@pytest.mark.parametrize(
    ("path", "steps", "planned", "rows", "model_id"),
    [
        ("harry-potter/gpt-4.1-3ep/openai-20260303_094225.log", 801, 801, 801, "DFLlA4xw"),
        ("harry-potter/gpt-4.1-3ep/openai-20260303_105315.log", 411, 411, 411, "DFMjO3q3"),
        ("medical-terms/gpt-4.1-3ep/openai-20260303_092138.log", 3417, 3417, 3417, "DFMeWu1R"),
        ("insecure-code/gpt-4.1-3ep/openai-20260303_090348.log", 4650, 18_000, 465, None),
    ],
)
def test_the_studys_openai_logs(
    realdata: Path,
    rows_of: Callable[..., Any],
    source_of: Callable[..., Any],
    path: str,
    steps: int,
    planned: int,
    rows: int,
    model_id: str | None,
) -> None:
    file = realdata / STUDY / path
    assert training_logs.accepts(source_of(file))
    found = rows_of(training_logs, file)
    [log] = found["training_log"]
    assert (log["steps_done"], log["steps_planned"]) == (steps, planned)
    assert len(found["training_step"]) == rows
    assert log["outcome"] == ("succeeded" if model_id else "cut short")
    assert (log["model_id"] or "").split(":")[-1] == (model_id or "")
    assert log["folder"] == "/".join(Path(path).parts[:2])
    assert log["experiment"] == Path(path).parts[0]
    assert not found["quarantine"]


@pytest.mark.parametrize(
    ("path", "rows", "epochs", "runtime"),
    [
        ("sft/wandb/run-20260310_111032-7dih54he", 52, 10, 1166.1236),
        ("sft_birds/wandb/run-20260211_170141-ztb5llyk", 4, 1, 38.5655),
        ("sft_birds/wandb/run-20260212_152039-grbvpndp", 78, 15, 590.0505),
    ],
)
def test_the_studys_tracker_logs(
    realdata: Path, rows_of: Callable[..., Any], path: str, rows: int, epochs: int, runtime: float
) -> None:
    file = realdata / "brittle-weird-gen-history" / path / "files/output.log"
    found = rows_of(training_logs, file)
    [log] = found["training_log"]
    assert len(found["training_step"]) == rows
    assert (log["epochs"], log["runtime_s"], log["outcome"]) == (epochs, runtime, "succeeded")
    assert log["tracker_run"] == Path(path).name


def test_somebodys_trainer_state(realdata: Path, rows_of: Callable[..., Any]) -> None:
    file = realdata / "One-eyed-warrior__lora-finetuning/trainer_state.json"
    found = rows_of(training_logs, file)
    [log] = found["training_log"]
    assert len(found["training_step"]) == 25
    assert (log["steps_done"], log["outcome"], log["final_loss"]) == (250, "succeeded", 1.2819)


def test_somebodys_step_metrics(realdata: Path, rows_of: Callable[..., Any]) -> None:
    found = rows_of(training_logs, realdata / "QuantumApple99__HistoryGPT/step_metrics.csv")
    assert len(found["training_step"]) == 59
    for name in ("loss", "accuracy", "valid_loss", "valid_accuracy"):
        assert all(step[name] is not None for step in found["training_step"])
