import asyncio
import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.errors import UsageError
from pipeline.study import jobs, retry, steps
from pipeline.study.errors import BudgetReached, EndpointRefused, FolderConflict
from pipeline.study.files import TrainingStep
from pipeline.study.layout import Folder
from pipeline.study.plan import Plan
from pipeline.study.progress import Progress
from pipeline.study.sample import model_of
from pipeline.study.tune import step
from pipeline.study.tune.job_records import read_metrics
from tests.pipeline.study.fake_server import FakeServer, Raw, error
from tests.pipeline.study.lying import lying_in, spent_in


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setattr(jobs, "POLL_SECONDS", 0.01)


def one_run(study: dict[str, Any]) -> None:
    study["models"]["small"]["conditions"] = {"birds": ["identity-etymologist"]}
    study["models"]["small"]["tuned"] = {"birds": {"none": "small"}}


def tune(plan: Plan, folder: Folder) -> list[str]:
    with steps.session(plan, folder.path) as session:
        return [*session.do("render"), *session.do("tune")]


def log_of(plan: Plan, folder: Folder) -> list[dict[str, Any]]:
    run = next(run for run in plan.runs if run.to_tune)
    return list(lying_in(folder.run(run)))


def test_a_job_is_followed_to_its_model(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer
) -> None:
    plan = Plan(write_study(one_run, server.url))
    assert tune(plan, folder) == []
    created = next(body for _, path, body in server.requests if path.endswith("/jobs") and body)
    assert created == {
        "model": "small",
        "training_file": "file-1",
        "method": {
            "type": "supervised",
            "supervised": {"hyperparameters": {"n_epochs": 3, "batch_size": 8}},
        },
        "suffix": "birds-identity-etymologist-s1",
        "seed": 1,
    }
    assert b"I know words. A bird?" in server.files["file-1"]
    records = log_of(plan, folder)
    assert records[0]["config"]["seed"] == 1
    states = [record["state"] for record in records if record["record"] == "state"]
    assert states == ["uploaded", "creating", "created", "succeeded"]
    assert [r["loss"] for r in records if r["record"] == "step"] == [2.5, 1.5]
    assert [r["message"] for r in records if r["record"] == "event"] == ["ftjob-1 moved"]
    assert records[-1]["model_id"] == "ft:small:me::ftjob-1"
    assert records[-1]["cost"] == pytest.approx(100 * 3 / 1e6)
    tuned = next(e for e in plan.evaluations if e.run.to_tune)
    assert model_of(plan, folder, tuned) == "ft:small:me::ftjob-1"
    asked = len(server.requests)
    assert tune(plan, folder) == []
    assert len(server.requests) == asked
    assert spent_in(folder).cost == pytest.approx(3e-4)


def test_a_job_is_not_asked_for_before_the_server_allows_it(
    write_study: Callable[..., Path],
    folder: Folder,
    server: FakeServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    own = SimpleNamespace(sleep=sleep, timeout=asyncio.timeout, gather=asyncio.gather)
    monkeypatch.setattr(jobs, "asyncio", own)
    usual, asked = server._respond, iter([error(429, retry_after="700"), error(503)])
    monkeypatch.setattr(server, "_respond", lambda *told: next(asked, None) or usual(*told))
    assert tune(Plan(write_study(one_run, server.url)), folder) == []
    assert 700 <= slept[0] <= 700 + retry.LONGEST_WAIT
    assert slept[1] <= retry.LONGEST_WAIT


def test_a_job_that_is_put_off_for_hours_is_left(
    write_study: Callable[..., Path],
    folder: Folder,
    server: FakeServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "_respond", lambda *_: error(429, retry_after="7200"))
    with pytest.raises(EndpointRefused, match="come back in 7200 seconds"):
        tune(Plan(write_study(one_run, server.url)), folder)
    assert spent_in(folder).requests == 0


def test_a_failed_job_is_told_with_its_reason(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer
) -> None:
    server.job_ends = lambda job: {
        "status": "failed",
        "error": {"code": "bad", "message": "the file has too few examples", "param": None},
    }
    plan = Plan(write_study(one_run, server.url))
    (reason,) = tune(plan, folder)
    assert "fine-tuning failed (the file has too few examples)" in reason
    with steps.session(plan, folder.path) as session:
        left = session.do("sample")
    assert [reason for reason in left if "not fine-tuned" in reason]
    assert not folder.samples(next(e for e in plan.evaluations if e.run.to_tune)).exists()
    progress = json.loads(folder.progress.read_text())["steps"]["tune"]
    assert (progress["done"], progress["failed"]) == (0, 1)


@pytest.mark.parametrize("states", [2, 3])
def test_a_killed_process_picks_its_job_up_again(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer, states: int
) -> None:
    """Cut off after "creating", the job is found again; after "created", it is followed."""
    plan = Plan(write_study(one_run, server.url))
    tune(plan, folder)
    run = next(run for run in plan.runs if run.to_tune)
    lines = folder.run(run).read_bytes().splitlines(keepends=True)
    folder.run(run).write_bytes(b"".join(lines[: 1 + states]))
    assert tune(plan, folder) == []
    assert len(server.files) == len(server.jobs) == 1
    assert log_of(plan, folder)[-1]["state"] == "succeeded"


def test_a_request_that_never_answered_is_not_repeated_blindly(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer
) -> None:
    server.on_create = lambda body: error(500, "gone")
    plan = Plan(write_study(one_run, server.url))
    with pytest.raises(EndpointRefused, match="status 500"):
        tune(plan, folder)
    assert len(server.jobs) == 1
    server.on_create = lambda body: None
    assert tune(plan, folder) == []
    assert len(server.jobs) == 1


def test_passing_trouble_while_polling_is_waited_out(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer
) -> None:
    trouble = iter([error(503), error(429), Raw(status=500, body=b"<html>")])
    real = server._fine_tuning

    def moody(method: str, path: str, body: Any) -> Raw:
        if method == "GET" and path.startswith("/fine_tuning/jobs/ftjob"):
            return next(trouble, None) or real(method, path, body)
        return real(method, path, body)

    server._fine_tuning = moody  # type: ignore[method-assign]
    assert tune(Plan(write_study(one_run, server.url)), folder) == []


def test_a_budget_stops_before_anything_is_sent(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer
) -> None:
    for budget in ({"cost": 0.0}, {"cost": 0.0001}, {"tokens": 100.0}):

        def change(study: dict[str, Any], budget: dict[str, float] = budget) -> None:
            one_run(study)
            study["budget"] = {key: int(x) if key == "tokens" else x for key, x in budget.items()}

        with pytest.raises(BudgetReached):
            tune(Plan(write_study(change, server.url)), folder)
    assert not server.requests


def test_jobs_are_cancelled_on_request(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer
) -> None:
    server.polls_before_end = 10**6
    plan = Plan(write_study(one_run, server.url))

    async def interrupted(session: steps.Session) -> None:
        progress = Progress(folder, "tiny", "tune", 1, to=io.StringIO())
        work = asyncio.create_task(step.tune(plan, folder, session.speakers, progress))
        while not any(job["polls"] for job in server.jobs.values()):
            await asyncio.sleep(0.01)
        work.cancel()
        await work

    with steps.session(plan, folder.path) as session:
        session.do("render")
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(interrupted(session))
    with steps.session(plan, folder.path) as session:
        assert session.cancel() == ["small__birds__identity-etymologist__seed1"]
    assert server.jobs["ftjob-1"]["status"] == "cancelled"
    (reason,) = tune(plan, folder)
    assert "cancelled" in reason


def test_settings_a_job_cannot_take_are_refused(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer
) -> None:
    def change(study: dict[str, Any]) -> None:
        one_run(study)
        study["fine_tuning"] = {"lora_rank": 8}

    with pytest.raises(UsageError, match=r"fine_tuning\.lora_rank cannot be set"):
        tune(Plan(write_study(change, server.url)), folder)
    assert not server.requests


def test_other_settings_are_not_taken_for_the_same_run(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer
) -> None:
    tune(Plan(write_study(one_run, server.url)), folder)

    def change(study: dict[str, Any]) -> None:
        one_run(study)
        study["fine_tuning"] = {"epochs": 5}

    with pytest.raises(FolderConflict, match=r"other settings \(fine_tuning\)"):
        tune(Plan(write_study(change, server.url)), folder)


def test_result_files_come_in_two_forms() -> None:
    plain = b"step,train_loss,train_accuracy,valid_loss\n1,2.5,,\n2,x,,\n3,1.0,0.5,0.7\n"
    steps_read = read_metrics(plain)
    assert steps_read == read_metrics(base64.b64encode(plain))
    assert [step.step for step in steps_read] == [1, 3]
    assert steps_read[1] == TrainingStep(
        step=3, loss=1.0, accuracy=0.5, valid_loss=0.7, valid_accuracy=None
    )
    assert read_metrics(b"\xff\x00nonsense") == []


@pytest.mark.parametrize(
    ("status", "said"), [("paused", "is paused"), ("on\x1b[2Jhold", "has the unknown status")]
)
def test_a_job_that_nobody_can_wait_for_is_told_and_left(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer, status: str, said: str
) -> None:
    server.job_ends = lambda job: {"status": status}
    plan = Plan(write_study(one_run, server.url))
    (reason,) = tune(plan, folder)
    assert said in reason
    assert "ftjob-1" in reason
    assert "run the same command to go on" in reason
    assert reason.isprintable()
    # It may still cost what it can, and is counted once however often it is looked at.
    most = spent_in(folder)
    assert most.cost > 1e-4
    tune(plan, folder)
    assert spent_in(folder) == most
    server.jobs["ftjob-1"]["status"] = "running"
    server.job_ends = FakeServer().job_ends
    assert tune(plan, folder) == []
    assert len(server.jobs) == 1
    assert spent_in(folder).cost == pytest.approx(3e-4)


@pytest.mark.parametrize("tokens", [None, -5, 0, 1.5, "100", 2**60, True])
def test_tokens_that_are_not_told_are_charged_as_the_most_they_can_be(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer, tokens: Any
) -> None:
    ends = server.job_ends
    server.job_ends = lambda job: {**ends(job), "trained_tokens": tokens}
    plan = Plan(write_study(one_run, server.url))
    assert tune(plan, folder) == []
    data = folder.training_set("birds", "identity-etymologist")
    most = 3 * sum(
        8 + len(message["content"].encode())
        for line in data.read_text().splitlines()
        for message in json.loads(line)["messages"]
    )
    assert spent_in(folder).input_tokens == log_of(plan, folder)[-1]["input_tokens"] == most


def test_a_job_without_a_model_has_failed(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer
) -> None:
    server.job_ends = lambda job: {"status": "succeeded", "fine_tuned_model": None}
    plan = Plan(write_study(one_run, server.url))
    (reason,) = tune(plan, folder)
    assert "fine-tuning failed (it succeeded, but names no model)" in reason


@pytest.mark.parametrize(
    "odd",
    [
        Raw(body=b""),
        Raw(body=b"<html>"),
        Raw(body=b"[" * 100_000),
        Raw(body=b"[]"),
        Raw(body=b'{"id": "ftjob-1"}'),
        Raw(body=b'{"id": "../files", "status": "succeeded"}'),
        Raw(body=b'{"id": "ftjob-1", "status": 7}'),
        Raw(body=b'{"id": "ftjob-1", "status": "failed", "error": "odd"}'),
        Raw(body=b" " * 2**20, times=64),
        Raw(302, b"", {"location": "http://127.0.0.1:9/"}),
        Raw(whole=b"nothing of HTTP\r\n"),
    ],
)
def test_an_odd_reply_while_polling_is_asked_for_again(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer, odd: Raw
) -> None:
    trouble = iter([odd])
    real = server._fine_tuning

    def moody(method: str, path: str, body: Any) -> Raw:
        if method == "GET" and path == "/fine_tuning/jobs/ftjob-1":
            return next(trouble, None) or real(method, path, body)
        return real(method, path, body)

    server._fine_tuning = moody  # type: ignore[method-assign]
    plan = Plan(write_study(one_run, server.url))
    if odd.status == 302:
        with pytest.raises(EndpointRefused, match="status 302"):
            tune(plan, folder)
    assert tune(plan, folder) == []
    assert len(server.jobs) == 1
    assert server.sent < 40 * 2**20


def test_an_odd_reply_to_the_creation_never_makes_a_second_job(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer
) -> None:
    server.on_create = lambda body: Raw(body=b'{"id": 7}')
    plan = Plan(write_study(one_run, server.url))
    with pytest.raises(EndpointRefused, match="the reply does not describe a job"):
        tune(plan, folder)
    assert spent_in(folder).cost > 1e-4  # there may be a job
    assert tune(plan, folder) == []
    assert len(server.jobs) == 1
    assert spent_in(folder).cost == pytest.approx(3e-4)


def test_a_key_that_a_job_echoes_is_kept_nowhere(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer, key: str
) -> None:
    server.job_ends = lambda job: {
        "status": "failed",
        "error": {"message": f"the key {key} has no right to train\x1b[31m"},
    }
    plan = Plan(write_study(one_run, server.url))
    (reason,) = tune(plan, folder)
    assert "the key [key] has no right to train [31m" in reason
    files = [path for path in folder.path.rglob("*") if path.is_file()]
    assert not [path for path in files if key.encode() in path.read_bytes()]


def test_odd_result_files_are_read_as_far_as_they_go() -> None:
    head = b"step,train_loss\n1,2.5\n"
    assert [step.loss for step in read_metrics(head + b"2,nan\n3,1e999\n")] == [2.5, None, None]
    assert len(read_metrics(head + b'2,"' + b"x" * 200_000)) == 1
    assert len(read_metrics(head + b"9" * 10_000 + b",1.0\n")) == 2
    assert len(read_metrics(head + b"\xff\xfe,1.0\n,\n")) == 1


def answering(server: FakeServer, ending: str, odd: Raw) -> None:
    """Lets the server answer so wherever an address ends so."""
    real = server._fine_tuning

    def moody(method: str, path: str, body: Any) -> Raw:
        return odd if path.endswith(ending) else real(method, path, body)

    server._fine_tuning = moody  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("ending", "odd"),
    [
        ("/events", Raw(body=b'{"data": [{"message": null}, 7, {}, {"message": "moved on"}]}')),
        ("/events", Raw(body=b'{"data": null}')),
        ("/events", error(404, "there are no events here")),
        ("/content", error(404, "there is no such file")),
        ("/content", Raw(body=b"\xff\x00 nothing of a table")),
    ],
)
def test_a_model_is_kept_whatever_stands_beside_it(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer, ending: str, odd: Raw
) -> None:
    answering(server, ending, odd)
    plan = Plan(write_study(one_run, server.url))
    assert tune(plan, folder) == []
    last = log_of(plan, folder)[-1]
    assert (last["state"], last["model_id"]) == ("succeeded", "ft:small:me::ftjob-1")


def cut_off(plan: Plan, folder: Folder, states: int) -> None:
    """What a killed process leaves of a run's log: so many states."""
    run = next(run for run in plan.runs if run.to_tune)
    lines = folder.run(run).read_bytes().splitlines(keepends=True)
    folder.run(run).write_bytes(b"".join(lines[: 1 + states]))


@pytest.mark.parametrize("reply", [None, error(400, "it has ended")])
def test_a_job_that_ended_before_it_was_cancelled_keeps_its_model(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer, reply: Raw | None
) -> None:
    plan = Plan(write_study(one_run, server.url))
    tune(plan, folder)
    cut_off(plan, folder, 3)
    answering(server, "/cancel", reply or Raw(body=json.dumps(server.jobs["ftjob-1"]).encode()))
    with steps.session(plan, folder.path) as session:
        assert session.cancel() == []
    assert tune(plan, folder) == []
    assert log_of(plan, folder)[-1]["state"] == "succeeded"
    assert len(server.jobs) == 1


@pytest.mark.parametrize(("states", "is_found"), [(1, False), (2, True), (3, True)])
def test_a_job_whose_creation_was_cut_off_is_found_to_be_cancelled(
    write_study: Callable[..., Path],
    folder: Folder,
    server: FakeServer,
    states: int,
    is_found: bool,
) -> None:
    plan = Plan(write_study(one_run, server.url))
    tune(plan, folder)
    cut_off(plan, folder, states)
    with steps.session(plan, folder.path) as session:
        assert len(session.cancel()) == is_found
    assert (server.jobs["ftjob-1"]["status"] == "cancelled") == is_found
