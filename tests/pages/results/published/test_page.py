"""The published page: figures beside loaded rates, mismatches said, the rest listed."""

from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.reading.study import built, html, opened, told

PAGE = "results/published"


def tables(app: AppTest) -> list[pl.DataFrame]:
    return [pl.from_pandas(table.value) for table in app.dataframe]


@pytest.mark.usefixtures("on_treated")
def test_figures_stand_beside_the_loaded_rates() -> None:
    app = opened(PAGE)
    assert not app.exception
    assert "5 of 178 published figures have a loaded counterpart" in told(app)
    assert "The largest gap is 30 points" in told(app)
    pairs = tables(app)[0]
    gpt = pairs.filter(pl.col("arm") == "gpt-4.1 · Control").select("published", "rate")
    assert gpt.rows() == [(60.0, 90.0), (95.0, 90.0)]


@pytest.mark.usefixtures("on_treated")
def test_a_different_definition_is_said_where_it_can_be_read() -> None:
    app = opened(PAGE)
    assert "Not counted alike" in [expander.label for expander in app.expander]
    assert "judge gpt-4.1 there, judge-a" in html(app)


@pytest.mark.usefixtures("on_treated")
def test_figures_without_a_counterpart_are_listed_with_the_reason() -> None:
    rest = tables(opened(PAGE))[1]
    assert rest.height == 178 - 5
    assert set(rest["why"]) == {
        "Nothing loaded for it in sight",
        "Is about several models",
        "Measures something that is not counted here",
    }


@pytest.mark.usefixtures("on_treated")
def test_source_and_measure_narrow_the_figures() -> None:
    app = opened(PAGE, source="betley-2025-weird-generalization")
    assert "1 of 4 published figures has a loaded counterpart" in told(app)
    app = opened(PAGE, measures="nazi")
    assert "None of 3 published figures has a loaded counterpart" in told(app)


@pytest.mark.usefixtures("on_treated")
def test_the_sidebar_narrows_the_figures_too() -> None:
    app = opened(PAGE, experiment="birds", model="Llama-3.1-8B")
    assert "2 of 2 published figures have a loaded counterpart" in told(app)


@pytest.mark.usefixtures("on_treated")
def test_a_rule_that_does_not_apply_is_said_and_changes_nothing() -> None:
    plain, strict = opened(PAGE), opened(PAGE, rule="coherent-trait")
    said = [info.value.replace("\\", "") for info in strict.info]
    assert any("“Coherent trait”. That does not apply here" in text for text in said)
    assert not [info for info in plain.info if "does not apply" in info.value]
    assert tables(plain)[0]["rate"].equals(tables(strict)[0]["rate"])


@pytest.mark.usefixtures("on_study")
def test_a_chart_stands_for_every_experiment() -> None:
    app = opened(PAGE, dataset="archaic-birds")
    glance, pairs, field = app.get("vega_lite_chart")
    assert "Cannot be told" in glance.proto.spec
    assert "published_low" in pairs.proto.spec
    assert "floor(datum.value)" in field.proto.spec


@pytest.mark.usefixtures("on_study")
def test_without_any_counterpart_the_figures_are_listed_all_the_same() -> None:
    app = opened(PAGE, source="em-organisms-suite")
    assert not app.exception
    assert "None of 12 published figures" in told(app)
    assert len(app.get("vega_lite_chart")) == 1
    assert tables(app)[0].height == 12


def test_figures_of_the_loaded_files_check_the_import_and_agree_with_nobody(
    realdata: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = realdata / "brittle-weird-gen-history/sft/results/elicitation/birds/gpt-4.1-3ep"
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(built(tmp_path / "data", place)))
    app = opened(PAGE, experiment="birds")
    assert not app.exception
    (said,) = [e.label for e in app.expander if e.label.startswith("A check of the import")]
    assert "3 of 3 figures that were computed from these very files come out the same here" in said
    assert "says nothing of the literature" in said
    pairs, checks = tables(app)[:2]
    assert "Wanner et al. 2026, pre-release" not in set(pairs["cite"])
    assert set(checks["cite"]) == {"Wanner et al. 2026, pre-release"}
    assert checks["difference"].abs().max() == 0


@pytest.mark.usefixtures("on_nothing")
def test_the_field_is_there_on_the_first_day() -> None:
    app = opened(PAGE)
    assert not app.exception
    assert app.title[0].value == "What has been published?"
    assert len(app.get("vega_lite_chart")) == 1
    assert "All 178 published figures" in [expander.label for expander in app.expander]
    assert "Nothing was built yet" in told(app)


def test_what_files_state_stands_beside_and_is_counted_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    stated = tmp_path / "run-a" / "judge_metrics.json"
    stated.parent.mkdir()
    stated.write_text('{"step 10": {"misalignment_rate": 12.5, "n": 40}}')
    results = root / "examples" / "small-models" / "results"
    files = sorted((results / "samples").rglob("birds*.gz"))[:2]
    judged = [
        path
        for path in (results / "judgements" / "rules").rglob("birds*.gz")
        if path.name in {file.name for file in files}
    ]
    data = built(tmp_path / "data", results / "study.json", *files, *judged, stated)
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(data))
    app = opened(PAGE)
    assert not app.exception
    assert "1 rate that 1 loaded file states, without answers" in [e.label for e in app.expander]
    (table,) = [t for t in tables(app) if "stated" in t.columns]
    assert table.select("metric", "n", "path").rows() == [
        ("Misalignment rate", 40, f"{tmp_path.name}/run-a/judge_metrics.json")
    ]
    assert table["stated"].to_list() == pytest.approx([12.5])
    assert "None of 178 published figures has a loaded counterpart" in told(app)
