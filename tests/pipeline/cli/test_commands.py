"""Output that is valid in every format, and errors that are sentences."""

import csv
import io
import json
import math
import re
from pathlib import Path

import click
import polars as pl
import pytest
from click.testing import CliRunner

from pipeline.cli import commands, main
from pipeline.cli.commands import FORMATS, say, show, tell, with_data
from tests.warehouse.test_harmless import unseen
from warehouse.errors import UnknownName

ROWS = pl.DataFrame(
    {
        "name": ["a", "b", "c"],
        "value": [0.5, math.nan, math.inf],
        "flags": [["one", "two"], [], None],
        "holds": [True, False, None],
    }
)


def test_json_knows_no_number_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS, "json")
    found = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert [row["value"] for row in found] == [0.5, None, None]
    assert [row["flags"] for row in found] == [["one", "two"], [], None]


def test_csv_joins_lists(capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS, "csv")
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["name,value,flags,holds", "a,0.5,one; two,true"]


def test_a_table_is_aligned_and_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS.head(2).with_columns(value=pl.Series([0.5, None])), "table")
    assert capsys.readouterr().out.splitlines() == [
        "name  value  flags     holds",
        "a     0.500  one; two  yes",
        "b         –            no",
    ]


HOSTILE = "=cmd|' /C calc'!A0\x1b[2J\x9b31m\u202egpj.exe\nforged line"


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_prints_what_a_terminal_acts_on(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    show(pl.DataFrame({"model": [HOSTILE], "rate": [0.5]}), form)
    said = capsys.readouterr().out
    assert not unseen(said, but="\n")
    assert "\nforged" not in said or form == "csv"
    if form == "json":
        assert json.loads(said)[0]["model"] == HOSTILE
    if form == "csv":
        assert next(csv.DictReader(io.StringIO(said)))["model"].startswith("'=cmd")


def test_a_long_name_does_not_fill_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    show(pl.DataFrame({"model": ["m" * 5_000, "m" * 4_999], "rate": [0.5, 0.1]}), "table")
    first, second = capsys.readouterr().out.splitlines()[1:]
    assert len(first) < 300
    assert first.split()[1] != second.split()[1]


def test_sentences_and_errors_do_nothing_to_the_terminal() -> None:
    @click.command()
    @with_data
    def fails(data: Path) -> None:
        say(HOSTILE)
        tell(HOSTILE)
        raise UnknownName(f"There is no {HOSTILE}.")

    result = CliRunner().invoke(fails, ["--data", "somewhere"])
    assert not unseen(result.output, but="\n")


def test_a_file_named_like_an_option_does_nothing_to_the_terminal() -> None:
    for arguments in (["import", "--x\x1b[2J"], ["rates", "--unit", "\x1b[2J"], ["\x1b[2J"]):
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 2
        assert not unseen(result.output, but="\n")


def test_every_command_prints_through_here() -> None:
    # Whoever prints by themselves forgets what a name can do to a terminal.
    root = Path(commands.__file__).parent
    others = [path for path in root.rglob("*.py") if path != Path(commands.__file__)]
    printing = re.compile(r"(?<![.\w])(click\.(s?echo|secho)|print)\(")
    assert not [path.name for path in others if printing.search(path.read_text("utf-8"))]


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [(UnknownName("There is no x."), 2, "Error: There is no x."), (KeyboardInterrupt(), 130, "")],
)
def test_errors_are_sentences(error: BaseException, status: int, said: str) -> None:
    @click.command()
    @with_data
    def fails(data: Path) -> None:
        raise error

    result = CliRunner().invoke(fails, ["--data", "somewhere"])
    assert result.exit_code == status
    assert said in result.stderr
    assert "Traceback" not in result.stderr
