"""The overview's sentences: how much of everything is in sight."""

import polars as pl

from pages.results.overview import headlines


def test_an_untuned_model_is_one_run_in_however_many_experiments_it_is_asked() -> None:
    rows = [("a", "gpt", "none", "one"), ("b", "gpt", "none", "two"), ("a", "gpt", "d", "three")]
    columns = ("experiment", "model", "dataset", "run")
    counts = pl.DataFrame(rows, schema=columns, orient="row").with_columns(
        pl.lit("s").alias("study"),
        pl.lit("none").alias("intervention"),
        pl.col("run").alias("evaluation"),
        pl.lit("q").alias("question"),
        pl.lit(10).alias("n_planned"),
        pl.lit(9).alias("n_answered"),
    )
    assert "· 2 runs (1 fine-tuned) · 3 evaluations ·" in headlines.loaded(counts)
