"""A samples file: its evaluation, the answers that were drawn, and those that could not be."""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from pipeline.records import thoughts
from pipeline.study.conversation import Messages
from pipeline.study.definition import BatteryQuestion
from pipeline.study.files.shapes import Count, Key, Optional, Whole
from pipeline.study.files.spending import Effort
from pipeline.study.replies import Outcome


class SamplesHeader(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The header of a samples file."""

    brittlescope: Literal["samples/1"] = "samples/1"
    record: Literal["evaluation"] = "evaluation"
    study: str
    study_id: str
    evaluation: str
    run: str
    model: str
    model_id: str
    provider: str
    experiment: str
    dataset: str
    intervention: str
    eval_intervention: str
    eval_text: str | None
    eval_placement: str | None
    seed: int | None
    epochs: int | None
    lora_rank: int | None
    temperature: float
    top_p: float
    max_tokens: int
    beginning: bool | UnsetType = UNSET
    """Said only where it is so, for files that were begun before it could be said."""
    sampling_seed: int | None
    thoughts: str | UnsetType = UNSET
    samples_per_question: int
    questions: tuple[BatteryQuestion, ...]
    started: str


class Attempt(Effort, kw_only=True):
    """What became of one of the planned samples, whether it was drawn or not."""

    question: str
    index: int
    attempts: int
    error: str | None
    raw: str | UnsetType = UNSET


class Sample(Attempt, kw_only=True, tag_field="record", tag="sample"):
    """An answer."""

    key: int
    messages: Messages
    answer: str
    thoughts: str | None
    outcome: Outcome
    finish_reason: str | None
    model_id: str | None
    temperature: float
    top_p: float
    max_tokens: int
    seed: int | None


class SampleFailure(Attempt, kw_only=True, tag_field="record", tag="failure"):
    """A sample that could not be drawn; the same command tries it again."""


# What is relied on


class QuestionOf(msgspec.Struct):
    """A question as an evaluation's header is read back."""

    name: str
    text: str
    group: str = ""
    system: str | None = None
    in_domain: bool | None = None


class EvaluationOf(msgspec.Struct, kw_only=True, tag_field="record", tag="evaluation"):
    """An evaluation as its header is taken over."""

    study: str
    study_id: str
    evaluation: str
    run: str
    model: str
    model_id: str
    experiment: str
    dataset: str
    intervention: str
    eval_intervention: str
    questions: list[QuestionOf]
    samples_per_question: Count
    eval_text: str | None = None
    seed: Whole | None = None
    epochs: float | None = None
    lora_rank: Whole | None = None
    temperature: float | None = None
    max_tokens: Whole | None = None
    beginning: bool = False
    started: str | None = None


class Grown(msgspec.Struct, tag_field="record", tag="evaluation"):
    """How many samples of each question the file was to hold when a step last began."""

    samples_per_question: int


class SampleNumber(msgspec.Struct, tag_field="record", tag="sample"):
    """Which of the planned samples a record is."""

    question: str
    index: int


class StoredSample(msgspec.Struct, kw_only=True, tag_field="record", tag="sample"):
    """A sample as it is read back."""

    key: Key
    question: str
    index: Count
    answer: str
    outcome: str
    thoughts: Optional = UNSET
    finish_reason: str | None = None
    answered_by: str | None = None
    error: str | None = None

    def __post_init__(self) -> None:
        if self.thoughts is UNSET:  # an older version kept thoughts and answer in one
            self.thoughts, self.answer = thoughts.apart(self.answer)


class NotDrawn(msgspec.Struct, kw_only=True, tag_field="record", tag="failure"):
    """A sample that was not drawn, as it is read back."""

    question: str
    index: Count
    answered_by: str | None = None
    error: str | None = None
