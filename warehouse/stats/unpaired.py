"""Questions that only one side of a comparison has counted answers to: which, and why."""

import polars as pl

NAMED = 3
"""How many questions a sentence names."""

_REASONS = {
    "absent_there": "not asked of the baseline",
    "empty_there": "nothing counted in the baseline",
    "absent_here": "asked of the baseline only",
    "empty_here": "nothing counted in this arm",
}


def beside(matched: pl.DataFrame, counts: pl.DataFrame, arms: pl.DataFrame) -> pl.DataFrame:
    """Each row of a comparison with how many of its questions are not paired, and which.

    Args:
        matched: The rows, with cell, arm and base (null without a baseline).
        counts: One row per evaluation × question × trait × judge.
        arms: The number of each arm, `arm`, and what it is told by.

    Returns:
        `matched` with questions_unpaired and unpaired (a sentence, null where all are paired):
        the questions that one side has counted answers to and the other has not. One that is
        paired under another wording is paired (`core.wording`).
    """
    told = [name for name in arms.columns if name != "arm"]
    asked = (
        counts.group_by(*dict.fromkeys((*told, "question")))
        .agg(pl.col("n_counted").sum(), pl.col("question_name").first())
        .join(arms, on=told, nulls_equal=True)
        .select("arm", "question", "question_name", "n_counted")
    )
    said = _said(_of_one_side(matched, asked))
    return matched.join(said, on="cell", how="left", maintain_order="left").with_columns(
        pl.col("questions_unpaired").fill_null(0)
    )


def _of_one_side(matched: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """Every question that one side of a row has counted answers to: its name, and why."""
    rows = matched.filter(pl.col("base").is_not_null()).select("cell", "arm", "base")
    here = rows.join(asked, on="arm").select("cell", "question", "question_name", n="n_counted")
    there = rows.join(asked, left_on="base", right_on="arm").select(
        "cell", "question", pl.col("question_name").alias("its_name"), its_n="n_counted"
    )
    return (
        here.join(there, on=["cell", "question"], how="full", coalesce=True)
        .filter((pl.col("n").fill_null(0) > 0) != (pl.col("its_n").fill_null(0) > 0))
        .with_columns(
            pl.coalesce("question_name", "its_name", "question").alias("name"),
            pl.when(pl.col("its_n").is_null())
            .then(pl.lit("absent_there"))
            .when(pl.col("n").is_null())
            .then(pl.lit("absent_here"))
            .when(pl.col("n") > 0)
            .then(pl.lit("empty_there"))
            .otherwise(pl.lit("empty_here"))
            .alias("why"),
        )
    )


def _said(single: pl.DataFrame) -> pl.DataFrame:
    """How many questions of each row are not paired, and a sentence that names some of them."""
    total, n = pl.col("questions_unpaired"), pl.col("n")
    why = pl.col("why")
    are = pl.when(total == 1).then(pl.lit("1 question is"))
    more = pl.when(n > NAMED).then(pl.format(" and {} more", n - NAMED))
    part = pl.format(
        "{} ({}{})",
        why.replace_strict(_REASONS, return_dtype=pl.String()),
        "names",
        more.otherwise(pl.lit("")),
    )
    sentence = pl.format(
        "{} not paired: {}",
        are.otherwise(pl.format("{} questions are", total)),
        pl.col("part").list.join("; "),
    )
    names = pl.col("name").str.slice(0, 60).sort()
    return (
        single.group_by("cell", "why")
        .agg(names.head(NAMED).str.join(", ").alias("names"), pl.len().alias("n"))
        .sort("cell", why.replace_strict({name: at for at, name in enumerate(_REASONS)}))
        .with_columns(part.alias("part"))
        .group_by("cell", maintain_order=True)
        .agg(n.sum().cast(pl.Int64).alias("questions_unpaired"), "part")
        .select("cell", "questions_unpaired", sentence.alias("unpaired"))
    )
