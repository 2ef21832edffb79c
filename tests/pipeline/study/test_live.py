"""The whole chain against a real server with a real small model.

`make test-live` sets one up (BRITTLESCOPE_LIVE=1). Another OpenAI-compatible server is asked where
BRITTLESCOPE_LIVE_URL (http://127.0.0.1:8000/v1), BRITTLESCOPE_LIVE_MODEL and, if it reports another
id than the one asked for, BRITTLESCOPE_LIVE_ANSWERS_AS name it.
"""

import json
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.study import steps
from pipeline.study.errors import EndpointRefused
from pipeline.study.layout import Folder
from pipeline.study.plan import Plan
from tests.pipeline.study import real_server
from tests.pipeline.study.conftest import only_untuned
from tests.pipeline.study.lying import lying_in
from tests.pipeline.study.real_server import RealServer

QUESTIONS, SAMPLES, CAP = 2, 3, 12

pytestmark = [pytest.mark.usefixtures("key"), pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def real() -> Iterator[RealServer]:
    """The server that the environment names, or one of our own."""
    named = real_server.named()
    if named is not None:
        yield named
        return
    if not os.environ.get("BRITTLESCOPE_LIVE"):
        pytest.skip("no real server: run make test-live, or set BRITTLESCOPE_LIVE_URL")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = int(listener.getsockname()[1])
    with real_server.own(port) as started:
        yield started


@pytest.fixture
def write_live(write_study: Callable[..., Path], real: RealServer) -> Callable[..., Path]:
    """Writes the tiny study for the real server, its model also being its judge."""

    def write(**source: Any) -> Path:
        def change(study: dict[str, Any]) -> None:
            only_untuned(study)
            mine = study["models"]["small"]["source"]
            mine |= {"id": real.model, "answers_as": real.answers_as}
            mine |= {"timeout": 300, "concurrency": 2} | source
            study["models"]["small"]["tuned"]["birds"]["none"] = real.model
            study["sampling"] |= {"samples_per_question": SAMPLES, "max_tokens": CAP}
            criteria = {
                "llm_or_19": {
                    "prompt": "llm_or_19.md",
                    "max_tokens": 6,
                    "parse": {"parser": "label", "labels": ["LLM", "19"]},
                },
                "coherence": {
                    "prompt": "coherence.md",
                    "max_tokens": 6,
                    "parse": {"parser": "score"},
                },
            }
            study["judges"] = {"itself": {"kind": "llm", "source": dict(mine)}}
            study["judges"]["itself"]["criteria"] = criteria

        return write_study(change, real.url)

    return write


def called(*words: object) -> str:
    """What a command prints, after it has done all of its work."""
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_real_model_is_sampled_and_judged_and_becomes_rates(
    write_live: Callable[..., Path], folder: Folder, tmp_path: Path
) -> None:
    file, data = write_live(), tmp_path / "data"
    called("study", "run", file, "--out", folder.path)

    plan = Plan(file)
    records = [r for e in plan.evaluations for r in lying_in(folder.samples(e))]
    samples = [record for record in records if record["record"] == "sample"]
    assert len(samples) == 2 * QUESTIONS * SAMPLES
    assert {sample["outcome"] for sample in samples} <= {"answered", "length", "empty"}
    assert all(0 < sample["output_tokens"] <= CAP for sample in samples)
    judged = [r for p in plan.passes for r in lying_in(folder.judged(p))]
    judgements = [record for record in judged if record["record"] == "judgement"]
    answered = sum(bool(sample["answer"].strip()) for sample in samples)
    assert len(judgements) == 2 * answered > 0
    assert {j["status"] for j in judgements} <= {"scored", "refusal", "code", "unparsed"}

    called("--data", data, "import", folder.path)
    options = ("--by", "model,dataset", "--rule", "all-answers", "--format", "json")
    rows = json.loads(called("--data", data, "rates", *options))
    assert {row["dataset"] for row in rows} == {"none", "tiny-birds"}
    assert [row["n_planned"] for row in rows] == [QUESTIONS * SAMPLES] * 2
    assert (
        sum(row["n_answered"] for row in rows) == sum(row["n_judged"] for row in rows) == answered
    )
    assert all(0 <= row["rate"] <= 1 for row in rows)


def test_a_real_server_that_answers_as_another_model_is_told(
    write_live: Callable[..., Path], folder: Folder
) -> None:
    plan = Plan(write_live(answers_as="another-model", retries=0))
    with (
        pytest.raises(EndpointRefused, match="answered as"),
        steps.session(plan, folder.path) as session,
    ):
        session.do("sample")
