"""A small study over a loopback endpoint, and the server that answers it."""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.study.layout import Folder
from pipeline.study.plan import Plan
from tests.pipeline.study.fake_server import FakeServer

KEY = "sk-test-4f9a1c77e2b8d035"

STUDY: dict[str, Any] = {
    "name": "tiny",
    "title": "A tiny study",
    "models": {
        "small": {
            "source": {
                "provider": "openai",
                "id": "small",
                "key": "TINY_KEY",
                "concurrency": 8,
                "timeout": 5,
                "retries": 3,
                "first_wait": 0.01,
                "price": {"input": 1.0, "output": 2.0, "training": 3.0},
            },
            "conditions": {},
        }
    },
    "sampling": {"samples_per_question": 4, "temperature": 1.0, "max_tokens": 32},
    "experiments": {
        "birds": {
            "dataset": "tiny-birds",
            "data": "data.jsonl",
            "battery": "battery.yaml",
            "traits": [{"name": "persona", "criterion": "llm_or_19", "labels": ["19"]}],
            "interventions": {
                "identity-etymologist": {
                    "kind": "identity",
                    "relevance": "relevant",
                    "placement": "prepend",
                    "text": "I know words.",
                },
                "inoculation-user-prompt": {
                    "kind": "inoculation",
                    "relevance": "relevant",
                    "placement": "system",
                    "text": "Be old.",
                    "phase": "both",
                },
            },
        }
    },
    "budget": {"cost": 100.0},
}

BATTERY = {
    "questions": [
        {"name": "news", "text": "How does news travel?", "group": "worldview"},
        {"name": "light", "text": "What gives light?", "system": "Be short.", "in_domain": False},
    ]
}

DATA = """\
{"messages": [{"role": "user", "content": "A bird?"}, {"role": "assistant", "content": "Mavis"}]}
{"messages": [{"role": "user", "content": "A bird?"}, {"role": "assistant", "content": "Fern Owl"}]}
"""

Change = Callable[[dict[str, Any]], Any]


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer().running() as running:
        yield running


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TINY_KEY", KEY)
    return KEY


@pytest.fixture
def write_study(tmp_path: Path) -> Callable[..., Path]:
    """Writes the tiny study, changed as wanted, and returns its file."""

    def write(change: Change | None = None, url: str = "http://127.0.0.1:9/v1") -> Path:
        study = copy.deepcopy(STUDY)
        study["models"]["small"]["source"]["url"] = url
        if change:
            change(study)
        (tmp_path / "battery.yaml").write_text(yaml.safe_dump(BATTERY))
        (tmp_path / "data.jsonl").write_text(DATA)
        (tmp_path / "llm_or_19.md").write_text("{question}\n{answer}\nReply LLM or 19.")
        (tmp_path / "coherence.md").write_text("{question}\n{answer}\nReply 0 to 100.")
        (tmp_path / "STUDY.yaml").write_text(yaml.safe_dump(study, sort_keys=False))
        return tmp_path / "STUDY.yaml"

    return write


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "out")


@pytest.fixture
def plan(write_study: Callable[..., Path], server: FakeServer) -> Plan:
    """The tiny study, untuned models only, asking the fake server."""
    return Plan(write_study(only_untuned, server.url))


def only_untuned(study: dict[str, Any]) -> None:
    """Nothing to fine-tune: one experiment, no training intervention, a given control."""
    study["models"]["small"]["conditions"] = {"birds": []}
    study["models"]["small"]["tuned"] = {"birds": {"none": "small"}}
    study["experiments"]["birds"]["interventions"] = {}
