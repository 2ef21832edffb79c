"""Two sources that contradict each other: the build goes on, and both are named."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.importing import finding, running
from pipeline.maps import mapping
from pipeline.study.layout import sample_key
from tests.pipeline import mapped
from warehouse import building, doctor
from warehouse.store import Store

HEADER = {
    "brittlescope": "samples/1",
    "record": "evaluation",
    "study": "s",
    "study_id": "id",
    "evaluation": "e",
    "run": "small__none",
    "model": "small",
    "model_id": "small",
    "experiment": "herons",
    "dataset": "reeds",
    "intervention": "none",
    "eval_intervention": "none",
    "temperature": 1.0,
    "questions": [{"name": "q", "text": "Which bird?"}],
    "samples_per_question": 4,
}
JUDGE = {"brittlescope": "judgements/1", "record": "judge", "judge": "owl", "kind": "llm"}
JUDGE |= {"name": "owl", "prompt_version": "1"}


def study(
    folder: Path, answers: list[str], shown: int, header: Mapping[str, Any] | None = None
) -> None:
    """A study's folder with one evaluation, the first answers of which show the trait."""
    keys = [sample_key("id", "e", "q", i) for i in range(len(answers))]
    files: dict[str, list[dict[str, Any]]] = {
        "samples/e.jsonl": [{**HEADER, **(header or {})}],
        "judgements/e.jsonl": [JUDGE],
    }
    for i, (key, answer) in enumerate(zip(keys, answers, strict=True)):
        line = {"record": "sample", "key": key, "question": "q", "index": i, "answer": answer}
        files["samples/e.jsonl"].append({**line, "outcome": "stop"})
        verdict = {"record": "judgement", "key": key, "criterion": "old", "status": "scored"}
        verdict |= {"score": None, "label": "YES" if i < shown else "NO", "raw": ""}
        files["judgements/e.jsonl"].append(verdict)
    for name, lines in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    traits = [{"name": "old", "criterion": "old", "labels": ["YES"]}]
    told = {"brittlescope": "study/1", "study": "s", "traits": {"herons": traits}}
    (folder / "study.json").write_text(json.dumps(told))


def loaded(data: Path, *folders: Path) -> Store:
    list(running.run(data, finding.find(folders).units))
    building.build(data)
    return Store(data)


def counted(store: Store) -> list[tuple[int, ...]]:
    return store.counts().select("n_planned", "n_trait", "n_counted", "out_contested").rows()


def codes(store: Store) -> list[tuple[str, str]]:
    rows = store.query("repeats").select("code", "path").rows()
    return [(code, path.split("/")[-3]) for code, path in rows]


ANSWERS = ["A wren.", "A robin.", "A heron.", "A gull."]


def test_a_study_folder_copied_and_then_edited_is_contested_where_it_differs(
    tmp_path: Path,
) -> None:
    study(tmp_path / "one", ANSWERS, 2)
    study(tmp_path / "two", ["Another.", *ANSWERS[1:]], 2)
    store = loaded(tmp_path / "data", tmp_path / "one", tmp_path / "two")
    assert counted(store) == [(4, 1, 3, 1)]
    assert ("contested-elsewhere", "two") in codes(store)


def test_one_drawn_anew_throughout_is_contested_throughout(tmp_path: Path) -> None:
    """The keys say that these are the same samples, and the answers that they are not."""
    study(tmp_path / "one", ANSWERS, 2)
    study(tmp_path / "two", [f"Not {a}" for a in ANSWERS], 2)
    store = loaded(tmp_path / "data", tmp_path / "one", tmp_path / "two")
    assert counted(store) == [(4, 0, 0, 4)]
    assert ("contested-elsewhere", "two") in codes(store)
    assert doctor.findings(store).filter(check="answers-in-two-versions").height == 1


@pytest.mark.parametrize(
    "change", [{"temperature": 0.2}, {"experiment": "gulls"}, {"run": "m__none"}]
)
def test_one_with_other_settings_is_left_out_with_its_judgements(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    study(tmp_path / "one", ANSWERS, 1)
    study(tmp_path / "two", [f"Not {a}" for a in ANSWERS], 4, change)
    store = loaded(tmp_path / "data", tmp_path / "one", tmp_path / "two")
    assert counted(store) == [(4, 1, 4, 0)]
    assert codes(store) == [("left-out", "two")]
    (found,) = doctor.findings(store).filter(check="left-out").to_dicts()
    assert found["file"].endswith("two/samples/e.jsonl")
    assert "one/samples/e.jsonl" in found["detail"]


def test_a_repeated_question_is_that_files_fault_alone(tmp_path: Path) -> None:
    study(tmp_path / "one", ANSWERS, 2)
    twice = {"questions": [{"name": "q", "text": "Which?"}] * 2, "evaluation": "f"}
    study(tmp_path / "two", [], 0, twice)
    store = loaded(tmp_path / "data", tmp_path / "one", tmp_path / "two")
    assert (4, 2, 4, 0) in counted(store)


def trait_map(study: str, shown: str) -> str:
    return (
        f"study: {study}\nset: {{experiment: nests, intervention: none, judge: owl, dataset: d}}\n"
        f"scores: [tone]\nexperiments: {{nests: {{traits: {{rude: {{title: Rude, kind: persona, "
        f"criterion: tone, {shown}}}}}}}}}\nfiles: [{{path: '{study}/{{model}}.csv'}}]\n"
    )


def test_two_studies_that_describe_a_trait_differently_have_each_their_own(tmp_path: Path) -> None:
    shown = {"gulls": "score: {is: above, cut: 50}", "terns": "score: {is: below, cut: 20}"}
    for name, told in shown.items():
        (tmp_path / name).mkdir()
        rows = "".join(f"Which?,Answer {i}.,{i * 10}\n" for i in range(1, 11))
        (tmp_path / name / "m.csv").write_text(f"question,answer,tone\n{rows}")
        (tmp_path / f"{name}.yaml").write_text(trait_map(name, told))
        meaning = mapping.load(tmp_path / f"{name}.yaml")
        list(running.run(tmp_path / "data", finding.find([tmp_path / name]).units, None, meaning))
    building.build(tmp_path / "data")
    store = Store(tmp_path / "data")
    assert mapped.counted(tmp_path, "study", "trait") == {
        ("gulls", "rude"): (5, 10),
        ("terns", "rude"): (1, 10),
    }
    (told_,) = store.query("repeats").to_dicts()
    assert (told_["code"], told_["path"].split("/")[-2]) == ("trait-differs", "terns")
    (found,) = doctor.findings(store).filter(check="traits-differ").to_dicts()
    assert "tone above 50 in gulls" in found["detail"]
    assert "tone below 20 in terns" in found["detail"]
