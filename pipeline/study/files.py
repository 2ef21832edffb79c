"""The records of a study's files: what is written, and what is relied on when it is read again.

A file begins with a header that says what it is (`"brittlescope": "samples/1"`), and goes on with
records that are told apart by their field `record`. What is written has every field. What is read
back has those that a resumed step, another step or an import relies on, so that a field that an
older version did not write, or wrote otherwise, hinders none of them. An import reads a stranger's
file: what it cannot rely on it refuses with a reason, record by record.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from pipeline import thoughts
from pipeline.study import layout
from pipeline.study.conversation import Messages
from pipeline.study.definition import FineTuning, Question
from pipeline.study.errors import FolderConflict
from pipeline.study.replies import Alternative, Outcome, Reply, parted
from warehouse.records import JUDGEMENT_STATUSES

T = TypeVar("T", bound=msgspec.Struct)

Key = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Count = Annotated[int, Meta(ge=0, le=2**53)]

Optional = str | None | UnsetType
"""A text that is left out where an older version, or another outcome, has none."""

Usage = Literal["told", "assumed"]
"""Whether the endpoint said what an answer cost; else it is charged as the most it could."""

Logprobs = tuple[tuple[Alternative, ...], ...]


def read(path: Path, *kinds: type[T]) -> Iterator[T]:
    """A file's records of these kinds, packed or not; the others are passed over.

    Raises:
        FolderConflict: naming file and record, where one is not what it should be.
    """
    wanted = {kind.__struct_config__.tag: kind for kind in kinds}
    for record in layout.read(path):
        if kind := wanted.get(record.get("record")):
            yield convert(record, kind, path)


def convert(record: Any, kind: type[T], path: Path) -> T:
    """The typed record.

    Raises:
        FolderConflict: naming the file and what is wrong with the record.
    """
    try:
        return msgspec.convert(record, kind)
    except msgspec.ValidationError as error:
        name = record.get("record", "record") if isinstance(record, dict) else "record"
        raise FolderConflict(f"{path} is damaged: a {name} is not understood ({error}).") from None


# Samples: what is written


class Evaluation(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The header of a samples file."""

    brittlescope: str = "samples/1"
    record: str = "evaluation"
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
    questions: tuple[Question, ...]
    started: str


class Sample(msgspec.Struct, kw_only=True, tag_field="record", tag="sample"):
    """An answer."""

    key: int
    question: str
    index: int
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
    error: str | None
    input_tokens: int
    output_tokens: int
    attempts: int
    requests: int
    cost: float
    usage: Usage
    answered_by: str | None
    raw: str | UnsetType = UNSET
    at: str


class SampleFailure(msgspec.Struct, kw_only=True, tag_field="record", tag="failure"):
    """A sample that could not be drawn; the same command tries it again."""

    question: str
    index: int
    error: str | None
    input_tokens: int
    output_tokens: int
    attempts: int
    requests: int
    cost: float
    usage: Usage
    answered_by: str | None
    raw: str | UnsetType = UNSET
    at: str


# Samples: what is relied on


class Place(msgspec.Struct):
    """Which of the planned samples a record is."""

    question: str
    index: int


class Drawn(msgspec.Struct, kw_only=True, tag_field="record", tag="sample"):
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


# Judgements: what is written


class Judge(msgspec.Struct, kw_only=True):
    """The header of a judgements file."""

    brittlescope: str = "judgements/1"
    record: str = "judge"
    study: str
    study_id: str
    judge: str
    prompt_version: str
    evaluation: str
    kind: str
    name: str
    of: str | None
    criteria: Any  # the study file's own parts, as plain data
    texts: dict[str, str]


class Judgement(msgspec.Struct, kw_only=True, tag_field="record", tag="judgement"):
    """What a judge made of one answer on one criterion; a rule has no reply, and costs nothing."""

    key: int
    question: str
    index: int
    criterion: str
    status: str
    score: float | None
    label: str | None
    raw: str
    answer_digest: str
    value: float | UnsetType = UNSET
    thoughts: Optional = UNSET
    outcome: Outcome | UnsetType = UNSET
    finish_reason: Optional = UNSET
    model_id: Optional = UNSET
    logprobs: Logprobs | UnsetType = UNSET
    requests: int | UnsetType = UNSET
    input_tokens: int | UnsetType = UNSET
    output_tokens: int | UnsetType = UNSET
    cost: float | UnsetType = UNSET
    usage: Usage | UnsetType = UNSET
    answered_by: Optional = UNSET
    at: str | UnsetType = UNSET


class JudgementFailure(msgspec.Struct, kw_only=True, tag_field="record", tag="failure"):
    """A judgement that could not be had; the same command tries it again."""

    question: str
    index: int
    criterion: str
    error: str | None
    raw: str | UnsetType = UNSET
    requests: int
    input_tokens: int
    output_tokens: int
    cost: float
    usage: Usage
    answered_by: str | None
    at: str


# Judgements: what is relied on


class JudgeOf(msgspec.Struct, tag_field="record", tag="judge"):
    """A judge as its header is read back."""

    judge: str
    kind: str
    prompt_version: str


class Judged(msgspec.Struct, kw_only=True, tag_field="record", tag="judgement"):
    """A judgement as judging relies on it."""

    key: int
    criterion: str
    raw: str = ""
    value: float | None = None
    outcome: Outcome = "answered"
    thoughts: Optional = UNSET
    logprobs: Logprobs = ()

    @property
    def reply(self) -> Reply:
        """The judge's reply as it was kept; an older version kept thoughts within it."""
        told = None if self.thoughts is UNSET else self.thoughts
        reply = Reply(self.outcome, text=self.raw, thoughts=told, logprobs=self.logprobs)
        return parted(reply) if self.thoughts is UNSET else reply


class Verdict(msgspec.Struct, kw_only=True, tag_field="record", tag="judgement"):
    """A judgement as an import relies on it."""

    key: Key
    criterion: str
    status: str
    score: Annotated[float, Meta(ge=0, le=100)] | None = None
    label: str | None = None
    raw: str = ""
    thoughts: str | None = None

    def __post_init__(self) -> None:
        if self.status not in JUDGEMENT_STATUSES:
            raise ValueError(f"there is no status {self.status!r}")
        if self.status == "scored" and self.score is None and self.label is None:
            raise ValueError("it is scored, but has neither score nor label")


# The ledger


class Booked(msgspec.Struct, kw_only=True):
    """A line of the ledger: what was spent before, what was sent, or what that did cost."""

    brittlescope: str | UnsetType = UNSET
    record: str
    name: str | UnsetType = UNSET
    requests: int
    input_tokens: int
    output_tokens: int
    cost: float


class Entry(msgspec.Struct):
    """A line of the ledger as it is read back, beside what it tells of spending."""

    record: str
    name: str = ""


# Runs


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

    brittlescope: str = "run/1"
    record: str = "run"
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


class Step(msgspec.Struct, kw_only=True, tag_field="record", tag="step"):
    """A training step."""

    step: int
    epoch: float | UnsetType = UNSET
    loss: float | None = None
    accuracy: float | UnsetType | None = UNSET
    valid_loss: float | UnsetType | None = UNSET
    valid_accuracy: float | UnsetType | None = UNSET
    learning_rate: float | UnsetType = UNSET
    grad_norm: float | UnsetType = UNSET


class Event(msgspec.Struct, tag_field="record", tag="event"):
    """Something a backend said on the way."""

    message: str
