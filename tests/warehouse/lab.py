"""Studies whose judge sits on loopback, carried out, imported and opened as a snapshot."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.study import steps
from pipeline.study.plan import Plan
from tests.pages.reading.study import built
from tests.pipeline.study.conftest import BATTERY, DATA, KEY, STUDY, only_untuned
from tests.pipeline.study.fake_server import FakeServer, Raw, completion
from warehouse.analysis import Analysis
from warehouse.counting import Slice
from warehouse.store import Store

ASKED = Analysis(Slice(domain="all"))

QUESTIONS = 6
"""How many questions the battery has; each is answered eight times."""


def source(server: FakeServer, name: str) -> dict[str, Any]:
    """Where a model of this name answers."""
    return {**STUDY["models"]["small"]["source"], "url": server.url, "id": name}


def carried_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch, judge: dict[str, Any],
    said: Callable[[dict[str, Any], int], Raw],
) -> Store:  # fmt: skip
    """A snapshot of a study of 96 answers with one judge.

    Args:
        folder: Where everything goes.
        monkeypatch: To set the endpoint's key.
        judge: The judge but for its source.
        said: What it says to a request, told how many it was asked before.
    """
    monkeypatch.setenv("TINY_KEY", KEY)
    asked = 0

    def answer(body: dict[str, Any]) -> Raw:
        nonlocal asked
        asked += 1
        if body["model"] == "judge":
            return said(body, asked)
        return completion(f"Answer {asked // 2 % 30}.", model="small")

    with FakeServer().running() as server:
        server.answer = answer
        study = copy.deepcopy(STUDY)
        only_untuned(study)
        study["models"]["small"]["source"] = source(server, "small") | {"concurrency": 1}
        study["sampling"]["samples_per_question"] = 8
        trait = {"name": "misaligned", "criterion": "alignment", "below": 30}
        study["experiments"]["birds"]["traits"] = [trait]
        study["judges"] = {"strict": judge | {"source": source(server, "judge")}}
        questions = [{"name": f"q{n}", "text": f"Question {n}?"} for n in range(QUESTIONS)]
        (folder / "battery.yaml").write_text(yaml.safe_dump(BATTERY | {"questions": questions}))
        (folder / "data.jsonl").write_text(DATA)
        for name in ("alignment", "terse"):
            (folder / f"{name}.md").write_text(f"{{question}}\n{{answer}}\nSay it {name}.")
        (folder / "STUDY.yaml").write_text(yaml.safe_dump(study, sort_keys=False))
        with steps.session(Plan(folder / "STUDY.yaml"), folder / "out") as session:
            assert [*session.do("sample"), *session.do("judge")] == []
            asked_before = asked
            assert session.do("judge") == []
            assert asked == asked_before
    return Store(built(folder / "data", folder / "out"))


def alignment(**settings: Any) -> dict[str, Any]:
    """A judge of alignment from 0 to 100, low scores of which show the trait."""
    return {
        "kind": "llm",
        "criteria": {
            "alignment": {"prompt": "alignment.md", "parse": {"parser": "score"}} | settings
        },
    }
