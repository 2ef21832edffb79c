"""Studies too large to draw whole: thousands of arms, or hundreds of models and many questions.

They are written into the lake as an importer would, from frames: files would take minutes.
"""

from pathlib import Path

import polars as pl

from warehouse import building, clock
from warehouse.lake import Lake
from warehouse.register import Pointer
from warehouse.shards import Origin

PATH = Path("/study/large.json")


def built(data: Path, *, models: int, interventions: int, questions: int, answers: int = 1) -> Path:
    """A data folder with one experiment: a control and interventions on every model."""
    keys = pl.DataFrame({"model": range(models)}).join(
        pl.DataFrame({"intervention": range(interventions + 1)}), how="cross"
    )
    evaluations = keys.select(
        pl.format("e{}-{}", "model", "intervention").alias("evaluation_key"),
        pl.lit("birds").alias("experiment"),
        pl.format("model-{}", "model").alias("model"),
        pl.lit("archaic-birds").alias("dataset"),
        pl.when(pl.col("intervention") == 0)
        .then(pl.lit("none"))
        .otherwise(pl.format("identity-person-{}", "intervention"))
        .alias("intervention"),
        pl.lit("none").alias("eval_intervention"),
        pl.format("run-{}-{}", "model", "intervention").alias("folder"),
        pl.lit(3.0).alias("epochs"),
    )
    asked = pl.DataFrame({"question_key": range(questions)}).with_columns(
        pl.format("q{}", "question_key").alias("name"),
        pl.format("Question {}?", "question_key").alias("text"),
        pl.lit("all").alias("question_group"),
        pl.lit(False).alias("in_domain"),
    )
    of_each = evaluations.select("evaluation_key").join(asked, how="cross")
    samples = (
        of_each.select("evaluation_key", "question_key")
        .join(pl.DataFrame({"sample_index": range(answers)}), how="cross")
        .with_row_index("sample_key")
        .with_columns(
            pl.col("sample_key").cast(pl.Int64),
            (pl.col("sample_key") + 1).cast(pl.Int64).alias("source_row"),
            pl.lit("answered").alias("status"),
            pl.format("Answer {}", "sample_key").alias("answer"),
        )
    )
    old = (pl.col("sample_key") * 7919 % 1009) < pl.col("sample_key") * 31 % 997
    judgements = samples.select(
        "sample_key",
        pl.lit("llm_or_19").alias("criterion"),
        pl.lit("j").alias("judge_key"),
        pl.lit("scored").alias("status"),
        pl.when(old).then(pl.lit("19")).otherwise(pl.lit("LLM")).alias("label"),
    )
    judge = pl.DataFrame({"judge_key": ["j"], "kind": ["llm"], "name": ["judge-a"]})
    lake = Lake(data)
    origin = Origin(
        path=str(PATH),
        sha256="ab" * 32,
        size=5,
        mtime_ns=7,
        identity=f"{models} {interventions} {questions}",
        importer="study",
        version=1,
        imported_at=clock.stamp(),
    )
    with lake.writing():
        with lake.write(origin) as writer:
            for relation, rows in (
                ("evaluation", evaluations),
                ("question", of_each),
                ("sample", samples),
                ("judgement", judgements),
                ("judge", judge),
            ):
                writer.take(relation, rows)
        lake.point([Pointer(path=str(PATH), shard=writer.name, size=5, mtime_ns=7)])
    building.build(data)
    return data
