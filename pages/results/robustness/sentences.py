"""The answer of the Robustness page on one arm, and what holds of all of them."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from pages.results.robustness.frames import TITLES
from pages.results.robustness.scope import Scope
from pages.ui.words import armnames, numbers
from warehouse.stats.multiverse import ARMS, ROBUST, ranges
from warehouse.universe import Explored


def answer(here: Scope) -> str:
    """In how many ways of counting what is concluded on the chosen arm stands."""
    table, survival = here.alone
    own = table.filter("is_claim").row(0, named=True)
    counted = f"n = {own['n_counted']:,} · {numbers.plural(own['questions'], 'question')}"
    if survival.is_empty():
        return f"{here.name}: {_rate(own, table)} ({counted})."
    row = survival.row(0, named=True)
    estimate = (own[name] for name in ("difference", "difference_low", "difference_high"))
    said = f"{here.name}: {numbers.points(*estimate)} ({counted})"
    ways = f"{row['stands']} of {numbers.plural(row['specifications'], 'way')} of counting"
    if row["conclusion"] == "unclear":
        return f"{said}. Nothing can be concluded from that, nor in {ways}."
    title = TITLES[row["conclusion"]]
    return f"{said}. “{title}” stands in {ways}, {numbers.percent(row['share'])}."


def _rate(own: Mapping[str, Any], table: pl.DataFrame) -> str:
    """The rate as it is counted on screen, and how far it moves."""
    row = ranges(table).row(0, named=True)
    if own["rate"] is None:
        return "nothing is counted as it is counted here"
    lowest, highest = (numbers.percent(row[f"rate_{end}"]) for end in ("lowest", "highest"))
    moves = "the same" if lowest == highest else f"{lowest} to {highest}"
    return (
        f"{numbers.percent(own['rate'], own['low'], own['high'])}, and {moves} over "
        f"{numbers.plural(row['specifications'], 'way')} of counting"
    )


def every_arm(explored: Explored) -> str:
    """How many conclusions stand however the answers are counted, and which is the weakest."""
    survival = explored.survival
    if survival.is_empty():
        return _without(explored.table)
    drawn = survival.filter(pl.col("conclusion") != "unclear").sort("share", maintain_order=True)
    if drawn.is_empty():
        return _undecided(survival)
    weakest = drawn.row(0, named=True)
    name = armnames.names(drawn)[0]
    if drawn.height == 1:
        said = f"The one conclusion in sight, on {name}, is {_stands(weakest)}."
    else:
        robust = drawn.filter("robust").height or "None"
        said = (
            f"{robust} of {drawn.height} conclusions stand in at least {numbers.percent(ROBUST)} "
            f"of all ways of counting. The least robust, on {name}, is {_stands(weakest)}."
        )
    undecided = survival.height - drawn.height
    return said + f" {numbers.plural(undecided, 'arm')} unclear as counted here." * (undecided > 0)


def _stands(row: Mapping[str, Any]) -> str:
    lowest, highest = (numbers.points(row[end]) for end in ("lowest", "highest"))
    return (
        f"“{TITLES[row['conclusion']].lower()}” in {row['stands']} of {row['specifications']} "
        f"({numbers.percent(row['share'])}), with differences from "
        f"{lowest.removesuffix(' points')} to {highest}"
    )


def _undecided(survival: pl.DataFrame) -> str:
    """Where no arm comes to a conclusion as it is counted on screen."""
    most = survival.sort("specifications").row(-1, named=True)["specifications"]
    ways = f"other of {numbers.plural(most, 'way')} of counting"
    lead = f"Nothing can be concluded on {numbers.plural(survival.height, 'arm')} as counted here"
    settled = survival.filter(pl.col("share") < 1).height
    if settled == 0:
        return f"{lead}, nor in any {ways}."
    return f"{lead}; {settled} of them come to a conclusion in some {ways}."


def _without(table: pl.DataFrame) -> str:
    """Where nothing is compared: the rate that moves furthest."""
    furthest = (pl.col("rate_lowest") - pl.col("rate_highest")).alias("spread")
    moved = ranges(table).filter(pl.col("rate").is_not_null()).sort(furthest, *ARMS)
    if moved.is_empty():
        return "Nothing in sight is counted as it is counted here."
    row = moved.row(0, named=True)
    own = table.filter("is_claim").join(moved.head(1).select(ARMS), on=ARMS, nulls_equal=True)
    counted = numbers.percent(*own.select("rate", "low", "high").row(0))
    lowest, highest = (numbers.percent(row[f"rate_{end}"]) for end in ("lowest", "highest"))
    return (
        f"Nothing in sight has a baseline to be compared with. No rate moves further than that of "
        f"{armnames.names(moved)[0]}: {counted} as counted here (n = {own['n_counted'][0]:,}), "
        f"{lowest} to {highest} over {numbers.plural(row['specifications'], 'way')} of counting."
    )
