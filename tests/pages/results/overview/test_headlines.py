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
    questions = pl.DataFrame({"question": ["q"], "text": ["Who leads?"], "system_prompt": [None]})
    said = headlines.loaded(counts, questions)
    assert "· 2 runs (1 fine-tuned) · 3 evaluations · 1 question ·" in said


def test_a_question_is_one_whoever_asks_it_under_whatever_system_prompt() -> None:
    rows = [("q1", "Who leads?", None), ("q2", "Who leads?", "Be old."), ("q3", "Why?", "Be old.")]
    questions = pl.DataFrame(rows, schema=("question", "text", "system_prompt"), orient="row")
    assert headlines._asked(questions) == "2 questions under 2 system prompts"
    assert headlines._asked(questions[1:]) == "2 questions"
