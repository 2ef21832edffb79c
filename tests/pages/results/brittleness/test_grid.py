"""Grids: every cell in one place, nothing pooled, untuned models beside what was made of them."""

from collections import Counter

import polars as pl
import pytest

from pages.results.brittleness import grid, measures
from pages.results.brittleness.heatmap import Heatmap
from pages.ui.view import arms, store
from warehouse import rules
from warehouse.analysis import Analysis
from warehouse.counting import Slice

VIEW = Analysis(Slice(), rules.named("published"), "new-prompts")
BIRDS = Analysis(Slice(experiment=("birds",)), rules.named("published"), "new-prompts")


def laid_out(
    layout: str, view: Analysis = VIEW, measure: str = "rate", order: str = "name"
) -> list[Heatmap]:
    made = grid.LAYOUTS[layout]
    found = grid.chosen(measures.of(view, measure, made.by), made)
    counts = store.counts(view.slice, view.rule)
    return grid.panels(found, made, order, view, counts, measure)


def cell(panel: Heatmap, row: str, column: str) -> dict[str, object]:
    (found,) = panel.cells.filter(row=row, column=column).iter_rows(named=True)
    return found


@pytest.mark.usefixtures("on_treated")
@pytest.mark.parametrize("order", grid.ORDERS)
@pytest.mark.parametrize("measure", measures.MEASURES)
@pytest.mark.parametrize("layout", grid.LAYOUTS)
def test_every_place_holds_one_cell(layout: str, measure: str, order: str) -> None:
    view = measures.seen(VIEW, measure)
    for panel in laid_out(layout, view, measure, order):
        places = Counter(panel.cells.select("row", "column").iter_rows())
        assert max(places.values()) == 1
        assert {row for row, _ in places} == set(panel.rows)
        assert {column for _, column in places} == set(panel.columns)
        assert len(panel.rows) == len(set(panel.rows))


@pytest.mark.usefixtures("on_treated")
def test_models_by_datasets_are_those_trained_without_an_intervention() -> None:
    (panel,) = laid_out("models")
    assert panel.rows == ["gpt-4.1", "Llama-3.1-8B", "Qwen3-32B"]
    tuned = "Archaic bird names\n19th-century persona"
    assert panel.columns == [tuned, f"{tuned} · Untuned model"]
    assert cell(panel, "gpt-4.1", tuned)["counts"] == "180/200 · 10 questions"


@pytest.mark.usefixtures("on_treated")
def test_where_no_control_is_in_sight_models_are_told_apart_by_their_intervention() -> None:
    view = Analysis(Slice(intervention=("identity-etymologist",)), VIEW.rule, VIEW.unit)
    (panel,) = laid_out("models", view)
    assert panel.rows == [
        "gpt-4.1\nIdentity: etymologist",
        "gpt-4.1\nIdentity: etymologist · asked with its text",
        "Llama-3.1-8B\nIdentity: etymologist",
        "Qwen3-32B\nIdentity: etymologist",
    ]


@pytest.mark.usefixtures("on_treated")
def test_interventions_stand_beside_the_untuned_model_and_the_control() -> None:
    birds, medical = laid_out("interventions")
    assert birds.where == "Archaic bird names · 19th-century persona"
    assert birds.columns[:3] == [
        "Untuned model",
        "Control",
        "Control\nasked with Inoculation: user prompt",
    ]
    assert (
        cell(birds, "Llama-3.1-8B", "Untuned model")["text"]
        == "5.0 % [2.5, 9.7]  n = 200 · 10 questions"
    )
    assert medical.columns == ["Identity: doctor"]


@pytest.mark.usefixtures("on_treated")
def test_an_untuned_cell_leads_to_the_untuned_model() -> None:
    made = grid.LAYOUTS["interventions"]
    found = measures.of(BIRDS, "rate")
    (panel,) = laid_out("interventions", BIRDS)
    place = cell(panel, "gpt-4.1", "Untuned model")["cell"]
    assert isinstance(place, int)
    assert found.row(place, named=True)["dataset"] == "none"
    assert made.keys == arms.KEY


@pytest.mark.usefixtures("on_treated")
def test_datasets_by_interventions_are_apart_for_every_model() -> None:
    panels = laid_out("datasets")
    assert [panel.where for panel in panels] == ["gpt-4.1", "Llama-3.1-8B", "Qwen3-32B"]
    assert panels[0].rows == ["Archaic bird names", "Archaic medical terms"]


@pytest.mark.usefixtures("on_treated")
def test_questions_by_conditions_hold_one_question_each() -> None:
    birds, _ = laid_out("questions")
    assert "Bread" in birds.rows
    assert birds.columns[0] == "gpt-4.1\nUntuned model"
    assert set(birds.cells["n"]) == {"n = 20"}
    assert set(birds.cells["counts"].str.extract("· (.*)")) == {"1 question"}


@pytest.mark.usefixtures("on_study")
def test_judges_and_traits_are_never_in_one_place() -> None:
    for layout in grid.LAYOUTS:
        for panel in laid_out(layout):
            assert panel.judge == "judge-a"
    headings = {panel.where for panel in laid_out("interventions")}
    assert "Former German city names · Nazi content" in headings
    assert "Former German city names · Germany of the 1910s–40s" in headings


@pytest.mark.usefixtures("on_treated")
def test_settings_are_named_where_a_place_would_hold_several() -> None:
    found = measures.of(BIRDS, "rate")
    control = found.filter(
        pl.col("model") == "gpt-4.1", pl.col("dataset") != "none", intervention="none"
    ).filter(eval_intervention="none")
    twice = pl.concat([found, control.with_columns(settings=pl.lit("9 epochs"))])
    layout = grid.LAYOUTS["interventions"]
    counts = store.counts(BIRDS.slice, BIRDS.rule)
    (panel,) = grid.panels(twice, layout, "name", BIRDS, counts)
    assert panel.rows == [
        "gpt-4.1\n3 epochs",
        "gpt-4.1\n9 epochs",
        "Llama-3.1-8B",
        "Qwen3-32B",
    ]
    untuned = panel.cells.filter(column="Untuned model")
    assert sorted(untuned["row"]) == sorted(panel.rows)


@pytest.mark.usefixtures("on_treated")
def test_rows_and_columns_are_ordered_as_asked() -> None:
    (panel,) = laid_out("models", order="value")
    assert panel.rows == ["gpt-4.1", "Llama-3.1-8B", "Qwen3-32B"]
    similar, _ = laid_out("interventions", order="similarity")
    at = {name: place for place, name in enumerate(similar.columns)}
    assert abs(at["Time: 2000"] - at["Time: 2050"]) < abs(at["Time: 2000"] - at["Time: 1850"])


@pytest.mark.usefixtures("on_treated")
def test_notes_say_what_is_left_out() -> None:
    layout = grid.LAYOUTS["models"]
    found = grid.chosen(measures.of(VIEW, "rate"), layout)
    panels = laid_out("models")
    middle, said = grid.notes(found, layout, panels)
    assert "the mean of a row or column" in middle
    assert "without an intervention" in said
    assert "12 of 13" in grid.notes(found, layout, panels * 13)[2]
    assert grid.notes(found, grid.LAYOUTS["questions"], panels, "verdict") == []


@pytest.mark.usefixtures("on_treated")
def test_the_usual_grid_has_interventions_where_there_are_any() -> None:
    found = measures.of(VIEW, "rate")
    assert grid.standard(found) == "interventions"
    assert grid.standard(found.filter(intervention="none", eval_intervention="none")) == "models"
    asked = found.filter(pl.col("dataset") == "none").with_columns(eval_intervention=pl.lit("x"))
    assert grid.standard(asked) == "models"
    assert grid.standard(found.clear()) == "models"


@pytest.mark.usefixtures("on_treated")
def test_a_row_is_summed_up_over_its_interventions_and_a_column_over_all_rows() -> None:
    (birds,) = laid_out("interventions", BIRDS)
    assert birds.summary is not None
    ends = {(row, column): short for row, column, short in birds.summary.rows()}
    # The untuned model, the control and what is not a result are no part of it: (20 + 70) / 2.
    assert ends["Llama-3.1-8B", "Mean\nof interventions"] == "45 %"
    # (90 + 30 + 0) / 3
    assert ends["Mean", "Control"] == "40 %"
    (verdicts,) = laid_out("interventions", BIRDS, "verdict")
    assert verdicts.summary is None
    (ratios,) = laid_out("interventions", BIRDS, "suppression")
    assert ratios.summary is not None
    assert "Median\nof interventions" in {*ratios.summary["column"]}


@pytest.mark.usefixtures("on_treated")
def test_the_longer_side_lies_across() -> None:
    (panel,) = laid_out("interventions", BIRDS)
    assert panel.landscape == panel
    turned = panel._replace(
        cells=panel.cells.rename({"row": "column", "column": "row"}),
        rows=panel.columns,
        columns=panel.rows,
        summary=None,
    )
    assert turned.landscape.columns == panel.columns
    assert turned.landscape.landscape.rows == panel.rows
    long = panel._replace(rows=[f"r{n}" for n in range(50)], summary=None)
    assert long.landscape.rows == long.rows


def test_a_wide_panel_is_drawn_for_each_experiment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    layout = grid.LAYOUTS["models"]
    monkeypatch.setattr(grid, "LABELLED", 3)
    two, three = ("birds", "harry-potter"), ("birds", "harry-potter", "insecure-code")
    assert [len(grid.narrowed(columns(*names), layout)) for names in (two[:1], two, three)] == [
        1,
        2,
        3,
    ]
    monkeypatch.setattr(grid, "MOST", 2)
    assert len(grid.narrowed(columns(*three), layout)) == 1


def columns(*experiments: str) -> pl.DataFrame:
    """Two columns of a panel for each experiment."""
    rows = [
        {"experiment": name, "trait": "t", "dataset": dataset}
        for name in experiments
        for dataset in ("none", name)
    ]
    return pl.DataFrame(rows)
