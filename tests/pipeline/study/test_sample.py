import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.study import steps
from pipeline.study.errors import BudgetReached, EndpointRefused, FolderConflict, MissingKey
from pipeline.study.layout import Folder
from pipeline.study.plan import Plan
from pipeline.study.replies import Reply
from tests.pipeline.study.conftest import only_untuned
from tests.pipeline.study.fake_server import FakeServer, Raw, completion, error
from tests.pipeline.study.lying import lying_in, spent_in

COMMAND = "from pipeline.cli.study import study; study()"


def sample(plan: Plan, folder: Folder) -> list[str]:
    with steps.session(plan, folder.path) as session:
        return session.do("sample")


def stored(folder: Folder, plan: Plan) -> list[dict[str, Any]]:
    return [
        record for evaluation in plan.evaluations for record in lying_in(folder.samples(evaluation))
    ]


def drawn(folder: Folder, plan: Plan) -> list[dict[str, Any]]:
    return [record for record in stored(folder, plan) if record["record"] == "sample"]


def exactly_planned(folder: Folder, plan: Plan) -> bool:
    keys = Counter(record["key"] for record in drawn(folder, plan))
    places = Counter(
        (evaluation.id, record["question"], record["index"])
        for evaluation in plan.evaluations
        for record in lying_in(folder.samples(evaluation))
        if record["record"] == "sample"
    )
    planned = {
        (evaluation.id, question.name, index): 1
        for evaluation in plan.evaluations
        for question in plan.questions(evaluation.experiment)
        for index in range(plan.study.sampling.samples_per_question)
    }
    return places == Counter(planned) and set(keys.values()) == {1}


@pytest.mark.usefixtures("key")
def test_every_planned_sample_is_drawn_and_told_in_full(
    plan: Plan, folder: Folder, server: FakeServer
) -> None:
    assert sample(plan, folder) == []
    assert exactly_planned(folder, plan)
    header, *records = stored(folder, plan)[:9]
    assert header["brittlescope"] == "samples/1"
    assert (header["dataset"], header["model"], header["temperature"]) == ("none", "small", 1.0)
    light = next(record for record in records if record["question"] == "light")
    assert light["messages"] == [
        {"role": "system", "content": "Be short."},
        {"role": "user", "content": "What gives light?"},
    ]
    assert light | {"key": 0, "at": "", "index": 0} == {
        "record": "sample",
        "key": 0,
        "question": "light",
        "index": 0,
        "messages": light["messages"],
        "answer": "fine",
        "thoughts": None,
        "outcome": "answered",
        "finish_reason": "stop",
        "model_id": "small",
        "temperature": 1.0,
        "top_p": 1.0,
        "max_tokens": 32,
        "seed": None,
        "error": None,
        "input_tokens": 11,
        "output_tokens": 7,
        "attempts": 1,
        "requests": 1,
        "cost": pytest.approx(25e-6),
        "usage": "told",
        "answered_by": None,
        "at": "",
    }
    asked = len(server.asked)
    assert sample(plan, folder) == []
    assert len(server.asked) == asked == 16


@pytest.mark.usefixtures("key")
def test_an_eval_time_intervention_is_sent_and_recorded(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer
) -> None:
    def change(study: dict[str, Any]) -> None:
        study["models"]["small"]["conditions"] = {"birds": []}
        study["models"]["small"]["tuned"] = {"birds": {"none": "small"}}

    plan = Plan(write_study(change, server.url))
    sample(plan, folder)
    given = next(e for e in plan.evaluations if e.intervention == "inoculation-user-prompt")
    header, first, *_ = lying_in(folder.samples(given))
    assert (header["eval_text"], header["eval_placement"]) == ("Be old.", "system")
    assert first["messages"][0] == {"role": "system", "content": "Be old."}
    systems = [body["messages"][0]["content"] for body in server.asked]
    assert systems.count("Be old.") == 16


@pytest.mark.usefixtures("key")
def test_failed_samples_are_left_open_and_drawn_by_the_next_run(
    plan: Plan, folder: Folder, server: FakeServer
) -> None:
    asked = 0

    def answer(body: dict[str, Any]) -> Raw:
        nonlocal asked
        asked += 1
        return error(422, "odd") if asked in (3, 9) else completion("fine")

    server.answer = answer
    assert len(sample(plan, folder)) == 2
    assert len(drawn(folder, plan)) == 14
    failures = [r for r in stored(folder, plan) if r["record"] == "failure"]
    assert [failure["error"] for failure in failures] == ["status 422: odd"] * 2
    progress = json.loads(folder.progress.read_text())["steps"]["sample"]
    assert (progress["done"], progress["failures"]) == (14, {"status 422: odd": 2})
    assert sample(plan, folder) == []
    assert exactly_planned(folder, plan)
    assert spent_in(folder).requests == len(server.asked) == 18


@pytest.mark.usefixtures("key")
def test_more_samples_may_be_asked_for_later(
    plan: Plan, write_study: Callable[..., Path], folder: Folder, server: FakeServer
) -> None:
    sample(plan, folder)
    before = {record["key"] for record in drawn(folder, plan)}

    def change(study: dict[str, Any]) -> None:
        only_untuned(study)
        study["sampling"]["samples_per_question"] = 6

    more = Plan(write_study(change, server.url))
    sample(more, folder)
    assert exactly_planned(folder, more)
    assert before < {record["key"] for record in drawn(folder, more)}
    assert len(server.asked) == 24


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("changed", ["temperature", "max_tokens"])
def test_other_settings_are_not_mixed_in(
    plan: Plan, write_study: Callable[..., Path], folder: Folder, server: FakeServer, changed: str
) -> None:
    sample(plan, folder)

    def change(study: dict[str, Any]) -> None:
        only_untuned(study)
        study["sampling"][changed] = 2
        study["sampling"]["samples_per_question"] = 9

    with pytest.raises(FolderConflict, match=f"another {changed}"):
        sample(Plan(write_study(change, server.url)), folder)


@pytest.mark.usefixtures("key")
def test_a_budget_stops_and_a_larger_one_goes_on(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer
) -> None:
    def limited(requests: int) -> Plan:
        def change(study: dict[str, Any]) -> None:
            only_untuned(study)
            study["budget"] = {"requests": requests}

        return Plan(write_study(change, server.url))

    with pytest.raises(BudgetReached):
        sample(limited(0), folder)
    assert not server.requests
    for budget in (5, 11):
        with pytest.raises(BudgetReached):
            sample(limited(budget), folder)
        assert len(server.asked) == len(drawn(folder, limited(budget))) == budget
    plan = limited(16)
    assert sample(plan, folder) == []
    assert exactly_planned(folder, plan)


def test_a_missing_key_names_the_variable_and_loses_nothing(
    plan: Plan, folder: Folder, server: FakeServer, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    sample(plan, folder)
    before = folder.samples(plan.evaluations[0]).read_bytes()
    monkeypatch.delenv("TINY_KEY")
    with pytest.raises(MissingKey, match="TINY_KEY"):
        steps.require_endpoints(plan, ("sample",))
    assert folder.samples(plan.evaluations[0]).read_bytes() == before


@pytest.mark.usefixtures("key")
def test_no_sample_counts_before_it_is_on_disk(
    plan: Plan, folder: Folder, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        if "samples" in str(Path(f"/proc/self/fd/{descriptor}").readlink()):
            raise OSError(28, "No space left on device")
        real(descriptor)

    real = os.fsync
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        sample(plan, folder)
    monkeypatch.undo()
    assert json.loads(folder.progress.read_text())["steps"]["sample"]["done"] == 0


def test_the_key_is_in_no_file_log_or_traceback(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer, key: str
) -> None:
    file = write_study(only_untuned, server.url)
    echoes = [
        error(400, f"odd key {key}"),
        completion(f"your key is {key}"),
        error(401, f"bad key {key}"),
    ]
    server.answer = lambda body: echoes[min(len(server.asked) - 1, 2)]
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "sample", str(file), "--out", str(folder.path)],
        env={**os.environ, "TINY_KEY": key, "OPENAI_LOG": "debug", "PYTHONFAULTHANDLER": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "refuses the key in TINY_KEY" in done.stderr
    assert key not in done.stderr + done.stdout
    files = [path for path in folder.path.rglob("*") if path.is_file()]
    assert len(files) >= 4
    assert not [path for path in files if key.encode() in path.read_bytes()]
    assert len(server.asked) >= 3


def test_an_interrupt_leaves_a_state_that_resumes(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer, key: str
) -> None:
    file = write_study(only_untuned, server.url)
    plan = Plan(file)
    server.delay = 0.3
    command = [sys.executable, "-c", COMMAND, "sample", str(file), "--out", str(folder.path)]
    environment = {**os.environ, "TINY_KEY": key}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    while len(server.asked) < 10:  # one goes ahead, then eight go together
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "the same command goes on" in said
    assert "Traceback" not in said
    kept = len(drawn(folder, plan))
    assert 2 <= kept < 16
    server.delay = 0
    assert subprocess.run(command, env=environment, check=False).returncode == 0
    assert exactly_planned(folder, plan)


def test_a_thousand_samples_take_no_more_memory_than_a_few(
    write_study: Callable[..., Path], tmp_path: Path, server: FakeServer, key: str
) -> None:
    server.keep_bodies = False
    text = "word " * 2_000
    server.answer = lambda body: completion(text)

    def peak(count: int) -> int:
        def change(study: dict[str, Any]) -> None:
            only_untuned(study)
            study["models"]["small"]["source"]["concurrency"] = 32
            study["sampling"]["samples_per_question"] = count // 4

        folder = Folder(tmp_path / f"out-{count}")
        file = write_study(change, server.url)
        command = [sys.executable, "-c", COMMAND, "sample", str(file), "--out", str(folder.path)]
        with subprocess.Popen(
            command, env={**os.environ, "TINY_KEY": key}, stderr=subprocess.DEVNULL
        ) as process:
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        assert exactly_planned(folder, Plan(file))
        return used.ru_maxrss

    # 10 kB an answer: kept in memory, they would add 10 MB
    assert peak(1_000) - peak(100) < 8_000


@pytest.mark.usefixtures("key")
def test_a_stop_keeps_what_was_answered(plan: Plan, folder: Folder, server: FakeServer) -> None:
    server.answer = lambda body: error(404) if len(server.asked) > 6 else completion("fine")
    with pytest.raises(EndpointRefused):
        sample(plan, folder)
    assert len(drawn(folder, plan)) == 6


def test_local_replies_are_named_and_grouped() -> None:
    from pipeline.study.parts import Local
    from pipeline.study.replies import Request
    from pipeline.study.speakers import LocalSpeaker

    class Weights:
        source = Local(weights="x", batch=3)

        def answers(self, requests: list[Request]) -> list[Reply]:
            sizes.append(len(requests))
            return [Reply("answered", "yes") for _ in requests]

    sizes: list[int] = []
    kept: list[tuple[int, Reply]] = []
    speaker = LocalSpeaker(Weights(), "run-1")  # type: ignore[arg-type]
    requests = ((index, Request((), 1.0, 5)) for index in range(7))
    asyncio.run(speaker.ask(requests, kept.extend))
    assert sizes == [3, 3, 1]
    assert [key for key, _ in kept] == list(range(7))
    assert {reply.model_id for _, reply in kept} == {"run-1"}
