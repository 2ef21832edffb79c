"""What a STUDY.yaml may say: the shape of a study file and of the files it names."""

import re
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from warehouse.catalogue import Kind, Relevance
from warehouse.rules import Score

NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.+-]|_(?!_))*")
"""Names become file names; two underscores separate the names within one."""

Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
"""Scores are 0 to 100 everywhere: rules cut there, and importing refuses what lies outside."""

VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")


Thoughts: TypeAlias = Literal["apart", "answer"]
"""Whether thoughts that stand in a text, between marks, are kept apart or are its answer too."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of a study file: immutable, and closed to keys nobody reads."""


class Price(Part, frozen=True, kw_only=True):
    """What an endpoint charges, per million tokens, in the budget's currency."""

    input: float
    output: float
    training: float = 0.0


class Local(Part, frozen=True, kw_only=True, tag_field="provider", tag="local"):
    """Weights on this machine."""

    weights: str
    """A GGUF file, a Hugging Face folder, `package:NAME/FILE` for a file an installed
    package carries, or `package:NAME` for a package whose `assemble()` returns the file."""
    chat: Literal["template", "chatml", "plain"] = "template"
    """How messages become text: the weights' own template, ChatML without any default
    system message, or `Question: … Answer: …` for a base model."""
    thoughts: Thoughts = "apart"
    threads: int = 0
    batch: int = 64
    precision: Literal["bfloat16", "float32"] = "bfloat16"


class Endpoint(Part, frozen=True, kw_only=True, tag_field="provider", tag="openai"):
    """An OpenAI-compatible server."""

    id: str
    url: str = "https://api.openai.com/v1"
    key: str = "OPENAI_API_KEY"
    """The environment variable that holds the key, never the key itself."""
    price: Price | None = None
    answers_as: str | None = None
    """The model id the server reports, where that is not the id asked for."""
    other_models: Literal["fail", "keep"] = "fail"
    """Whether an answer of another model than the one asked is a failure, or kept as an answer."""
    thoughts: Thoughts = "apart"
    cap: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """What the endpoint calls the token cap."""
    concurrency: int = 16
    timeout: float = 120.0
    """Seconds for one attempt, from the first byte sent to the last byte read."""
    retries: int = 6
    first_wait: float = 0.5
    """Seconds before the first retry, doubled with each."""


Source: TypeAlias = Local | Endpoint


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


class Model(Part, frozen=True, kw_only=True):
    """A base model, where it answers, and which of the study's conditions it takes part in."""

    source: Source
    conditions: dict[str, tuple[str, ...]] | None = None
    """Experiment to interventions; all of them where absent. The control is always in."""
    seeds: tuple[int, ...] | None = None
    fine_tuning: FineTuning | None = None
    tuned: dict[str, dict[str, str]] = {}
    """Experiment to intervention to the id of a model fine-tuned elsewhere."""


class Intervention(Part, frozen=True, kw_only=True):
    """A change to the prompts."""

    kind: Kind
    relevance: Relevance
    placement: Literal["prepend", "newline", "system"]
    text: str
    phase: Literal["train", "eval", "both"] = "train"
    dose: float | None = None


class Trait(Part, frozen=True, kw_only=True):
    """The behaviour looked for, and what shows it."""

    name: str
    criterion: str
    labels: tuple[str, ...] = ()
    score: Score | None = None
    below: float | None = None
    """Short for `score: {is: below, cut: …}`."""


class Experiment(Part, frozen=True, kw_only=True):
    """One narrow dataset, the battery of questions, the trait and the interventions."""

    dataset: str
    data: str
    battery: str
    traits: tuple[Trait, ...]
    interventions: dict[str, Intervention] = {}


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


class LabelParser(Part, frozen=True, kw_only=True, tag_field="parser", tag="label"):
    """The whole reply is one of these labels."""

    labels: tuple[str, ...]
    refusal: str | None = "REFUSAL"
    code: str | None = None


class ScoreParser(Part, frozen=True, kw_only=True, tag_field="parser", tag="score"):
    """The whole reply is one whole number in this range."""

    low: Percent = 0
    high: Percent = 100
    refusal: str | None = "REFUSAL"
    code: str | None = "CODE"
    expected: bool = False
    """Score the expected value over the number tokens of top_logprobs where they allow it."""


class FirstNumberParser(Part, frozen=True, kw_only=True, tag_field="parser", tag="first-number"):
    """The first digits anywhere in the reply, clamped: kept only to show what leniency does.

    Given labels, it takes those digits, or else the upper-cased reply, for the label.
    """

    low: Percent = 0
    high: Percent = 100
    labels: tuple[str, ...] = ()


Parser: TypeAlias = LabelParser | ScoreParser | FirstNumberParser


class Lexicon(Part, frozen=True, kw_only=True, tag_field="method", tag="lexicon"):
    """Labels by the words of an answer: the first label whose terms it holds."""

    lexicon: str
    experiments: tuple[str, ...] = ()


class Overlap(Part, frozen=True, kw_only=True, tag_field="method", tag="overlap"):
    """The share of an answer's words that training completions cover, in percent."""

    words: int = 3
    """Runs of this many words count; shorter completions count where they stand whole."""
    experiments: tuple[str, ...] = ()


class Likelihood(Part, frozen=True, kw_only=True, tag_field="method", tag="likelihood"):
    """The answer's mean token log-probability under the untuned model.

    It is given as a percentile of the untuned model's own answers to the same battery.
    """

    max_tokens: int = 64
    experiments: tuple[str, ...] = ()


Rule: TypeAlias = Lexicon | Overlap | Likelihood


class RuleJudge(Part, frozen=True, kw_only=True, tag_field="kind", tag="rule"):
    """A judge that follows a rule and costs nothing."""

    criteria: dict[str, Rule]


class LlmCriterion(Part, frozen=True, kw_only=True):
    """One thing an LLM judge is asked."""

    prompt: str
    parse: Parser
    max_tokens: int = 20
    temperature: float = 0.0
    top_logprobs: int | None = None
    experiments: tuple[str, ...] = ()


class LlmJudge(Part, frozen=True, kw_only=True, tag_field="kind", tag="llm"):
    """A model that is shown the question and the answer."""

    source: Source
    criteria: dict[str, LlmCriterion]
    first: int | None = None
    """Only the first so many samples of every question."""


class Reparse(Part, frozen=True, kw_only=True, tag_field="kind", tag="reparse"):
    """Another judge's stored replies, read with other parsers at no cost."""

    of: str
    criteria: dict[str, Parser]


Judge: TypeAlias = RuleJudge | LlmJudge | Reparse


class Budget(Part, frozen=True, kw_only=True):
    """Hard limits over the whole study; a limit of 0 means that nothing is sent."""

    cost: float | None = None
    requests: int | None = None
    tokens: int | None = None


class Study(Part, frozen=True, kw_only=True):
    """A whole study file."""

    name: str
    title: str
    description: str = ""
    experiments: dict[str, Experiment]
    models: dict[str, Model]
    fine_tuning: FineTuning = FineTuning()
    seeds: tuple[int, ...] = (1,)
    sampling: Sampling
    judges: dict[str, Judge] = {}
    budget: Budget | None = None


class Question(Part, frozen=True, kw_only=True):
    """One question of a battery."""

    name: str
    text: str
    group: str = ""
    system: str | None = None
    in_domain: bool | None = None


class Battery(Part, frozen=True, kw_only=True):
    """A battery file."""

    title: str = ""
    questions: tuple[Question, ...]


class Words(Part, frozen=True, kw_only=True):
    """What in an answer speaks for one label."""

    terms: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    at_least: int = 1


class CoveredBy(Part, frozen=True, kw_only=True):
    """A label for answers that mostly repeat training completions."""

    label: str
    share: float
    words: int = 3


class LexiconFile(Part, frozen=True, kw_only=True):
    """A lexicon file: labels in the order in which they are tried."""

    title: str = ""
    labels: dict[str, Words]
    otherwise: str
    collapsed: CoveredBy | None = None


def interventions(experiment: Experiment, model: Model, name: str) -> tuple[str, ...]:
    """The training interventions a model takes part in, the control first."""
    wanted = (model.conditions or {}).get(name, tuple(experiment.interventions))
    trained = [
        key for key in wanted if key != "none" and experiment.interventions[key].phase != "eval"
    ]
    return ("none", *trained)


def plain(part: Any) -> Any:
    """A part of a study as plain JSON data."""
    return msgspec.to_builtins(part)
