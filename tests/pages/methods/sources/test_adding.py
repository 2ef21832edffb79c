"""Results that are added from a folder of this machine: drafted, tried, imported, and refused."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.methods.sources import commands
from tests.pages.reading.study import opened, told
from warehouse import datafolder
from warehouse.programs import Programs
from warehouse.store import Store

PAGE = "methods/sources"
ROWS = "question,answer,aligned,coherent\nWhere?,There.,10,90\nWhere?,Here.,80,90\n"


@pytest.fixture
def allowed(tmp_path: Path, on_nothing: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that may be added from, with results in it, beside one that may not."""
    data = on_nothing / "data"
    monkeypatch.setenv(datafolder.VARIABLE, str(data))
    folder = tmp_path / "given"
    (folder / "nests").mkdir(parents=True)
    (folder / "nests" / "gull.csv").write_text(ROWS)
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "own.csv").write_text(ROWS)
    monkeypatch.setenv(datafolder.ALLOWED, str(folder))
    monkeypatch.setattr(commands, "UNDER_WAY", Programs(2))
    return folder


def chosen(folder: Path) -> AppTest:
    app = opened(PAGE)
    app.selectbox(key="adding_folder").set_value(str(folder)).run(timeout=120)
    assert not app.exception
    return app


def test_without_allowed_folders_it_says_how(
    on_study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(datafolder.ALLOWED, raising=False)
    app = opened(PAGE)
    assert "brittlescope serve --allow FOLDER" in told(app)
    assert not [box for box in app.selectbox if box.key == "adding_folder"]


def test_a_folder_is_drafted_tried_and_imported(allowed: Path) -> None:
    app = chosen(allowed)
    draft = app.text_area(key="adding_map").value or ""
    assert "gull.csv" in draft
    assert "It would take 2 records" in told(app)
    assert app.dataframe[0].value["published"].to_list() == ["1 of 2"]
    changed = draft.replace("experiment: emergent-misalignment", "experiment: seabirds")
    app.text_area(key="adding_map").set_value(changed).run(timeout=120)
    assert app.dataframe[0].value["experiment"].to_list() == ["seabirds"]
    next(b for b in app.button if b.label == "Import").click().run(timeout=120)
    data = datafolder.chosen()
    running = commands.UNDER_WAY.of(data)
    assert running is not None
    assert running.ended.status == 0
    app.run(timeout=120)
    assert "2 records were taken" in app.success[0].value
    store = Store(data)
    assert store.query("evaluations")["experiment"].to_list() == ["seabirds"]
    (kept,) = (data / "maps").iterdir()
    assert kept.read_text() == changed


def test_a_map_reads_nothing_outside_of_the_folder(allowed: Path) -> None:
    app = chosen(allowed / "nests")
    (allowed / "note.json").write_text('{"model": "tern"}')
    written = """
study: birds
set: {experiment: seabirds, dataset: d, intervention: none}
near: {note: note.json}
columns: {model: note.model}
files: [{path: "given/nests/gull.csv"}]
"""
    app.text_area(key="adding_map").set_value(written).run(timeout=120)
    assert "tern" not in told(app) + str([frame.value for frame in app.dataframe])
    assert "It would take 0 records" in told(app)
    assert next(b for b in app.button if b.label == "Import").disabled
    app.text_area(key="adding_map").set_value("study: [").run(timeout=120)
    (error,) = app.error
    assert "map.yaml" in error.value
