"""The Training page in every state."""

from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from pages.ui.view import store
from pipeline.cli import main
from tests.pages.reading.study import FIXTURES, address, built, html, linked, opened, told
from tests.pages.sentences import answer

PAGE = "methods/training"


def expanders(app: AppTest) -> list[str]:
    return [element.label.replace("\\", "") for element in app.expander]


def test_the_runs_are_a_table_and_the_answer_says_whether_they_were_trained_alike(
    on_study: Path,
) -> None:
    app = opened(PAGE)
    assert not app.exception
    table = app.dataframe[0].value
    runs = store.query("runs")
    assert len(table) == runs.height
    assert {"experiment", "model", "intervention"} <= set(table.columns)
    said = answer(app)
    assert "fine-tunes of" in said
    assert "trained alike" in said


def test_runs_that_a_link_names_are_compared(on_study: Path) -> None:
    runs = store.query("runs").filter(pl.col("data_file").is_not_null()).unique("data_file")
    chosen = runs["run"].head(2).to_list()
    app = linked(PAGE, {"compare": chosen})
    assert not app.exception
    (side,) = [label for label in expanders(app) if label.startswith("Side by side")]
    named = side.partition("differ in: ")[2].rstrip(".").replace(" and ", ", ")
    lit = html(app).split("rgba(230,159,0,.16)")[1:]
    assert len(lit) == len(named.split(", "))
    assert "Training file" in named


def test_what_a_link_names_in_vain_is_not_compared(on_study: Path) -> None:
    app = opened(PAGE, compare="no such run")
    assert not app.exception
    assert "compare" not in address(app)


def test_a_log_is_drawn_with_a_complete_legend(on_study: Path) -> None:
    app = opened(PAGE, experiment="birds")
    charts = app.get("vega_lite_chart")
    assert charts
    assert "▬</span>" in html(app)
    assert '"legend": null' in charts[0].proto.spec  # a page can be narrower than a name


def test_what_was_not_joined_is_said_with_its_reason(on_study: Path) -> None:
    app = opened(PAGE)
    assert "could not be joined to any run" in told(app)
    assert "training log" in html(app)


def test_a_log_without_any_run_is_not_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "BRITTLESCOPE_DATA", str(built(tmp_path, FIXTURES / "logs/step_metrics.csv"))
    )
    app = opened(PAGE)
    assert "No run is known." in told(app)
    assert "could not be joined to any run" in told(app)
    assert "step_metrics.csv" in html(app)
    done = CliRunner().invoke(main, ["--data", str(tmp_path), "rates"])
    assert done.exit_code == 0
    assert done.stderr.startswith("This snapshot holds no evaluation results. Import some: ")


def test_states_can_be_chosen(on_study: Path) -> None:
    app = opened(PAGE, state="planned")
    assert not app.exception
    assert " planned." in answer(app)
    assert "evaluated" not in answer(app)


def test_an_empty_slice_says_what_to_do(on_study: Path) -> None:
    app = opened(PAGE, dataset="former-german-cities", state="trained")
    assert not app.exception
    assert "fits the filters" in told(app)
