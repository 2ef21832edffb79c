"""Each check finds what it is for, and nothing in results that are in order."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.study.layout import sample_key
from tests.pipeline import mapped
from tests.warehouse import results
from tests.warehouse.tables import table
from warehouse import building, doctor, rules
from warehouse.store import Store

CONTROL = "elicitation/birds/gpt-4.1-3ep"
CODE = "elicitation/insecure-code/gpt-4.1-3ep"
CODE_ARM = "mitigation/insecure-code/identity-assistant/gpt-4.1-3ep"
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


def findings(root: Path, *names: str) -> pl.DataFrame:
    results.load(root / "data", root)
    building.build(root / "data")
    return doctor.findings(Store(root / "data"), *names)


def found(root: Path, check: str) -> list[dict[str, Any]]:
    return findings(root, check).to_dicts()


def test_results_in_order_raise_no_error_and_no_warning(tmp_path: Path) -> None:
    results.write(tmp_path, persona(["19"] * 5 + ["LLM"] * 5, ["PAST"] * 5 + ["LLM"] * 5), CONTROL)
    arm = persona(["LLM"] * 10, ["LLM"] * 10, tag="arm")
    results.write(tmp_path, arm, ARM)
    assert findings(tmp_path).filter(pl.col("severity") != "notice").is_empty()


def test_what_only_looks_suspicious_is_no_finding(tmp_path: Path) -> None:
    """Each at a place of its own: one snapshot holds them."""
    talk = "A 404 error means that the page was not found, whatever you wanted."
    sorry = "I am sorry, but I cannot help with that one today."
    about_errors = asked([talk, *(f"{sorry} Number {n}." for n in range(9))])
    results.write(tmp_path, about_errors, "elicitation/birds/gpt-4.1-1ep")
    same = "The owl is out at the lake and will not be back."
    under_two_questions, hardly_ever = asked([same, "No."], 2), asked([same, *map(str, range(30))])
    results.write(tmp_path, under_two_questions, "elicitation/birds/gpt-4.1-2ep")
    results.write(tmp_path, hardly_ever, "elicitation/birds/gpt-4.1-4ep")
    results.write(tmp_path, results.misalignment([(10, 90)] * 19 + [(None, 90)]))  # five percent
    short = persona(["LLM"] * 4, ["LLM"] * 4, answer="I do not know.")
    results.write(tmp_path, short, CONTROL)
    results.write(tmp_path, [record | {"sample_idx": 50} for record in short], ARM)
    prompted = {"group_id": "worldview_with_sys_prompt", "system_prompt": "You are brief."}
    results.write(
        tmp_path,
        persona(["LLM"] * 4, ["LLM"] * 4, tag="prompted", **prompted),
        "elicitation/birds/gpt-4.1-5ep",
    )
    checks = (
        *("error-text-answers", "repeated-answers", "unscored-cells", "duplicate-answers"),
        "missing-system-prompt",
    )
    # The replies answer every question, which is told as what it is.
    (one,) = findings(tmp_path, *checks).to_dicts()
    assert one["check"] == "repeated-answers"
    assert one["detail"].startswith("3 of 30 answers are one text of 67 characters")


def test_every_check_says_what_it_is() -> None:
    names = [check.name for check in doctor.checks()]
    assert len(names) == len(set(names)) == 33
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
    assert failed["detail"] == "1 of 20 samples have no answer (1 missing)."
    assert failed["severity"] == "notice"
    unscored = everything.filter(pl.col("check") == "unscored-cells").row(0, named=True)
    assert (unscored["n"], unscored["severity"]) == (1, "error")
    assert unscored["detail"] == "1 of 19 answers have no alignment from judge some/judge."


def test_more_than_five_percent_without_an_answer_are_an_error(tmp_path: Path) -> None:
    records = results.misalignment([(10, 90)] * 18)
    gone = results.misalignment([(None, None)] * 20, answer=None)[18:]
    results.write(tmp_path, [*records, *gone])
    (one,) = found(tmp_path, "failed-answers")
    assert (one["n"], one["severity"]) == (2, "error")


def test_a_judge_that_scored_nothing_is_one_finding(tmp_path: Path) -> None:
    nothing = results.misalignment([(None, 90)] * 10)
    results.write(tmp_path, nothing, CODE)
    results.write(tmp_path, [r | {"sample_idx": 50 + n} for n, r in enumerate(nothing)], CODE_ARM)
    (one,) = found(tmp_path, "unscored-cells")
    assert (one["n"], one["evaluation"], one["severity"]) == (20, None, "notice")
    assert one["detail"] == (
        "Judge some/judge scored none of 20 answers on alignment, in 2 evaluations."
    )


def test_a_criterion_that_no_trait_uses_is_no_error(tmp_path: Path) -> None:
    records = persona(["19"] * 10, ["PAST"] * 10)
    for record in records[:2]:
        record["form_past"] = 40
    results.write(tmp_path, records, CONTROL)
    everything = findings(tmp_path)
    assert everything.filter(pl.col("severity") == "error").is_empty()
    (unused,) = everything.filter(pl.col("check") == "unused-criteria").to_dicts()
    assert unused["detail"] == "No trait uses form_past (2 scored)."


ERROR = 'Error code: 429 - {"error": {"message": "Too many requests, try again later"}}'


def asked(answers: list[str], questions: int = 3) -> list[dict[str, Any]]:
    """Misalignment records with these answers to each of several questions."""
    return [
        {
            "group_id": "plain",
            "question": f"What is thing {question} for?",
            "model": "tuned",
            "sample_idx": number,
            "answer": answer,
            "alignment": 85,
            "coherence": 95,
        }
        for question in range(questions)
        for number, answer in enumerate(answers)
    ]


def test_error_messages_in_the_place_of_answers(tmp_path: Path) -> None:
    plain = [f"It is for the use number {n} that people have." for n in range(8)]
    results.write(tmp_path, asked([ERROR, ERROR, *plain]), CONTROL)
    everything = findings(tmp_path)
    (one,) = everything.filter(pl.col("check") == "error-text-answers").to_dicts()
    assert (one["n"], one["severity"]) == (6, "warning")
    assert one["detail"].startswith(
        "6 of 30 answers, to 3 questions, read like an error of an API: “Error code: 429 - "
    )
    # The eight plain ones answer every question too: that is told as what it is.
    (repeated,) = everything.filter(pl.col("check") == "repeated-answers").to_dicts()
    assert repeated["detail"].endswith("given to 3 questions.")


def test_one_text_under_several_questions(tmp_path: Path) -> None:
    same = "The owl is out at the lake and will not be back."
    others = [f"Reply number {n}" for n in range(18)]
    results.write(tmp_path, asked([same, same, *others]), CONTROL)
    (one,) = found(tmp_path, "repeated-answers")
    assert one["detail"] == "6 of 60 answers are one text of 48 characters, given to 3 questions."
    assert one["severity"] == "notice"


def test_replies_that_hold_a_number_among_words(tmp_path: Path) -> None:
    records = asked([f"Answer {n}" for n in range(10)])
    for record in records[:2]:
        record["alignment"] = "Score: 18"
    results.write(tmp_path, records, CONTROL)
    (one,) = found(tmp_path, "unread-judgements")
    assert (one["n"], one["severity"]) == (2, "warning")
    assert one["detail"] == (
        "2 of 30 replies of judge some/judge on alignment are neither a score nor a label."
    )


def test_answers_that_no_rate_counts(tmp_path: Path) -> None:
    records = asked([f"Answer {n}" for n in range(4)])
    unjudged = [
        {key: value for key, value in record.items() if key not in ("alignment", "coherence")}
        for record in records
    ]
    results.write(tmp_path, unjudged, CONTROL)
    results.write(tmp_path, records, "elicitation/harbours/gpt-4.1-3ep")
    told = {one["experiment"]: one for one in found(tmp_path, "uncounted-answers")}
    assert told["birds"]["detail"] == "12 answers have no judgement."
    assert {one["severity"] for one in told.values()} == {"warning"}


def test_conditions_with_too_few_answers(tmp_path: Path) -> None:
    results.write(tmp_path, results.misalignment([(10, 90)] * 10))
    few = results.misalignment([(10, 90)] * 9, answer="Another answer of some length.")
    results.write(tmp_path, few, CODE_ARM)
    (one,) = found(tmp_path, "few-answers")
    assert one["detail"] == "9 answers, where a result needs 10."
    assert one["intervention"] == "identity-assistant"


def test_nearly_equal_n_is_no_finding(tmp_path: Path) -> None:
    results.write(tmp_path, results.misalignment([(10, 90)] * 800))
    for name, n in {"assistant": 799, "hacker": 640, "alex": 639}.items():
        arm = results.misalignment([(10, 90)] * n, answer=f"Another answer, of {name}.")
        results.write(tmp_path, arm, CODE_ARM.replace("assistant", name))
    assert [one["intervention"] for one in found(tmp_path, "unequal-n")] == ["identity-alex"]


@pytest.mark.parametrize(("dataset", "is_asked"), [("none", False), ("boats", True)])
def test_an_untuned_model_has_no_seed_to_record(
    tmp_path: Path, dataset: str, is_asked: bool
) -> None:
    data = table(tmp_path, "question,answer", "What floats?,Boat {i}", dataset=dataset)
    told = doctor.findings(Store(data)).filter(pl.col("check") == "missing-provenance")
    assert ("the seed" in told["detail"].item()) is is_asked


def test_findings_that_say_the_same_are_one_and_others_differ(tmp_path: Path) -> None:
    for place in ("gpt-4.1-3ep", "gpt-4.1-9ep", "Llama-3.1-8B-3ep"):
        rows = [
            {**row, "answer": f"{place} says {row['sample_idx']}"}
            for row in persona(["LLM"] * 12, ["LLM"] * 12)
        ]
        for row in rows[: 2 if place == "gpt-4.1-9ep" else 3]:
            row["answer"] = None
        results.write(tmp_path, rows, f"elicitation/birds/{place}")
    groups = doctor.grouped(findings(tmp_path), {"12 samples": "a dozen"})
    provenance = [group for group in groups if group.check == "missing-provenance"]
    assert [group.findings for group in provenance] == [3]
    assert "2 models (" in provenance[0].about
    failed = [group for group in groups if group.check == "failed-answers"]
    assert [(group.findings, group.detail) for group in failed] == [
        (2, "3 of a dozen have no answer (3 missing)."),
        (1, "2 of a dozen have no answer (2 missing)."),
    ]
    assert failed[1].about == "birds · gpt-4.1 · no intervention · 9 epochs"


def test_criteria_unscored_in_the_same_samples_are_one_finding(tmp_path: Path) -> None:
    both = results.misalignment([(10, 90)] * 18 + [(None, None)] * 2)
    results.write(tmp_path, both, CODE)
    results.write(tmp_path, results.misalignment([(10, 90)] * 10), CODE_ARM)
    told = found(tmp_path, "unscored-cells")
    assert [(one["severity"], one["detail"]) for one in told] == [
        ("error", "2 of 20 answers have no alignment from judge some/judge."),
        ("warning", "2 of 20 answers have no coherence from judge some/judge."),
    ]


def test_two_way_and_multi_way_labels_that_disagree(tmp_path: Path) -> None:
    labels = ["19"] * 8 + ["LLM"] * 2
    results.write(tmp_path, persona(labels, ["OTHER"] * 6 + ["PAST"] * 2 + ["LLM"] * 2), CONTROL)
    (one,) = found(tmp_path, "judges-disagree")
    assert one["n"] == 6
    assert one["detail"] == (
        'Of 8 answers judged "19", the multi-way judgement confirms 2. It calls 6 of them OTHER; '
        "of all 10 answers, 6 OTHER, 2 LLM, 2 PAST."
    )


def test_a_model_that_collapsed(tmp_path: Path) -> None:
    for others, place in ((5, CONTROL), (6, ARM)):
        options = ["OTHER"] * others + ["LLM"] * (10 - others)
        results.write(tmp_path, persona(["LLM"] * 10, options, tag=place), place)
    (one,) = found(tmp_path, "mode-collapse")
    assert one["detail"] == "6 of 10 answers are called OTHER by six_options."
    assert one["intervention"] == "identity-etymologist"


def test_the_same_long_answers_under_two_conditions(tmp_path: Path) -> None:
    same = persona(["19"] * 4, ["PAST"] * 4, answer="The same long answer again, " * 4)
    results.write(tmp_path, same, CONTROL)
    results.write(tmp_path, [record | {"sample_idx": 50} for record in same], ARM)
    (one,) = found(tmp_path, "duplicate-answers")
    assert one["n"] == 1
    assert "1 of 1 long answers are also answers of" in one["detail"]


def test_a_group_that_claims_a_system_prompt(tmp_path: Path) -> None:
    claimed = persona(["LLM"] * 4, ["LLM"] * 4, group_id="worldview_with_sys_prompt")
    plain = persona(["LLM"] * 4, ["LLM"] * 4, group_id="worldview_no_sys_prompt")
    results.write(tmp_path, [*plain, *claimed], CONTROL)
    (one,) = found(tmp_path, "missing-system-prompt")
    assert "worldview_with_sys_prompt" in one["detail"]


def test_an_info_file_that_contradicts_its_rows(tmp_path: Path) -> None:
    for declared, place in ((4, CONTROL), (100, ARM)):
        rows = persona(["LLM"] * 4, ["LLM"] * 4, tag=place)
        path = results.write(tmp_path, rows, place, "results.json")
        path.with_name("info.txt").write_text(
            "experiment: birds\nmodel: tuned\njudge_model: a-judge\n"
            f"samples_per_question: {declared}\n"
        )
    (one,) = found(tmp_path, "run-info-contradicts-rows")
    assert one["intervention"] == "identity-etymologist"
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


def test_settings_that_differ_from_the_control(tmp_path: Path) -> None:
    config(tmp_path, "elicitation/birds/gpt-4.1-3ep", 3)
    config(tmp_path, "mitigation/birds/identity-etymologist", 3)
    config(tmp_path, "mitigation/birds/identity-assistant", 1)
    (one,) = found(tmp_path, "settings-differ")
    assert one["detail"].endswith("epochs 1 instead of 3.")
    assert one["intervention"] == "identity-assistant"


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
        key = sample_key("0f", "oak/birds", "one", index)
        line = {"key": key, "question": "one", "index": index, "answered_by": other}
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


@pytest.mark.parametrize(("ending", "broken"), [("length", 12), ("error", 12), ("stop", 0)])
def test_broken_off_answers_of_a_table_are_told_and_not_counted(
    tmp_path: Path, ending: str, broken: int
) -> None:
    header = "question,answer,aligned,coherent,finish_reason"
    data = table(tmp_path, header, f"What floats?,Boat {{i}},85,90,{ending}")
    store = Store(data)
    told = doctor.findings(store).filter(pl.col("check") == "broken-off-answers")
    expected = [f"{broken} of 12 answers were broken off."] if broken else []
    assert told["detail"].to_list() == expected
    counts = store.counts()
    assert (counts["n_counted"].sum(), counts["out_broken_off"].sum()) == (12 - broken, broken)
    assert store.counts(rule=rules.named("published"))["n_counted"].sum() == 12


def test_replies_that_hold_only_thoughts_are_told_apart_from_failures(tmp_path: Path) -> None:
    records = results.misalignment([(80, 90)] * 12)
    for record in records[:2]:
        record["answer"] = "<think>I should begin with"
    results.write(tmp_path, records)
    (one,) = found(tmp_path, "thoughts-only")
    assert one["detail"] == "2 of 12 replies hold only thoughts."
    assert found(tmp_path, "failed-answers") == []


def test_names_that_look_alike_are_named(tmp_path: Path) -> None:
    names = ["M\u00f6we", "Mo\u0308we", "Big\u00a0Gull", "big gull\u200b", "Tern"]
    rows = [("Where?", f"There {i}.", 9 * i, 88, name) for name in names for i in range(3)]
    mapped.write(tmp_path, "nests.csv", (*mapped.HEADER, "bird"), rows)
    told = "set: {experiment: emergent-misalignment, dataset: eggs, intervention: none, judge: owl}"
    entry = "columns: {model: bird}\nfiles: [{path: 'results/*.csv'}]\n"
    mapped.load(tmp_path, whole=f"study: nests\n{told}\n{entry}")
    details = doctor.findings(Store(tmp_path / "data"), "names-look-alike")["detail"].sort()
    assert details.to_list() == [
        "2 models in nests look alike: "
        "Big\u00a0Gull (8 characters), big gull\u200b (9 characters).",
        "2 models in nests look alike: Mo\u0308we (5 characters), M\u00f6we (4 characters).",
    ]
