"""Studies as their folders tell of them: what is planned, how far it is, and what went wrong.

`brittlescope study` writes two files for whoever watches, each replaced as a whole: `plan.json`
(a `PlanFile`) before any work, and `progress.json` (a `ProgressFile`) while it works.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

PLAN = "plan.json"
PROGRESS = "progress.json"
FOLDER = "studies"
"""Where in the data folder studies lie that were not told another place."""

STEPS = ("render", "tune", "sample", "judge")
"""The steps of a study, in order."""

BEAT = timedelta(seconds=20)
"""`progress.json` of a study at work is never older than this, however slow the work."""

SILENCE = timedelta(seconds=90)
"""A process not heard of for so long is taken for dead."""

MOST_BYTES = 64 * 2**20
"""What is longer than this is cut, and so not understood."""

State = Literal["waiting", "running", "silent", "stopped", "done"]
"""Not begun; at work; at work when it was last heard of; ended before its end; done."""

Imported = Literal["no", "before", "as it is"]
"""Never; and changed since; or as it is now."""

Count = Annotated[int, Meta(ge=0, le=2**53)]
Moment = Annotated[datetime, Meta(tz=True)]


class Spend(msgspec.Struct):
    """What was asked of endpoints: requests, tokens, and cost in the budget's currency."""

    requests: Count = 0
    input_tokens: Count = 0
    output_tokens: Count = 0
    cost: float = 0.0

    @property
    def tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens

    def add(self, other: "Spend", sign: int = 1) -> None:
        """Adds (or with sign −1 takes back) another spend."""
        self.requests += sign * other.requests
        self.input_tokens += sign * other.input_tokens
        self.output_tokens += sign * other.output_tokens
        self.cost += sign * other.cost


class Run(msgspec.Struct, frozen=True):
    """One model to be evaluated: fine-tuned here, fine-tuned elsewhere, or untuned."""

    id: str
    model: str
    experiment: str | None  # None for the untuned model, which serves all experiments
    intervention: str
    seed: int | None
    tuned_id: str | None = None

    @property
    def untuned(self) -> bool:
        """Whether this is the base model as it came."""
        return self.experiment is None

    @property
    def to_tune(self) -> bool:
        """Whether this study has to fine-tune it."""
        return not self.untuned and self.tuned_id is None


class StepEstimate(msgspec.Struct, frozen=True):
    """What a step asks of endpoints and of this machine, every request taken to be sent once."""

    step: str
    planned: Count  # training sets, runs, samples or judgements
    local: Count  # of these, done on this machine
    requests: Count
    input_tokens: Count  # an estimate
    output_tokens: Count  # a bound: the token cap of every request
    cost: float | None  # an estimate; None where a price is missing
    most: float | None = None  # a bound on the cost; None where there is none


class PlannedEvaluation(msgspec.Struct, frozen=True):
    """One run sampled on one battery, with or without an intervention."""

    id: str
    run: str
    experiment: str
    eval_intervention: str
    samples: Count


class PlanFile(msgspec.Struct, frozen=True, tag_field="brittlescope", tag="plan/1"):
    """`plan.json`: every run, evaluation and judge, with estimates, and the limits."""

    study: str
    title: str
    study_file: str  # as seen from the folder
    steps: list[StepEstimate]
    budget: dict[str, float | None] | None  # limits by name: cost, requests, tokens
    runs: list[Run]
    evaluations: list[PlannedEvaluation]
    judges: dict[str, list[str]]  # each with its criteria


class StepProgress(Spend, kw_only=True):
    """How far a step is, and what its last command spent."""

    planned: Count
    done: Count
    failed: Count
    failures: dict[str, Count]  # the most frequent reasons, with their counts
    left: list[str] = []  # what the last command had to leave, and why, in sentences
    only: str | None = None  # the one judge that was asked for
    running: bool
    rate: float  # finished per second since the last command began
    seconds_left: int | None  # at that rate
    updated: Moment


class Stopped(msgspec.Struct, frozen=True):
    """An arm whose sampling has ended before the most that was planned, and why."""

    arm: str
    samples: Count  # of each question
    why: str


class ProgressFile(msgspec.Struct, tag_field="brittlescope", tag="progress/1"):
    """`progress.json`: the steps begun so far, and what the whole study has spent."""

    study: str
    steps: dict[str, StepProgress]
    spent: Spend | None = None  # None in files written before it was recorded
    stopped: list[Stopped] = []


@dataclass(frozen=True)
class Step:
    """One step of a study: its estimate and its progress, as far as they are known."""

    name: str
    planned: int
    progress: StepProgress | None

    @property
    def done(self) -> int:
        """How many of the planned are done."""
        return self.progress.done if self.progress else 0

    @property
    def share(self) -> float:
        """The share that is done, between 0 and 1."""
        return min(1.0, self.done / self.planned) if self.planned else 1.0

    def state(self, now: datetime) -> State:
        """How it stands at `now`."""
        progress = self.progress
        if progress is None:
            return "waiting"
        if progress.running:
            return "running" if now - progress.updated < SILENCE else "silent"
        return "done" if progress.done >= self.planned and progress.only is None else "stopped"


@dataclass(frozen=True)
class Standing:
    """One study's folder; `troubles` says in sentences what could not be read there."""

    folder: Path
    plan: PlanFile | None
    progress: ProgressFile | None
    troubles: tuple[str, ...]
    imported: Imported

    @property
    def name(self) -> str:
        """The study's name, or its folder's where nothing says it."""
        told = self.plan or self.progress
        return told.study if told else self.folder.name

    @property
    def file(self) -> Path | None:
        """The study file it was run from, where it is still there."""
        if self.plan is None:
            return None
        given = Path(self.plan.study_file)
        # A bare name stands for a file beside the folder: within is only a copy, which does not
        # find its data.
        path = self.folder.parent / given if given.name == str(given) else self.folder / given
        return path.resolve() if path.is_file() else None

    @property
    def updated(self) -> datetime | None:
        """The last sign of life."""
        begun = self.progress.steps if self.progress else {}
        return max((step.updated for step in begun.values()), default=None)

    @property
    def steps(self) -> list[Step]:
        """Every step that is planned or begun, in order."""
        planned = {step.step: step.planned for step in self.plan.steps} if self.plan else {}
        begun = self.progress.steps if self.progress else {}
        # The plan supposes that every sample has an answer; only judging knows how many have.
        planned |= {n: p.planned for n, p in begun.items() if n == "judge" or n not in planned}
        return [Step(name, planned[name], begun.get(name)) for name in STEPS if name in planned]

    def state(self, now: datetime) -> State:
        """How the whole study stands at `now`."""
        states = {step.state(now) for step in self.steps}
        if len(states) == 1:
            return states.pop()
        at_work: tuple[State, ...] = ("running", "silent")
        return next((state for state in at_work if state in states), "stopped")


def known(data: Path, imported: Mapping[str, str]) -> list[Standing]:
    """Every study of the data folder, and every other one that was imported; latest first.

    `imported` holds the SHA-256 of every imported study file by its path.
    """
    folders = {path.parent.resolve() for path in (data / FOLDER).glob(f"*/{PLAN}")}
    folders |= {path.parent.resolve() for path in (data / FOLDER).glob(f"*/{PROGRESS}")}
    folders |= {Path(path).parent for path in imported if Path(path).name in (PLAN, PROGRESS)}
    found = [read(folder, imported) for folder in sorted(folders)]
    never = datetime.min.replace(tzinfo=UTC)
    return sorted(found, key=lambda study: study.updated or never, reverse=True)


def read(folder: Path, imported: Mapping[str, str]) -> Standing:
    """What one folder holds; whatever is wrong with it becomes a sentence, never an error."""
    troubles: list[str] = []
    plan, _ = _file(folder / PLAN, PlanFile, troubles)
    progress, digest = _file(folder / PROGRESS, ProgressFile, troubles)
    taken = imported.get(str(folder / PROGRESS))
    state: Imported = "no" if taken is None else "as it is" if taken == digest else "before"
    return Standing(folder, plan, progress, tuple(troubles), state)


def duration(seconds: float) -> str:
    """A span of time as people say it."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


T = TypeVar("T")


def _file(path: Path, shape: type[T], troubles: list[str]) -> tuple[T | None, str | None]:
    """The file's content with its SHA-256; None, and a sentence among the troubles, instead."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES)
        found = msgspec.json.decode(content, type=shape)
    except FileNotFoundError:
        if path.name == PLAN:
            troubles.append(f"{path} is missing, so nothing says what was planned.")
    except OSError as error:
        troubles.append(f"{path} cannot be read: {error.strerror}.")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        troubles.append(
            f"{path} is not understood: {str(error).rstrip('.')}. It was cut short, or another "
            "version of Brittlescope wrote it."
        )
    else:
        return found, hashlib.sha256(content).hexdigest()
    return None, None
