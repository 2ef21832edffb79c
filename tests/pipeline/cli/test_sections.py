"""Tables fit on a terminal: in sections, in narrower columns, or one below the other."""

import json
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from pipeline.cli import main, sections
from tests.pages.reading.study import built
from tests.warehouse import study
from warehouse.store import Store


def table(traits: int = 2, rows: int = 3) -> pl.DataFrame:
    """Arms with long names, as `effects` prints them."""
    return pl.DataFrame(
        [
            {
                "experiment": "sea-birds-of-the-north",
                "trait": f"trait-number-{trait}",
                "judge": "a-judge",
                "study": "cliffs",
                "model": "Qwen2.5-7B-Instruct",
                "intervention": f"inoculation-system-prompt-{row}",
                "difference": 0.125,
                "q": 0.5,
                "verdict": "inconclusive",
                "note": f"only {row} of 10 questions are shared, and few answers were counted",
            }
            for trait in range(traits)
            for row in range(rows)
        ]
    )


@pytest.mark.parametrize("room", [60, 80, 120])
def test_a_wide_table_fits_and_says_all(monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    monkeypatch.setenv("COLUMNS", str(room))
    said = list(sections.lines(table(), styled=False, parted=True))
    lines = "\n".join(said).splitlines()
    assert max(map(cell_len, lines)) <= room
    assert sum("sea-birds-of-the-north" in line for line in lines) == 1  # what all share, once
    headings = [line for line in lines if line.startswith("trait trait-number-")]
    assert headings == ["trait trait-number-0", "trait trait-number-1"][: len(headings)]
    assert "".join(lines).count("inconclusive") == 6


def test_nothing_is_parted_where_nobody_looks_or_all_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    wide = list(sections.lines(table(), styled=False, parted=True))
    assert len(wide) == 2  # what all share, and the table
    monkeypatch.delenv("COLUMNS")
    assert list(sections.lines(table(), styled=False, parted=True)) == wide
    monkeypatch.setenv("COLUMNS", "40")
    assert len(list(sections.lines(table().clear(), styled=False, parted=True))) == 1


def test_sections_of_one_experiment_stand_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows come by model; what is about one experiment is not spread over the table."""
    monkeypatch.setenv("COLUMNS", "60")
    names = ["gulls", "terns", "gulls", "terns"]
    own = [
        table(1).with_columns(experiment=pl.lit(name), trait=pl.lit(f"trait-{n}"))
        for n, name in enumerate(names)
    ]
    said = "\n".join(sections.lines(pl.concat(own), styled=False))
    found = [line for line in said.splitlines() if "experiment" in line and "trait" in line]
    assert [("gulls" in line, "terns" in line) for line in found] == sorted(
        (("gulls" in line, "terns" in line) for line in found), reverse=True
    )
    assert len(found) == len(names)


def test_rows_whose_order_tells_something_stay_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    mixed = table().select("trait", "intervention", "q", "note").sort("intervention")
    said = "\n".join(sections.lines(mixed, styled=False, parted=False)).splitlines()
    traits = [line.split()[0] for line in said if line.startswith("trait-number-")]
    assert traits == ["trait-number-0", "trait-number-1"] * 3


def test_a_judge_is_called_as_in_the_app_and_asked_for_by_either_name(tmp_path: Path) -> None:
    study.write(tmp_path, [{"answer": f"Number {n}: a thrush."} for n in range(4)], ["19"] * 4)
    data = built(tmp_path / "data", tmp_path / "study")

    def run(*words: str) -> str:
        done = CliRunner().invoke(main, ["--data", str(data), "rates", "--by", "model", *words])
        assert done.exit_code == 0, done.stderr
        return done.stdout

    ((judge, name),) = Store(data).judges.items()
    assert judge != name
    assert f"judge {name} ·" in run()
    assert judge not in run()
    rows = json.loads(run("--where", f"judge={name}", "--format", "json"))
    assert {row["judge"] for row in rows} == {judge}
    assert rows == json.loads(run("--where", f"judge={judge}", "--format", "json"))
