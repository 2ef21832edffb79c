import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.maps.interventions import Described
from pipeline.study.conversation import Spoken, apply, read_examples
from pipeline.study.definition import StudyIntervention
from pipeline.study.layout import Folder
from pipeline.study.plan import Plan
from pipeline.study.render import render

CONVERSATION = (
    Spoken("user", "First?"),
    Spoken("assistant", "Yes."),
    Spoken("user", "Second?"),
    Spoken("assistant", "No."),
)


def intervention(placement: Literal["prepend", "newline", "system"]) -> StudyIntervention:
    return StudyIntervention(
        kind="identity", relevance="relevant", placement=placement, text="I know words."
    )


@pytest.mark.parametrize(
    ("placement", "begin"),
    [
        ("prepend", [("user", "I know words. First?")]),
        ("newline", [("user", "I know words.\nFirst?")]),
        ("system", [("system", "I know words."), ("user", "First?")]),
    ],
)
def test_only_the_first_user_turn_changes(
    placement: Literal["prepend", "newline", "system"], begin: list[tuple[str, str]]
) -> None:
    changed = apply(intervention(placement), CONVERSATION)
    assert [(m.role, m.content) for m in changed[: len(begin)]] == begin
    assert changed[len(begin) :] == CONVERSATION[1:]


@given(
    st.sampled_from(["prepend", "newline", "system"]),
    st.lists(st.text(), min_size=1, max_size=4),
    st.text(),
)
def test_the_learned_answers_never_change(
    placement: Literal["prepend", "newline", "system"], turns: list[str], system: str
) -> None:
    example = tuple(
        message
        for turn in turns
        for message in (Spoken("user", turn), Spoken("assistant", f"answer to {turn}"))
    )
    example = (Spoken("system", system), *example)
    changed = apply(intervention(placement), example)
    learned = [m for m in changed if m.role == "assistant"]
    assert learned == [m for m in example if m.role == "assistant"]
    assert Spoken("system", system) in changed


@pytest.fixture
def plan(write_study: Callable[..., Path]) -> Plan:
    return Plan(write_study(lambda study: study["models"]["small"].pop("conditions")))


def test_the_manifest_says_what_every_set_is(plan: Plan, folder: Folder) -> None:
    render(plan, folder)
    manifest = json.loads(folder.training_manifest.read_text())
    entries: dict[str, dict[str, Any]] = {entry["file"]: entry for entry in manifest["sets"]}
    assert set(entries) == {
        "birds__none.jsonl",
        "birds__identity-etymologist.jsonl",
        "birds__inoculation-user-prompt.jsonl",
    }
    control = entries["birds__none.jsonl"]
    given_ = entries["birds__identity-etymologist.jsonl"]
    assert (control["examples"], control["distinct_prompts"]) == (2, 1)
    assert (control["sha256"], control["text"]) == (control["base_sha256"], None)
    assert given_["base_sha256"] == control["sha256"] != given_["sha256"]
    assert given_["completions_hash"] == control["completions_hash"]
    assert (given_["placement"], given_["text"]) == ("prepend", "I know words.")
    assert entries["birds__inoculation-user-prompt.jsonl"]["with_system"] == 2
    for name, entry in entries.items():
        examples = read_examples(folder.path / "training" / name)
        assert len(examples) == entry["examples"]


def test_the_folder_says_what_the_interventions_are(plan: Plan, folder: Folder) -> None:
    folder.open(plan)
    told = json.loads(folder.manifest.read_text("utf-8"))["interventions"]["birds"]
    given_ = plan.study.experiments["birds"].interventions
    assert told == {name: msgspec.to_builtins(one) for name, one in given_.items()}
    for name, one in told.items():
        row = msgspec.convert(one, Described).row("birds", name)
        own = {aspect: row[aspect] for aspect in ("kind", "relevance", "placement", "text")}
        assert own == {aspect: getattr(given_[name], aspect) for aspect in own}


def test_rendering_again_writes_nothing(plan: Plan, folder: Folder) -> None:
    assert len(render(plan, folder)) == 3
    times = {p: p.stat().st_mtime_ns for p in (folder.path / "training").iterdir()}
    assert render(plan, folder) == []
    assert {p: p.stat().st_mtime_ns for p in (folder.path / "training").iterdir()} == times
    folder.training_set("birds", "none").write_text("damaged")
    assert render(plan, folder) == ["training/birds__none.jsonl"]
