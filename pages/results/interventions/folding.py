"""Which arms have a line of their own, where there are more than a screen has room for.

What stands out is shown: the largest reduction, the worst case, and verdicts that few have. The
others of one control and kind share a line, a small mark each: none is hidden, and one click gives
each a line again.
"""

from collections.abc import Sequence

import polars as pl

from pages.ui.parts import bounded
from pages.ui.words import values

MOST = 26
"""How many rows a picture has at most, headings among them, before arms share rows."""

FEWEST = 3
"""How many arms at least share a row."""

FEW = 2
"""A verdict that at most so many arms of a group have stands out."""

EVERY = "every"
"""Opens all that is folded."""

ALL = "All kinds"
"""What is folded where kinds are not told apart."""

LEVELS = ("kind", "group")
"""What arms that share a row have in common, besides their group: the more there are, the less."""


def folded(found: pl.DataFrame, opened: str = "", most: int = MOST) -> pl.DataFrame:
    """The arms in the order of their lines, with `fold`: which row an arm shares, or null.

    Args:
        found: Arms with group (which control, a number), kind, verdict, difference (or null), in
            order of group and kind.
        opened: A fold that is to be opened, or `EVERY`.
        most: How many rows there should be at most.

    Returns:
        The same arms, those of a fold together and after what stands out of their kind. Where
        all groups are folded and still are more than `most`, the first of them.
    """
    if opened == EVERY or rows(found.with_columns(fold=_none())) <= most:
        return bounded.lines(found.with_columns(fold=_none()), ["group"])
    for level in LEVELS:
        shown = _at(found, level, opened)
        if rows(shown) <= most:
            return _filled(shown, most)
    bare = _at(found, "group", opened, is_bare=True)
    kept = bare["group"].unique(maintain_order=True).head(most)
    return bare.filter(pl.col("group").is_in(kept.implode()))


def rows(shown: pl.DataFrame) -> int:
    """How many rows the arms take, with a heading for each group where there are several."""
    own = shown.filter(pl.col("fold").is_null()).height
    folds = shown.drop_nulls("fold").select("group", "fold").n_unique()
    groups = shown["group"].n_unique()
    return own + folds + (groups if groups > 1 else 0)


def names(shown: pl.DataFrame) -> list[str]:
    """What is folded, in order, by the name that opens it."""
    return shown["fold"].drop_nulls().unique(maintain_order=True).to_list()


def left_out(found: pl.DataFrame, shown: pl.DataFrame) -> str:
    """What is not drawn at all, in a sentence."""
    return bounded.told(shown.height, found.height, "comparisons")


def _at(found: pl.DataFrame, level: str, opened: str, is_bare: bool = False) -> pl.DataFrame:
    """Folded at a level; bare, nothing stands out of its fold."""
    within: Sequence[str] = ["group", "kind"] if level == "kind" else ["group"]
    named = found.with_columns(
        pl.Series(
            "called",
            [values.value("kind", kind) if level == "kind" else ALL for kind in found["kind"]],
            pl.String(),
        )
    ).with_columns(
        pl.when(found["group"].n_unique() > 1)
        .then(pl.concat_str("called", "title", separator=" · "))
        .otherwise("called")
        .alias("called")
    )
    ordinary = pl.lit(is_bare) | ~_stands_out()
    return (
        named.with_columns(ordinary.alias("ordinary"))
        .with_columns(
            pl.when(
                pl.col("ordinary")
                & (pl.col("ordinary").sum().over(within) >= FEWEST)
                & (pl.col("called") != opened)
            )
            .then("called")
            .alias("fold")
        )
        .with_columns(
            pl.int_range(pl.len()).alias("_place"),
            pl.int_range(pl.len()).min().over(within).alias("_under"),
        )
        .sort("_under", pl.col("fold").is_not_null(), "_place")
        .drop("called", "ordinary", "_place", "_under")
    )


def _filled(shown: pl.DataFrame, most: int) -> pl.DataFrame:
    """The same, with lines of their own for the largest effects as long as there is room."""
    spare = most - rows(shown)
    place = shown.select(
        pl.when(pl.col("fold").is_not_null())
        .then(pl.col("difference").abs())
        .rank("ordinal", descending=True)
        .alias("place")
    )["place"]
    ranked = shown.with_columns(place.fill_null(shown.height + 1).alias("_rank"))
    fits = pl.col("_rank") <= spare
    return (
        ranked.with_columns(pl.when(~fits).then("fold").alias("fold"))
        .with_columns(pl.int_range(pl.len()).min().over("group", "kind").alias("_under"))
        .sort("_under", pl.col("fold").is_not_null(), "cell")
        .drop("_rank", "_under")
    )


def _stands_out() -> pl.Expr:
    """The largest reduction and the worst case of a group, and verdicts that few have there."""
    difference = pl.col("difference")
    ends = (difference == difference.min().over("group")) | (
        difference == difference.max().over("group")
    )
    rare = (pl.len().over("group", "verdict") <= FEW) & pl.col("verdict").is_not_null()
    return ends.fill_null(value=False) | rare


def _none() -> pl.Expr:
    return pl.lit(None, pl.String())
