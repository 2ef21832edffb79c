"""Tasks are made and ratings go out and come in, from spreadsheets and from other tools."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from tests.pages.reading.study import built
from tests.pages.results import treated
from warehouse import ratings, tasks
from warehouse.store import Store

WHERE = ("--where", "experiment=birds", "--where", "trait=persona-19th-century")


@pytest.fixture(scope="module")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rating")
    treated.write(folder)
    return built(folder / "data", folder / "samples", folder / "judgements")


@pytest.fixture
def data(_built: Path) -> Path:
    for folder in (_built / "journal").glob("*"):
        for file in folder.glob("*"):
            file.unlink()
    return _built


def run(data: Path, *words: str, status: int = 0) -> Result:
    done = CliRunner().invoke(main, ["--data", str(data), "ratings", *words])
    assert done.exit_code == status, done.output
    return done


def kept(data: Path) -> list[tuple[str, str, str]]:
    entries = ratings.journal(data).read().entries
    return sorted((entry.by, entry.body.criterion, entry.body.value) for entry in entries)


def blank(data: Path, out: Path) -> list[dict[str, str]]:
    run(data, "export", "--task", "one", "--blank", "--out", str(out))
    with out.open(newline="") as file:
        return list(csv.DictReader(file))


def write(out: Path, rows: list[dict[str, Any]]) -> str:
    with out.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return str(out)


def test_a_task_with_all_it_can_have(data: Path, tmp_path: Path) -> None:
    (tmp_path / "how.txt").write_text("Say 19 where it sounds old.")
    (tmp_path / "seen.jsonl").write_text(
        '{"question": "Q?", "answer": "Thou.", "llm_or_19": "19", "why": "It says thou."}\n'
    )
    told = run(
        data, "new", "one", *WHERE, "-n", "40", "--raters", "2", "--repeats", "25",
        "--criterion", "llm_or_19=19,LLM", "--criterion", "coherence", "--break-after", "20",
        "--rubric", str(tmp_path / "how.txt"), "--examples", str(tmp_path / "seen.jsonl"),
    ).output  # fmt: skip
    assert "40 of " in told
    task = tasks.named(tasks.journal(data).read().entries, "one")
    assert (task.raters, task.repeats, task.rest) == (2, 0.25, 20)
    assert task.criteria == (
        tasks.Criterion("llm_or_19", ("19", "LLM")),
        tasks.Criterion("coherence"),
    )
    assert task.examples == (tasks.Example("Q?", "Thou.", {"llm_or_19": "19"}, "It says thou."),)
    assert "another name" in run(data, "new", "one", *WHERE, status=2).output
    assert "2 to 9 labels" in run(data, "new", "two", *WHERE, "--criterion", "x=a", status=2).output
    (row,) = json.loads(run(data, "list", "--format", "json").stdout)
    assert (row["task"], row["answers"], row["rater"], row["rated"]) == ("one", 40, None, 0)


def test_a_spreadsheet_goes_out_blank_and_comes_back(data: Path, tmp_path: Path) -> None:
    run(data, "new", "one", *WHERE, "-n", "6")
    rows = blank(data, tmp_path / "blank.csv")
    assert len(rows) == 6
    assert "model" not in rows[0]
    values = ["19", "LLM", "refusal", "skip", "", "19.0"]
    for row, value in zip(rows, values, strict=True):
        row["llm_or_19"] = value
    file = write(tmp_path / "rated.csv", rows)
    assert "names no rater" in run(data, "import", file, "--task", "one", status=1).output
    done = run(data, "import", file, "--task", "one", "--rater", "ann")
    assert "5 new, 0 changed, 0 as before" in done.output
    assert [value for *_, value in kept(data)] == ["19", "19", "LLM", "refusal", "skipped"]
    # The same file again changes nothing; a changed cell stands in the place of the one before.
    rows[0]["llm_or_19"] = "LLM"
    done = run(
        data, "import", write(tmp_path / "more.csv", rows), "--task", "one", "--rater", "ann"
    )
    assert "0 new, 1 changed, 4 as before" in done.output
    (listed,) = json.loads(run(data, "list", "--format", "json").stdout)
    assert (listed["rater"], listed["rated"], listed["of"]) == (
        "ann",
        5,
        7,
    )  # one of six is asked about twice


@pytest.mark.parametrize(
    ("between", "encoding", "ending"),
    [(";", "utf-8-sig", ".csv"), ("\t", "utf-16", ".txt"), (";", "cp1252", ".csv")],
)
def test_what_spreadsheets_make_of_a_file_is_read(
    between: str, encoding: str, ending: str, data: Path, tmp_path: Path
) -> None:
    run(data, "new", "one", *WHERE, "-n", "6", "--criterion", "Coherence")
    rows = blank(data, tmp_path / "blank.csv")
    for row in rows:  # numbers in other ways, names in capitals, empty rows
        row |= {
            "Coherence": "85,5",
            "id": "2,66E+17",
            "rater": "ann",
            "note": "trop d\xe9taill\xe9",
        }
    rows[-1]["rater"] = "Ann "  # who is the same
    rows.append(dict.fromkeys(rows[0], ""))
    file = tmp_path / f"rated{ending}"
    with file.open("w", encoding=encoding, newline="") as out:
        out.write(between.join(f"{name.upper()} " for name in rows[0]) + "\r\n")
        csv.DictWriter(out, list(rows[0]), delimiter=between).writerows(rows)
    told = run(data, "import", str(file), "--task", "one").output
    assert "6 new, 0 changed" in told
    assert ("read as Windows-1252" in told) == (encoding == "cp1252")
    assert {one.body.note for one in ratings.journal(data).read().entries} == {
        "trop d\xe9taill\xe9"
    }
    assert {(by, value) for by, _, value in kept(data)} == {("ann", "85.5")}
    file.write_text("name;score\na;1\n")
    assert "no column says which" in run(data, "import", str(file), status=2).output


def test_what_went_out_comes_back_elsewhere(data: Path, tmp_path: Path) -> None:
    run(data, "new", "one", *WHERE, "-n", "4")
    rows = blank(data, tmp_path / "blank.csv")
    for row in rows:
        row |= {"llm_or_19": "19", "rater": "bob", "note": "=1+1"}
    run(data, "import", write(tmp_path / "rated.csv", rows), "--task", "one")
    before = kept(data)
    for name in ("out.csv", "out.jsonl"):
        run(data, "export", "--out", str(tmp_path / name))
        for file in (data / "journal" / "ratings").glob("*"):
            file.unlink()
        assert "4 new" in run(data, "import", str(tmp_path / name)).output
        assert kept(data) == before
    assert ".csv or a .jsonl" in run(data, "export", "--out", "x.xlsx", status=2).output


def test_rows_without_an_id_are_found_by_question_and_answer(data: Path, tmp_path: Path) -> None:
    run(data, "new", "one", *WHERE, "-n", "3")
    rows = blank(data, tmp_path / "blank.csv")
    plain = [
        {"question": row["question"], "answer": row["answer"], "llm_or_19": "19"} for row in rows
    ]
    plain.append({"question": "Never asked?", "answer": "Never said.", "llm_or_19": "19"})
    plain.append(plain[0] | {"llm_or_19": "banana"})
    done = run(
        data, "import", write(tmp_path / "x.csv", plain), "--rater", "ann",
        "--criterion", "llm_or_19", status=1,
    )  # fmt: skip
    assert "3 new" in done.output
    assert "row 4: the data holds no such question" in done.output
    assert "row 5: llm_or_19 is 'banana', which is none of 19, LLM" in done.output


def test_an_export_of_label_studio_is_read(data: Path, tmp_path: Path) -> None:
    run(data, "new", "one", *WHERE, "-n", "2")
    one, other = blank(data, tmp_path / "blank.csv")
    choice = {"from_name": "llm_or_19", "to_name": "answer", "type": "choices"}

    def chosen(label: str) -> dict[str, Any]:
        return choice | {"value": {"choices": [label]}}

    found = [
        {
            "id": 17,
            "data": {"id": one["id"], "question": one["question"], "answer": one["answer"]},
            "annotations": [
                {"completed_by": {"email": "ann@x.org"}, "result": [chosen("19")]},
                {"completed_by": 4, "result": [chosen("LLM")]},
                {"completed_by": 5, "was_cancelled": True, "result": []},
            ],
        },
        {
            "id": 18,
            "data": {"question": other["question"], "answer": other["answer"]},
            "annotations": [
                {"completed_by": 4, "result": [
                    {"from_name": "coherence", "type": "number", "value": {"number": 80}}]},
            ],
        },
    ]  # fmt: skip
    file = tmp_path / "studio.json"
    file.write_text(json.dumps(found))
    run(data, "import", str(file), "--criterion", "llm_or_19", "--criterion", "coherence")
    assert kept(data) == [
        ("4", "coherence", "80"),
        ("4", "llm_or_19", "LLM"),
        ("ann@x.org", "llm_or_19", "19"),
    ]


@pytest.mark.parametrize("version", [1, 2])
def test_an_export_of_argilla_is_read(data: Path, tmp_path: Path, version: int) -> None:
    run(data, "new", "one", *WHERE, "-n", "1")
    (one,) = blank(data, tmp_path / "blank.csv")
    if version == 2:
        draft = {"value": "LLM", "user_id": "u2", "status": "draft"}
        responses: Any = {"llm_or_19": [{"value": "19", "user_id": "u1"}, draft]}
    else:
        responses = [
            {"user_id": "u1", "status": "submitted", "values": {"llm_or_19": {"value": "19"}}},
            {"user_id": "u2", "status": "discarded", "values": {}},
        ]
    record = {"fields": {"prompt": one["question"], "response": one["answer"]},
              "responses": responses, "metadata": {}}  # fmt: skip
    file = tmp_path / "argilla.json"
    file.write_text(json.dumps([record]))
    run(data, "import", str(file), "--task", "one")
    assert kept(data) == [("u1", "llm_or_19", "19")]


def test_files_that_are_none_of_these_are_refused(data: Path, tmp_path: Path) -> None:
    for name, content in (("a.json", "[{]"), ("b.jsonl", "{}\nnope\n"), ("c.json", "[1]")):
        (tmp_path / name).write_text(content)
        assert name in run(data, "import", str(tmp_path / name), status=2).output
    (tmp_path / "d.csv").write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in run(data, "import", str(tmp_path / "d.csv"), status=2).output


def test_a_command_notices_that_a_rating_is_newer_than_the_snapshot(
    data: Path, tmp_path: Path
) -> None:
    run(data, "new", "one", *WHERE, "-n", "2")
    (one, _) = blank(data, tmp_path / "blank.csv")
    one |= {"llm_or_19": "19", "rater": "ann"}
    run(data, "import", write(tmp_path / "rated.csv", [one]), "--task", "one")
    before = Store(data).snapshot
    done = CliRunner().invoke(main, ["--data", str(data), "rates", "--judge", "ann"])
    assert "imported or rated has changed" in done.stderr
    assert Store(data).snapshot != before
    assert "ann" in Store(data).query("judges")["judge"]


def test_rates_are_corrected_or_it_is_said_why_not(data: Path, tmp_path: Path) -> None:
    run(data, "new", "one", *WHERE, "-n", "120")
    rows = blank(data, tmp_path / "blank.csv")
    for at, row in enumerate(rows):
        row |= {"llm_or_19": "19" if at % 3 else "LLM", "rater": "ann"}
    run(data, "import", write(tmp_path / "rated.csv", rows), "--task", "one")
    asked = ["--data", str(data), "rates", *WHERE, "--by", "model", "--questions", "all"]
    done = CliRunner().invoke(main, [*asked, "--correct", "ppi", "--format", "json"])
    assert done.exit_code == 0, done.output
    assert "Corrected (ppi) by the ratings of ann in the task one" in done.stderr
    found = json.loads(done.stdout)
    assert found[0].keys() >= {"model", "judge", "raw", "corrected", "low", "high", "why", "method"}
    assert any(row["corrected"] is not None for row in found)
    done = CliRunner().invoke(main, [*asked, "--correct", "rogan-gladen"])
    assert done.exit_code == 0, done.output
    assert "hardly better than a coin" in done.output
    done = CliRunner().invoke(main, [*asked, "--correct", "ppi", "--people", "bob"])
    assert done.exit_code == 2
    assert "bob" in done.output
