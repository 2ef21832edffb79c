"""The Sources page in every state."""

from pathlib import Path

import polars as pl

from pages.methods.sources import provenance
from pages.printing import downloads
from tests.pages.reading.study import html, opened, told
from warehouse.store import Store

PAGE = "methods/sources"


def test_every_file_is_listed_with_what_became_of_it(on_study: Path) -> None:
    sources = Store(on_study).query("sources")
    app = opened(PAGE)
    assert not app.exception
    assert f"{sources.height} files: " in told(app)
    assert len(app.dataframe[1].value) == sources.height


def test_what_was_loaded_is_told_by_folder_and_format(on_study: Path) -> None:
    sources = Store(on_study).query("sources")
    table = opened(PAGE).dataframe[0].value
    assert table["taken"].sum() == sources["taken"].sum()
    assert table["refused"].sum() == sources.filter(pl.col("importer") != "")["refused"].sum()
    assert not table.duplicated(["origin", "importer"]).any()


def test_kinds_have_their_counts_and_the_way_to_add_more(on_study: Path) -> None:
    app = opened(PAGE)
    headings = [element.value.replace("\\", "") for element in app.subheader]
    refusals = Store(on_study).query("refusals").height
    assert f"Refused ({refusals})" in headings
    assert "Not read (1)" in headings
    assert "brittlescope import PATH --map MAP.yaml" in told(app)


def test_refused_rows_are_named_with_row_and_reason(on_study: Path) -> None:
    app = opened(PAGE)
    assert "its question is not a text" in html(app)
    assert "=1+1" in html(app)
    assert [b.label for b in app.download_button] == ["Refused rows as CSV"]


def test_refused_text_cannot_become_a_formula(on_study: Path) -> None:
    refusals = Store(on_study).query("refusals").with_columns(excerpt=pl.lit("=1+1"))
    assert "'=1+1" in downloads.csv(refusals).decode()


def test_files_are_kept_by_state_and_path(on_study: Path) -> None:
    app = opened(PAGE, file_state="refused")
    refused = Store(on_study).query("sources").filter(pl.col("refused") > 0)
    assert len(app.dataframe[1].value) == refused.height > 0
    app = opened(PAGE, path="NO SUCH FILE")
    assert not app.exception
    assert "No file fits" in told(app)
    assert not [one.label for one in app.expander if "refusal" in one.label]


def test_states_cover_every_source_once(on_study: Path) -> None:
    described = provenance.described(Store(on_study).query("sources"))
    assert set(described["state"]) <= set(provenance.STATES)
    kept = [provenance.within(described, state, "all", "").height for state in provenance.STATES]
    assert sum(kept) == described.height == provenance.within(described, "all", "all", "").height
