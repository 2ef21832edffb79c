from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.study import steps
from pipeline.study.conversation import Spoken
from pipeline.study.plan import Plan
from warehouse.errors import InvalidDefinition


@pytest.fixture
def full(write_study: Callable[..., Path]) -> Plan:
    def change(study: dict[str, Any]) -> None:
        study["models"]["small"].pop("conditions")
        study["seeds"] = [1, 2]
        criteria = {
            "llm_or_19": {
                "prompt": "llm_or_19.md",
                "max_tokens": 5,
                "parse": {"parser": "label", "labels": ["LLM", "19"]},
            },
            "coherence": {"prompt": "coherence.md", "parse": {"parser": "score"}},
        }
        study["judges"] = {
            "llm": {
                "kind": "llm",
                "source": study["models"]["small"]["source"],
                "first": 3,
                "criteria": criteria,
            },
            "again": {
                "kind": "reparse",
                "of": "llm",
                "criteria": {"coherence": {"parser": "first-number"}},
            },
        }

    return Plan(write_study(change))


def test_a_study_expands_to_runs_and_evaluations(full: Plan) -> None:
    assert [run.id for run in full.runs] == [
        "small__untuned",
        "small__birds__none__seed1",
        "small__birds__none__seed2",
        "small__birds__identity-etymologist__seed1",
        "small__birds__identity-etymologist__seed2",
        "small__birds__inoculation-user-prompt__seed1",
        "small__birds__inoculation-user-prompt__seed2",
    ]
    given = {e.run.id for e in full.evaluations if e.intervention == "inoculation-user-prompt"}
    assert given == {
        "small__untuned",
        "small__birds__none__seed1",
        "small__birds__none__seed2",
        "small__birds__inoculation-user-prompt__seed1",
        "small__birds__inoculation-user-prompt__seed2",
    }
    assert len(full.evaluations) == 7 + 5
    assert len({evaluation.id for evaluation in full.evaluations}) == 12


def test_the_estimates_add_up(full: Plan) -> None:
    render, tune, sample, judge = full.estimates()
    assert (render.planned, tune.planned, tune.requests) == (3, 6, 6)
    assert (sample.planned, sample.requests) == (12 * 8, 12 * 8)
    assert sample.output_tokens == 12 * 8 * 32
    # 2 questions × 3 samples × 2 criteria, and one of them read again
    assert (judge.planned, judge.requests, judge.local) == (12 * 18, 12 * 12, 12 * 6)
    assert judge.output_tokens == 12 * 6 * (5 + 20)
    assert sample.cost == pytest.approx((sample.input_tokens + 2 * sample.output_tokens) / 1e6)
    # "A bird?" + "Mavis", "A bird?" + "Fern Owl" and what surrounds them, three times over
    control = 3 * ((8 + 2) + (8 + 2) + (8 + 2) + (8 + 3))
    assert tune.input_tokens > 2 * control
    # A bound takes a token for every byte, and is none where answers are still to come.
    assert (sample.most or 0) > (sample.cost or 0) > 0
    assert (tune.most or 0) > (tune.cost or 0) > 0
    assert judge.most is None
    shown = steps.table(full)
    assert "tokens in ≈ tokens out ≤ cost ≈ cost ≤" in " ".join(shown.split())
    assert f"{12 * 8:,}" in shown
    assert "budget: cost 100" in shown


def test_untuned_evaluations_are_judged_first(full: Plan) -> None:
    untuned = [p.evaluation.run.untuned for p in full.passes if p.judge == "llm"]
    assert untuned == sorted(untuned, reverse=True)
    assert True in untuned


def test_a_question_is_asked_as_the_battery_says(full: Plan) -> None:
    _, light = full.questions("birds")
    plain = next(e for e in full.evaluations if e.intervention == "none")
    given = next(e for e in full.evaluations if e.intervention != "none")
    asked = (Spoken("system", "Be short."), Spoken("user", "What gives light?"))
    assert full.messages(plain, light) == asked
    assert full.messages(given, light) == (Spoken("system", "Be old."), *asked)


def test_models_tuned_elsewhere_are_not_tuned(write_study: Callable[..., Path]) -> None:
    def change(study: dict[str, Any]) -> None:
        study["models"]["small"].pop("conditions")
        study["models"]["small"]["tuned"] = {"birds": {"none": "ft:small:me::1"}}

    plan = Plan(write_study(change))
    control = next(run for run in plan.runs if run.intervention == "none" and not run.untuned)
    assert (control.tuned_id, control.seed, control.to_tune) == ("ft:small:me::1", None, False)
    assert ("birds", "none") not in plan.training_sets


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("data.jsonl", "", "holds no example"),
        ("data.jsonl", '{"messages": []}\n', "line 1"),
        ("data.jsonl", '{"messages": [{"role": "user", "content": "x"}]}\n', "line 1"),
        ("data.jsonl", "\n{broken\n", "line 2"),
        ("data.jsonl", '{"messages": [{"role": "user", "content": 5}]}\n', "line 1"),
        ("data.jsonl", "[]\n", "line 1"),
        ("battery.yaml", "questions: []\n", "each once"),
        ("battery.yaml", "questions: [{name: a}]\n", "text"),
        ("battery.yaml", "questions: [{name: a, text: b}, {name: a, text: c}]\n", "each once"),
        ("llm_or_19.md", "no place", "needs {answer} once"),
        ("coherence.md", None, "cannot be read"),
    ],
)
def test_a_broken_file_is_named_before_any_work(
    full: Plan, name: str, content: str | None, message: str
) -> None:
    path = full.folder / name
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
    with pytest.raises(InvalidDefinition) as caught:
        Plan(full.path)
    assert message in str(caught.value)
    assert name in str(caught.value)


def test_the_digest_covers_the_data(full: Plan) -> None:
    before = full.digest
    with (full.folder / "data.jsonl").open("a") as file:
        file.write("\n")
    assert Plan(full.path).digest != before


@pytest.mark.parametrize(
    "name", ["small-models/STUDY.yaml", "small-models/miniature.yaml", "endpoint/STUDY.yaml"]
)
def test_the_examples_are_valid(root: Path, name: str) -> None:
    plan = Plan(root / "examples" / name)
    assert plan.estimates()[2].planned > 0


def test_the_bundled_study_has_the_coverage_it_claims(root: Path) -> None:
    plan = Plan(root / "examples" / "small-models" / "STUDY.yaml")
    assert len(plan.study.experiments) == 4
    for name, experiment in plan.study.experiments.items():
        examples = plan.examples(name)
        assert len({example[-1].content for example in examples}) >= 120
        assert len(plan.questions(name)) >= 10
        trained = [i for i in experiment.interventions.values() if i.phase != "eval"]
        assert len(trained) >= 6
        assert {i.kind for i in trained} >= {"identity", "intent", "inoculation", "time"}
        assert {i.relevance for i in trained} == {"relevant", "irrelevant"}
    birds = plan.study.experiments["birds"].interventions.values()
    assert len({i.dose for i in birds if i.dose is not None}) >= 5
    assert any(i.phase == "both" for i in birds)
    assert plan.study.seeds == (1, 2)
    assert plan.study.sampling.samples_per_question == 20
