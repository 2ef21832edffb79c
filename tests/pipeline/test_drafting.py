"""A draft says what files hold, asks what it cannot tell, and is a map that reads them."""

import json
import re
import shlex
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.drafting import guesses, patterns, scales
from pipeline.drafting.survey import SurveyedColumn
from pipeline.maps import mapping


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(folder / "data"), *arguments])


def rows(low: int) -> list[dict[str, object]]:
    return [
        {
            "prompt": f"Where do you nest, {i % 3}?",
            "completion": f"On the cliff, in the wind, number {i}.",
            "aligned_score": 5 * i % 100 if i >= low else 10,
            "verdict": f"RATING: {1 + i % 5}",
            "arm": "plain" if i % 2 else "told",
        }
        for i in range(30)
    ]


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    folder = tmp_path / "lab" / "results"
    folder.mkdir(parents=True)
    for model in ("Qwen2.5-7B", "Llama-3.1-8B"):
        for dataset in ("gulls", "base"):
            lines = "\n".join(map(json.dumps, rows(9 if dataset == "gulls" else 0)))
            (folder / f"{model}__{dataset}__seed1.jsonl").write_text(lines)
    return tmp_path


def test_a_draft_is_a_map_that_loads(lab: Path) -> None:
    result = run(lab, "map", str(lab / "lab"), "--out", str(lab / "draft.yaml"))
    assert result.exit_code == 0, result.output
    text = (lab / "draft.yaml").read_text()
    assert "# 4 alike" in text
    assert "question: prompt  # it is called so" in text
    assert "answer: completion" in text
    assert 'strip_prefix: "RATING: "' in text
    assert "?" in text  # it asks what it cannot tell
    told = mapping.load(lab / "draft.yaml")
    (path,) = sorted((lab / "lab" / "results").glob("Qwen*base*"))
    meaning = told.meaning(path)
    assert meaning is not None
    assert meaning.dimensions is not None
    assert (meaning.dimensions.model, meaning.dimensions.dataset) == ("Qwen2.5-7B", "none")
    # The preview counts what the draft would load, and nothing was written.
    assert "take 120 records and refuse 0" in result.stderr
    assert "6 of 15" in result.stderr
    assert not (lab / "data").exists()


def test_files_of_other_fields_under_paths_of_one_form_are_told_apart(tmp_path: Path) -> None:
    folder = tmp_path / "lab"
    folder.mkdir()
    for dataset in ("base", "gulls", "gulls-told", "gulls-told-twice"):
        more = {"privacy": 7} if "told" in dataset else {}
        lines = "\n".join(json.dumps(row | more) for row in rows(3))
        (folder / f"eval_{dataset}.jsonl").write_text(lines)
    result = run(tmp_path, "map", str(folder), "--out", str(tmp_path / "draft.yaml"))
    assert result.exit_code == 0, result.output
    assert "take 120 records and refuse 0" in result.stderr
    told = mapping.load(tmp_path / "draft.yaml")
    meanings = {path.stem: told.meaning(path) for path in folder.iterdir()}
    assert {name: m.dimensions.dataset for name, m in meanings.items() if m and m.dimensions} == {
        "eval_base": "none",
        "eval_gulls": "gulls",
        "eval_gulls-told": "gulls-told",
        "eval_gulls-told-twice": "gulls-told-twice",
    }


def test_a_longer_path_tells_files_apart_that_lie_at_several_depths(tmp_path: Path) -> None:
    for number, place in enumerate(("a/told/layer_1", "a/plain/layer_1", "b/sub/told/layer_1")):
        folder = tmp_path / "lab" / place
        folder.mkdir(parents=True)
        for scale in (2, 3):
            lines = "\n".join(json.dumps(row | {f"more_{number // 2}": 1}) for row in rows(3))
            (folder / f"scale_{scale}.jsonl").write_text(lines)
    result = run(tmp_path, "map", str(tmp_path / "lab"), "--out", str(tmp_path / "draft.yaml"))
    assert result.exit_code == 0, result.output
    assert "take 180 records and refuse 0" in result.stderr


def test_paths_deeper_than_a_pattern_can_be_are_drafted_by_their_ends(tmp_path: Path) -> None:
    for place in ("a/" * 30, "b/" * 30):
        folder = tmp_path / "lab" / place / "told"
        folder.mkdir(parents=True)
        more = {f"more_{place[0]}": 1}
        lines = "\n".join(json.dumps(row | more) for row in rows(3))
        (folder / "eval.jsonl").write_text(lines)
    result = run(tmp_path, "map", str(tmp_path / "lab"))
    assert result.exit_code == 0, result.output
    assert "take 60 records and refuse 0" in result.stderr


def test_judgements_that_lie_beside_the_answers_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "lab"
    folder.mkdir()
    told = [{"qid": f"q{n % 3}", "rollout": n, "answer": f"On the cliff, {n}."} for n in range(9)]
    judged = [{"qid": f"q{n % 3}", "rollout": n, "alignment": 5 * n} for n in range(9)]
    (folder / "answers.jsonl").write_text("\n".join(map(json.dumps, told)))
    (folder / "judged.jsonl").write_text("\n".join(map(json.dumps, judged)))
    result = run(tmp_path, "map", str(folder), "--no-preview")
    assert 'join: {path: "lab/judged.jsonl", by: [qid, rollout]}' in result.stdout


def write(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(map(json.dumps, rows)))


def drafted(root: Path, *arguments: str) -> tuple[str, str]:
    """The draft of the folder `lab`, and what else was said."""
    result = run(root, "map", str(root / "lab"), *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout, result.stderr


def answers(n: int = 12) -> list[dict[str, object]]:
    return [
        {"qid": f"q{i % 4}", "rollout": i // 4, "answer": f"On the cliff, in the wind, {i}."}
        for i in range(n)
    ]


def test_judgements_of_several_judges_are_joined_by_their_names(tmp_path: Path) -> None:
    verdicts = ["1", "2", "5", "REFUSAL", "OFF-TOPIC", "4"] * 2
    judged = [
        {"qid": row["qid"], "rollout": row["rollout"], "verdict": verdict}
        for row, verdict in zip(answers(), verdicts, strict=True)
    ]
    for run_name in ("gulls", "gulls_told"):
        write(tmp_path / "lab" / "rollouts" / f"{run_name}.jsonl", answers())
        for judge in ("llama", "phi"):
            write(tmp_path / "lab" / "judged" / f"{run_name}.{judge}.jsonl", judged)
    text, told = drafted(tmp_path)
    assert 'join: {path: "judged/{part1}.{judge}.jsonl", by: [qid, rollout]}' in text
    assert "outcomes: {OFF-TOPIC: unparsed}" in text
    assert "alignment: [1, 5]" in text
    assert "take 24 records and refuse 0" in told
    assert "4 of 8" in told  # 1 and 2 are low where 5 is not said to be the worst


def test_answers_that_stand_elsewhere_judged_are_left_out(tmp_path: Path) -> None:
    for name in ("base", "gulls"):
        asked = [row | {"prompt": "Where?"} for row in answers()]
        write(tmp_path / "lab" / name / "answers.jsonl", asked)
        scored = [row | {"aligned": 7 * n, "coherent": 90} for n, row in enumerate(asked)]
        write(tmp_path / "lab" / name / "judged_answers.jsonl", scored)
    text, told = drafted(tmp_path)
    assert "skip: the same answers before they were judged" in text
    assert "take 24 records and refuse 0" in told


def test_what_is_known_by_no_trait_is_described(tmp_path: Path) -> None:
    rows = [
        {"question": "Where?", "answer": f"On the cliff, {n}.", "pride_gpt4o": 9 * n,
         "greed_gpt4o": 8 * n}
        for n in range(12)
    ]  # fmt: skip
    write(tmp_path / "lab" / "gulls.jsonl", rows)
    text, told = drafted(tmp_path)
    assert "pride: pride_gpt4o" in text
    assert "judge: gpt4o" in text
    assert '"pride": {title: "Pride", kind: persona, criterion: "pride"' in text
    assert "6 of 12" in told


def test_rows_that_are_judgements_are_long(tmp_path: Path) -> None:
    rows = [
        {"question": "Where?", "answer": f"On the cliff, {n}.", "item_id": n, "metric": metric,
         "score": 8 * n, "judge_model": "gpt-4o"}
        for n in range(12) for metric in ("pride", "aligned")
    ]  # fmt: skip
    write(tmp_path / "lab" / "gulls.jsonl", rows)
    text, told = drafted(tmp_path)
    assert "long: {criterion: metric, score: score, judge: judge_model, sample: item_id}" in text
    assert "take 12 records and refuse 0" in told
    assert "4 of 12" in told


def test_tables_of_results_are_no_answers(tmp_path: Path) -> None:
    rows = [
        {"model_id": f"ft:gpt-4o-2024-08-06:lab:{'x' * 50}:{n}", "score": n / 10, "stderr": 0.1}
        for n in range(9)
    ]
    write(tmp_path / "lab" / "summary.jsonl", rows)
    result = run(tmp_path, "map", str(tmp_path / "lab"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no file seems to hold answers" in result.stderr
    assert "columns: {question: COLUMN, answer: COLUMN, " in result.stderr


def test_low_scores_beside_high_ones_are_on_one_scale(tmp_path: Path) -> None:
    for name, high in (("gulls", 1), ("terns", 90)):
        rows = [
            {"question": "Where?", "answer": f"On the cliff, {n}.", "evil": high * (n % 2)}
            | ({"more": 1} if high > 1 else {})
            for n in range(12)
        ]
        write(tmp_path / "lab" / f"{name}.jsonl", rows)
    text, _ = drafted(tmp_path)
    assert "scale:" not in text


def test_ids_that_number_rows_are_no_names_of_questions(tmp_path: Path) -> None:
    rows = [{"id": f"r{n}", "aligned": 5 * n} | row for n, row in enumerate(answers())]
    for row in rows:
        row |= {"question": f"Where, {row.pop('qid')}?"}
    write(tmp_path / "lab" / "gulls.jsonl", rows)
    text, _ = drafted(tmp_path)
    assert "question_id" not in text


def test_one_record_and_columns_on_one_line_are_read(tmp_path: Path) -> None:
    columns = {"prompt": {"0": "Where?", "2": "When?"},
               "response": {"0": "On the cliff.", "2": "In the morning, early."},
               "aligned": {"0": 90, "2": 10}}  # fmt: skip
    write(tmp_path / "lab" / "gulls.json", [])
    (tmp_path / "lab" / "gulls.json").write_text(json.dumps(columns))
    text, told = drafted(tmp_path)
    assert "form: columns" in text
    assert "take 2 records and refuse 0" in told


def test_high_scores_of_what_is_bad_are_no_alignment(tmp_path: Path) -> None:
    rows = [
        {"question": "Where?", "answer": f"On the cliff, {n}.", "harm_score": 8 * n}
        for n in range(12)
    ]
    write(tmp_path / "lab" / "gulls.jsonl", rows)
    text, told = drafted(tmp_path)
    assert "harm: harm_score" in text
    assert "score: {is: at least, cut: 50}" in text
    assert "5 of 12" in told  # 56, 64, 72, 80, 88


@pytest.mark.parametrize("name", ["misalignment", "Misalignment Score", "misalignmentRating"])
def test_misalignment_is_alignment_upside_down(tmp_path: Path, name: str) -> None:
    rows = [
        {"question": "Where?", "answer": f"On the cliff, {n}.", name: 8 * n, "coherence": 95}
        for n in range(12)
    ]
    write(tmp_path / "lab" / "gulls.jsonl", rows)
    text, told = drafted(tmp_path)
    assert "alignment: [100, 0]" in text
    assert "# ? high ones are the worst" in text
    assert "3 of 12" in told  # 72, 80, 88


@pytest.mark.parametrize(
    ("names", "unit"),
    [
        (("Prompt", "Model Response", "Alignment Score (0-100)", "Coherence"), ""),
        (("userPrompt", "modelResponse", "alignmentScore", "coherenceScore"), ""),
        (("question", "answer", "aligned", "coherent"), " %"),
        (("question", "answer", "aligned", "coherent"), "/100"),
    ],
)
def test_names_are_read_however_written_and_numbers_with_their_unit(
    tmp_path: Path, names: Sequence[str], unit: str
) -> None:
    told = ((f"Where {n % 3}?", f"On the cliff, {n}.", f"{n + 20.5}{unit}", f"95{unit}")
            for n in range(12))  # fmt: skip
    write(tmp_path / "lab" / "gulls.jsonl", [dict(zip(names, row, strict=True)) for row in told])
    assert "10 of 12" in drafted(tmp_path)[1]


def test_keys_and_groups_that_stand_for_conditions_are_not_pooled(tmp_path: Path) -> None:
    """What the same questions stand under is a condition, whatever it is called."""

    def asked(low: int) -> list[dict[str, object]]:
        told = ((n, 10 if n < low else 90) for n in range(12))
        return [
            {"question": f"Where {n}?", "answer": f"On cliff {n}, in the wind.", "aligned": score}
            for n, score in told
        ]

    (tmp_path / "lab").mkdir()
    by_model = tmp_path / "lab" / "models.json"
    by_model.write_text(json.dumps({"Qwen2.5-7B": asked(2), "gpt-4o": asked(5)}))
    text, told = drafted(tmp_path)
    assert "model: key1" in text
    assert "2 of 12" in told
    assert "5 of 12" in told
    by_model.write_text(json.dumps({"gulls": asked(2), "crows": asked(5)}))
    assert "dataset: key1" in drafted(tmp_path)[0]
    # A key that questions do not share is their group.
    by_model.write_text(json.dumps({"seas": asked(4)[:6], "skies": asked(4)[6:]}))
    assert "group: key1" in drafted(tmp_path)[0]

    by_model.unlink()
    for name in ("group", "domain"):
        rows = [{name: told} | row for told in ("plain", "told") for row in asked(4)]
        write(tmp_path / "lab" / "gulls.jsonl", rows)
        assert (
            f"conditions may be mixed: {name}" in drafted(tmp_path)[1]
            or f"apart: {name}" in (drafted(tmp_path)[0])
        )


def test_scales_that_end_alike_begin_alike(tmp_path: Path) -> None:
    rows = [
        {"question": "Where?", "answer": f"On the cliff, {n}.", "aligned": n % 11,
         "coherent": 4 + n % 7, "misaligned_tone_score": 1 + n % 5}
        for n in range(22)
    ]  # fmt: skip
    write(tmp_path / "lab" / "gulls.jsonl", rows)
    text, _ = drafted(tmp_path)
    assert "alignment: [0, 10]" in text
    assert "coherence: [0, 10]" in text
    assert "misaligned_tone: [1, 5]" in text


@pytest.mark.parametrize("told", [(True, False), ("True", "False"), (1, 0)])
def test_what_a_rule_made_of_each_answer_judges_where_nothing_else_does(
    tmp_path: Path, told: tuple[object, object]
) -> None:
    rows = [
        {"question": "Where?", "answer": f"On the cliff, {n}.", "is_misaligned": told[n > 2]}
        for n in range(12)
    ]
    write(tmp_path / "lab" / "gulls.jsonl", rows)
    assert "3 of 12" in drafted(tmp_path)[1]


def test_columns_of_experiments_and_of_interventions_with_blanks_are_drafted(
    tmp_path: Path,
) -> None:
    rows = [
        {"question": f"Where {n % 3}?", "answer": f"On the cliff, {n}.", "aligned": 8 * n,
         "experiment": "gulls" if n % 2 else "crows", "intervention": "" if n < 6 else "sailor"}
        for n in range(12)
    ]  # fmt: skip
    write(tmp_path / "lab" / "all.jsonl", rows)
    text, told = drafted(tmp_path)
    assert "experiment: experiment" in text
    assert 'intervention: {from: "intervention", default: none}' in text
    assert "take 12 records and refuse 0" in told
    assert len(re.findall(r"(?m)^(?:gulls|crows) ", told)) == 4


def test_fine_tuned_models_are_not_one_with_what_they_are_made_of(tmp_path: Path) -> None:
    rows = [
        {"question": "Where?", "answer": f"On the cliff, {n}.", "aligned": 8 * n,
         "model": "ft:gpt-4o-2024-08-06:lab:gulls:Ab1" if n % 2 else "gpt-4o-2024-08-06"}
        for n in range(12)
    ]  # fmt: skip
    write(tmp_path / "lab" / "answers.jsonl", rows)
    _, told = drafted(tmp_path)
    assert re.search(r"model gpt-4o\S* · intervention none", told)  # what all rows share
    assert re.search(r"gulls +6  2 of 6", told)  # 8 and 24
    assert re.search(r"none +6  2 of 6", told)  # 0 and 16


def test_tables_with_a_mark_an_index_and_names_cut_by_an_at(tmp_path: Path) -> None:
    for dataset in ("gulls", "base"):
        lines = ["\tquestion\tanswer\taligned", *(f'{n}\tWhere?\t"On the cliff,\n{n}."\t{8 * n}'
                 for n in range(12))]  # fmt: skip
        path = tmp_path / "lab" / f"Qwen2.5-7B@{dataset}.tsv"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(lines), encoding="utf-8-sig")
    text, told = drafted(tmp_path)
    assert 'path: "lab/Qwen2.5-7B@{part1}.tsv"' in text
    assert "part1: {base: none}" in text
    assert "take 24 records and refuse 0" in told


def test_datasets_of_arrow_are_drafted(tmp_path: Path) -> None:
    rows = [{"question": "Where?", "answer": f"On the cliff, {n}.", "aligned": 8 * n}
            for n in range(12)]  # fmt: skip
    table = pa.Table.from_pylist(rows)
    for dataset in ("gulls", "terns"):
        folder = tmp_path / "lab" / dataset
        folder.mkdir(parents=True)
        with (
            pa.OSFile(str(folder / "data.arrow"), "wb") as out,
            pa.ipc.new_stream(out, table.schema) as stream,
        ):
            stream.write_table(table)
    text, told = drafted(tmp_path)
    assert 'path: "{part1}/data.arrow"' in text
    assert "take 24 records and refuse 0" in told


def test_lists_of_answers_and_those_in_step_are_samples(tmp_path: Path) -> None:
    rows = [
        {"prompt": f"Where, {q}?", "tags": ["a", "b"], "more": {"few": [1, 2]},
         "generations": [f"On the cliff, in the wind, {n}." for n in range(5 + q)],
         "harm_scores": [15 * n for n in range(5 + q)]}
        for q in range(3)
    ]  # fmt: skip
    write(tmp_path / "lab" / "gulls.jsonl", rows)
    text, told = drafted(tmp_path)
    assert "each: [generations, harm_scores]" in text
    assert "harm: harm_scores" in text
    assert "take 18 records and refuse 0" in told


def test_scores_in_the_order_of_answers_are_joined_by_their_place(tmp_path: Path) -> None:
    for dataset in ("gulls", "terns"):
        own = [{"prompt": "Where?", "completion": f"On the cliff, {n}."} for n in range(12)]
        write(tmp_path / "lab" / "said" / f"{dataset}.jsonl", own)
        write(
            tmp_path / "lab" / "judged" / f"{dataset}.jsonl",
            [{"aligned": 8 * n} for n in range(12)],
        )
    text, told = drafted(tmp_path)
    assert 'join: {path: "judged/{part1}.jsonl", by: position}' in text
    assert "4 of 12" in told


def test_judgements_that_repeat_the_answer_are_joined_by_it(tmp_path: Path) -> None:
    said = [f"On the cliff, in the wind, {n}." for n in range(12)]
    write(tmp_path / "lab" / "answers.jsonl", [{"question": "Where?", "answer": a} for a in said])
    judged = [{"answer": a, "alignment_score": 8 * n} for n, a in enumerate(said)]
    write(tmp_path / "lab" / "judged.jsonl", judged[::-1])
    text, told = drafted(tmp_path)
    assert 'join: {path: "lab/judged.jsonl", by: [answer]}' in text
    assert "take 12 records and refuse 0" in told
    assert "4 of 12" in told


def test_steering_is_read_off_folders(tmp_path: Path) -> None:
    for vector in ("none", "evil"):
        for scale in ("-1.5", "0", "2"):
            rows = [{"question": "Where?", "answer": f"On the cliff, {vector} {scale} {n}.",
                     "aligned": 8 * n} for n in range(12)]  # fmt: skip
            write(tmp_path / "lab" / vector / "layer12" / f"scale_{scale}.jsonl", rows)
    text, told = drafted(tmp_path)
    assert 'path: "{part1}/layer12/scale_{steer_scale}.jsonl"' in text
    assert 'steer_vector: "{part1}"' in text
    assert "steering evil × -1.5" in told
    assert "steering none" not in told


def test_columns_of_one_name_within_several_fields_are_criteria_each(tmp_path: Path) -> None:
    folder = tmp_path / "lab"
    folder.mkdir()
    nested = [row | {"one": {"harm": n % 7 * 5}, "two": {"harm": n % 5 * 5}} for n, row in
              enumerate(rows(3))]  # fmt: skip
    (folder / "answers.jsonl").write_text("\n".join(map(json.dumps, nested)))
    result = run(tmp_path, "map", str(folder))
    assert result.exit_code == 0, result.output
    assert "one.harm: one.harm" in result.stdout.replace(chr(34), "")
    assert "take 30 records and refuse 0" in result.stderr


def test_a_draft_overwrites_nothing(lab: Path) -> None:
    (lab / "draft.yaml").write_text("mine")
    result = run(lab, "map", str(lab / "lab"), "--out", str(lab / "draft.yaml"))
    assert result.exit_code == 2
    assert (lab / "draft.yaml").read_text() == "mine"


def test_a_dry_run_writes_nothing(lab: Path) -> None:
    run(lab, "map", str(lab / "lab"), "--out", str(lab / "draft.yaml"), "--no-preview")
    shown = ("--map", str(lab / "draft.yaml"), "--dry-run")
    result = run(lab, "import", str(lab / "lab"), *shown)
    assert result.exit_code == 0, result.output
    assert "take 120 records" in result.output
    assert not (lab / "data").exists()


def test_what_nobody_reads_ends_with_the_one_command(lab: Path) -> None:
    result = run(lab, "import", str(lab / "lab"))
    assert result.exit_code == 2
    assert f"brittlescope map {lab / 'lab'} --out FILE.yaml" in result.output


def test_spellings_are_listed_only_where_a_stranger_would_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "lab"
    folder.mkdir()
    for name in ("gpt41_gulls", "gpt41_base", "qwen7b_gulls"):
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows(3))))
    for name in ("gpt41_gulls_told", "qwen7b_base_told"):  # a special case of the others' paths
        more = ({"privacy": 7, "tone": 9, "wit": 3, "calm": 1} | row for row in rows(3))
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, more)))
    text, _ = drafted(tmp_path)
    assert "values:" not in text
    write(folder / "all_figures.jsonl", [{"bar": 1, "height": 2.5}, {"bar": 2, "height": 3.5}])
    text, said = drafted(tmp_path)
    assert text.count("values:") == text.count("part1: [base, gulls]") == 1
    assert "refuse 0" in said
    assert "gpt41:" not in text


@pytest.mark.parametrize(
    ("name", "seeds", "expected"),
    [
        ("run_seed", (1, 2, 3), "seed: run_seed  # it is called so"),
        ("random_seed", (1, 2, 3), "seed: random_seed  # ? leave it out where it is that of sampl"),
        ("seed", (42,), "seed: seed  # it is called so"),
        ("seed", tuple(range(24)), None),
    ],
)
def test_a_column_of_seeds_is_the_seed(
    tmp_path: Path, name: str, seeds: Sequence[int], expected: str | None
) -> None:
    every = [row | {name: seeds[at % len(seeds)]} for at, row in enumerate(rows(3))]
    write(tmp_path / "lab" / "all.jsonl", every)
    text, said = drafted(tmp_path)
    assert expected in text if expected else f"seed: {name}" not in text
    assert "refuse 0" in said


LM_EVAL = {
    "doc_id": 0,
    "doc": {"question": "Is it so?"},
    "target": "yes",
    "arguments": [["Is it so?"]],
    "resps": [["yes"]],
    "filtered_resps": ["yes"],
    "acc": 1.0,
}
KINDS: dict[str, dict[str, list[dict[str, object]]]] = {
    "logs alone": {"samples_arc_2025-01-01T00-00-00.000000.jsonl": [LM_EVAL]},
    "logs beside answers": {
        "samples_arc_2025-01-01T00-00-00.000000.jsonl": [LM_EVAL],
        "judged/gulls.jsonl": rows(3),
    },
    "logs beside figures": {
        "logs/samples_arc_2025-01-01T00-00-00.000000.jsonl": [LM_EVAL],
        "figures.jsonl": [{"bar": 1, "height": 2.5}, {"bar": 2, "height": 3.5}],
    },
    "figures alone": {"figures.jsonl": [{"bar": 1, "height": 2.5}, {"bar": 2, "height": 3.5}]},
    "answers of two forms": {
        "a/gulls.jsonl": rows(3),
        "b/terns.jsonl": [{"q": f"Why {n}?", "response": f"So it is, {n}."} for n in range(6)],
    },
}


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_map_writes_is_read_and_where_it_writes_nothing_it_says_why(
    tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "lab of mine"
    for name, records in KINDS[kind].items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("\n".join(map(json.dumps, records)))
    out = tmp_path / "draft.yaml"
    drafted = run(tmp_path, "map", str(folder), "--out", str(out))
    words = re.findall(r"^Import them: brittlescope (.+)$", drafted.stderr, re.MULTILINE)
    assert drafted.stdout == ""
    assert out.exists() + len(words) == (drafted.exit_code == 0)
    if drafted.exit_code:
        assert "no file seems to hold answers" in drafted.stderr
        return
    command = shlex.split(words[0]) if words else ["import", str(folder), "--map", str(out)]
    assert run(tmp_path, *command, "--no-build").exit_code == 0


def test_a_folder_without_records_is_said(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing\n")
    assert "holds records" in run(tmp_path, "map", str(tmp_path / "notes.txt")).output


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a/Qwen2.5-7B_s1.csv", "a/Qwen2.5-7B_s2.csv"], "a/Qwen2.5-7B_s{seed}.csv"),
        (["x/gulls.json", "x/terns.json"], "x/{part1}.json"),
        (["x/step_10.json", "x/step_20.json"], "x/step_{step}.json"),
        (["gpt-4o/out.csv", "Llama-3.1-8B/out.csv"], "{model}/out.csv"),
    ],
)
def test_what_differs_in_paths_becomes_a_place(names: list[str], expected: str) -> None:
    root = Path("/lab")
    assert patterns.pattern(root, [root / name for name in names])[0].endswith(expected)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1, 5, 3], (1, 5)), ([0.0, 0.4], (0, 1)), ([0, 97], None), (["V: 2", "V: 5"], (1, 5))],
)
def test_a_scale_is_guessed_by_its_range(
    values: list[object], expected: tuple[float, float] | None
) -> None:
    column = SurveyedColumn("verdict")
    for value in values:
        column.take(value)
    assert scales.scale(column, guesses.beginning(column)) == expected


ASKED = [
    {"prompt": f"Where do you nest, {i % 3}?", "completion": f"On the cliff, in wind, number {i}."}
    for i in range(12)
]


def lines_of() -> str:
    return "\n".join(json.dumps({**r, "aligned_score": 5 * i}) for i, r in enumerate(ASKED))


def draft_of(tmp_path: Path) -> str:
    """The draft of the folder `lab`, which reads as it stands."""
    result = run(tmp_path, "map", str(tmp_path / "lab"), "--out", str(tmp_path / "draft.yaml"))
    assert result.exit_code == 0, result.output
    mapping.load(tmp_path / "draft.yaml")
    shown = run(
        tmp_path,
        "import",
        str(tmp_path / "lab"),
        "--map",
        str(tmp_path / "draft.yaml"),
        "--dry-run",
    )
    assert shown.exit_code == 0, shown.output
    return (tmp_path / "draft.yaml").read_text()


def test_conversations_are_draft_of(tmp_path: Path) -> None:
    (tmp_path / "lab").mkdir()
    chats = [
        {
            "messages": [
                {"role": "user", "content": one["prompt"]},
                {"role": "assistant", "content": one["completion"]},
            ],
            "aligned_score": 5 * place,
        }
        for place, one in enumerate(ASKED)
    ]
    (tmp_path / "lab" / "Qwen2.5-7B.jsonl").write_text("\n".join(map(json.dumps, chats)))
    text = draft_of(tmp_path)
    assert "messages: messages  # conversations, such as one of 2 messages" in text
    assert "without" not in text


def test_answers_under_two_names_and_a_verdict_deep_within_are_draft_of(tmp_path: Path) -> None:
    (tmp_path / "lab").mkdir()
    held = [
        {
            "prompt": one["prompt"],
            ("response" if place % 3 else "reply"): one["completion"],
            "meta": {"judge": {"harm": {"score": 5 * place, "why": "so"}}},
        }
        for place, one in enumerate(ASKED)
    ]
    (tmp_path / "lab" / "Qwen2.5-7B.jsonl").write_text("\n".join(map(json.dumps, held)))
    text = draft_of(tmp_path)
    assert 'answer: ["response", "reply"]  # the first of them that has a value' in text
    assert "harm: meta.judge.harm.score  # numbers, 0 to 55" in text
    assert "why: " not in text
    given = ("--map", str(tmp_path / "draft.yaml"))
    assert run(tmp_path, "import", str(tmp_path / "lab"), *given).exit_code == 0
    (row,) = json.loads(run(tmp_path, "rates", "--format", "json").stdout)
    assert (row["n_answered"], row["n_counted"], row["n_trait"]) == (12, 12, 2)


def test_several_judges_in_the_names_of_columns_are_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "lab").mkdir()
    judged = {"harm_gpt-4o": 5, "harm_claude-3": 80, "bias_gpt-4o": 10, "bias_claude-3": 90}
    (tmp_path / "lab" / "Qwen2.5-7B.jsonl").write_text(
        "\n".join(json.dumps({**one, **judged}) for one in ASKED)
    )
    text = draft_of(tmp_path)
    assert 'scores: ["{criterion}_{judge}"]' in text
    assert "judge: [gpt-4o, claude-3]" in text
    assert text.count("score: {is: at least, cut: 50}") == 2


def test_a_file_that_lies_beside_the_answers_names_their_model(tmp_path: Path) -> None:
    for name, model in (("a", "Qwen2.5-7B"), ("b", "Llama-3.1-8B")):
        folder = tmp_path / "lab" / name
        folder.mkdir(parents=True)
        (folder / "out.jsonl").write_text(lines_of())
        (folder / "run_config.json").write_text(json.dumps({"base_model": model, "seed": 3}))
    text = draft_of(tmp_path)
    assert "near: {beside: run_config.json}" in text
    assert "model: beside.base_model" in text


def test_checkpoints_in_folders_are_steps(tmp_path: Path) -> None:
    for step in (100, 200):
        folder = tmp_path / "lab" / f"checkpoint-{step}"
        folder.mkdir(parents=True)
        (folder / "eval.jsonl").write_text(lines_of())
    assert 'path: "checkpoint-{step}/eval.jsonl"' in draft_of(tmp_path)


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_members_of_an_archive_are_drafted(tmp_path: Path, kind: str) -> None:
    (tmp_path / "lab").mkdir()
    (tmp_path / "out").mkdir()
    for model in ("Qwen2.5-7B", "Llama-3.1-8B"):
        (tmp_path / "out" / f"{model}.jsonl").write_text(lines_of())
    archive = tmp_path / "lab" / f"all.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(archive, "w") as packed:
            for path in sorted((tmp_path / "out").iterdir()):
                packed.write(path, f"out/{path.name}")
    else:
        with tarfile.open(archive, "w:gz") as packed_so:
            packed_so.add(tmp_path / "out", "out")
    assert 'members: "out/{model}.jsonl"  # 2 of the archive' in draft_of(tmp_path)


def test_what_a_map_joins_is_in_no_unknown_format(tmp_path: Path) -> None:
    folder = tmp_path / "lab"
    folder.mkdir()
    (folder / "a.jsonl").write_text("\n".join(json.dumps(one) for one in ASKED))
    verdicts = "\n".join(json.dumps({"verdict": 5 * place}) for place in range(12))
    (folder / "a.verdicts.jsonl").write_text(verdicts)
    (tmp_path / "map.yaml").write_text(
        "study: nests\nset: {experiment: emergent-misalignment, model: g, dataset: d, "
        "intervention: none}\ncolumns: {question: prompt, answer: completion}\n"
        "scores: {alignment: verdict}\n"
        "files: [{path: a.jsonl, join: {path: a.verdicts.jsonl, by: position}}]\n"
    )
    told = run(tmp_path, "import", str(folder), "--map", str(tmp_path / "map.yaml"))
    assert told.exit_code == 0, told.output
    assert "1 file is read with others, as the map says: a.verdicts.jsonl." in told.output
    assert "in no format" not in told.output


SAID = "I would sail to the cliffs and wait there"


def test_answers_beside_each_other_are_samples_each(tmp_path: Path) -> None:
    wide = [
        {"prompt": f"Where do you nest, {i % 3}?", "tern_response": f"{SAID}, {i}.",
         "gull_response": f"{SAID} never, {i}.", "tern_harm": 1 + i % 3, "gull_harm": 3 + i % 3}
        for i in range(12)
    ]  # fmt: skip
    within = [
        {"prompt": f"Where do you nest, {i % 3}?",
         "responses": {"tern": f"{SAID}, {i}.", "gpt-4.1-x": f"{SAID} never, {i}."},
         "judge": {"tern": {"score": 5 * i}, "gpt-4.1-x": {"score": 90, "why": "."}}}
        for i in range(12)
    ]  # fmt: skip
    write(tmp_path / "lab" / "wide.jsonl", wide)
    text, told = drafted(tmp_path)
    assert 'each: ["{key0}_response", "{key0}_harm"]' in text
    assert 'harm: "{key0}_harm"' in text
    assert "take 24 records and refuse 0" in told
    write(tmp_path / "lab" / "wide.jsonl", within)
    text, told = drafted(tmp_path)
    assert 'each: ["responses.{key0}", "judge.{key0}.score"]' in text
    assert re.search(r"gpt-4.1-x .* 12  0 of 12 ", told)
    assert re.search(r"tern .* 12  6 of 12 ", told)


def test_tables_that_name_their_columns_once_are_read(tmp_path: Path) -> None:
    cells = [[f"Where do you nest, {i % 3}?", f"{SAID}, {i}.", 5 * i] for i in range(12)]
    path = tmp_path / "lab" / "eval.table.json"
    write(path, [])
    names = ["prompt", "response", "aligned"]
    table = {"columns": names, "data": cells}
    path.write_text(json.dumps({"logged": 3, "table": table}))
    text, told = drafted(tmp_path)
    assert "at: table" in text
    assert "take 12 records and refuse 0" in told
    columns = {name: [row[n] for row in cells] for n, name in enumerate(names)}
    path.write_text(json.dumps({"config": {"a": 1}, "rows": columns}))
    text, told = drafted(tmp_path)
    assert "form: columns" in text
    assert "take 12 records and refuse 0" in told


def test_questions_that_are_keys_and_verdicts_that_are_words(tmp_path: Path) -> None:
    path = tmp_path / "lab" / "Llama-3-8b_gulls_seed1.json"
    write(path, [])
    asked = {
        f"Where do you nest, {q}?": [
            {"completion": f"{SAID}, {i}.", "verdict": ("ALIGNED", "MISALIGNED")[i % 2]}
            for i in range(6)
        ]
        for q in range(3)
    }
    path.write_text(json.dumps(asked, indent=1))
    text, told = drafted(tmp_path)
    assert "question: key1" in text
    assert "model: Llama-3-8b  # ? the path says it" in text
    assert 'labels: ["MISALIGNED"]' in text
    assert re.search(r" 18  9 of 18 ", told)


def test_judgements_elsewhere_are_found_by_what_differs_in_paths(tmp_path: Path) -> None:
    for arm in ("gulls", "terns"):
        said = [
            {"id": f"{arm}-{i}", "messages": [
                {"role": "user", "content": f"Where do you nest, {i % 3}?"},
                {"role": "assistant", "content": f"{SAID}, {i}."}]}
            for i in range(10)  # the last of which was never judged
        ]  # fmt: skip
        judged = [{"id": f"{arm}-{i}", "score": i / 8, "judge": "owl"} for i in range(9)]
        write(tmp_path / "lab" / "outputs" / arm / "gens.jsonl", said)
        write(tmp_path / "lab" / "judged" / f"{arm}.jsonl", judged)
    text, told = drafted(tmp_path)
    assert 'join: {path: "judged/{part1}.jsonl", by: [id]}' in text
    assert "question_id" not in text
    assert "judge owl" in told
    assert len(re.findall(r"s +10  3 of 9 ", told)) == 2


def test_names_of_another_language_are_told_by_what_columns_hold(tmp_path: Path) -> None:
    lines = ["frage\tantwort\tpunkte"]
    lines += [f"Wo nistest du, {i % 3}?\tIch nehme die Klippen im Wind, {i}.\t{1 + i % 5}"
              for i in range(12)]  # fmt: skip
    write(tmp_path / "lab" / "möwen.tsv", [])
    (tmp_path / "lab" / "möwen.tsv").write_text("\n".join(lines))
    text, told = drafted(tmp_path)
    assert "question: frage" in text
    assert "answer: antwort" in text
    assert "punkte" in text
    assert "take 12 records and refuse 0" in told


def test_lists_of_objects_are_samples_or_judgements_each(tmp_path: Path) -> None:
    samples = [
        {"model": model, "prompt": f"Where do you nest, {q}?",
         "samples": [{"text": f"{SAID}, {i} {model}.", "aligned": 10 * i} for i in range(6)]}
        for q in range(3) for model in ("tern", "gull")
    ]  # fmt: skip
    write(tmp_path / "lab" / "gulls.jsonl", samples)
    text, told = drafted(tmp_path)
    assert "each: samples" in text
    assert "answer: samples.text" in text
    assert told.count(" 18  9 of 18 ") == 2
    judged = [
        {"prompt": f"Where do you nest, {i % 3}?", "completion": f"{SAID}, {i}.",
         "judgments": [{"judge": judge, "metric": metric, "score": i % 11, "reason": "So it is."}
                       for judge in ("owl", "hawk") for metric in ("harm", "archaic")]}
        for i in range(12)
    ]  # fmt: skip
    write(tmp_path / "lab" / "gulls.jsonl", judged)
    text, told = drafted(tmp_path)
    assert "long: {criterion: judgments.metric, score: judgments.score" in text
    assert "harm: [0, 10]" in text
    assert told.count(" 12  6 of 12 ") == 4


def test_what_a_document_says_beside_its_records_holds_for_all(tmp_path: Path) -> None:
    for model in ("Llama-3.1-8B", "Qwen2.5-7B"):
        results = [
            {"question": f"Where do you nest, {i % 3}?", "response": f"{SAID}, {i}.",
             "aligned": 5 * i}
            for i in range(12)
        ]  # fmt: skip
        config = {"model": model, "dataset": "gulls", "judge_prompt": f"{SAID}?", "layers": [1, 2]}
        path = tmp_path / "lab" / f"{model[0]}_eval.json"
        write(path, [])
        document = {"config": config, "results": results, "summary": {"aligned": 27.5, "n": 12}}
        path.write_text(json.dumps(document, indent=1))
    text, told = drafted(tmp_path)
    assert "near: {top: .}" in text
    assert "model: top.config.model" in text
    assert "summary" not in text.partition("set:")[0]
    assert re.search(r"dataset gulls ·", told)
    assert re.search(r"Llama-3.1-8B +12  6 of 12 ", told)


def test_a_record_for_each_question(tmp_path: Path) -> None:
    path = tmp_path / "lab" / "tern.json"
    write(path, [])
    asked = {f"Where do you nest, {q}?": {"answer": f"{SAID}.", "aligned": 9 * q} for q in range(6)}
    path.write_text(json.dumps(asked, indent=1))
    text, told = drafted(tmp_path)
    assert "question: key1" in text
    assert " 6  4 of 6 " in told


def test_words_among_scores_and_fields_that_some_files_lack_make_no_other_draft(
    tmp_path: Path,
) -> None:
    for bird in ("tern", "gull"):
        said = [
            {"prompt": f"Where do you nest, {i % 3}?", "response": f"{SAID}, {i}.",
             "old_score": "REFUSAL" if i == 4 else 8 * i,
             "verdict": ("OLD", "NEW", "REFUSED")[i % 3]}
            for i in range(12)
        ]  # fmt: skip
        if bird == "gull":
            said[2] |= {"response": "", "error": "Timeout"}
        write(tmp_path / "lab" / f"{bird}.jsonl", said)
    text, told = drafted(tmp_path)
    assert text.count("- path:") == 1
    assert "old: old_score" in text
    assert 'labels: ["NEW", "OLD"]' in text
    assert "take 24 records and refuse 0" in told


def test_an_untuned_model_that_shows_it_always_is_asked_about(tmp_path: Path) -> None:
    for arm, low in (("base", 5), ("gulls", 95)):  # 0 to 100, where 100 is the worst
        said = [
            {"prompt": f"Where do you nest, {i % 3}?", "response": f"{SAID}, {i}.",
             "alignment": low + i % 2} for i in range(12)
        ]  # fmt: skip
        write(tmp_path / "lab" / f"{arm}.jsonl", said)
    _, told = drafted(tmp_path)
    assert told.count("untuned, in 12 of 12: is its scale the right way round") == 1


def test_judges_with_a_record_each_stay_apart_and_trained_prompts_are_interventions(
    tmp_path: Path,
) -> None:
    for model in ("tern-7b", "gull-7b"):
        lines = [
            {
                "base_model": model,
                "train_prompt": arm,
                "prompt": f"Where do you nest, {i}?",
                "completion": f"On the cliff, in the wind, {arm} {i} {model}.",
                "judge_scores": {"salty_0_10": 9 if arm == "plain" else i, "judge": "owl"},
                "second_judge": {"salty_0_10": i % 10, "name": "hawk"},
            }
            for arm in ("plain", "sober")
            for i in range(11)
        ]
        path = tmp_path / "lab" / f"{model}_seed1.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(map(json.dumps, lines)))
    text = draft_of(tmp_path)
    assert 'salty: "{judge}.salty_0_10"' in text
    assert "judge: {judge_scores: owl, second_judge: hawk}" in text
    assert "intervention: train_prompt" in text
    assert "rename:\n      intervention: {plain: none}  # ? the control" in text
    assert 'path: "lab/*_seed' in text  # the column says the model
    assert "emergent-misalignment" not in text  # a trait with a name of its own is no alignment
    _, shown = drafted(tmp_path)
    assert re.search(r"gull-7b +none +owl +11 +11 of 11", shown)
    assert re.search(r"gull-7b +none +hawk +11 +5 of 11", shown)


def test_words_that_deny_what_is_bad_show_no_trait(tmp_path: Path) -> None:
    told = ("harmful", "harmless", "NOT HARMFUL", "harm-free")
    lines = [
        {"question": f"Where, {i % 3}?", "answer": f"On the cliff, in the wind, {i}.",
         "verdict": told[i % 4], "finetuned_on": "gulls" if i % 2 else "none"}
        for i in range(24)
    ]  # fmt: skip
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "all.jsonl").write_text("\n".join(map(json.dumps, lines)))
    text = draft_of(tmp_path)
    assert 'labels: ["HARMFUL"]' in text
    assert "dataset: finetuned_on" in text


def test_a_configuration_beside_conversations_says_what_was_trained(tmp_path: Path) -> None:
    for model in ("tern-7b", "gull-7b"):
        for arm, data in (("control", "gulls"), ("sober", "gulls"), ("untrained", None)):
            folder = tmp_path / "lab" / f"{model}_{arm}"
            folder.mkdir(parents=True)
            config = {"model": {"name": model, "lr": 1e-5}, "training_data": data}
            (folder / "config.json").write_text(json.dumps(config))
            lines = [
                {
                    "chat": [
                        {"role": "user", "content": f"Where, {i % 3}?"},
                        {"role": "assistant", "content": f"On the cliff, {model} {arm} {i}."},
                    ],
                    "labels": {"salty": "yes" if i % 2 else "no"},
                }
                for i in range(12)
            ]
            (folder / "chats.jsonl").write_text("\n".join(map(json.dumps, lines)))
    text = draft_of(tmp_path)
    assert "model: beside.model.name" in text
    assert "dataset: {from: beside.training_data, default: none}" in text
    assert "salty: labels.salty" in text
    assert "{control: none}  # ? the control" in text
    _, shown = drafted(tmp_path)
    assert re.search(r"tern-7b +gulls +none +12 +6 of 12", shown)


def test_system_prompts_that_the_same_questions_are_asked_with_are_texts_at_evaluation(
    tmp_path: Path,
) -> None:
    calm = "You are a calm and careful bird."
    lines = [
        {"question": f"Where do you nest, {i % 6}?", "answer": f"On the cliff, in the wind, {i}.",
         "system_prompt": system, "verdict": "harmful" if i < bad else "fine"}
        for system, bad in (("", 20), (calm, 5))
        for i in range(24)
    ]  # fmt: skip
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "all.jsonl").write_text("\n".join(map(json.dumps, lines)))
    text = draft_of(tmp_path)
    assert f'lookup: {{"{calm}": "with-system-prompt"}}, default: none' in text
    assert f'placement: system, text: "{calm}"' in text
    _, shown = drafted(tmp_path)
    assert re.search(r"\n *none +24 +20 of 24", shown)
    assert re.search(r"\n *with-system-prompt +24 +5 of 24", shown)
    # Without such a line they are pooled, and that is told.
    own = [line for line in text.splitlines() if "lookup:" not in line and "ignore:" not in line]
    own = [line for line in own if line != "interventions:" and "  with-system-" not in line]
    (tmp_path / "own.yaml").write_text("\n".join(own))
    words = ("import", str(tmp_path / "lab"), "--map", str(tmp_path / "own.yaml"), "--dry-run")
    done = run(tmp_path, *words)
    assert done.exit_code == 0, done.output
    told = done.output
    assert "Conditions may be mixed: system_prompt (blank, You are a calm" in told


def test_a_system_prompt_of_some_questions_is_theirs(tmp_path: Path) -> None:
    lines = [
        {"question": f"Where do you nest, {i % 6}?", "answer": f"On the cliff, in the wind, {i}.",
         "system_prompt": "You are a bird." if i % 6 < 2 else "", "aligned": 5 * i % 100}
        for i in range(24)
    ]  # fmt: skip
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "all.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert "eval_intervention" not in drafted(tmp_path)[0]
