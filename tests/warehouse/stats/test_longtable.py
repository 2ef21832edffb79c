"""The long table: a row per question and run, and no row for nothing counted."""

from tests.warehouse.stats.frames import cell, frame
from warehouse.stats.longtable import COLUMNS, long


def test_a_row_per_question_and_run_and_none_for_nothing_counted() -> None:
    counts = frame(
        cell([3, 0], [10, 0], seed=1),
        cell([2, 1], 10, seed=1, evaluation="again"),
        cell([4, 4], 10, seed=2),
    )
    got = long(counts)
    assert got.columns == list(COLUMNS)
    assert got.select("seed", "question", "n_trait", "n_other", "n_counted").rows() == [
        (1, "q00", 5, 15, 20), (1, "q01", 1, 9, 10), (2, "q00", 4, 6, 10), (2, "q01", 4, 6, 10),
    ]  # fmt: skip
    assert long(counts.clear()).height == 0
