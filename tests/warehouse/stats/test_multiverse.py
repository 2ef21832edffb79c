"""The multiverse: conclusions by specification, and how often they stand."""

import polars as pl
import pytest

from tests.warehouse.stats.frames import cell, frame
from warehouse.errors import UnknownName
from warehouse.stats.multiverse import (
    Specification,
    hinges,
    multiverse,
    ranges,
    specifications,
    stacked,
    survival,
)

UNIVERSE = specifications(rule=["published", "strict"], cut=[30.0, 50.0])


def counts_of(specification: Specification) -> pl.DataFrame:
    """A study: the effect of `weak` hangs on rule and judge, that of `strong` on neither."""
    weak = 8 if specification["rule"] == "published" else 2
    return frame(
        *(
            rows
            for judge in ("judge-a", "judge-b")
            for rows in (
                cell([8] * 10, 10, judge=judge),
                cell([0] * 10, 10, judge=judge, intervention="strong"),
                cell(
                    [weak if judge == "judge-a" else 8] * 10, 10, judge=judge, intervention="weak"
                ),
            )
        )
    )


STACKED = stacked(UNIVERSE, map(counts_of, UNIVERSE))


def test_specifications_are_every_combination() -> None:
    assert len(UNIVERSE) == 4
    assert UNIVERSE[1] == {"rule": "published", "cut": 50.0}


def test_every_specification_and_judge_has_its_row() -> None:
    table = multiverse(STACKED, ["rule", "cut"])
    assert table.columns[:5] == ["rule", "cut", "experiment", "trait", "judge"]
    assert table.height == 4 * 2 * 2
    strong = table.filter(intervention="strong")
    assert strong["conclusion"].unique().to_list() == ["lower"]
    assert strong["difference"].to_list() == pytest.approx([-0.8] * 8)
    weak = table.filter(intervention="weak", judge="judge-a", cut=30.0)
    assert weak.select("rule", "conclusion").rows() == [
        ("published", "unclear"),
        ("strict", "lower"),
    ]


@pytest.mark.parametrize(
    ("control", "arm", "counted", "conclusion"),
    [
        ([8] * 8, [1] * 8, 10, "lower"),
        ([1] * 8, [8] * 8, 10, "higher"),
        ([500] * 8, [500] * 8, 1000, "no difference"),
        ([60] * 8, [56] * 8, 100, "unclear"),  # beyond zero, but less than the margin
        ([5] * 8, [4] * 8, 10, "unclear"),
    ],
)
def test_a_conclusion_has_sign_and_size(
    control: list[int], arm: list[int], counted: int, conclusion: str
) -> None:
    counts = frame(cell(control, counted), cell(arm, counted, intervention="x"))
    assert multiverse(counts, [])["conclusion"].to_list() == [conclusion]


def test_survival() -> None:
    got = survival(multiverse(STACKED, ["rule", "cut"]))
    rows = {row["intervention"]: row for row in got.iter_rows(named=True)}
    assert rows["strong"]["share"] == 1
    assert rows["strong"]["robust"] is True
    assert (rows["weak"]["conclusion"], rows["weak"]["specifications"]) == ("unclear", 8)
    assert (rows["weak"]["stands"], rows["weak"]["share"], rows["weak"]["robust"]) == (
        6,
        0.75,
        False,
    )
    assert (rows["weak"]["lowest"], rows["weak"]["highest"]) == (pytest.approx(-0.6), 0)
    assert (rows["weak"]["rate_lowest"], rows["weak"]["rate_highest"]) == (0.2, 0.8)


def test_survival_of_a_claim_made_under_one_specification() -> None:
    table = multiverse(STACKED, ["rule", "cut"]).filter(judge="judge-a")
    got = survival(table, {"rule": "strict", "cut": 30.0}).filter(intervention="weak")
    assert got.select("conclusion", "stands", "specifications").rows() == [("lower", 2, 4)]
    with pytest.raises(UnknownName, match="No specification has rule = loose"):
        survival(table, {"rule": "loose"})


def test_without_a_baseline_there_is_no_conclusion() -> None:
    counts = frame(cell([8], 10, intervention="x"))
    table = multiverse(stacked([{"rule": "published"}], [counts]), ["rule"])
    assert table["conclusion"].to_list() == [None]
    assert survival(table).height == 0


def test_ranges_say_how_far_rates_move() -> None:
    table = multiverse(STACKED, ["rule", "cut"]).with_columns(
        ((pl.col("rule") == "strict") & (pl.col("cut") == 30)).alias("is_claim")
    )
    rows = {row["intervention"]: row for row in ranges(table).iter_rows(named=True)}
    assert (rows["weak"]["rate"], rows["weak"]["rate_lowest"], rows["weak"]["rate_highest"]) == (
        0.2,
        0.2,
        0.8,
    )
    assert (rows["strong"]["specifications"], rows["strong"]["uncounted"]) == (8, 0)


def test_hinges_name_the_choice_a_conclusion_hangs_on() -> None:
    table = multiverse(STACKED, ["rule", "cut"])
    found = hinges(table, survival(table), ["rule", "cut"])
    weak = found.filter(intervention="weak")
    assert weak.select("choice", "option", "stands", "specifications").rows() == [
        ("rule", "published", 4, 4),
        ("rule", "strict", 2, 4),
        ("judge", "judge-a", 2, 4),
        ("judge", "judge-b", 4, 4),
        ("cut", "30", 3, 4),
        ("cut", "50", 3, 4),
    ]
    assert weak["spread"].to_list() == [0.5, 0.5, 0.5, 0.5, 0, 0]
    assert set(found.filter(intervention="strong")["spread"]) == {0}
