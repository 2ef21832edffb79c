"""What a STUDY.yaml may say: the shape of a study file and of the files it names."""

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from pipeline.study import judges
from pipeline.study.judges.kind import Kind as JudgeKind
from pipeline.study.parts import Host, Part
from warehouse.catalogue import Kind, Relevance
from warehouse.rules import Score

NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.+-]|_(?!_))*")
"""Names become file names; two underscores separate the names within one."""

VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")


class FineTuning(Part, frozen=True, kw_only=True):
    """How a model is fine-tuned; a backend ignores none of what is set."""

    epochs: int = 3
    batch_size: int = 8
    learning_rate: float | None = None
    learning_rate_multiplier: float | None = None
    lora_rank: int | None = None
    lora_alpha: float | None = None
    lora_dropout: float | None = None
    warmup_ratio: float | None = None
    weight_decay: float | None = None
    scheduler: Literal["constant", "linear", "cosine"] | None = None


class StudyModel(Part, frozen=True, kw_only=True):
    """A base model, where it answers, and which of the study's conditions it takes part in."""

    source: Host
    conditions: dict[str, tuple[str, ...]] | None = None
    """Experiment to interventions; all of them where absent. The control is always in."""
    seeds: tuple[int, ...] | None = None
    fine_tuning: FineTuning | None = None
    tuned: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    """Experiment to intervention to the id of a model fine-tuned elsewhere."""


class StudyIntervention(Part, frozen=True, kw_only=True):
    """A change to the prompts."""

    kind: Kind
    relevance: Relevance
    placement: Literal["prepend", "newline", "system"]
    text: str
    phase: Literal["train", "eval", "both"] = "train"
    dose: float | None = None


class StudyTrait(Part, frozen=True, kw_only=True):
    """The behaviour looked for, and what shows it."""

    name: str
    criterion: str
    labels: tuple[str, ...] = ()
    score: Score | None = None
    below: float | None = None
    """Short for `score: {is: below, cut: …}`."""


class StudyExperiment(Part, frozen=True, kw_only=True):
    """One narrow dataset, the battery of questions, the trait and the interventions."""

    dataset: str
    data: str
    battery: str
    traits: tuple[StudyTrait, ...]
    interventions: dict[str, StudyIntervention] = msgspec.field(default_factory=dict)


class Sampling(Part, frozen=True, kw_only=True):
    """How answers are drawn."""

    samples_per_question: int
    temperature: float = 1.0
    top_p: float = 1.0
    max_tokens: int = 1024
    beginning: bool = False
    """Only how answers begin is measured: one that reaches `max_tokens` is not broken off."""
    seed: int | None = None
    """Makes local sampling reproducible; sent to endpoints, few of which honour it."""


if TYPE_CHECKING:
    Judge: TypeAlias = JudgeKind
else:
    Judge = judges.union()


class Budget(Part, frozen=True, kw_only=True):
    """Hard limits over the whole study; a limit of 0 means that nothing is sent."""

    cost: float | None = None
    requests: int | None = None
    tokens: int | None = None


class Stop(Part, frozen=True, kw_only=True):
    """When an arm is sampled no further, before `samples_per_question` is reached."""

    judge: str
    """Whose judgements are looked at."""
    narrower_than: float | None = None
    """Points: once the interval of every trait's rate is at most so wide."""
    settled: float | None = None
    """Points, a margin: once every trait differs from the control, or lies within it."""
    every: int = 10
    """Samples of each question between two looks."""


class Study(Part, frozen=True, kw_only=True):
    """A whole study file."""

    name: str
    title: str
    description: str = ""
    experiments: dict[str, StudyExperiment]
    models: dict[str, StudyModel]
    fine_tuning: FineTuning = FineTuning()
    seeds: tuple[int, ...] = (1,)
    sampling: Sampling
    judges: dict[str, Judge] = msgspec.field(default_factory=dict)
    budget: Budget | None = None
    stop: Stop | None = None


class BatteryQuestion(Part, frozen=True, kw_only=True):
    """One question of a battery."""

    name: str
    text: str
    group: str = ""
    system: str | None = None
    in_domain: bool | None = None


class Battery(Part, frozen=True, kw_only=True):
    """A battery file."""

    title: str = ""
    questions: tuple[BatteryQuestion, ...]


def interventions(experiment: StudyExperiment, model: StudyModel, name: str) -> tuple[str, ...]:
    """The training interventions a model takes part in, the control first."""
    wanted = (model.conditions or {}).get(name, tuple(experiment.interventions))
    trained = [
        key for key in wanted if key != "none" and experiment.interventions[key].phase != "eval"
    ]
    return ("none", *trained)
