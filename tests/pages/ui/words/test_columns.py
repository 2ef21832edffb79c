"""Every column has a name, and its numbers one unit wherever they are shown."""

import ast
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from pages.results.rates import layout
from pages.ui.parts import tables
from pages.ui.words import columns
from warehouse.counting import Slice

FRAME = pl.DataFrame(
    {
        "model": ["gpt-4.1"],
        "rate": [0.125],
        "difference": [-0.5],
        "q": [0.04],
        "n_counted": [1000],
        "lowest": ["as text"],
        "dose": [1850.0],
    }
)


def test_every_dimension_has_a_name() -> None:
    assert set(layout.DIMENSIONS) <= set(columns.DIMENSIONS)
    assert set(Slice.dimensions()) <= set(columns.DIMENSIONS)


def test_shares_are_shown_in_percent_and_what_is_no_number_as_it_is() -> None:
    assert columns.shown(FRAME).row(0, named=True) == FRAME.row(0, named=True) | {
        "rate": 12.5,
        "difference": -50,
    }


def test_a_table_formats_by_the_unit() -> None:
    config = tables.configured(FRAME)
    formats = {
        name: made["type_config"]["format"]
        for name, made in config.items()
        if "type_config" in made and "format" in made["type_config"]
    }
    assert formats == {
        "rate": "%.1f %%",
        "difference": "%+.1f",
        "q": "%.2g",
        "n_counted": "localized",
    }
    assert config["model"]["label"] == "Model"
    assert config["lowest"]["label"] == "Lowest difference, points"


def test_the_title_of_an_axis_says_the_unit_once() -> None:
    assert columns.measured("rate") == "Rate, %"
    assert columns.measured("difference") == "Difference, points"
    assert columns.measured("gap") == "Gap, points"
    assert columns.measured("q") == "q (adjusted p)"


def test_no_column_is_registered_twice_or_without_a_name() -> None:
    assert all(column.label.strip() for column in columns.COLUMNS.values())
    registered = [name for group in groups() for name in group]
    assert sorted(registered) == sorted(set(registered)) == sorted(columns.COLUMNS)


def groups() -> Iterator[list[str]]:
    """The names in each table of the registry, as they are written."""
    for node in ast.parse(Path(columns.__file__).read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            yield [ast.literal_eval(key) for key in node.value.keys if key is not None]
