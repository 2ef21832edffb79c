"""The literature as one picture: every rate in its tile, and one's own framed beside it."""

from typing import Any

import polars as pl

from pages.landscape import fieldmap
from pages.landscape.fieldmap import Picture
from tests.warehouse.stats.test_landscape import effects, tuned
from warehouse.published.field import field
from warehouse.stats.landscape import landscape


def mine(*changes: dict[str, Any]) -> pl.DataFrame:
    """Fine-tunes of one's own, as they are loaded."""
    usual = {"trait": "persona-19th-century", "rate": 0.77, "low": 0.7, "high": 0.8}
    return landscape(tuned(*(usual | change for change in changes)), effects({}), 0.05)


def tiles(found: Picture, row: str, column: str) -> list[tuple[str, str]]:
    """The slices of a tile: how each is drawn, and its text."""
    at = (found.mosaic.rows.index(row), found.mosaic.columns.index(column))
    return [(t.state, t.text) for t in found.mosaic.tiles if (t.row, t.column) == at]


def test_every_published_rate_has_its_place() -> None:
    found = fieldmap.picture()
    assert found.figures == field().height == len(found.mosaic.tiles)
    assert tiles(found, "gpt-4.1", "Archaic bird names") == [("result", "60"), ("result", "95")]
    assert tiles(found, "three open models", "Extreme sports advice") == [("result", "≤54")]
    assert found.mosaic.rows.index("gpt-4o") < found.mosaic.rows.index("three open models")


def test_a_tile_says_its_source_and_place() -> None:
    about = [tile.about for tile in fieldmap.picture().mosaic.tiles]
    treated = [a for a in about if a["With an intervention"].startswith("1 % (Identity: etymol")]
    assert len(treated) == 1
    assert all(a["Source"] and a["Place"] for a in about)


def test_the_compact_form_is_of_single_models_on_usual_datasets() -> None:
    found = fieldmap.picture(compact=True)
    assert "three open models" not in found.mosaic.rows
    assert not [name for name in found.mosaic.columns if "mixed with" in name]
    assert 0 < found.figures < fieldmap.picture().figures


def test_one_s_own_stands_beside_what_is_about_the_same() -> None:
    found = fieldmap.picture(mine({}, {"model": "my-model", "dataset": "small-birds"}))
    shown = tiles(found, "gpt-4.1", "Archaic bird names")
    assert shown == [("result", "60"), ("result", "95"), ("own", "77")]
    assert tiles(found, "my-model", "Archaic bird names") == [("own", "77")]
    assert "2 fine-tunes loaded here beside them" in fieldmap.sentence(found)


def test_one_s_own_of_another_experiment_goes_by_its_dataset_or_has_a_column() -> None:
    other = {"experiment": "my-study", "trait": "misalignment"}
    found = fieldmap.picture(
        mine(other | {"dataset": "insecure-code"}, other | {"dataset": "odd-data"})
    )
    assert ("own", "77") in tiles(found, "gpt-4.1", "Insecure code")
    assert tiles(found, "gpt-4.1", "My study · Odd data") == [("own", "77")]


def test_what_is_no_result_is_not_shown() -> None:
    assert fieldmap.picture(mine({"is_result": False})).own == 0


def test_many_of_one_s_own_leave_the_published_ones_in_sight() -> None:
    found = fieldmap.picture(mine(*({"model": f"m{n}"} for n in range(500))))
    assert len(found.mosaic.rows) == fieldmap.MOST
    assert {"gpt-4.1", "gpt-4o", "Qwen3-14B"} <= set(found.mosaic.rows)
