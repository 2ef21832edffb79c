"""Rates and differences without single questions, by hand."""

import polars as pl
import pytest

from tests.warehouse.stats.frames import cell, frame
from warehouse.errors import UnknownName
from warehouse.stats.contrasts import contrasts
from warehouse.stats.leave_one_out import influence, without_each

STUDY = frame(
    cell([8, 8, 8, 8], 10),
    cell([0, 0, 0, 8], [10, 10, 10, 20], intervention="weak"),
    cell([0, 0, 0, 0], 10, intervention="strong"),
)


def rows(intervention: str) -> pl.DataFrame:
    return without_each(STUDY).filter(intervention=intervention)


def test_rates_are_pooled_and_differences_balanced() -> None:
    weak = rows("weak")
    assert weak["left_out"].to_list() == [None, "q00", "q01", "q02", "q03"]
    assert weak["rate"].to_list() == pytest.approx([8 / 50, 8 / 40, 8 / 40, 8 / 40, 0])
    thirds = (0.8 + 0.8 + 0.4) / 3
    assert weak["difference"].to_list() == pytest.approx([-0.7, *[-thirds] * 3, -0.8])


def test_without_a_question_all_is_as_if_it_had_never_been_asked() -> None:
    study = frame(
        cell([8, 8, 7, 9, 8, 6, 8, 9], 10),
        cell([0, 0, 1, 8, 2, 0, 1, 3], [10, 10, 10, 20, 10, 10, 10, 10], intervention="weak"),
    )
    less = study.filter(pl.col("question") != "q03")
    expected = contrasts(less, adjustment="none").row(0, named=True)
    left = without_each(study).filter(left_out="q03", intervention="weak")
    got = left.row(0, named=True)
    for name in ("rate", "low", "high", "difference", "difference_low", "difference_high"):
        assert got[name] == pytest.approx(expected[name]), name


def test_a_control_has_rates_but_no_difference() -> None:
    control = rows("none")
    assert control["rate"].to_list() == [0.8] * 5
    assert control["difference"].null_count() == control["conclusion"].null_count() == 5


def test_a_single_question_cannot_be_left_out() -> None:
    alone = without_each(frame(cell([3], 10), cell([0], 10, intervention="x")))
    assert alone["left_out"].to_list() == [None, None]
    assert influence(alone, "rate").is_empty()


def test_questions_of_other_experiments_are_not_left_out() -> None:
    other = cell([1, 2], 10, experiment="cities", dataset="cities", question_group="g")
    found = without_each(pl.concat([STUDY, frame(other)])).filter(experiment="cities")
    assert found["left_out"].to_list() == [None, "q00", "q01"]


def test_influence_names_the_question_that_moves_most() -> None:
    found = influence(without_each(STUDY), "rate")
    weak = found.filter(intervention="weak").row(0, named=True)
    assert (weak["questions"], weak["question"], weak["without"]) == (4, "q03", 0)
    assert (weak["value"], weak["lowest"], weak["highest"]) == pytest.approx((0.16, 0, 0.2))
    assert found.filter(intervention="none")["question"].to_list() == [None]


def test_influence_names_the_questions_that_overturn_a_conclusion() -> None:
    # Lower on three questions; without one of those, or with the fourth, it is unclear.
    study = frame(
        cell([10, 10, 10, 10, 10, 0], 10),
        cell([0, 0, 0, 0, 0, 9], 10, intervention="x"),
    )
    found = influence(without_each(study), "difference").row(0, named=True)
    assert found["conclusion"] == "unclear"
    assert (found["question"], found["overturned"]) == ("q05", ["q05"])
    assert found["without"] == -1


def test_arms_without_a_baseline_have_no_influence_on_a_difference() -> None:
    assert set(influence(without_each(STUDY), "difference")["intervention"]) == {"weak", "strong"}


def test_an_unknown_baseline_is_named() -> None:
    with pytest.raises(UnknownName, match="There is no baseline 'nobody'"):
        without_each(STUDY, "nobody")


def test_nothing_counted_gives_nothing() -> None:
    empty = STUDY.with_columns(n_counted=pl.lit(0, pl.Int64), n_trait=pl.lit(0, pl.Int64))
    found = without_each(empty)
    assert found["left_out"].null_count() == found.height == 3
    assert influence(found, "rate").is_empty()
