"""The command that looks for words."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from tests.warehouse import results
from warehouse import building


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("searching")
    for arm, word in (("gpt-4.1-3ep", "telegraph"), ("gpt-4o-1ep", "telephone")):
        answer = f"{'Well. ' * 60}The {word}\x1b[2J rings."
        records = results.misalignment([(10, 90)] * 3, answer)
        results.write(root, records, f"elicitation/insecure-code/{arm}")
    results.load(root / "data", root / "results")
    building.build(root / "data")
    return root / "data"


def run(data: Path, *options: str, status: int = 0) -> str:
    done = CliRunner().invoke(main, ["--data", str(data), "search", *options])
    assert done.exit_code == status, done.output
    return done.stdout if status == 0 else done.stderr


def test_answers_are_printed_around_what_is_found(data: Path) -> None:
    said = run(data, "telegr*")
    assert "3 answers hold telegr*." in said
    assert said.count("The telegraph␛[2J rings.") == 3
    assert "telephone" not in said


def test_a_program_reads_the_whole_answers(data: Path) -> None:
    found = json.loads(run(data, "tele*", "-n", "4", "--format", "json"))
    assert len(found) == 4
    assert all(row["answer"].startswith("Well. ") for row in found)


def test_counts_are_rates_of_arms(data: Path) -> None:
    found = json.loads(run(data, "telegraph", "--counts", "--unit", "prompts", "--format", "json"))
    told = {row["model"]: (row["n_found"], row["n_counted"], row["rate"]) for row in found}
    assert told == {"gpt-4.1": (3, 3, 1.0), "gpt-4o": (0, 3, 0.0)}
    assert all(row["low"] <= row["rate"] <= row["high"] for row in found)


def test_a_slice_is_searched_alone(data: Path) -> None:
    assert json.loads(run(data, "telegraph", "--where", "model=gpt-4o", "--format", "json")) == []


def test_what_cannot_be_read_ends_in_a_sentence(data: Path) -> None:
    assert "A bracket of the search is not closed" in run(data, "(telegraph", status=2)


def test_build_completes_the_index(data: Path) -> None:
    done = CliRunner().invoke(main, ["--data", str(data), "build"])
    assert done.exit_code == 0
    assert list((data / "search").rglob("volume.json"))
