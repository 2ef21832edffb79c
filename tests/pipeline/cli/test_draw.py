"""`brittlescope draw`: transcripts with the sentence that says how they were chosen."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pages.reading.desk import forms
from pipeline.cli import main
from tests.warehouse import contested
from warehouse import picks


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return contested.built(tmp_path_factory.mktemp("drawing"))


def test_json_is_one_document_with_each_text_and_how_it_was_chosen(data: Path) -> None:
    words = ["--where", "experiment=birds", "-n", "3", "--seed", "5", "--format", "json"]
    done = CliRunner().invoke(main, ["--data", str(data), "draw", *words])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert len(found) == 3
    told = "3 drawn at random (seed 5), from the 144 of 240 answers that show the trait."
    assert {(row["draw"], row["seed"], row["chosen"]) for row in found} == {("random", 5, told)}
    assert all(row["answer"] and row["question_text"] and row["sha256"] for row in found)
    assert told in done.stderr


def test_a_table_begins_with_the_sentence(data: Path) -> None:
    done = CliRunner().invoke(main, ["--data", str(data), "draw", "--rule-of-draw", "longest"])
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("10 drawn longest first (seed 0), from the ")


def test_quotes_are_those_of_the_desk(data: Path) -> None:
    words = ["draw", "--where", "experiment=birds", "-n", "2", "--format", "latex"]
    done = CliRunner().invoke(main, ["--data", str(data), *words])
    assert done.exit_code == 0, done.output
    assert done.stdout.count("\\begin{quote}") == 2
    assert done.stdout.count("2 drawn at random (seed 0), from the 144 of 240 answers") == 2
    assert not (data / "journal").exists()
    assert tuple(forms.FORMS) == picks.FORMS


def test_nothing_to_draw_says_why(data: Path) -> None:
    words = ["draw", "--where", "experiment=birds", "--rule-of-draw", "nearest"]
    done = CliRunner().invoke(main, ["--data", str(data), *words])
    assert done.exit_code == 0, done.output
    assert "Nothing was drawn: no answer has a score with a cut" in done.stderr


@pytest.mark.parametrize("command", ["draw --only answered", "search a*"])
def test_csv_holds_what_is_nested_as_json(data: Path, command: str) -> None:
    words = [*command.split(), "-n", "3", "--format", "csv"]
    done = CliRunner().invoke(main, ["--data", str(data), *words])
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert rows
    assert all(json.loads(row["outcomes"])[0]["judge"] for row in rows)
