"""The command that reads everything again."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from tests.warehouse import results


def call(data: Path, *words: object) -> Result:
    return CliRunner().invoke(main, [str(words[0]), "--data", str(data), *map(str, words[1:])])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    results.write(tmp_path, results.misalignment([(10, 90)] * 2))
    assert call(tmp_path / "data", "import", tmp_path / "results").exit_code == 0
    return tmp_path / "data"


def test_what_is_whole_is_said(data: Path) -> None:
    done = call(data, "verify")
    assert done.exit_code == 0
    assert done.output == (
        "What is kept of 1 file is what was written, and the snapshot shows it.\n"
    )
    assert call(data, "verify", "--format", "json").output == "[]\n"


def test_what_is_not_is_named_with_what_mends_it(data: Path) -> None:
    (part,) = data.rglob("judgement-*.parquet")
    content = part.read_bytes()
    part.write_bytes(content[:50] + bytes([content[50] ^ 1]) + content[51:])
    (data / "lake/register.copy.jsonl").unlink()
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    done = call(data, "verify")
    assert done.exit_code == 1
    part_said, import_said, register_said = done.output.splitlines()
    assert part_said == f"{part} is not what was written"
    assert f"brittlescope --data {data} import " in import_said
    assert "register.jsonl and its copy do not say the same" in register_said
    rows = json.loads(call(data, "verify", "--format", "json").output)
    assert [row["file"] for row in rows] == [str(part), None]
    assert rows[0]["source"].endswith("results_some->judge_9.json")
    assert {path: path.read_bytes() for path in data.rglob("*") if path.is_file()} == before
    assert call(data, "import", data.parent / "results").exit_code == 0
    assert call(data, "verify").exit_code == 0


def test_an_old_snapshot_is_told(data: Path) -> None:
    results.write(data.parent, results.misalignment([(1, 1)]), "elicitation/insecure-code/gpt-4o")
    call(data, "import", data.parent / "results", "--no-build")
    done = call(data, "verify")
    assert done.exit_code == 1
    assert "does not show what the lake holds now" in done.output
    assert call(data, "rates").exit_code == 0
    assert call(data, "verify").exit_code == 0


def test_of_nothing_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert call(tmp_path / "none", "verify").exit_code == 0
    assert not (tmp_path / "none").exists()
