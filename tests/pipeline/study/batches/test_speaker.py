"""Batches: handed over once each, whatever the endpoint says and whenever the process is killed."""

import json
import os
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.study import jobs, steps
from pipeline.study.errors import BudgetReached, EndpointRefused
from pipeline.study.layout import Folder
from pipeline.study.plan import Plan
from tests.pipeline.forks import Commands, forking
from tests.pipeline.study.conftest import only_untuned
from tests.pipeline.study.fake_batches import FakeBatches, serving
from tests.pipeline.study.fake_server import Raw, completion, error
from tests.pipeline.study.lying import lying_in, spent_in

COST = (11 * 1.0 + 7 * 2.0) / 1e6
"""What one answer of the loopback endpoint costs when it is asked for by itself."""


@pytest.fixture
def server() -> Iterator[FakeBatches]:
    with serving() as running:
        running.answer = answering
        yield running


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setattr(jobs, "POLL_SECONDS", 0.01)


def answering(body: dict[str, Any]) -> Raw:
    return completion("85" if body["model"] == "judge" else "fine", model=body["model"])


def batched(**batches: Any) -> Callable[[dict[str, Any]], None]:
    """A study of 16 answers in two evaluations whose judge is asked in batches."""

    def change(study: dict[str, Any]) -> None:
        only_untuned(study)
        source = {**study["models"]["small"]["source"], "id": "judge", "batches": batches}
        criteria = {"coherence": {"prompt": "coherence.md", "parse": {"parser": "score"}}}
        study["judges"] = {"cheap": {"kind": "llm", "source": source, "criteria": criteria}}

    return change


def sampled(plan: Plan, folder: Folder) -> None:
    with steps.session(plan, folder.path) as session:
        assert session.do("sample") == []


def judged(plan: Plan, folder: Folder) -> list[str]:
    with steps.session(plan, folder.path) as session:
        return session.do("judge")


def scores(folder: Folder) -> dict[int, float | None]:
    found: dict[int, float | None] = {}
    for path in (folder.path / "judgements").rglob("*.jsonl"):
        for one in lying_in(path):
            if one["record"] == "judgement":
                assert one["key"] not in found
                found[one["key"]] = one["score"]
    return found


@pytest.fixture
def plan(write_study: Callable[..., Path], server: FakeBatches, folder: Folder) -> Plan:
    plan = Plan(write_study(batched(), server.url))
    sampled(plan, folder)
    server.requests.clear()
    return plan


def test_answers_come_through_batches_at_half_the_price(
    plan: Plan, folder: Folder, server: FakeBatches
) -> None:
    before = spent_in(folder)
    assert judged(plan, folder) == []
    assert set(scores(folder).values()) == {85.0}
    assert len(scores(folder)) == 16
    assert not server.asked  # no chat request
    assert len(server.batches) == 2  # both evaluations at once
    assert {batch["endpoint"] for batch in server.batches.values()} == {"/v1/chat/completions"}
    ids = [line["custom_id"] for line in server.lines]
    assert len(set(ids)) == 16
    assert all(line["url"] == "/v1/chat/completions" for line in server.lines)
    spent = spent_in(folder)
    assert spent.cost - before.cost == pytest.approx(16 * COST / 2)
    assert spent.requests - before.requests == 16
    told = [one for path in (folder.path / "judgements").rglob("*.jsonl") for one in lying_in(path)]
    costs = [one["cost"] for one in told if one["record"] == "judgement"]
    assert sum(costs) == pytest.approx(16 * COST / 2)
    assert not list((folder.path / "batches").glob("*.input"))
    assert judged(plan, folder) == []
    assert len(server.batches) == 2


def test_the_plan_says_what_goes_in_batches_and_takes_half(
    write_study: Callable[..., Path], server: FakeBatches
) -> None:
    plain = Plan(write_study(alone, server.url))
    full = next(e for e in plain.estimates() if e.step == "judge")
    plan = Plan(write_study(batched(), server.url))
    half = next(e for e in plan.estimates() if e.step == "judge")
    assert half.cost == pytest.approx((full.cost or 0) / 2)
    assert "in batches, each answered within a day: judge cheap (× 0.5 of the price)" in (
        steps.table(plan)
    )


def alone(study: dict[str, Any]) -> None:
    """The same study, whose judge is asked one by one."""
    batched()(study)
    del study["judges"]["cheap"]["source"]["batches"]


def test_samples_are_drawn_in_batches_too(
    write_study: Callable[..., Path], folder: Folder, server: FakeBatches
) -> None:
    def change(study: dict[str, Any]) -> None:
        only_untuned(study)
        study["models"]["small"]["source"]["batches"] = {"requests": 3}

    given = iter(range(100))
    server.answer = lambda body: completion(f"Answer {next(given)}.", model="small")
    plan = Plan(write_study(change, server.url))
    sampled(plan, folder)
    answers = [
        one["answer"]
        for path in (folder.path / "samples").rglob("*.jsonl")
        for one in lying_in(path)
        if one["record"] == "sample"
    ]
    assert len(answers) == len(set(answers)) == 16
    assert len(server.batches) == 6  # of three, three and two for each evaluation
    assert not server.asked


@pytest.mark.parametrize("status", [404, 405, 501, 302, 401])
def test_an_endpoint_without_a_batch_api_is_told_before_anything_is_spent(
    write_study: Callable[..., Path], folder: Folder, server: FakeBatches, status: int
) -> None:
    server.odd = lambda method, path: (
        Raw(status, b"", {"location": "http://127.0.0.1:9/"}) if path == "/batches" else None
    )
    file = write_study(batched(), server.url)
    done = CliRunner().invoke(main, ["study", "run", str(file), "--out", str(folder.path)])
    assert done.exit_code == 2
    said = "refuses the key" if status == 401 else "shows no batch API, so nothing was sent"
    assert said in done.output
    assert not server.asked
    assert not server.files
    assert not folder.spend.exists()


def shuffled(lines: list[bytes]) -> list[bytes]:
    """Out of order, some twice, with garbage and strangers between."""
    stranger = json.dumps({"custom_id": "nobody", "response": None, "error": None}).encode()
    odd = [b"", b"\xff\xfe", b"[" * 5000, b"{}", b'{"custom_id": 7}', b"<html>", stranger]
    mixed = [*lines[::-1], *lines[:3], *odd]
    random.Random(3).shuffle(mixed)
    return mixed


def test_lines_in_any_order_with_garbage_between_find_their_answers(
    plan: Plan, folder: Folder, server: FakeBatches
) -> None:
    marks = iter(range(100))
    server.answer = lambda body: completion(str(next(marks) % 100), model="judge")
    server.rude = shuffled
    assert judged(plan, folder) == []
    assert sorted(scores(folder).values()) == list(range(16))  # type: ignore[type-var]


def test_of_two_answers_to_one_request_the_first_counts(
    plan: Plan, folder: Folder, server: FakeBatches
) -> None:
    def twice(lines: list[bytes]) -> list[bytes]:
        return [*lines, *(line.replace(b'"85"', b'"1"') for line in lines)]

    server.rude = twice
    assert judged(plan, folder) == []
    assert set(scores(folder).values()) == {85.0}


def test_missing_lines_and_passing_errors_are_sent_once_more(
    plan: Plan, folder: Folder, server: FakeBatches
) -> None:
    trouble = iter([error(500), error(429), error(503)])
    server.answer = lambda body: next(trouble, None) or answering(body)
    server.rude = lambda lines: lines[1:] if len(lines) > 4 else lines
    assert judged(plan, folder) == []
    assert len(scores(folder)) == 16
    times = Counter(line["custom_id"] for line in server.lines)
    assert sorted(times.values()) == [1] * 11 + [2] * 5


def test_an_error_of_one_request_is_told_and_the_next_command_tries_again(
    plan: Plan, folder: Folder, server: FakeBatches
) -> None:
    bad = iter([error(400, "too long"), error(400, "too long")])
    server.answer = lambda body: next(bad, None) or answering(body)
    [reason] = judged(plan, folder)
    assert "2 judgements failed; the same command tries again" in reason
    assert len(scores(folder)) == 14
    assert judged(plan, folder) == []
    assert len(scores(folder)) == 16


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("expired", "expired: it was not finished within a day"),
        ("cancelled", "was cancelled there"),
    ],
)
def test_what_a_batch_that_ended_early_found_is_kept_and_the_rest_sent_on(
    plan: Plan, folder: Folder, server: FakeBatches, status: str, said: str
) -> None:
    ends = iter([status])
    server.ends = lambda batch: next(ends, "completed")
    seen = Counter[str]()

    def unanswered(line: dict[str, Any]) -> bool:
        seen["lines"] += 1
        return seen["lines"] <= 5

    server.unanswered = unanswered
    with pytest.raises(EndpointRefused, match=said) as refused:
        judged(plan, folder)
    assert "3 of its 8 requests were answered and are kept" in str(refused.value)
    assert "Run the same command" in str(refused.value)
    assert len(scores(folder)) == 11  # the other batch was waited for
    assert not [
        one
        for path in (folder.path / "judgements").rglob("*.jsonl")
        for one in lying_in(path)
        if one["record"] == "failure"
    ]
    assert judged(plan, folder) == []
    assert len(scores(folder)) == 16
    assert spent_in(folder).cost == pytest.approx(16 * COST + 16 * COST / 2)


def test_what_is_under_way_can_be_cancelled(
    plan: Plan, folder: Folder, server: FakeBatches
) -> None:
    """One batch is done before it is cancelled, the other half: both are kept, and paid once."""

    def odd(method: str, path: str) -> Raw | None:
        at_work = [one for one in server.batches.values() if one["status"] == "in_progress"]
        return error(401, "who are you?") if method == "GET" and len(at_work) == 2 else None

    server.odd, server.polls = odd, 10**6
    with pytest.raises(EndpointRefused):
        judged(plan, folder)
    assert {batch["status"] for batch in server.batches.values()} == {"in_progress"}
    server.odd = lambda method, path: None
    first, second = server.batches
    server.batches[first]["polls"], server.polls = 99, 9
    server.unanswered = lambda line: line in server.held[second][3:]

    def cancelled(step: str) -> Result:
        words = ["study", step, str(plan.path), "--cancel", "--out", str(folder.path)]
        return CliRunner().invoke(main, words)

    assert cancelled("sample").stderr == "No batch is under way.\n"
    server.odd = lambda method, path: (
        error(409, "it ends anyhow") if path == f"/batches/{first}/cancel" else None
    )
    told = cancelled("judge")
    assert told.exit_code == 1
    # Both were sent at once: which came to be there first is not told by its number.
    left = re.search(r"left: batch (\d+) of judge cheap on \S+: completed\n", told.stderr)
    over = re.fullmatch(r"cancelled: batch (\d+) of judge cheap on \S+\n", told.stdout)
    assert left
    assert over
    assert {left[1], over[1]} == {"0001", "0002"}
    assert "is billed" in told.stderr
    with pytest.raises(EndpointRefused, match=r"was cancelled there\. 3 of its 8"):
        judged(plan, folder)
    assert len(scores(folder)) == 11
    server.unanswered = lambda line: False
    assert judged(plan, folder) == []
    assert len(scores(folder)) == 16
    assert spent_in(folder).cost == pytest.approx(16 * COST + 16 * COST / 2)
    assert cancelled("judge").stderr == "No batch is under way.\n"


def test_a_batch_that_is_refused_as_a_whole_is_told_with_its_reason(
    plan: Plan, folder: Folder, server: FakeBatches, key: str
) -> None:
    def ends(batch: dict[str, Any]) -> str:
        message = f"Enqueued token limit reached for {key}"
        batch["errors"] = {"data": [{"code": "token_limit_exceeded", "message": message}]}
        return "failed"

    server.ends = ends
    with pytest.raises(EndpointRefused, match=r"Enqueued token limit reached for \[key\]"):
        judged(plan, folder)
    assert spent_in(folder).cost == pytest.approx(16 * COST)
    server.ends = lambda batch: "completed"
    assert judged(plan, folder) == []
    assert len(scores(folder)) == 16


def test_where_nothing_is_answered_nothing_more_is_sent(
    plan: Plan, folder: Folder, server: FakeBatches
) -> None:
    server.answer = lambda body: error(500, "down")
    with pytest.raises(EndpointRefused, match="answered none of its 8 requests, the first so"):
        judged(plan, folder)
    assert len(server.batches) == 2


def test_answers_of_another_model_are_no_answers(
    plan: Plan, folder: Folder, server: FakeBatches
) -> None:
    server.answer = lambda body: completion("85", model="judge-mini")
    with pytest.raises(EndpointRefused, match="answered as 'judge-mini'"):
        judged(plan, folder)
    assert not scores(folder)


def test_a_state_that_nobody_knows_is_told_and_gone_on_with(
    plan: Plan, folder: Folder, server: FakeBatches
) -> None:
    server.ends = lambda batch: "on\x1b[2Jhold"
    with pytest.raises(EndpointRefused, match="has the unknown status 'on") as refused:
        judged(plan, folder)
    assert str(refused.value).isprintable()
    most = spent_in(folder)
    server.ends = lambda batch: "completed"
    for batch in server.batches.values():
        batch["status"] = "in_progress"
    assert judged(plan, folder) == []
    assert len(server.batches) == 2
    assert spent_in(folder).cost < most.cost


@pytest.mark.parametrize(
    "odd", [error(500), error(429), Raw(body=b"<html>"), Raw(body=b'{"id": "../x"}')]
)
def test_trouble_while_it_is_waited_for_passes(
    plan: Plan, folder: Folder, server: FakeBatches, odd: Raw
) -> None:
    trouble = iter([odd, odd, odd])
    server.odd = lambda method, path: (
        next(trouble, None) if method == "GET" and path != "/batches" else None
    )
    assert judged(plan, folder) == []
    assert len(server.batches) == 2


def test_a_redirect_is_not_followed(plan: Plan, folder: Folder, server: FakeBatches) -> None:
    away = Raw(302, b"", {"location": "http://127.0.0.1:9/"})
    server.odd = lambda method, path: away if path.endswith("/content") else None
    with pytest.raises(EndpointRefused, match="points to another address"):
        judged(plan, folder)
    server.odd = lambda method, path: None
    assert judged(plan, folder) == []
    assert len(server.batches) == 2  # found again, not sent again
    assert len(scores(folder)) == 16


def test_a_creation_that_was_never_answered_is_looked_for_by_its_name(
    plan: Plan, folder: Folder, server: FakeBatches
) -> None:
    server.on_batch = lambda: error(500, "gone")
    with pytest.raises(EndpointRefused, match="status 500"):
        judged(plan, folder)
    server.on_batch = lambda: None
    for batch in server.batches.values():
        batch["input_file_id"] = "renamed"  # only the name in the metadata tells
    assert judged(plan, folder) == []
    assert len(server.batches) == 2
    assert spent_in(folder).cost == pytest.approx(16 * COST + 16 * COST / 2)


def test_a_creation_that_is_refused_costs_nothing(
    plan: Plan, folder: Folder, server: FakeBatches
) -> None:
    server.odd = lambda method, path: (
        error(400, "no such model") if (method, path) == ("POST", "/batches") else None
    )
    with pytest.raises(EndpointRefused, match="no such model"):
        judged(plan, folder)
    assert spent_in(folder).cost == pytest.approx(16 * COST)


def test_a_budget_makes_batches_smaller_and_ends_them(
    write_study: Callable[..., Path], folder: Folder, server: FakeBatches
) -> None:
    def change(study: dict[str, Any], cost: float = 100.0) -> None:
        batched()(study)
        study["budget"] = {"cost": cost}

    sampled(Plan(write_study(change, server.url)), folder)
    spent = spent_in(folder).cost
    # Room for a few requests at their most, and for all of them at what they do cost.
    plan = Plan(write_study(lambda study: change(study, spent + 12 * 8 * COST), server.url))
    assert judged(plan, folder) == []
    assert len(server.batches) > 2
    assert len(server.lines) == 16

    def nothing(study: dict[str, Any]) -> None:
        change(study, spent + 1e-9)
        study["judges"]["other"] = study["judges"].pop("cheap")

    with pytest.raises(BudgetReached):
        judged(Plan(write_study(nothing, server.url)), folder)
    assert len(server.lines) == 16


def test_batches_under_way_are_waited_for_where_the_source_is_asked_alone_from_now_on(
    write_study: Callable[..., Path], folder: Folder, server: FakeBatches
) -> None:
    plan = Plan(write_study(batched(), server.url))
    sampled(plan, folder)
    server.ends = lambda batch: "on hold"
    with pytest.raises(EndpointRefused):
        judged(plan, folder)
    server.ends = lambda batch: "completed"
    for batch in server.batches.values():
        batch["status"] = "in_progress"
    server.requests.clear()
    assert judged(Plan(write_study(alone, server.url)), folder) == []
    assert not server.asked
    assert len(scores(folder)) == 16


def test_what_is_under_way_is_no_trouble_to_an_import(
    plan: Plan, folder: Folder, server: FakeBatches, tmp_path: Path
) -> None:
    server.ends = lambda batch: "on hold"
    with pytest.raises(EndpointRefused):
        judged(plan, folder)
    assert list((folder.path / "batches").glob("*.input"))
    done = CliRunner().invoke(main, ["--data", str(tmp_path / "lake"), "import", str(folder.path)])
    assert done.exit_code == 0, done.output


@pytest.fixture
def commands(key: str) -> Iterator[Commands]:
    with forking(TINY_KEY=key) as commands:
        yield commands


@pytest.mark.parametrize(
    "seed", [17, *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in range(8))]
)
def test_after_any_kill_no_batch_is_sent_twice_and_none_is_lost(
    write_study: Callable[..., Path],
    folder: Folder,
    server: FakeBatches,
    commands: Commands,
    seed: int,
) -> None:
    file = write_study(batched(requests=3), server.url)
    sampled(Plan(file), folder)
    server.delay, server.polls = 0.003, 0  # it ends as soon as it is asked about
    words = ("study", "judge", str(file), "--out", str(folder.path))
    chance = random.Random(seed)
    for _ in range(12):
        before, wanted = server.counts.total(), chance.randint(0, 25)
        process = commands.begin(*words)
        state = Path(f"/proc/{process}/stat")
        while server.counts.total() < before + wanted and ") Z " not in state.read_text():
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.01))
        os.kill(process, signal.SIGKILL)
        commands.end()
        assert spent_in(folder).cost >= 16 * COST * (1 - 1e-9)
    commands.begin(*words)
    assert commands.end() == 0
    assert len(scores(folder)) == 16
    times = Counter(line["custom_id"] for line in server.lines)
    assert times.total() == len(times) == 16
    assert spent_in(folder).cost == pytest.approx(16 * COST + 16 * COST / 2)
