"""`--correct` of rates and effects: raw beside corrected, for people and for programs."""

import json

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from tests.warehouse.test_correcting import rated
from warehouse.store import Store

__all__ = ["rated"]

ONE = ("--where", "experiment=birds", "--questions", "all", "--correct", "rogan-gladen")


@pytest.mark.parametrize("command", ["rates", "effects"])
def test_raw_stands_beside_corrected(rated: Store, command: str) -> None:
    words = ["--data", str(rated.data), command, *ONE, "--errors", "pooled"]
    table = CliRunner().invoke(main, words)
    assert table.exit_code == 0, table.output
    assert "errors those of all arms together) by the ratings of ann" in table.stderr
    rows = json.loads(CliRunner().invoke(main, [*words, "--format", "json"]).stdout)
    known = [row for row in rows if row["corrected"] is not None]
    assert known
    for row in known:
        assert row["low"] <= row["corrected"] <= row["high"]
        assert row["method"] == "rogan-gladen"


@pytest.mark.parametrize("command", ["rates", "effects"])
def test_what_is_lacking_is_said(rated: Store, command: str) -> None:
    words = ["--data", str(rated.data), command, *ONE, "--format", "json"]
    if command == "rates":
        words += ["--by", "model,intervention,eval_intervention"]
    rows = json.loads(CliRunner().invoke(main, words).stdout)
    lacking = [row for row in rows if row["ratings_lacking"]]
    assert lacking
    assert all("are needed" in row["why"] for row in lacking)
