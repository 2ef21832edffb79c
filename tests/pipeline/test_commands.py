"""Output that is valid in every format, and errors that are sentences."""

import json
import math
from pathlib import Path

import click
import polars as pl
import pytest
from click.testing import CliRunner

from pipeline.commands import show, with_data
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
        "b     –                no",
    ]


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
