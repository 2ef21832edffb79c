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
    every = (
        counts.group_by(*dict.fromkeys((*told, "question")))
        .agg(pl.col("n_counted").sum(), pl.col("question_name").first())
        .join(arms, on=told, nulls_equal=True)
        .select("arm", "question", "question_name", "n_counted")
    )
    rows = matched.filter(pl.col("base").is_not_null()).select("cell", "arm", "base")
    here = rows.join(every, on="arm").select("cell", "question", "question_name", n="n_counted")
    there = rows.join(every, left_on="base", right_on="arm").select(
        "cell", "question", pl.col("question_name").alias("its_name"), its_n="n_counted"
    )
    single = (
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
    names = pl.col("name").str.slice(0, 60).sort()
    said = (
        single.group_by("cell", "why")
        .agg(names.head(NAMED).str.join(", ").alias("names"), pl.len().alias("n"))
        .sort("cell", pl.col("why").replace_strict({why: at for at, why in enumerate(_REASONS)}))
        .with_columns(
            pl.format(
                "{} ({}{})",
                pl.col("why").replace_strict(_REASONS, return_dtype=pl.String()),
                "names",
                pl.when(pl.col("n") > NAMED)
                .then(pl.format(" and {} more", pl.col("n") - NAMED))
                .otherwise(pl.lit("")),
            ).alias("part")
        )
        .group_by("cell", maintain_order=True)
        .agg(pl.col("n").sum().cast(pl.Int64).alias("questions_unpaired"), pl.col("part"))
        .with_columns(
            pl.format(
                "{} not paired: {}",
                pl.when(pl.col("questions_unpaired") == 1)
                .then(pl.lit("1 question is"))
                .otherwise(pl.format("{} questions are", "questions_unpaired")),
                pl.col("part").list.join("; "),
            ).alias("unpaired")
        )
        .select("cell", "questions_unpaired", "unpaired")
    )
    return matched.join(said, on="cell", how="left", maintain_order="left").with_columns(
        pl.col("questions_unpaired").fill_null(0)
    )
