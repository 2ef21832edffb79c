"""`brittlescope agreement`: a row per pair, and a sentence where there is none."""

import json
from pathlib import Path

from click.testing import CliRunner

from pipeline.cli import main
from tests.warehouse import contested
from tests.warehouse.test_agreed import two_judges


def test_a_pair_is_printed_for_people_and_for_programs(tmp_path: Path) -> None:
    two_judges(tmp_path).close()
    words = ["--data", str(tmp_path / "data"), "agreement"]
    table = CliRunner().invoke(main, words)
    assert table.exit_code == 0, table.output
    assert "3 · 1 · 1 · 1" in table.stdout
    [row] = json.loads(CliRunner().invoke(main, [*words, "--format", "json"]).stdout)
    assert (row["n"], row["n_both"]) == (6, 3)


def test_all_raters_are_printed_at_once(tmp_path: Path) -> None:
    two_judges(tmp_path).close()
    words = ["--data", str(tmp_path / "data"), "agreement", "--together"]
    table = CliRunner().invoke(main, words)
    assert table.exit_code == 0, table.output
    assert "everybody" in table.stdout
    [first, second] = json.loads(CliRunner().invoke(main, [*words, "--format", "json"]).stdout)
    assert (first["who"], second["who"], first["n"]) == ("everybody", "judges", 6)


def test_no_pair_is_told(tmp_path: Path) -> None:
    data = contested.built(tmp_path)
    done = CliRunner().invoke(main, ["--data", str(data), "agreement"])
    assert (done.exit_code, "No answer was judged by two judges" in done.stderr) == (0, True)
