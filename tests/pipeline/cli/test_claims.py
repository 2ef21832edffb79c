"""`brittlescope claims`: keep, list, check and export, and what a write-up says wrongly."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from tests.warehouse import contested

WHERE = ("--where", "experiment=birds", "--cell", "model=gpt-4.1", "--cell", "intervention=none")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return contested.built(tmp_path)


def asked(data: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(data), "claims", *words])


def test_from_a_number_to_a_paper_and_back(data: Path, tmp_path: Path) -> None:
    kept = asked(data, "keep", "birds-base", *WHERE, "--says", "It appears.")
    assert (kept.exit_code, kept.stdout[:18]) == (0, "birds-base: 90 % ["), kept.output
    told = kept.stdout.strip().removeprefix("birds-base: ")
    [row] = json.loads(asked(data, "list", "--format", "json").stdout)
    assert (row["name"], row["claim"], row["sentence"]) == ("birds-base", told, "It appears.")
    assert json.loads(asked(data, "show", "birds-base").stdout)["value"] == 0.9
    paper = tmp_path / "paper.md"
    paper.write_text(f"\\brittle{{birds-base}} <!-- brittle: birds-base -->{told}<!-- /brittle -->")
    checked = asked(data, "check", str(paper))
    assert (checked.exit_code, checked.stderr) == (0, "")
    for file in ("claims.tex", "claims.json"):
        assert asked(data, "export", "--out", str(tmp_path / file)).exit_code == 0
    assert json.loads((tmp_path / "claims.json").read_text()) == {"birds-base": told}
    assert "brittle@birds-base" in (tmp_path / "claims.tex").read_text()
    assert asked(data, "export", "--out", str(tmp_path / "claims.doc")).exit_code == 2


def test_a_count_of_what_a_search_finds_is_kept_and_found_again(data: Path) -> None:
    words = ("--of", "found", "--value", "n_found", "--search", "part:a OR NOT part:a")
    assert asked(data, "keep", "said", *words, *WHERE).stdout == "said: 80\n"
    [row] = json.loads(asked(data, "check", "--format", "json").stdout)
    assert (row["of"], row["state"]) == ("found", "same")
    assert asked(data, "keep", "rate", "--search", "telegraph", *WHERE).exit_code == 2


def test_what_a_write_up_says_wrongly_is_told_with_its_line(data: Path, tmp_path: Path) -> None:
    asked(data, "keep", "base", *WHERE)
    paper = tmp_path / "paper.md"
    paper.write_text("\n<!-- brittle: base -->12 %<!-- /brittle --> \\brittle{nowhere}")
    checked = asked(data, "check", str(paper))
    assert checked.exit_code == 1
    assert "paper.md, line 2: it says '12 %', and the claim is 90 %" in checked.stderr
    assert "line 2: there is no claim 'nowhere'" in checked.stderr


def test_a_claim_kept_again_stands_in_its_own_place_and_one_dropped_is_gone(data: Path) -> None:
    asked(data, "keep", "base", *WHERE)
    asked(data, "keep", "base", *WHERE, "--value", "n_counted")
    assert [row["claim"] for row in json.loads(asked(data, "list", "--format", "json").stdout)] == [
        "80"
    ]
    assert asked(data, "drop", "base").exit_code == 0
    assert json.loads(asked(data, "list", "--format", "json").stdout) == []
    gone = asked(data, "drop", "base")
    assert (gone.exit_code, "There is no claim 'base'" in gone.output) == (2, True)


def test_a_line_that_was_edited_by_hand_fails_the_check(data: Path) -> None:
    asked(data, "keep", "base", *WHERE)
    [file] = (data / "journal" / "claims").glob("*.jsonl")
    file.write_text(file.read_text().replace('"value":0.9', '"value":0.1'))
    checked = asked(data, "check")
    assert checked.exit_code == 1
    assert "line 1: it is not what was written" in checked.stderr


@pytest.mark.parametrize("cell", ["model", "epochs=many"])
def test_a_cell_that_is_none_is_told(cell: str, data: Path) -> None:
    found = asked(data, "keep", "base", "--cell", cell)
    assert (found.exit_code, "--cell" in found.output) == (2, True)
