"""Where the variance lies: the method that is named, and the fit as a process of its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from pages.results.brittleness import variance
from tests.pages.reading.study import opened, told
from warehouse.programs import COMMANDS, Ended, Program, Programs
from warehouse.stats import hierarchical
from warehouse.stats.variance import TOO_RARE

FOUND = [
    {
        "experiment": "birds", "trait": "any", "judge": "rules", "study": "s", "factor": factor,
        "levels": 4, "component": 1.0, "share": share, "low": low, "high": 0.9,
        "method": "hierarchical", "note": None, "rule": "answered",
    }
    for factor, share, low in (("model", 0.75, 0.5), ("question", 0.25, 0.0))
]  # fmt: skip


def shares(value: float | None, note: str | None) -> pl.DataFrame:
    schema = {"value": pl.Float64, "note": pl.String}
    return pl.DataFrame({"value": [value], "note": [note]}, schema=schema)


def test_the_method_is_named() -> None:
    assert "above are by moments" in variance.source(shares(0.4, None))
    rare = variance.source(shares(None, TOO_RARE))
    assert rare.startswith(f"Variance shares by moments are {TOO_RARE}.")
    assert "hierarchical model estimates them at any rate" in rare
    assert variance.source(shares(None, "no variation beyond chance")).endswith(
        "no variation beyond chance."
    )


def test_shares_are_written_with_their_intervals() -> None:
    got = variance.table(pl.DataFrame(FOUND, infer_schema_length=None))
    assert got["index"].to_list() == ["Variance share: model", "Variance share: question"]
    assert got["value"].to_list() == ["75 % [50, 90]", "25 % [0, 90]"]
    assert got["n"].to_list() == [4, 4]


def test_a_fit_that_fails_ends_in_a_sentence(tmp_path: Path) -> None:
    fit = Program(COMMANDS, "--data", str(tmp_path), "hierarchical", "--format", "json")
    told = variance.shared(fit.ended)
    assert isinstance(told, str)
    assert "Error" not in told
    assert str(tmp_path) in told


def test_a_fit_that_takes_too_long_ends_in_a_sentence() -> None:
    told = variance.shared(Ended(-15, b"", "", is_late=True))
    assert told == "The model was not fitted within 60 minutes."


@pytest.fixture
def _no_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variance, "FITS", Programs(2))


@pytest.mark.usefixtures("on_treated", "_no_fits")
def test_without_the_extra_the_page_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hierarchical, "installed", lambda: False)
    app = profile()
    assert hierarchical.INSTALL in [code.value for code in app.code]
    assert "fit" not in [button.key for button in app.button]


@pytest.mark.usefixtures("on_treated", "_no_fits")
def test_a_press_starts_one_process_and_shows_what_it_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(hierarchical, "installed", lambda: True)
    asked: list[list[str]] = []
    started: list[subprocess.Popen[bytes]] = []
    begin = subprocess.Popen

    def fitted(command: list[str], **options: Any) -> Any:
        asked.append(command)
        found = tmp_path / "found.json"
        found.write_text(json.dumps(FOUND), encoding="utf-8")
        code = f"print(open({str(found)!r}).read())"
        started.append(begin([sys.executable, "-c", code], **options))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", fitted)
    app = profile()
    app.button(key="fit").click().run()
    assert not app.exception
    (fit,) = started
    assert fit.wait(60) == 0
    app.run()
    assert not app.exception
    assert len(asked) == 1
    assert asked[0][1:3] == ["-m", "pipeline.cli"]
    assert "--where=experiment=birds" in asked[0]
    assert asked[0][-2:] == ["--format", "json"]
    assert "By the hierarchical model:" in told(app)
    assert "Variance share: question" in [
        name for frame in app.dataframe for name in frame.value.iloc[:, 0].astype(str)
    ]


def profile() -> AppTest:
    app = opened("results/brittleness", part="profile")
    assert not app.exception
    return app
