"""A judgements file: its judge, and what the judge made of every answer."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from pipeline.study.files.shapes import Count, Key, Optional
from pipeline.study.files.spending import Effort, Usage
from pipeline.study.parts import Part
from pipeline.study.replies import Logprobs, Outcome, Reply, parted
from warehouse.records import JUDGEMENT_STATUSES


class Judge(msgspec.Struct, kw_only=True):
    """The header of a judgements file."""

    brittlescope: Literal["judgements/1"] = "judgements/1"
    record: Literal["judge"] = "judge"
    study: str
    study_id: str
    judge: str
    prompt_version: str = ""
    evaluation: str
    kind: str
    name: str
    of: str | None
    variant_of: str | None = None
    criteria: Mapping[str, Part]
    texts: Mapping[str, str]

    def __post_init__(self) -> None:
        told = {name: getattr(self, name) for name in ("kind", "name", "of", "criteria", "texts")}
        content = json.dumps(msgspec.to_builtins(told), sort_keys=True)
        self.prompt_version = hashlib.sha256(content.encode()).hexdigest()[:12]


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


class RepeatedJudgement(Judgement, kw_only=True, tag_field="record", tag="again"):
    """A judgement that was asked for once more, to see whether the judge says the same."""

    occasion: int


class JudgementFailure(Effort, kw_only=True, tag_field="record", tag="failure"):
    """A judgement that could not be had; the same command tries it again."""

    question: str
    index: int
    criterion: str
    error: str | None
    raw: str | UnsetType = UNSET


# What is relied on


class JudgeOf(msgspec.Struct, tag_field="record", tag="judge"):
    """A judge as its header is read back."""

    judge: str
    kind: str
    prompt_version: str
    evaluation: str = ""
    variant_of: str | None = None
    criteria: Any = None
    texts: Any = None


class StoredJudgement(msgspec.Struct, kw_only=True, tag_field="record", tag="judgement"):
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


class JudgedAgain(msgspec.Struct, kw_only=True, tag_field="record", tag="again"):
    """A judgement asked for once more, as resuming relies on it."""

    key: int
    criterion: str
    occasion: int


class Verdict(msgspec.Struct, kw_only=True, tag_field="record", tag="judgement"):
    """A judgement as an import relies on it."""

    key: Key
    criterion: str
    status: str
    score: Annotated[float, Meta(ge=0, le=100)] | None = None
    label: str | None = None
    raw: str = ""
    thoughts: str | None = None
    logprobs: Any = ()

    def __post_init__(self) -> None:
        if self.status not in JUDGEMENT_STATUSES:
            raise ValueError(f"there is no status {self.status!r}")
        if self.status == "scored" and self.score is None and self.label is None:
            raise ValueError("it is scored, but has neither score nor label")


class VerdictAgain(Verdict, kw_only=True, tag_field="record", tag="again"):
    """A judgement asked for once more, as an import relies on it."""

    occasion: Count


class NotJudged(msgspec.Struct, tag_field="record", tag="failure"):
    """A judgement that could not be had, of which an import relies on nothing."""
