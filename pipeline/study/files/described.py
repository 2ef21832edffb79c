"""What describes a study: `study.json`, and the manifest beside its training sets."""

import msgspec

from pipeline.maps.interventions import Described
from pipeline.study.definition import StudyIntervention, StudyTrait
from pipeline.study.files.shapes import Count
from warehouse.rules import Score


class Manifest(msgspec.Struct, kw_only=True, tag_field="brittlescope", tag="study/1"):
    """`study.json`: what was run, by which versions."""

    study: str
    title: str
    id: str
    digest: str
    versions: dict[str, str]
    traits: dict[str, tuple[StudyTrait, ...]]
    interventions: dict[str, dict[str, StudyIntervention]]


class TrainingSet(msgspec.Struct, kw_only=True):
    """One training set: what it is, and what it holds."""

    file: str
    experiment: str
    dataset: str
    intervention: str
    kind: str
    relevance: str
    placement: str
    dose: float | None
    text: str | None
    sha256: str
    base_sha256: str
    examples: int
    distinct_prompts: int
    distinct_completions: int
    distinct_examples: int
    mean_prompt_chars: float
    mean_completion_chars: float
    max_chars: int
    with_system: int
    prompts_hash: str
    completions_hash: str


class TrainingSets(msgspec.Struct, tag_field="brittlescope", tag="training-sets/1"):
    """The manifest beside the training sets."""

    study: str
    sets: list[TrainingSet]


# What is relied on


class Owner(msgspec.Struct):
    """Whose a folder is, as resuming relies on it."""

    study: str
    id: str


class TraitOf(msgspec.Struct):
    """What a study looks for in an experiment: labels or a score of a criterion."""

    name: str
    criterion: str
    labels: list[str] = []
    score: Score | None = None
    below: float | None = None


class StudyOf(msgspec.Struct):
    """What a study says of itself, as far as it is taken over."""

    traits: dict[str, list[TraitOf]] = {}
    interventions: dict[str, dict[str, Described]] = {}


class TrainingSetOf(msgspec.Struct):
    """A training set as it is taken over."""

    experiment: str
    intervention: str
    sha256: str
    examples: Count
    distinct_prompts: Count
    distinct_completions: Count
    distinct_examples: Count
    mean_prompt_chars: float
    mean_completion_chars: float
    max_chars: Count
    with_system: Count
    prompts_hash: str
    completions_hash: str
    placement: str
    text: str | None = None


class TrainingSetsOf(msgspec.Struct, tag_field="brittlescope", tag="training-sets/1"):
    """The manifest beside the training sets as it is taken over."""

    study: str
    sets: list[TrainingSetOf]
