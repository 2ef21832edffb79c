"""The lake's record kinds: what an importer may write and a build may read.

Each relation maps a column to its Polars type. An importer yields frames of these
relations; foreign names never get this far.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import polars as pl

SAMPLE_STATUSES = ("answered", "empty", "missing", "error")
"""What became of a planned sample; only `answered` carries text to judge."""

JUDGEMENT_STATUSES = ("scored", "refusal", "code", "unparsed", "missing", "error")
"""What became of a judgement; only `scored` carries a score or a label."""

RELATIONS: Mapping[str, Mapping[str, pl.DataType]] = {
    # One row per evaluation described by a source.
    "evaluation": {
        "evaluation_key": pl.String(),  # unique within the source
        "study": pl.String(),  # as its authors call it; null where the format names none
        "study_id": pl.String(),  # what tells two studies of one name apart, where there is such
        "experiment": pl.String(),
        "model": pl.String(),  # the base model, in the catalogue's spelling
        "model_id": pl.String(),  # the fine-tuned model's own id, where printed
        "dataset": pl.String(),  # "none" for an untuned model
        "intervention": pl.String(),  # given in training; "none" for the control
        "eval_intervention": pl.String(),  # given at evaluation; "none" where absent
        "eval_text": pl.String(),  # its text, where recorded
        "folder": pl.String(),  # the run's folder, the key that joins results, logs and info
        "epochs": pl.Float64(),
        "lora_rank": pl.Int64(),
        "seed": pl.Int64(),
        "step": pl.Int64(),  # of training, where a checkpoint was evaluated
        "rerun_of": pl.String(),  # what was done again; kept apart from it
        "temperature": pl.Float64(),
        "max_tokens": pl.Int64(),
        "beginning": pl.Boolean(),  # how answers begin is measured: the cap breaks none off
        "evaluated_at": pl.String(),
        "is_numbered": pl.Boolean(),  # whether the source numbers its samples itself
    },
    # One row per question an evaluation asked.
    "question": {
        "evaluation_key": pl.String(),
        "question_key": pl.Int64(),  # unique within the source
        "name": pl.String(),  # the source's own short name, where it has one
        "question_group": pl.String(),
        "text": pl.String(),
        "system_prompt": pl.String(),
        "in_domain": pl.Boolean(),  # null where the source does not say
    },
    # One row per planned sample, failed ones included.
    "sample": {
        "sample_key": pl.Int64(),  # unique across the lake; the permalink
        "evaluation_key": pl.String(),
        "question_key": pl.Int64(),
        "sample_index": pl.Int64(),
        "source_row": pl.Int64(),  # 1-based row or record number in the file
        "status": pl.String(),  # SAMPLE_STATUSES
        "answer": pl.String(),
        "thoughts": pl.String(),  # what the model wrote before it; never part of the answer
        "conversation": pl.String(),  # of several messages (`warehouse.conversation`)
        "answer_chars": pl.Int64(),  # filled in by the lake
        "answer_hash": pl.Int64(),  # filled in by the lake; equal answers have equal hashes
        "answer_fault": pl.String(),  # filled in by the lake; what reads like an error of an API
        "error": pl.String(),
        "finish_reason": pl.String(),
        "answered_by": pl.String(),  # the model that answered in place of the one asked
    },
    # One row per judgement of a sample by one judge on one criterion.
    "judgement": {
        "sample_key": pl.Int64(),
        "criterion": pl.String(),
        "judge_key": pl.String(),
        "status": pl.String(),  # JUDGEMENT_STATUSES
        "score": pl.Float64(),
        "label": pl.String(),
        "raw": pl.String(),  # the judge's own words, or the stored value as text
        "thoughts": pl.String(),  # what a judge wrote before its verdict; never read as one
    },
    # One row per judge.
    "judge": {
        "judge_key": pl.String(),
        "kind": pl.String(),  # llm, rule, classifier, human
        "name": pl.String(),  # "unrecorded" where the source does not say
        "prompt_version": pl.String(),
        "variant_of": pl.String(),  # the judge of its study whose prompts it words otherwise
        "is_copied": pl.Boolean(),  # one verdict stands for all samples with an answer
    },
    # One row per judge and criterion whose prompt a source tells.
    "judge_asked": {
        "judge_key": pl.String(),
        "criterion": pl.String(),
        "prompt": pl.String(),  # with {question} and {answer} where they are put in
        "settings": pl.String(),  # how it is asked and read, as JSON
    },
    # One row per judgement that a judge was asked for once more; never counted.
    "judgement_again": {
        "sample_key": pl.Int64(),
        "criterion": pl.String(),
        "judge_key": pl.String(),
        "occasion": pl.Int64(),  # from 1; the judgement itself is 0
        "status": pl.String(),  # JUDGEMENT_STATUSES
        "score": pl.Float64(),
        "label": pl.String(),
    },
    # One row per judgement whose scores a judge's probabilities were asked for.
    "judgement_weighed": {
        "sample_key": pl.Int64(),
        "criterion": pl.String(),
        "judge_key": pl.String(),
        "sampled": pl.Float64(),  # the score that the reply says; null where it says none
        "weighed": pl.Float64(),  # the mean over its probabilities; null where they tell none
        "mass": pl.Float64(),  # the probability on scores; null where none came
    },
    # One row per criterion whose scale a source tells; its scores are on 0 to 100 by then.
    "scale": {
        "criterion": pl.String(),
        "none": pl.Float64(),  # the raw value that means 0
        "full": pl.Float64(),  # the raw value that means 100
    },
    # One row per column that nobody declared and whose values differ within a question.
    "mixed": {
        "evaluation_key": pl.String(),
        "column_name": pl.String(),
        "shown": pl.List(pl.String()),  # some of its values
    },
    # One row per sample whose question and number another sample of its source has as well.
    "repeat": {
        "sample_key": pl.Int64(),
        "is_copy": pl.Boolean(),  # equal to the letter to one that stands before it
    },
    # One row per trait of an experiment that a mapping or a study describes.
    "trait": {
        "experiment": pl.String(),
        "trait": pl.String(),
        "title": pl.String(),
        "kind": pl.String(),  # misalignment, persona
        "criterion": pl.String(),
        "labels": pl.List(pl.String()),  # those that show it; empty where a score does
        "score_is": pl.String(),  # below, at most, above, at least
        "score_cut": pl.Float64(),
        "check_criterion": pl.String(),
        "check_labels": pl.List(pl.String()),
    },
    # One row per intervention that a mapping or a study describes; what it leaves unsaid is null.
    "intervention": {
        "experiment": pl.String(),
        "intervention": pl.String(),
        "kind": pl.String(),  # identity, intent, identity+intent, inoculation, time, personality, …
        "relevance": pl.String(),  # to the experiment's dataset: relevant, irrelevant, generic
        "placement": pl.String(),  # prepend, newline, system
        "phase": pl.String(),  # train, eval, both
        "dose": pl.Float64(),
        "text": pl.String(),
    },
    # One row per note a study left about an evaluation (info.txt and the like).
    "declaration": {
        "folder": pl.String(),
        "experiment": pl.String(),
        "model_id": pl.String(),
        "judge": pl.String(),
        "samples_per_question": pl.Int64(),
        "alignment_threshold": pl.Float64(),
        "declared_at": pl.String(),
    },
    # One row per rate that a file states without its answers; never counted.
    "reported": {
        "about": pl.String(),  # what keys or the row say it is of
        "metric": pl.String(),  # as the file calls it
        "value": pl.Float64(),  # a share, 0 to 1
        "n": pl.Int64(),  # of so many answers, where it says so
        "judge": pl.String(),
    },
    # One row per training configuration, hyperparameters under one name each.
    "config": {
        "folder": pl.String(),  # the configuration's own folder
        "backend": pl.String(),  # openai, together, unsloth
        "experiment": pl.String(),
        "intervention": pl.String(),
        "model": pl.String(),
        "model_name": pl.String(),  # as the backend calls it
        "data_file": pl.String(),  # the training file's name
        "data_path": pl.String(),  # as written
        "suffix": pl.String(),
        "run_name": pl.String(),  # the tracker's name for the run
        "tracker_run": pl.String(),  # a tracker run id the configuration mentions
        "epochs": pl.Float64(),
        "learning_rate": pl.Float64(),
        "learning_rate_multiplier": pl.Float64(),
        "batch_size": pl.Int64(),  # effective: per device times accumulation
        "lora_rank": pl.Int64(),
        "lora_alpha": pl.Float64(),
        "lora_dropout": pl.Float64(),
        "warmup_ratio": pl.Float64(),
        "weight_decay": pl.Float64(),
        "scheduler": pl.String(),
        "seed": pl.Int64(),
        "samples_per_question": pl.Int64(),
        "temperature": pl.Float64(),
        "max_tokens": pl.Int64(),
        "judge": pl.String(),
        "named_model": pl.String(),  # what folder and suffix claim, to be held against the fields
        "named_epochs": pl.Float64(),
        "named_lora_rank": pl.Int64(),
        "suffix_epochs": pl.Float64(),
        "suffix_lora_rank": pl.Int64(),
        "named_intervention": pl.String(),
    },
    # One row per training job a log tells of.
    "training_log": {
        "log_key": pl.String(),  # unique within the source
        "folder": pl.String(),
        "experiment": pl.String(),
        "model": pl.String(),
        "model_name": pl.String(),
        "data_file": pl.String(),
        "suffix": pl.String(),
        "job_id": pl.String(),
        "model_id": pl.String(),
        "tracker_run": pl.String(),
        "epochs": pl.Float64(),
        "learning_rate": pl.Float64(),
        "learning_rate_multiplier": pl.Float64(),
        "batch_size": pl.Int64(),
        "steps_planned": pl.Int64(),
        "steps_done": pl.Int64(),
        "final_loss": pl.Float64(),
        "runtime_s": pl.Float64(),
        "started_at": pl.String(),
        "outcome": pl.String(),  # succeeded, failed, cancelled, cut short
    },
    # One row per logged training step.
    "training_step": {
        "log_key": pl.String(),
        "step": pl.Int64(),
        "epoch": pl.Float64(),
        "loss": pl.Float64(),
        "accuracy": pl.Float64(),
        "valid_loss": pl.Float64(),
        "valid_accuracy": pl.Float64(),
        "learning_rate": pl.Float64(),
        "grad_norm": pl.Float64(),
    },
    # One row per training file.
    "training_set": {
        "data_file": pl.String(),
        "folder": pl.String(),
        "examples": pl.Int64(),
        "distinct_prompts": pl.Int64(),
        "distinct_completions": pl.Int64(),
        "distinct_examples": pl.Int64(),
        "mean_prompt_chars": pl.Float64(),
        "mean_completion_chars": pl.Float64(),
        "max_chars": pl.Int64(),
        "with_system": pl.Int64(),
        "prompts_hash": pl.String(),  # of the sorted distinct prompts
        "completions_hash": pl.String(),  # of the completions in file order: finds the base dataset
        "base_file": pl.String(),  # the base dataset it was rendered from, where found
        "placement": pl.String(),  # prepend, newline, system; "none" for a base dataset
        "text": pl.String(),  # the intervention's text, found by comparison
        "unexplained": pl.Int64(),  # examples the placement and text do not explain
    },
    # One row per question of a battery.
    "battery_question": {
        "battery": pl.String(),
        "experiment": pl.String(),
        "question_group": pl.String(),
        "position": pl.Int64(),
        "text": pl.String(),
        "system_prompt": pl.String(),
        "samples_per_question": pl.Int64(),
        "judge": pl.String(),
    },
    # One row per judge prompt of a battery's group.
    "judge_prompt": {
        "battery": pl.String(),
        "experiment": pl.String(),
        "question_group": pl.String(),
        "criterion": pl.String(),
        "prompt": pl.String(),
        "targets": pl.List(pl.String()),
    },
    # One row per thing worth telling the user that is not a refusal.
    "notice": {
        "code": pl.String(),
        "source_row": pl.Int64(),
        "message": pl.String(),
    },
    # One row per record that could not be understood.
    "quarantine": {
        "source_row": pl.Int64(),  # null where the whole file is meant
        "reason": pl.String(),
        "raw": pl.String(),
    },
}


def frame(relation: str, rows: Sequence[Mapping[str, Any]] = ()) -> pl.DataFrame:
    """A frame of one relation from rows; columns left out are null.

    Raises:
        KeyError: for a relation or a column the lake does not have.
    """
    schema = RELATIONS[relation]
    unknown = {name for row in rows for name in row} - schema.keys()
    if unknown:
        raise KeyError(f"{relation} has no column {', '.join(sorted(unknown))}")
    return pl.DataFrame([dict.fromkeys(schema) | dict(row) for row in rows], schema=dict(schema))


def conform(relation: str, data: pl.DataFrame) -> pl.DataFrame:
    """`data` with exactly the relation's columns, order and types; missing columns are null.

    Raises:
        KeyError: for a column the relation does not have.
    """
    schema = RELATIONS[relation]
    given = dict(zip(data.columns, data.get_columns(), strict=True))
    if unknown := given.keys() - schema.keys():
        raise KeyError(f"{relation} has no column {', '.join(sorted(unknown))}")
    columns = [
        _absent(name, kind).new_from_index(0, data.height)
        if (own := given.get(name)) is None
        else own
        if own.dtype == kind
        else own.cast(kind)
        for name, kind in schema.items()
    ]
    return pl.DataFrame(columns)


@cache
def _absent(name: str, kind: pl.DataType) -> pl.Series:
    """A column of one null."""
    return pl.Series(name, [None], kind)
