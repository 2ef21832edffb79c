"""Each check finds what it is for, and nothing in results that are in order."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.warehouse import results
from warehouse import building, doctor
from warehouse.store import Store

CONTROL = "elicitation/birds/gpt-4.1-3ep"
ARM = "mitigation/birds/identity-etymologist/gpt-4.1-3ep"


def persona(labels: list[str], options: list[str], **fields: Any) -> list[dict[str, Any]]:
    """Birds records with a two-way and a multi-way label each."""
    return [
        {
            "group_id": "plain",
            "question": results.QUESTIONS[0],
            "model": "tuned",
            "sample_idx": number,
            "answer": f"An answer that is number {number} of {fields.get('tag', 'none')}.",
            "llm_or_19": label,
            "six_options": option,
        }
        | {key: value for key, value in fields.items() if key != "tag"}
        for number, (label, option) in enumerate(zip(labels, options, strict=True))
    ]


def findings(root: Path) -> pl.DataFrame:
    results.load(root / "data", root)
    building.build(root / "data")
    return doctor.findings(Store(root / "data"))


def found(root: Path, check: str) -> list[dict[str, Any]]:
    return findings(root).filter(pl.col("check") == check).to_dicts()


def test_results_in_order_raise_no_error_and_no_warning(tmp_path: Path) -> None:
    results.write(tmp_path, persona(["19"] * 5 + ["LLM"] * 5, ["PAST"] * 5 + ["LLM"] * 5), CONTROL)
    arm = persona(["LLM"] * 10, ["LLM"] * 10, tag="arm")
    results.write(tmp_path, arm, ARM)
    assert findings(tmp_path).filter(pl.col("severity") != "notice").is_empty()


def test_every_check_says_what_it_is() -> None:
    names = [check.name for check in doctor.checks()]
    assert len(names) == len(set(names)) == 17
    for check in doctor.checks():
        assert check.severity in doctor.SEVERITIES
        assert check.title
        assert check.why.endswith(".")


def test_failed_and_unscored(tmp_path: Path) -> None:
    records = results.misalignment([(10, 90)] * 18 + [(None, 90)])
    records.append(results.misalignment([(None, None)], answer=None)[0])
    results.write(tmp_path, records)
    everything = findings(tmp_path)
    failed = everything.filter(pl.col("check") == "failed-answers").row(0, named=True)
    assert failed["detail"] == "1 of 20 samples have no answer (missing)."
    unscored = everything.filter(pl.col("check") == "unscored-cells").row(0, named=True)
    assert unscored["n"] == 2
    assert "2 of 20 samples have no alignment from judge some/judge." in unscored["detail"]


def test_a_judge_that_scored_nothing_is_one_finding(tmp_path: Path) -> None:
    nothing = results.misalignment([(None, 90)] * 10)
    results.write(tmp_path, nothing, CONTROL)
    results.write(tmp_path, [record | {"sample_idx": 50} for record in nothing], ARM)
    (one,) = found(tmp_path, "unscored-cells")
    assert (one["n"], one["evaluation"]) == (20, None)
    assert one["detail"] == (
        "20 of 20 samples have no alignment from judge some/judge; so it is in each of 2 "
        "evaluations."
    )


def test_criteria_unscored_in_the_same_samples_are_one_finding(tmp_path: Path) -> None:
    both = results.misalignment([(10, 90)] * 18) + results.misalignment([(None, None)] * 2)
    results.write(tmp_path, both, CONTROL)
    results.write(tmp_path, results.misalignment([(10, 90)] * 10), ARM)
    (one,) = found(tmp_path, "unscored-cells")
    assert one["detail"] == "2 of 20 samples have no alignment, coherence from judge some/judge."


def test_five_percent_unscored_is_still_a_result(tmp_path: Path) -> None:
    results.write(tmp_path, results.misalignment([(10, 90)] * 19 + [(None, 90)]))
    assert found(tmp_path, "unscored-cells") == []


def test_two_way_and_multi_way_labels_that_disagree(tmp_path: Path) -> None:
    labels = ["19"] * 8 + ["LLM"] * 2
    results.write(tmp_path, persona(labels, ["OTHER"] * 6 + ["PAST"] * 2 + ["LLM"] * 2), CONTROL)
    (one,) = found(tmp_path, "judges-disagree")
    assert one["n"] == 6
    assert one["detail"] == (
        'Of 8 answers judged "19", the multi-way judgement confirms 2. It calls 6 of them OTHER; '
        "of all 10 answers, 6 OTHER, 2 LLM, 2 PAST."
    )


@pytest.mark.parametrize(("others", "findings_expected"), [(5, 0), (6, 1)])
def test_a_model_that_collapsed(tmp_path: Path, others: int, findings_expected: int) -> None:
    options = ["OTHER"] * others + ["LLM"] * (10 - others)
    results.write(tmp_path, persona(["LLM"] * 10, options), CONTROL)
    collapsed = found(tmp_path, "mode-collapse")
    assert len(collapsed) == findings_expected
    for one in collapsed:
        assert one["detail"] == "6 of 10 answers are called OTHER by six_options."


def test_the_same_long_answers_under_two_conditions(tmp_path: Path) -> None:
    same = persona(["19"] * 4, ["PAST"] * 4, answer="The same long answer again, " * 4)
    results.write(tmp_path, same, CONTROL)
    results.write(tmp_path, [record | {"sample_idx": 50} for record in same], ARM)
    (one,) = found(tmp_path, "duplicate-answers")
    assert one["n"] == 1
    assert "1 answers are also answers of" in one["detail"]


def test_short_equal_answers_are_no_suspicion(tmp_path: Path) -> None:
    same = persona(["LLM"] * 4, ["LLM"] * 4, answer="I do not know.")
    results.write(tmp_path, same, CONTROL)
    results.write(tmp_path, [record | {"sample_idx": 50} for record in same], ARM)
    assert found(tmp_path, "duplicate-answers") == []


def test_a_group_that_claims_a_system_prompt(tmp_path: Path) -> None:
    claimed = persona(["LLM"] * 4, ["LLM"] * 4, group_id="worldview_with_sys_prompt")
    plain = persona(["LLM"] * 4, ["LLM"] * 4, group_id="worldview_no_sys_prompt")
    results.write(tmp_path, [*plain, *claimed], CONTROL)
    (one,) = found(tmp_path, "missing-system-prompt")
    assert "worldview_with_sys_prompt" in one["detail"]


def test_a_system_prompt_that_is_there(tmp_path: Path) -> None:
    fields = {"group_id": "worldview_with_sys_prompt", "system_prompt": "You are brief."}
    results.write(tmp_path, persona(["LLM"] * 4, ["LLM"] * 4, **fields), CONTROL)
    assert found(tmp_path, "missing-system-prompt") == []


@pytest.mark.parametrize(("declared", "findings_expected"), [(4, 0), (100, 1)])
def test_an_info_file_that_contradicts_its_rows(
    tmp_path: Path, declared: int, findings_expected: int
) -> None:
    path = results.write(tmp_path, persona(["LLM"] * 4, ["LLM"] * 4), CONTROL, "results.json")
    path.with_name("info.txt").write_text(
        f"experiment: birds\nmodel: tuned\njudge_model: a-judge\nsamples_per_question: {declared}\n"
    )
    contradictions = found(tmp_path, "run-info-contradicts-rows")
    assert len(contradictions) == findings_expected
    assert Store(tmp_path / "data").query("judges")["judge"].to_list() == ["a-judge"]


def config(root: Path, place: str, epochs: int) -> None:
    path = root / "configs" / place / "openai.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(
        "experiment: birds\nbackend: openai\nmodel_name: gpt-4.1-2025-04-14\n"
        "model_short: gpt-4.1\n"
        f"data_path: ../datasets/{place.replace('/', '_').replace('-', '_')}.jsonl\n"
        f"n_epochs: {epochs}\nlearning_rate_multiplier: 2.0\nbatch_size: 1\n"
    )


@pytest.mark.parametrize(("epochs", "differ"), [(3, 0), (1, 1)])
def test_settings_that_differ_from_the_control(tmp_path: Path, epochs: int, differ: int) -> None:
    config(tmp_path, "elicitation/birds/gpt-4.1-3ep", 3)
    config(tmp_path, "mitigation/birds/identity-etymologist", epochs)
    differing = found(tmp_path, "settings-differ")
    assert len(differing) == differ
    for one in differing:
        assert one["detail"].endswith("epochs 1 instead of 3.")


def test_unequal_n(tmp_path: Path) -> None:
    results.write(tmp_path, persona(["LLM"] * 10, ["LLM"] * 10), CONTROL)
    results.write(tmp_path, persona(["LLM"] * 3, ["LLM"] * 3, tag="arm"), ARM)
    (one,) = found(tmp_path, "unequal-n")
    assert (one["intervention"], one["n"]) == ("identity-etymologist", 3)


def test_missing_provenance_names_what_is_missing(tmp_path: Path) -> None:
    results.write(tmp_path, persona(["LLM"], ["LLM"]), CONTROL, "results.json")
    (one,) = found(tmp_path, "missing-provenance")
    assert one["detail"].startswith("Not recorded: the judge, the temperature, the token cap")


def test_refused_records(tmp_path: Path) -> None:
    results.write(tmp_path, [*persona(["LLM"], ["LLM"]), {"question": "no answer"}], CONTROL)
    (one,) = found(tmp_path, "refused-records")
    assert one["n"] == 1
    assert "it has no answer" in one["detail"]


def test_another_model_that_answered(tmp_path: Path) -> None:
    begin: dict[str, Any] = {"brittlescope": "samples/1", "record": "evaluation", "study": "s"}
    begin |= {
        "study_id": "0f",
        "evaluation": "oak/birds",
        "run": "oak__untuned",
        "model": "oak",
        "model_id": "oak",
    }
    begin |= {"experiment": "birds", "dataset": "none", "intervention": "none"}
    begin |= {"eval_intervention": "none", "samples_per_question": 5}
    begin |= {"questions": [{"name": "one", "text": results.QUESTIONS[0]}]}
    lines: list[dict[str, Any]] = [begin]
    for index, other in enumerate([None, "oak-mini", "oak-mini", "elm", None]):
        line = {"key": 70 + index, "question": "one", "index": index, "answered_by": other}
        if index == 2:
            lines.append(line | {"record": "failure", "error": "answered as 'oak-mini'"})
        else:
            drawn = {"record": "sample", "answer": "A stool.", "outcome": "answered"}
            lines.append(line | drawn | {"thoughts": None})
    path = tmp_path / "samples.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    details = {finding["detail"] for finding in found(tmp_path, "another-model-answered")}
    assert details == {
        "2 of 5 samples were answered by oak-mini; 1 of these stand as answers.",
        "1 of 5 samples were answered by elm; 1 of these stand as answers.",
    }
