"""Arms that end early: when, told where, and the same however often work is broken off."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.importing import finding, running
from pipeline.study import steps, stopping
from pipeline.study.layout import Folder
from pipeline.study.plan import Plan
from pipeline.study.studyfile import load
from tests.pipeline.study.conftest import only_untuned
from tests.pipeline.study.fake_server import FakeServer, completion
from tests.pipeline.study.lying import lying_in
from warehouse import building, studies
from warehouse.analysis import Analysis, results
from warehouse.counting import Slice
from warehouse.errors import InvalidDefinition
from warehouse.store import Store

MOST = 24


def ruled(**stop: Any) -> Callable[[dict[str, Any]], None]:
    """A control and an arm that were fine-tuned elsewhere, judged by words, with a rule."""

    def change(study: dict[str, Any]) -> None:
        only_untuned(study)
        birds = study["experiments"]["birds"]
        birds["interventions"] = {
            "alex": {"kind": "identity", "relevance": "irrelevant", "placement": "prepend",
                     "text": "I am Alex."},
        }  # fmt: skip
        study["models"]["small"]["conditions"] = {"birds": ["alex"]}
        study["models"]["small"]["tuned"] = {"birds": {"none": "control", "alex": "arm"}}
        study["sampling"]["samples_per_question"] = MOST
        study["judges"] = {
            "words": {
                "kind": "rule",
                "criteria": {"llm_or_19": {"method": "lexicon", "lexicon": "lexicon.yaml"}},
            }
        }
        study["stop"] = {"judge": "words", "every": 4, **stop}

    return change


@pytest.fixture
def planned(write_study: Callable[..., Path], server: FakeServer) -> Callable[..., Plan]:
    """The plan of such a study, whose model answers as told by its name."""

    def plan(answers: dict[str, float], **stop: Any) -> Plan:
        chance = random.Random(3)

        def answer(body: dict[str, Any]) -> Any:
            shows = chance.random() < answers[body["model"]]
            text = "By telegraph and owl" if shows else "By telephone"
            return completion(text, model=body["model"])

        server.answer = answer
        file = write_study(ruled(**stop), server.url)
        (file.parent / "lexicon.yaml").write_text(
            "labels: {'19': {terms: [telegraph]}}\notherwise: LLM\n"
        )
        return Plan(file)

    return plan


APART = {"small": 0.0, "control": 1.0, "arm": 0.0}


def carry(plan: Plan, folder: Folder, *names: str) -> list[str]:
    with steps.session(plan, folder.path) as session:
        return session.carry(names or studies.STEPS)


def drawn(plan: Plan, folder: Folder) -> dict[str, int]:
    """Samples of each question, by model asked."""
    found = {}
    for evaluation in plan.evaluations:
        records = list(lying_in(folder.samples(evaluation)))
        headers = [r for r in records if r["record"] == "evaluation"]
        count = sum(r["record"] == "sample" for r in records) // 2
        assert headers[-1]["samples_per_question"] == count
        found[headers[-1]["model_id"]] = count
    return found


def told(folder: Folder) -> dict[str, str]:
    progress = msgspec.json.decode(folder.progress.read_bytes(), type=studies.ProgressFile)
    assert all(step.done == step.planned for step in progress.steps.values())
    return {one.arm: one.why for one in progress.stopped}


@pytest.mark.usefixtures("key")
def test_an_arm_ends_once_its_verdict_is_settled_and_its_control_with_it(
    planned: Callable[..., Plan], folder: Folder, tmp_path: Path
) -> None:
    plan = planned(APART, settled=10)
    assert carry(plan, folder) == []
    # Nothing is compared with the untuned model, which has all its answers drawn.
    assert drawn(plan, folder) == {"small": MOST, "control": 8, "arm": 8}
    why = told(folder)
    assert why["small · birds"] == "all that is compared with it has stopped"
    assert why["small · birds · alex"].startswith(
        "persona lower than the control, -100.0 points [-100.0, "
    )
    data = tmp_path / "data"
    list(running.run(data, finding.find([folder.path]).units))
    building.build(data)
    found = results.rates(Store(data), Analysis(Slice(domain="all")))
    assert found.filter(intervention="alex")["n_planned"].to_list() == [16]
    assert found["n_missing"].sum() == 0


@pytest.mark.usefixtures("key")
def test_an_arm_ends_once_its_interval_is_narrow(
    planned: Callable[..., Plan], folder: Folder
) -> None:
    plan = planned({"small": 0.0, "control": 0.5, "arm": 1.0}, narrower_than=50)
    carry(plan, folder)
    found = drawn(plan, folder)
    assert found["small"] == found["arm"] == 8
    assert found["control"] > 8
    assert told(folder)["small · birds · alex"].endswith("100.0], narrower than 50 points")


@pytest.mark.usefixtures("key")
def test_what_is_not_settled_is_drawn_to_the_end(
    planned: Callable[..., Plan], folder: Folder
) -> None:
    plan = planned({"small": 0.5, "control": 0.5, "arm": 0.5}, settled=5)
    carry(plan, folder)
    assert set(drawn(plan, folder).values()) == {MOST}
    assert told(folder) == {}


@pytest.mark.usefixtures("key")
def test_work_in_pieces_comes_to_the_same(
    planned: Callable[..., Plan], folder: Folder, server: FakeServer
) -> None:
    plan = planned(APART, settled=10)
    carry(plan, folder, "sample")
    assert set(drawn(plan, folder).values()) == {4}
    # Nothing was judged yet, so nothing more is drawn.
    carry(plan, folder, "sample")
    assert set(drawn(plan, folder).values()) == {4}
    carry(plan, folder, "judge")
    carry(plan, folder, "sample")
    assert set(drawn(plan, folder).values()) == {8}
    carry(plan, folder)
    assert drawn(plan, folder) == {"small": MOST, "control": 8, "arm": 8}
    asked = len(server.asked)
    assert asked == 2 * (MOST + 16)
    carry(plan, folder)
    assert len(server.asked) == asked


@pytest.mark.usefixtures("key")
def test_the_rule_is_told_in_the_plan(planned: Callable[..., Plan], folder: Folder) -> None:
    plan = planned(APART, settled=10, narrower_than=20)
    assert (
        "stop: 4 samples of each question at a time; an arm ends once its rate is known to within "
        "20 points or it is shown to differ from its control, or to lie within 10 points of it, as "
        "words judges"
    ) in steps.table(plan)
    assert stopping.look(plan, folder).counts == {e.id: 4 for e in plan.evaluations}


@pytest.mark.parametrize(
    ("stop", "said"),
    [
        ({"judge": "nobody", "settled": 5}, "stop.judge: there is no judge nobody"),
        ({"judge": "words"}, "stop needs `narrower_than`, `settled`, or both"),
        ({"judge": "words", "settled": 0}, "stop.settled must lie between 0 and 100 points"),
        ({"judge": "words", "narrower_than": 200}, "stop.narrower_than must lie between"),
        ({"judge": "words", "settled": 5, "every": 0}, "stop.every must be at least 1"),
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused(
    write_study: Callable[..., Path], stop: dict[str, Any], said: str
) -> None:
    def change(study: dict[str, Any]) -> None:
        ruled()(study)
        study["stop"] = stop

    with pytest.raises(InvalidDefinition, match=said):
        load(write_study(change))


def test_a_judge_of_something_else_cannot_end_an_arm(write_study: Callable[..., Path]) -> None:
    def change(study: dict[str, Any]) -> None:
        ruled(settled=5)(study)
        study["judges"]["words"]["criteria"] = {"o": {"method": "overlap"}}

    with pytest.raises(InvalidDefinition, match="words judges no trait of experiments"):
        load(write_study(change))
