"""Many arms share lines; what stands out keeps its own, and nothing is lost."""

import polars as pl
import pytest

from pages.results.interventions import folding


def arms(groups: int, each: int, kinds: int = 2) -> pl.DataFrame:
    """Arms of several controls, those of a kind together, lowest difference first."""
    rows = [
        {
            "group": group,
            "title": f"model {group}",
            "kind": ["identity", "intent", "time"][number * kinds // each],
            "verdict": "increased" if number == each - 1 else "inconclusive",
            "difference": (number - each / 2) / (2 * each),
        }
        for group in range(groups)
        for number in range(each)
    ]
    return pl.DataFrame(rows).with_row_index("cell")


def test_few_arms_have_a_line_each() -> None:
    shown = folding.folded(arms(1, 12))
    assert shown["fold"].null_count() == shown.height == 12


@pytest.mark.parametrize(("groups", "each"), [(1, 60), (4, 20), (12, 20)])
def test_many_arms_take_a_screen_and_none_is_lost(groups: int, each: int) -> None:
    found = arms(groups, each)
    shown = folding.folded(found)
    assert folding.rows(shown) <= folding.MOST
    assert sorted(shown["cell"]) == sorted(found["cell"])
    assert folding.left_out(found, shown) == ""


def test_the_largest_effects_the_worst_case_and_rare_verdicts_keep_their_lines() -> None:
    shown = folding.folded(arms(1, 60))
    own = shown.filter(pl.col("fold").is_null())
    assert {0, 59} <= {*own["cell"]}
    assert own.height > 2
    assert folding.names(shown) == ["Identity", "Intent"]


def test_a_fold_is_opened_by_its_name_and_all_of_them_at_once() -> None:
    found = arms(1, 60)
    opened = folding.folded(found, "Identity", most=12)
    assert "Identity" not in folding.names(opened)
    assert folding.folded(found, folding.EVERY)["fold"].null_count() == 60


def test_of_more_controls_than_rows_the_first_are_drawn_and_it_is_said() -> None:
    found = arms(40, 4)
    shown = folding.folded(found)
    assert shown["group"].n_unique() == folding.MOST
    assert folding.left_out(found, shown).startswith("The first 104 of 160 comparisons")
