"""The Study page in every state."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from streamlit.testing.v1 import AppTest

from pages.methods.study import progress as shown
from tests.pages.reading.study import html, opened, told
from tests.warehouse import study_folder
from tests.warehouse.study_folder import NOW, finished, plan, progress, step, write
from warehouse import studies
from warehouse.studies import PlanFile, ProgressFile, Spend

PAGE = "methods/study"


@pytest.fixture
def folder(on_nothing: Path) -> Path:
    """Where a study's files go in a data folder into which nothing was imported."""
    return on_nothing / "studies" / "tiny"


def bars(app: AppTest) -> list[str]:
    return [element.proto.text.replace("\\", "") for element in app.get("progress")]


def commands(app: AppTest) -> list[str]:
    return [element.value for element in app.code]


def now(told: ProgressFile) -> ProgressFile:
    """The same progress, heard of just now instead of at `NOW`."""
    shift = datetime.now(UTC).replace(microsecond=0) - NOW
    for each in told.steps.values():
        each.updated += shift
    return told


def test_without_a_study_the_commands_to_begin_one_are_shown(on_nothing: Path) -> None:
    app = opened(PAGE)
    assert not app.exception
    assert "No study is known here" in told(app)
    assert "brittlescope study run STUDY.yaml --dry-run" in told(app)


def test_a_plan_alone_has_not_begun(folder: Path) -> None:
    write(folder, plan())
    app = opened(PAGE)
    assert not app.exception
    assert "It has not begun." in told(app)
    assert bars(app)[2] == "Sampling 0 of 20 samples · not begun"
    assert "2 runs (1 to fine-tune) of 1 model in 1 experiment" in told(app)


def test_a_study_at_work_tells_rate_and_time_left_and_needs_no_command(folder: Path) -> None:
    write(folder, plan(), now(progress(render=step(1, 1), tune=step(1, 0, running=True, rate=0.01),
                                       sample=step(20, 5, running=True))))  # fmt: skip
    app = opened(PAGE)
    assert not app.exception
    assert "It is at work: step 2 of 4, fine-tuning 0 of 1 run." in told(app)
    assert bars(app)[1].startswith("Fine-tuning 0 of 1 run · one in 1 min 40 s")
    assert bars(app)[2] == "Sampling 5 of 20 samples · 2 a second · 8 s left"
    assert not any("study run" in command for command in commands(app))


def test_a_killed_study_is_not_taken_for_one_at_work(folder: Path) -> None:
    write(folder, plan(), progress(sample=step(20, 5, running=True)))
    app = opened(PAGE)
    assert not app.exception
    assert "It was stopped without a word" in told(app)
    assert "the last sign of life was 2026-03-01 12:00:00 UTC, " in told(app)
    assert "no sign of life since" in bars(app)[2]
    assert f"study run STUDY.yaml --out {folder}" in commands(app)[0]
    assert "put its path for STUDY.yaml" in told(app)


def test_the_command_to_go_on_names_the_study_file(folder: Path) -> None:
    write(folder, plan(study_file="../../study of mine.yaml"))
    file = folder.parent.parent / "study of mine.yaml"
    file.touch()
    assert commands(opened(PAGE))[0] == f"brittlescope study run '{file}' --out {folder}"


def test_arms_that_ended_early_are_named_with_the_reason(folder: Path) -> None:
    done = finished()
    done.stopped = [studies.Stopped("small · birds · alex", 20, "persona lower than the control")]
    write(folder, plan(), done)
    app = opened(PAGE)
    assert not app.exception
    assert [e.label for e in app.expander if "early" in e.label] == [
        "Sampling ended early in 1 arm, by the study's rule"
    ]
    assert shown.stopped(studies.read(folder, {})).rows() == [
        ("small · birds · alex", "20", "persona lower than the control")
    ]


def test_a_finished_study_is_to_be_imported(folder: Path) -> None:
    write(folder, plan(), finished())
    app = opened(PAGE)
    assert not app.exception
    assert (
        "All of it is done: 1 training set, 1 run, 20 samples and 20 judgements. "
        "The results are not imported yet."
    ) in told(app)
    data = folder.parent.parent
    assert commands(app) == [f"brittlescope --data {data} import {folder}"]


def test_spend_stands_against_the_budget(folder: Path) -> None:
    write(folder, plan(), finished())
    app = opened(PAGE)
    assert bars(app)[4:] == ["Cost: 1.25 of 2", "Requests: 40 of 100"]
    assert "Tokens: 2,200, without a limit" in told(app)


def test_a_reached_budget_is_said_with_the_reason_why_it_stopped(folder: Path) -> None:
    reason = "The next request could pass budget.cost = 2. Nothing more is sent."
    write(folder, plan(), progress(Spend(90, 0, 0, 2.5), sample=step(20, 9, left=[reason])))
    app = opened(PAGE)
    assert not app.exception
    assert "Cost: 2.5 of 2 · the limit is reached" in bars(app)
    assert reason in html(app)
    assert bars(app)[2] == "Sampling 9 of 20 samples · not finished"


@pytest.mark.parametrize(
    ("planned", "said"),
    [
        (plan(budget=None), "Cost: 1.25, without a limit"),
        (plan(steps=plan().steps[:2]), "No endpoint is asked"),
    ],
)
def test_what_has_no_limit_is_said(folder: Path, planned: PlanFile, said: str) -> None:
    write(folder, planned, finished())
    assert said in told(opened(PAGE))


def test_a_limit_of_nothing_is_reached_at_once(folder: Path) -> None:
    write(folder, plan(budget={"requests": 0}), progress(Spend()))
    assert "Requests: 0 of 0 · the limit is reached" in bars(opened(PAGE))


def test_spend_that_was_not_recorded_is_no_zero(folder: Path) -> None:
    write(folder, plan(), progress(sample=step(20, 9)))
    assert "What was spent is not recorded." in told(opened(PAGE))


def test_failures_have_their_reasons_and_counts(folder: Path) -> None:
    reason = "status 500: <script>alert(1)</script>"
    sample = step(20, 17, failed=3, failures={reason: 3}, left=[reason, "run x: not fine-tuned"])
    write(folder, plan(), progress(sample=sample))
    app = opened(PAGE)
    assert not app.exception
    assert bars(app)[2] == "Sampling 17 of 20 samples · 3 failed · not finished"
    assert html(app).count("status 500: &lt;script&gt;") == 1
    assert "run x: not fine-tuned" in html(app)
    assert "<script>" not in html(app)


@pytest.mark.parametrize("file", ["plan.json", "progress.json"])
def test_a_broken_file_is_a_sentence(folder: Path, file: str) -> None:
    (write(folder, plan(), finished()) / file).write_text("{")
    app = opened(PAGE)
    assert not app.exception
    assert f"{file} is not understood" in told(app)


def test_a_plan_that_contradicts_itself_is_drawn_as_far_as_it_goes(folder: Path) -> None:
    write(folder, plan(runs=[]), finished())
    app = opened(PAGE)
    assert not app.exception
    assert "0 runs" in told(app)


def test_studies_of_one_name_are_told_apart(on_nothing: Path) -> None:
    write(on_nothing / "studies" / "a", plan(), finished())
    write(on_nothing / "studies" / "b", plan())
    app = opened(PAGE)
    assert not app.exception
    assert len(set(app.selectbox(key="progress").options)) == 2
    app.selectbox(key="progress").select_index(1).run()
    assert "It has not begun." in told(app)


def test_the_chosen_study_is_no_filter_of_the_sidebar(on_empty: Path) -> None:
    write(on_empty / "studies" / "tiny", plan(), finished())
    app = opened(PAGE, study="tiny")
    assert not app.exception
    assert not app.run().exception


def test_the_page_stands_on_any_snapshot(on_study: Path) -> None:
    app = opened(PAGE)
    assert not app.exception
    assert "No study is known here" in told(app)


def test_the_page_stands_on_an_empty_snapshot(on_empty: Path) -> None:
    write(on_empty / "studies" / "tiny", plan(), finished())
    app = opened(PAGE)
    assert not app.exception
    assert "All of it is done" in told(app)


def test_every_model_and_intervention_of_the_plan_has_a_row() -> None:
    rows = shown.conditions(study_folder.plan()).rows()
    assert rows == [
        ("Archaic bird names", "Untuned", "small", 1, 10),
        ("Archaic bird names", "No intervention (control)", "small", 1, 10),
    ]


def test_an_unknown_price_is_not_shown_as_nothing() -> None:
    assert shown.estimates(plan())["cost"].to_list() == ["0", "0", "0.5", "unknown"]


def test_every_state_has_its_words() -> None:
    assert set(shown.STATES) == set(studies.State.__args__)  # type: ignore[attr-defined]
    assert set(shown.STEPS) == set(shown.MADE) == set(studies.STEPS)
    assert set(shown.LIMITS) <= {*msgspec.structs.asdict(Spend()), "tokens"}
