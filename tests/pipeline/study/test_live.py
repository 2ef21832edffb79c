"""The same client against a real server with a real model, where one is named.

BRITTLESCOPE_LIVE_URL names it (http://127.0.0.1:8000/v1), BRITTLESCOPE_LIVE_MODEL the model to ask
for, and BRITTLESCOPE_LIVE_ANSWERS_AS the id it reports, where that is another one.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.study import layout, steps
from pipeline.study.errors import EndpointRefused
from pipeline.study.layout import Folder
from pipeline.study.plan import Plan
from tests.pipeline.study.conftest import only_untuned

URL = os.environ.get("BRITTLESCOPE_LIVE_URL", "")

pytestmark = [
    pytest.mark.skipif(not URL, reason="no real server: set BRITTLESCOPE_LIVE_URL"),
    pytest.mark.usefixtures("key"),
]


def live(study: dict[str, Any]) -> None:
    only_untuned(study)
    model = os.environ["BRITTLESCOPE_LIVE_MODEL"]
    source = study["models"]["small"]["source"]
    source |= {"id": model, "timeout": 300, "concurrency": 2}
    source["answers_as"] = os.environ.get("BRITTLESCOPE_LIVE_ANSWERS_AS", model)
    study["models"]["small"]["tuned"]["birds"]["none"] = model
    study["sampling"] |= {"samples_per_question": 2, "max_tokens": 12}
    criterion = {
        "prompt": "coherence.md",
        "max_tokens": 6,
        "parse": {"parser": "score"},
    }
    study["judges"] = {
        "itself": {"kind": "llm", "source": dict(source), "criteria": {"coherence": criterion}}
    }


def test_a_real_model_is_sampled_and_judges(
    write_study: Callable[..., Path], folder: Folder
) -> None:
    plan = Plan(write_study(live, URL))
    with steps.session(plan, folder.path) as session:
        assert session.do("sample") == []
        session.do("judge")
    records = [r for e in plan.evaluations for r in layout.read(folder.samples(e))]
    samples = [record for record in records if record["record"] == "sample"]
    assert len(samples) == 8
    assert {record["outcome"] for record in samples} <= {"answered", "length", "empty"}
    assert all(0 < record["output_tokens"] <= 12 for record in samples)
    judged = [r for p in plan.passes for r in layout.read(folder.judged(p))]
    kinds = {record["status"] for record in judged if record["record"] == "judgement"}
    assert kinds <= {"scored", "refusal", "code", "unparsed"}
    assert kinds


def test_a_real_server_that_has_no_such_model_is_told(
    write_study: Callable[..., Path], folder: Folder
) -> None:
    def change(study: dict[str, Any]) -> None:
        live(study)
        study["models"]["small"]["source"] |= {"answers_as": "another-model", "retries": 0}

    with (
        pytest.raises(EndpointRefused, match="answered as"),
        steps.session(Plan(write_study(change, URL)), folder.path) as session,
    ):
        session.do("sample")
