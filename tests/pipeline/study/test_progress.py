import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.study import steps
from pipeline.study.errors import BudgetReached
from pipeline.study.layout import Folder
from pipeline.study.plan import Plan
from pipeline.study.progress import SHOWN, Progress
from tests.pipeline.study.conftest import only_untuned
from tests.pipeline.study.fake_server import FakeServer
from warehouse import studies
from warehouse.studies import StepProgress


def told(folder: Folder, step: str) -> StepProgress:
    """What the file says of a step."""
    found = studies.read(folder.path, {}).progress
    assert found is not None
    return found.steps[step]


def quiet(folder: Folder, **options: Any) -> Progress:
    return Progress(folder, "tiny", "tune", 10, to=io.StringIO(), **options)


def test_slow_work_is_still_heard_of(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.studies.BEAT", studies.BEAT / 2_000)
    progress = quiet(folder)
    with progress.kept_fresh():
        for _ in range(2):
            folder.progress.unlink(missing_ok=True)
            until = time.monotonic() + 10
            while not folder.progress.exists() and time.monotonic() < until:
                time.sleep(0.01)
            assert told(folder, "tune").running
    assert not told(folder, "tune").running


def test_a_long_list_of_what_is_left_is_cut_and_says_so(folder: Folder) -> None:
    progress = quiet(folder)
    progress.left = [f"run {n}" for n in range(SHOWN + 5)]
    progress.show(last=True)
    assert told(folder, "tune").left == [*progress.left[:SHOWN], "and 5 more"]


def test_a_damaged_file_is_written_anew(folder: Folder) -> None:
    folder.path.mkdir()
    folder.progress.write_text('{"brittlescope": "prog')
    quiet(folder).show(last=True)
    assert told(folder, "tune").planned == 10


@pytest.mark.usefixtures("key")
def test_what_ended_a_step_and_what_the_study_spent_is_written(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer
) -> None:
    def change(study: dict[str, Any]) -> None:
        only_untuned(study)
        study["budget"] = {"requests": 3}
        study["models"]["small"]["source"]["concurrency"] = 1

    plan = Plan(write_study(change, server.url))
    with (
        pytest.raises(BudgetReached) as stopped,
        steps.session(plan, folder.path) as session,
    ):
        session.do("sample")
    found = studies.read(folder.path, {})
    assert found.plan is not None
    assert found.progress is not None
    assert found.file == plan.path
    assert found.progress.spent == session.meter.spent
    assert found.progress.spent.requests == 3
    assert found.progress.steps["sample"].left == [str(stopped.value)]
    assert found.plan.budget == {"cost": None, "requests": 3.0, "tokens": None}


@pytest.mark.usefixtures("key")
def test_one_judge_alone_is_told_apart(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer
) -> None:
    def change(study: dict[str, Any]) -> None:
        only_untuned(study)
        rule = {"kind": "rule", "criteria": {"o": {"method": "overlap"}}}
        study["judges"] = {"words": rule, "words-again": rule}

    plan = Plan(write_study(change, server.url))
    with steps.session(plan, folder.path) as session:
        assert session.do("sample") == []
        assert session.do("judge", "words") == []
        assert (told(folder, "judge").only, told(folder, "judge").done) == ("words", 16)
        assert session.do("judge") == []
        assert (told(folder, "judge").only, told(folder, "judge").done) == (None, 32)
