"""Whatever an endpoint replies: it costs its sample at most, and nothing leaks or breaks."""

import asyncio
import json
import shutil
import ssl
import subprocess
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.study import door, steps
from pipeline.study.errors import EndpointRefused, FolderConflict
from pipeline.study.layout import Folder
from pipeline.study.plan import Plan
from tests.pipeline.study import rude
from tests.pipeline.study.conftest import KEY, only_untuned
from tests.pipeline.study.fake_server import FakeServer, Raw, completion
from tests.pipeline.study.lying import lying_in, spent_in

ODD = 3
"""Which request gets the odd reply; every repetition of it does too."""


def one_evaluation(study: dict[str, Any]) -> None:
    """The untuned model only, eight samples, asked one by one and never again."""
    only_untuned(study)
    study["models"]["small"]["tuned"] = {}
    study["models"]["small"]["source"] |= {"concurrency": 1, "retries": 0, "timeout": 20}


@pytest.fixture
def plan(write_study: Callable[..., Path], server: FakeServer) -> Plan:
    return Plan(write_study(one_evaluation, server.url))


def untuned(plan: Plan) -> Any:
    return next(evaluation for evaluation in plan.evaluations if evaluation.run.untuned)


def sampled(plan: Plan, folder: Folder) -> list[dict[str, Any]]:
    """The lines of the untuned model's samples file, after one more command."""
    with steps.session(plan, folder.path) as session:
        session.do("sample")
    return [r for r in lying_in(folder.samples(untuned(plan))) if r["record"] != "evaluation"]


def oddly(server: FakeServer, odd: Raw) -> None:
    """Makes the server's third reply the odd one."""
    server.answer = lambda body: odd if len(server.asked) == ODD else completion("fine")


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("kind", rude.FAILING)
def test_a_reply_that_is_no_answer_costs_one_sample(
    plan: Plan, folder: Folder, server: FakeServer, kind: str
) -> None:
    oddly(server, rude.FAILING[kind])
    records = sampled(plan, folder)
    assert Counter(record["record"] for record in records) == {"sample": 7, "failure": 1}
    failure = records[ODD - 1]
    assert failure["record"] == "failure"
    assert failure["error"]
    assert failure["error"].isprintable()
    assert len(json.dumps(failure)) < 20_000
    assert server.sent < 16 * 2**20
    spent = spent_in(folder)
    assert spent.requests == len(server.asked) == 8
    assert spent.cost >= 7 * 25e-6
    # The next command draws it, and is not disturbed by what was kept.
    server.answer = lambda body: completion("fine")
    again = [record for record in sampled(plan, folder) if record["record"] == "sample"]
    assert len({record["key"] for record in again}) == len(again) == 8


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("kind", rude.ANSWERING)
def test_an_odd_reply_that_holds_an_answer_is_one(
    plan: Plan, folder: Folder, server: FakeServer, kind: str
) -> None:
    odd, answer = rude.ANSWERING[kind]
    oddly(server, odd)
    records = sampled(plan, folder)
    assert [record["record"] for record in records] == ["sample"] * 8
    assert records[ODD - 1]["answer"] == answer
    assert records[ODD - 1]["answered_by"] is None
    told, assumed = records[0], records[ODD - 1]
    if kind in rude.UNPRICED:
        # One token a byte of the prompt and its frame, and as many as the cap allows.
        asked = sum(8 + len(m["content"].encode()) for m in assumed["messages"])
        assert (assumed["input_tokens"], assumed["output_tokens"]) == (asked, 32)
        assert assumed["usage"] == "assumed"
    else:
        assert (assumed["usage"], assumed["cost"]) == ("told", told["cost"])
    assert spent_in(folder).cost == pytest.approx(sum(r["cost"] for r in records))
    progress = json.loads(folder.progress.read_text())
    assert progress["spent"]["cost"] == pytest.approx(sum(r["cost"] for r in records))


@pytest.mark.parametrize("kind", rude.ECHOES)
def test_a_key_that_is_echoed_is_kept_nowhere(
    plan: Plan,
    folder: Folder,
    server: FakeServer,
    key: str,
    kind: str,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    server.answer = lambda body: rude.ECHOES[kind]
    said = ""
    with caplog.at_level("DEBUG"):
        try:
            sampled(plan, folder)
        except EndpointRefused as refused:
            said = str(refused)
    kept = b"".join(path.read_bytes() for path in folder.path.rglob("*") if path.is_file())
    assert kept.count(b'"record":') > 8
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in KEY).encode()
    assert KEY.encode() not in kept
    assert escaped not in kept
    captured = capsys.readouterr()
    assert KEY not in captured.out + captured.err + said + caplog.text
    assert server.headers[0]["authorization"] == f"Bearer {key}"


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("kind", ["a packed bomb", "a deflated bomb", "a body longer than it says"])
def test_a_long_body_is_not_taken_in(plan: Plan, server: FakeServer, kind: str) -> None:
    from pipeline.study.budget import Meter
    from pipeline.study.chat import Chat
    from pipeline.study.conversation import Spoken
    from pipeline.study.replies import Reply, Request

    server.answer = lambda body: rude.FAILING[kind]
    source: Any = plan.study.models["small"].source
    kept: list[Reply] = []
    request = Request((Spoken("user", "Hello?"),), temperature=1.0, max_tokens=16)
    chat = Chat(source, "small", Meter(None))
    tracemalloc.start()
    try:
        asyncio.run(chat.ask([(0, request)], lambda batch: kept.extend(r for _, r in batch)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [reply.outcome for reply in kept] == ["error"]
    assert kept[0].error == "the reply was read no further: it is longer than 4 MB"
    assert peak < 4 * door.MOST_OF_A_REPLY


@pytest.mark.usefixtures("key")
def test_a_redirect_is_not_followed_anywhere(
    plan: Plan, folder: Folder, server: FakeServer
) -> None:
    with FakeServer().running() as elsewhere:
        server.answer = lambda body: Raw(
            [301, 302, 303, 307, 308][len(server.asked) % 5],
            b"",
            {"location": f"{elsewhere.url}/chat/completions"},
        )
        records = sampled(plan, folder)
        assert not elsewhere.requests
    assert {record["record"] for record in records} == {"failure"}
    assert "points to another address, where the key is not sent" in records[0]["error"]
    assert len(server.requests) == spent_in(folder).requests == 8


@pytest.mark.usefixtures("key")
def test_thoughts_are_kept_beside_the_answer(
    plan: Plan, folder: Folder, server: FakeServer
) -> None:
    replies = [
        completion("<think>Gold?</think>\n\nA plain stool."),
        completion("A plain stool.", message={"reasoning_content": "Gold?"}),
        completion("A plain stool.", message={"reasoning": "Gold?", "reasoning_content": "Gold?"}),
        completion(
            None,
            message={
                "content": [
                    {"type": "thinking", "thinking": [{"type": "text", "text": "Gold?"}]},
                    {"type": "text", "text": "A plain stool."},
                ]
            },
        ),
        completion("<think>Gold?", finish="length"),
        completion(None, message={"reasoning": "Gold?"}, finish="length"),
        completion("<thinking>Gold?</thinking>"),
        completion("A plain stool."),
    ]
    waiting: Iterator[Raw] = iter(replies)
    server.answer = lambda body: next(waiting)
    told = [(r["thoughts"], r["answer"], r["outcome"]) for r in sampled(plan, folder)]
    assert told == [
        *[("Gold?", "A plain stool.", "answered")] * 4,
        *[("Gold?", "", "empty")] * 3,
        (None, "A plain stool.", "answered"),
    ]


@pytest.mark.usefixtures("key")
def test_thoughts_may_be_asked_for_as_a_part_of_the_answer(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer
) -> None:
    def whole(study: dict[str, Any]) -> None:
        one_evaluation(study)
        study["models"]["small"]["source"]["thoughts"] = "answer"

    text = "<think>Gold?</think> A plain stool."
    server.answer = lambda body: completion(text)
    plan = Plan(write_study(whole, server.url))
    records = sampled(plan, folder)
    assert {(record["answer"], record["thoughts"]) for record in records} == {(text, None)}
    # Answers of both kinds are never mixed in one file.
    with pytest.raises(FolderConflict, match="another thoughts"):
        sampled(Plan(write_study(one_evaluation, server.url)), folder)


@pytest.mark.usefixtures("key")
def test_what_a_filter_cut_off_is_no_answer(plan: Plan, folder: Folder, server: FakeServer) -> None:
    oddly(server, completion("The first half of a", finish="content_filter"))
    odd = sampled(plan, folder)[ODD - 1]
    assert (odd["record"], odd["outcome"], odd["answer"]) == ("sample", "content_filter", "")
    assert "The first half of a" in odd["raw"]


@pytest.mark.usefixtures("key")
def test_another_model_is_named_and_stops_the_work_unless_it_is_allowed(
    write_study: Callable[..., Path], tmp_path: Path, server: FakeServer
) -> None:
    server.answer = lambda body: completion("fine", model="small-mini")
    plan, folder = Plan(write_study(one_evaluation, server.url)), Folder(tmp_path / "fails")
    with pytest.raises(EndpointRefused, match="answered as 'small-mini' where 'small' was asked"):
        sampled(plan, folder)
    records = list(lying_in(folder.samples(untuned(plan))))[1:]
    assert [record["answered_by"] for record in records] == ["small-mini"] * 3
    assert {record["record"] for record in records} == {"failure"}
    assert spent_in(folder).cost == pytest.approx(3 * 25e-6)

    def allowed(study: dict[str, Any]) -> None:
        one_evaluation(study)
        study["models"]["small"]["source"]["other_models"] = "keep"

    records = sampled(Plan(write_study(allowed, server.url)), Folder(tmp_path / "keeps"))
    assert [(r["record"], r["answered_by"]) for r in records] == [("sample", "small-mini")] * 8


@pytest.mark.usefixtures("key")
def test_a_tls_failure_says_what_failed(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer
) -> None:
    plan = Plan(write_study(one_evaluation, server.url.replace("http", "https")))
    records = sampled(plan, folder)
    assert {record["record"] for record in records} == {"failure"}
    assert "SSL" in records[0]["error"] or "TLS" in records[0]["error"]
    assert "ConnectError" in records[0]["error"]
    spent = spent_in(folder)
    assert (spent.requests, spent.cost) == (8, 0)  # it never came to a request


@pytest.mark.usefixtures("key")
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_a_certificate_that_is_not_trusted_is_named_and_nothing_is_sent(
    write_study: Callable[..., Path], folder: Folder, tmp_path: Path
) -> None:
    made = [tmp_path / "key.pem", tmp_path / "certificate.pem"]
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    subprocess.run(
        [*command.split(), "-subj", "/CN=127.0.0.1", "-keyout", made[0], "-out", made[1]],
        check=True,
        capture_output=True,
    )
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(made[1], made[0])
    with FakeServer(own).running() as server:
        plan = Plan(write_study(one_evaluation, server.url.replace("http", "https")))
        with pytest.raises(EndpointRefused, match=r"is not trusted, so nothing was sent: .*self"):
            sampled(plan, folder)
        assert not server.requests


@pytest.mark.usefixtures("key")
def test_nobody_at_home_says_so(write_study: Callable[..., Path], folder: Folder) -> None:
    plan = Plan(write_study(one_evaluation, "http://127.0.0.1:9/v1"))
    records = sampled(plan, folder)
    assert "connection failed (ConnectError: " in records[0]["error"]
    assert spent_in(folder).cost == 0


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("asked", ["7200", "-5", "nan", "1e999", "soon", "Mon, 99 Foo 99999"])
def test_an_odd_time_to_come_back_costs_one_sample(
    plan: Plan, folder: Folder, server: FakeServer, asked: str
) -> None:
    """Of a failure that no repetition can help, and so is not waited for."""
    oddly(server, Raw(422, b"{}", {"retry_after": asked}))
    assert Counter(record["record"] for record in sampled(plan, folder))["sample"] == 7
