"""A run's log: its configuration, the states it went through, and its loss by step."""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from pipeline.study.definition import FineTuning
from pipeline.study.files.shapes import Count, Whole


class RunConfig(msgspec.Struct, kw_only=True):
    """What is fine-tuned on what, and how."""

    backend: str
    model: str
    model_name: str
    precision: str | None
    chat: str | None
    experiment: str | None
    dataset: str
    intervention: str
    seed: int | None
    data_sha256: str
    fine_tuning: FineTuning


class RunHeader(msgspec.Struct, kw_only=True):
    """The header of a run's log."""

    brittlescope: Literal["run/1"] = "run/1"
    record: Literal["run"] = "run"
    study: str
    run: str
    config: RunConfig
    versions: dict[str, str]


class State(msgspec.Struct, kw_only=True, tag_field="record", tag="state"):
    """A state that a run has reached, with what is needed to go on from it."""

    state: str
    at: str | UnsetType = UNSET
    file_id: str | UnsetType = UNSET
    job_id: str | UnsetType = UNSET
    found: bool | UnsetType = UNSET
    model_id: str | UnsetType = UNSET
    final_loss: float | UnsetType | None = UNSET
    seconds: float | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    requests: int | UnsetType = UNSET
    input_tokens: int | UnsetType = UNSET
    output_tokens: int | UnsetType = UNSET
    cost: float | UnsetType = UNSET


class TrainingStep(msgspec.Struct, kw_only=True, tag_field="record", tag="step"):
    """A training step."""

    step: int
    epoch: float | UnsetType = UNSET
    loss: float | None = None
    accuracy: float | UnsetType | None = UNSET
    valid_loss: float | UnsetType | None = UNSET
    valid_accuracy: float | UnsetType | None = UNSET
    learning_rate: float | UnsetType = UNSET
    grad_norm: float | UnsetType = UNSET


class BackendEvent(msgspec.Struct, tag_field="record", tag="event"):
    """Something a backend said on the way."""

    message: str


# What is relied on


class TuningOf(msgspec.Struct):
    """The settings of a fine-tuning as they are taken over."""

    epochs: float | None = None
    batch_size: Whole | None = None
    learning_rate: float | None = None
    learning_rate_multiplier: float | None = None
    lora_rank: Whole | None = None
    lora_alpha: float | None = None
    lora_dropout: float | None = None
    warmup_ratio: float | None = None
    weight_decay: float | None = None
    scheduler: str | None = None


class ConfigOf(msgspec.Struct):
    """What was fine-tuned on what, as it is taken over."""

    backend: str
    experiment: str
    intervention: str
    model: str
    model_name: str
    fine_tuning: TuningOf
    seed: Whole | None = None


class RunOf(msgspec.Struct, tag_field="record", tag="run"):
    """A run as its header is taken over."""

    study: str
    run: str
    config: ConfigOf


class Reached(msgspec.Struct, tag_field="record", tag="state"):
    """A state that a run has reached, as it is taken over."""

    state: str
    at: str | None = None
    job_id: str | None = None
    model_id: str | None = None
    final_loss: float | None = None
    seconds: float | None = None


class Measured(msgspec.Struct, tag_field="record", tag="step"):
    """A training step as it is taken over."""

    step: Count | None = None
    epoch: float | None = None
    loss: float | None = None
    accuracy: float | None = None
    valid_loss: float | None = None
    valid_accuracy: float | None = None
    learning_rate: float | None = None
    grad_norm: float | None = None
