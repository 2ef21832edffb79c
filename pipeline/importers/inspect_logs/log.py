"""What is read of an Inspect log, as typed records; every other field is passed over unread."""

import json
import re
from typing import Any, TypeVar

import msgspec

from pipeline.errors import RefusedFile
from pipeline.records.tables import clean
from warehouse import catalogue

MOST_NAN = 16
"""How often a text is looked through for one more NaN before another reader takes it."""

_AT = re.compile(r"\(byte (\d+)\)$")

Record = TypeVar("Record", bound=msgspec.Struct)


class LogError(msgspec.Struct):
    """Why a sample or a task came to nothing."""

    message: str = ""


class Dataset(msgspec.Struct):
    """What the task asked."""

    name: str | None = None
    samples: int | None = None
    sample_ids: list[int | str] | None = None


class Config(msgspec.Struct):
    """How the task was run."""

    epochs: int | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    seed: int | None = None


class Scorer(msgspec.Struct):
    """A scorer as the task names it."""

    name: str = ""


class LogTask(msgspec.Struct):
    """The field `eval` of a log."""

    task: str
    model: str
    run_id: str | None = None
    eval_id: str | None = None
    task_id: str | None = None
    created: str | None = None
    dataset: Dataset = msgspec.field(default_factory=Dataset)
    config: Config = msgspec.field(default_factory=Config)
    model_generate_config: Config = msgspec.field(default_factory=Config)
    model_roles: dict[str, Any] = {}
    scorers: list[Scorer] | None = None
    metadata: Any = None
    task_args: Any = None

    @property
    def named_model(self) -> str:
        """The model as it is called here: without the provider that Inspect puts before it."""
        return catalogue.model(clean(self.model.partition("/")[2] or self.model)).name


class LogPlan(msgspec.Struct):
    """The field `plan` of a log."""

    config: Config = msgspec.field(default_factory=Config)


class Header(msgspec.Struct):
    """A log without its samples."""

    eval: LogTask
    version: int = 1
    status: str = "started"
    plan: LogPlan = msgspec.field(default_factory=LogPlan)
    error: LogError | None = None
    invalidated: bool = False

    @property
    def temperature(self) -> float | None:
        """The temperature asked for, where one was."""
        own, planned = self.eval.model_generate_config, self.plan.config
        return own.temperature if own.temperature is not None else planned.temperature

    @property
    def max_tokens(self) -> int | None:
        """The cap on an answer's tokens, where one was asked for."""
        own, planned = self.eval.model_generate_config, self.plan.config
        return own.max_tokens if own.max_tokens is not None else planned.max_tokens


class LogCall(msgspec.Struct):
    """A tool that a model called."""

    function: str = ""
    arguments: Any = None


class LogMessage(msgspec.Struct):
    """One message of a conversation; its content is a text or a list of parts."""

    role: str
    content: Any = None
    tool_calls: list[LogCall] | None = None
    function: str | None = None
    error: LogError | None = None


class LogChoice(msgspec.Struct):
    """One answer of a model."""

    message: LogMessage
    stop_reason: str | None = None


class Output(msgspec.Struct):
    """What a model answered at last."""

    model: str = ""
    choices: list[LogChoice] = []
    completion: str | None = None
    error: str | None = None


class LogScore(msgspec.Struct):
    """What a scorer made of a sample."""

    value: Any = None
    answer: str | None = None
    explanation: str | None = None


class Limit(msgspec.Struct):
    """A limit that ended a sample."""

    type: str = ""


class LogSample(msgspec.Struct):
    """One sample of a log; its events are not looked at."""

    id: int | str
    epoch: int = 1
    input: str | list[LogMessage] = ""
    messages: list[LogMessage] = []
    output: Output = msgspec.field(default_factory=Output)
    scores: dict[str, LogScore] | None = None
    score: LogScore | None = None  # what the first logs had in place of `scores`
    error: LogError | None = None
    limit: Limit | None = None
    attachments: dict[str, str] = {}
    metadata: Any = None


def header(content: bytes) -> Header:
    """The header that a JSON text holds.

    Raises:
        RefusedFile: where it is none.
    """
    try:
        return _decoded(content, Header)
    except ValueError as error:
        raise RefusedFile(f"its header is not that of an Inspect log ({error})") from None


def sample(content: bytes) -> LogSample:
    """The sample that a JSON text holds.

    Raises:
        ValueError: saying what is wrong, where it is none.
    """
    return _decoded(content, LogSample)


def _without_nan(content: bytes, kind: type[Record]) -> Record:
    """What a JSON text holds, in which NaN, which Inspect writes for no score, is null."""
    for _ in range(MOST_NAN):
        try:
            return msgspec.json.decode(content, type=kind)
        except msgspec.DecodeError as error:
            told = _AT.search(str(error))
            at = int(told[1]) if told else len(content)
            if content[at : at + 3] != b"NaN":
                raise
            content = b"%bnull%b" % (content[:at], content[at + 3 :])
    return msgspec.json.decode(content, type=kind)


def _decoded(content: bytes, kind: type[Record]) -> Record:
    try:
        return _without_nan(content, kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # Halves of characters, and Infinity, are read by the standard library alone.
        try:
            return msgspec.convert(json.loads(content), kind)
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
