"""Lines, panels and pages: what is drawn where, and what it is called."""

from typing import Any

import polars as pl

from pages.results.rates.layout import MARKS, PANELS, TALL, CellLayout, laid_out
from pages.ui.view import cells
from tests.warehouse.stats.frames import cell, frame
from warehouse import rules
from warehouse.analysis import Analysis
from warehouse.counting import Slice

VIEW = Analysis(slice=Slice(), rule=rules.named("published"))

BY = ("model", "intervention")


def laid(counts: pl.DataFrame, *by: str, order: str = "high", asked: Any = None) -> CellLayout:
    dims = by or BY
    asked = dims if asked is None else asked
    return laid_out(cells.of(counts, dims, VIEW, order), counts, dims, asked, order)


def labels(found: CellLayout) -> list[str]:
    lines = found.cells.unique("at", maintain_order=True)["line"]
    return [" ".join(line.split("\n")[:-1]) for line in lines]


def grid(models: int, interventions: int) -> pl.DataFrame:
    return frame(
        *(
            cell([n, n], 20, model=f"model-{m}", intervention=f"intent-{n}" if n else "none")
            for m in range(models)
            for n in range(interventions)
        )
    )


def test_two_dimensions_are_small_multiples_over_the_same_lines() -> None:
    found = laid(grid(2, 3))
    assert found.panels == ["model-0", "model-1"]
    assert labels(found) == ["Intent: 2", "Intent: 1", "Control"]
    assert found.cells["panel"].to_list() == [0, 1] * 3
    assert found.cells["name"][0] == "model-0 · Intent: 2"


def test_too_many_panels_or_too_few_cells_in_them_are_lines() -> None:
    assert laid(grid(PANELS + 1, 7)).panels == [""]
    sparse = frame(*(cell([1], 20, model=f"m{n}", intervention=f"intent-{n}") for n in range(3)))
    assert laid(sparse).panels == [""]
    assert labels(laid(sparse))[0] == "Intent: 0 · m0"


def test_the_control_is_the_first_panel() -> None:
    found = laid(grid(5, 2), "intervention", "model", asked=("intervention", "model"))
    assert found.panels == ["Control", "Intent: 1"]


def test_no_page_has_more_marks_than_can_be_read() -> None:
    found = laid(grid(4, 20))
    assert found.pages == 3
    sizes = [found.page(number).height for number in (1, 2, 3)]
    assert sizes == [28, 28, 24]
    assert max(sizes) <= MARKS


def test_names_of_two_lines_take_more_room() -> None:
    counts = frame(
        *(
            cell([1], 20, intervention=f"identity-someone-with-quite-a-name-of-number-{n}")
            for n in range(TALL + 1)
        )
    )
    found = laid(counts, "intervention", asked=("intervention",))
    assert {line.count("\n") for line in found.cells["line"]} == {2}
    assert found.page(1).height == TALL


def test_what_all_lines_share_is_said_once() -> None:
    counts = frame(cell([1], 20, settings="3 epochs"), cell([2], 20, intervention="intent-study"))
    found = laid(counts, "dataset", "settings", "intervention", asked=("dataset", "intervention"))
    assert labels(found) == ["Intent: study", "Control"]
    assert found.shared == "Birds · 3 epochs"


def test_an_untuned_model_is_called_one() -> None:
    counts = frame(
        cell([1], 20, model="a"), cell([2], 20, model="b"), cell([0], 20, model="b", dataset="none")
    )
    assert labels(laid(counts, "model", "dataset", asked=()))[-1] == "Untuned model · b"
    assert labels(laid(counts, "model", "dataset"))[-1] == "Untuned model"
    assert laid(counts, "dataset", "model", asked=("dataset",)).panels == ["Untuned model", "Birds"]


def test_a_text_at_evaluation_stands_behind_the_one_in_training() -> None:
    told = {"intervention": "intent-study", "eval_intervention": "intent-study"}
    counts = frame(cell([1], 20), cell([2], 20, **told), cell([0], 20, eval_intervention="alex"))
    found = laid(counts, "intervention", "eval_intervention")
    assert labels(found)[0] == "Intent: study · asked with its text"
    assert labels(found)[-1] == "Control · asked with Alex"


def test_lines_are_sorted_by_value_or_name_and_what_is_not_counted_is_last() -> None:
    counts = frame(
        cell([0], 0, intervention="intent-a"),
        cell([9], 20, intervention="intent-b"),
        cell([3], 20, intervention="intent-c"),
    )
    asked = ("intervention",)
    by = {order: labels(laid(counts, *asked, order=order)) for order in ("high", "low", "name")}
    assert by["high"] == ["Intent: b", "Intent: c", "Intent: a"]
    assert by["low"] == ["Intent: c", "Intent: b", "Intent: a"]
    assert by["name"] == ["Intent: a", "Intent: b", "Intent: c"]


def test_the_scale_holds_every_interval() -> None:
    assert laid(frame(cell([0] * 9, 1000), cell([9] * 9, 1000, model="b"))).end == 0.2
    assert laid(frame(cell([300] * 9, 1000))).end == 0.4
    assert laid(frame(cell([900] * 9, 1000))).end == 1.0


def test_a_rate_that_is_no_result_stands_in_brackets() -> None:
    found = laid(frame(cell([1, 1], 2), cell([200, 210], 400, model="b")), order="low")
    percents = dict(found.cells.select("line", "percent").iter_rows())
    assert {name.split("\n")[0]: text for name, text in percents.items()} == {
        "model-a": "(50 %)",
        "b": "51 %",
    }


def test_colours_tell_kinds_where_there_are_several() -> None:
    kinds = {"none": "none", "alex": "identity"}
    counts = frame(*(cell([1], 20, intervention=name, kind=kind) for name, kind in kinds.items()))
    assert laid(counts, "intervention", asked=("intervention",)).groups == ["Control", "Identity"]
    assert laid(counts.filter(kind="none"), "intervention", asked=("intervention",)).groups == [""]
