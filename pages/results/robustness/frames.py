"""A multiverse as charts, tables and sentences show it."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

import polars as pl

from pages.results.robustness import panels, scope
from pages.results.robustness.scope import Scope
from pages.results.robustness.strips import CONCLUSIONS, NOT_COMPARED
from pages.ui.parts import bounded
from pages.ui.view import store
from pages.ui.words import armnames, numbers, values
from warehouse.analysis import Analysis
from warehouse.stats.multiverse import ARMS, hinges, ranges
from warehouse.universe import CRITERIA, NAMES, Explored

CHOICES = {
    "rule": "Rule",
    "criterion": "Criterion",
    "trait_cut": "Trait cut",
    "coherence_cut": "Coherence cut",
    "judge": "Judge",
}
"""What may be chosen, by its column."""


class Estimand(NamedTuple):
    """What is estimated of every arm: its rate, or the difference to its baseline."""

    name: Literal["rate", "difference"]  # of its column
    title: str
    ends: tuple[str, str, str]
    write: Callable[..., str]
    concludes: bool  # whether it is compared, so that there is a margin and a conclusion

    def margin(self, view: Analysis) -> float | None:
        """The margin that it is held against, in points."""
        return numbers.hundredth(view.margin) if self.concludes else None


RATE = Estimand("rate", "Rates", ("rate", "low", "high"), numbers.percent, concludes=False)
DIFFERENCE = Estimand(
    "difference",
    "Differences",
    ("difference", "difference_low", "difference_high"),
    numbers.points,
    concludes=True,
)
ESTIMATES = {one.name: one for one in (DIFFERENCE, RATE)}
"""What may be shown, by its name in links, in the order of menus."""

PANEL = ("experiment", "trait", "study")
"""The arms that stand in one panel share these."""

TITLES = {name: title for name, (title, _) in CONCLUSIONS.items()}
"""The name of every conclusion."""


def strips(explored: Explored) -> pl.DataFrame:
    """The frame of `strips.strips`: the least robust arm first; cells are the survival's rows."""
    survival = explored.survival
    names = armnames.within(survival, PANEL)
    beside = [stands(row) for row in survival.iter_rows(named=True)]
    told = survival.select(
        *ARMS,
        pl.int_range(pl.len(), dtype=pl.Int64).alias("cell"),
        pl.Series("name", names, pl.String()),
        panels.labels(names, beside),
        panels.heading(survival, PANEL),
    ).with_columns(survival["share"], (survival["conclusion"] == "unclear").alias("open"))
    rows = explored.table.filter(pl.col("conclusion").is_not_null())
    return (
        written(rows, DIFFERENCE)
        .join(told, on=ARMS, nulls_equal=True)
        .sort("open", "share", "cell", maintain_order=True)
    )


def one_arm(here: Scope) -> pl.DataFrame:
    """The frame of `strips.estimates` for the chosen arm, in order of size."""
    rows = here.alone.table
    compared = rows.filter(pl.col("conclusion").is_not_null())
    rows = compared if compared.height else rows.filter(pl.col("rate").is_not_null())
    found = written(rows, DIFFERENCE if compared.height else RATE)
    ordered = found.sort("value", maintain_order=True)
    step = -(-ordered.height // bounded.COLUMNS)
    if step > 1:  # every so many, and what is on screen
        place = pl.int_range(pl.len())
        ordered = ordered.filter((place % step == 0) | pl.col("is_claim"))
    return ordered.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("place"))


def options(rows: pl.DataFrame) -> pl.DataFrame:
    """The frame of `strips.choices`: those of which there are several."""
    parts = []
    for choice, title in CHOICES.items():
        chosen = rows.filter(pl.col(choice).is_not_null()).sort(_rank(choice), maintain_order=True)
        if chosen[choice].n_unique() > 1:
            named = _options(chosen[choice])
            option = [f"{title}: {named[value]}" for value in chosen[choice]]
            parts.append(
                chosen.select(
                    *("place", "conclusion", "way", "is_claim"),
                    pl.Series("option", option, pl.String()),
                )
            )
    return pl.concat(parts) if parts else rows.clear().with_columns(option=pl.lit(""))


def written(rows: pl.DataFrame, of: Estimand) -> pl.DataFrame:
    """Specifications as charts show them: `estimated`, and way, the specification in words."""
    several = [name for name in CHOICES if rows[name].n_unique() > 1 or name == "rule"]
    named = {name: _options(rows[name]) for name in several}
    ways = [_way(row, named) for row in rows.select(several).iter_rows(named=True)]
    return estimated(rows, of).with_columns(pl.Series("way", ways, pl.String()))


def estimated(rows: pl.DataFrame, of: Estimand) -> pl.DataFrame:
    """Rows with an estimate as charts show it.

    Adds value, low and high (the rate in percent, or the difference in points), text (the same
    as people write it) and counts, and names the conclusion, of which a rate has none.
    """
    texts = [of.write(*row) for row in rows.select(of.ends).iter_rows()]
    counts = [f"{n:,}/{every:,}" for n, every in rows.select("n_trait", "n_counted").iter_rows()]
    concluded = pl.col("conclusion") if of.concludes else pl.lit(None, pl.String())
    return rows.with_columns(
        pl.Series("text", texts, pl.String()),
        pl.Series("counts", counts, pl.String()),
        *(
            numbers.hundredths(end).alias(name)
            for name, end in zip(("value", "low", "high"), of.ends, strict=True)
        ),
        concluded.replace_strict(TITLES, default=None, return_dtype=pl.String())
        .fill_null(NOT_COMPARED)
        .alias("conclusion"),
    )


def stands(row: Mapping[str, Any]) -> str:
    """How often an arm's conclusion stands, as people write it."""
    return (
        f"{TITLES[row['conclusion']]} in {row['stands']} of {row['specifications']}, "
        f"{numbers.percent(row['share'])}"
    )


def hinge(here: Scope) -> str:
    """The choice on which the chosen arm's conclusion, if there is one, hangs most."""
    table, survival = here.alone
    if survival.is_empty():
        return ""
    found = hinges(table, survival, list(NAMES))
    if found.is_empty() or found["spread"][0] == 0:
        return "No single choice decides."
    widest = found.filter(pl.col("choice") == found["choice"][0])
    ends = [widest.sort("share", maintain_order=True).row(at, named=True) for at in (0, -1)]
    said = [
        f"{end['stands']} of {end['specifications']} with {_option(end['choice'], end['option'])}"
        for end in ends
    ]
    choice = CHOICES[ends[0]["choice"]].lower()
    return f"It hangs most on the {choice}: {said[0]}, {said[1]}."


def rates(table: pl.DataFrame) -> pl.DataFrame:
    """How far every arm's rate moves, as a table."""
    found = ranges(table)
    return _named(found).select(
        "arm",
        *("rate", "rate_lowest", "rate_highest"),
        "specifications",
        "uncounted",
    )


def survivals(survival: pl.DataFrame) -> pl.DataFrame:
    """How often every arm's conclusion stands, as a table."""
    return _named(survival).select(
        "arm",
        pl.col("conclusion").replace_strict(TITLES, return_dtype=pl.String()),
        pl.col("share").alias("stands_share"),
        *("stands", "specifications"),
        pl.when(pl.col("conclusion") == "unclear")
        .then(pl.lit("—"))
        .when("robust")
        .then(pl.lit("Yes"))
        .otherwise(pl.lit("No"))
        .alias("robust"),
        *("lowest", "highest", "rate_lowest", "rate_highest"),
    )


def ways(table: pl.DataFrame) -> pl.DataFrame:
    """One arm in every way of counting, as a table."""
    several = [name for name in CHOICES if table[name].n_unique() > 1 or name == "rule"]
    named = {name: _options(table[name]) for name in several}
    chosen = [
        pl.Series(name, [options.get(value) for value in table[name]], pl.String())
        for name, options in named.items()
    ]
    return table.select(*chosen, *_concluded(table))


def judges(claimed: Explored, here: Scope) -> pl.DataFrame:
    """The chosen arm by every judge, counted as on screen, as a table."""
    own = scope.of(claimed.table.filter("is_claim"), here.arm)
    names = pl.Series(
        "judge", [values.value("judge", judge) for judge in own["judge"]], pl.String()
    )
    return own.select(names, *_concluded(own))


def _concluded(table: pl.DataFrame) -> list[pl.Expr]:
    """Estimates and what is concluded from them."""
    titles = pl.col("conclusion").replace_strict(TITLES, default=None, return_dtype=pl.String())
    compared = (*DIFFERENCE.ends, titles) if table["conclusion"].count() else ()
    return [
        *(pl.col(name) for name in ("rate", "low", "high", "n_trait", "n_counted")),
        *(pl.col(one) if isinstance(one, str) else one for one in compared),
    ]


def _rank(choice: str) -> pl.Expr:
    """The order of options: rules and criteria as they are listed elsewhere, cuts by size."""
    listed: dict[str, list[str]] = {"rule": list(store.all_rules()), "criterion": list(CRITERIA)}
    if choice not in listed:
        return pl.col(choice)
    names = listed[choice]
    return pl.col(choice).replace_strict(names, range(len(names)), default=None)


def _way(row: Mapping[str, Any], named: Mapping[str, Mapping[Any, str]]) -> str:
    """A specification in words, as far as there is a choice; `named` has what may be chosen."""
    said = [
        f"{CHOICES[choice].lower()} {options[row[choice]]}"
        for choice, options in named.items()
        if row[choice] is not None
    ]
    return " · ".join(said)


def _options(chosen: pl.Series) -> dict[Any, str]:
    """What may be chosen in words, each made once: rows are many, options few."""
    return {value: _option(chosen.name, value) for value in chosen.unique().drop_nulls()}


def _option(choice: str, value: Any) -> str:
    if choice == "rule":
        rules = store.all_rules()
        return rules[value].title if value in rules else str(value)
    if choice == "judge":
        return values.value("judge", value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _named(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.Series("arm", armnames.names(frame), pl.String()))
