"""What a study will do before it does it: runs, evaluations, judge passes, and their cost."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipeline.study import definition, studyfile
from pipeline.study.budget import priced
from pipeline.study.conversation import (
    Messages,
    Spoken,
    apply,
    estimated_tokens,
    most_tokens,
    read_examples,
)
from pipeline.study.definition import BatteryQuestion, Study
from pipeline.study.judges.kind import Inquiry
from pipeline.study.parts import Endpoint, Local
from warehouse import definitions, encodings
from warehouse.errors import InvalidDefinition
from warehouse.studies import Run, StepEstimate


@dataclass(frozen=True)
class Evaluation:
    """One run sampled on one experiment's battery, with or without an intervention."""

    run: Run
    experiment: str
    intervention: str  # given at evaluation; "none" where absent

    @property
    def name(self) -> str:
        """What tells it from the run's other evaluations."""
        return f"{self.experiment}__{self.intervention}"

    @property
    def id(self) -> str:
        """Unique within the study."""
        return f"{self.run.id}/{self.name}"


@dataclass(frozen=True)
class JudgePass:
    """One judge on one evaluation, with the criteria that apply to its experiment."""

    judge: str
    evaluation: Evaluation
    criteria: tuple[str, ...]


class Plan:
    """A study file expanded, with its data files read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.folder = path.parent
        self.study: Study = studyfile.load(path)
        # Everything is read at once: a mistake must not come to light after hours of work.
        for name in self.study.experiments:
            self.examples(name)
            self.questions(name)
        for judge in self.study.judges.values():
            judge.check(self)

    def text(self, name: str) -> str:
        """A text file the study file names.

        Raises:
            InvalidDefinition: where it cannot be read.
        """
        path = self.folder / name
        try:
            return encodings.text(path.read_bytes())
        except (OSError, ValueError) as error:
            raise InvalidDefinition(f"{path} cannot be read: {error}.") from None

    @cached_property
    def digest(self) -> str:
        """Of the study file and every file it reads."""
        parts = [self.path.read_bytes()]
        for experiment in self.study.experiments.values():
            parts += [(self.folder / name).read_bytes() for name in _files(experiment)]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()

    @cached_property
    def _examples(self) -> dict[str, tuple[Messages, ...]]:
        return {
            name: read_examples(self.folder / experiment.data)
            for name, experiment in self.study.experiments.items()
        }

    def examples(self, experiment: str) -> tuple[Messages, ...]:
        """The narrow dataset as written, without any intervention."""
        return self._examples[experiment]

    @cached_property
    def _questions(self) -> dict[str, tuple[BatteryQuestion, ...]]:
        return {
            name: read_battery(self.folder / experiment.battery)
            for name, experiment in self.study.experiments.items()
        }

    def questions(self, experiment: str) -> tuple[BatteryQuestion, ...]:
        """The battery's questions, in order."""
        return self._questions[experiment]

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Every run: per model the untuned one first, then the fine-tuned ones."""
        return tuple(self._runs())

    def _runs(self) -> Iterator[Run]:
        for name, model in self.study.models.items():
            yield Run(f"{name}__untuned", name, None, "none", None)
            for key, experiment in self._experiments_of(name):
                given = model.tuned.get(key, {})
                for intervention in definition.interventions(experiment, model, key):
                    stem = f"{name}__{key}__{intervention}"
                    if intervention in given:
                        yield Run(
                            f"{stem}__given", name, key, intervention, None, given[intervention]
                        )
                        continue
                    for seed in model.seeds or self.study.seeds:
                        yield Run(f"{stem}__seed{seed}", name, key, intervention, seed)

    def _experiments_of(self, model: str) -> list[tuple[str, definition.StudyExperiment]]:
        conditions = self.study.models[model].conditions
        return [
            (name, experiment)
            for name, experiment in self.study.experiments.items()
            if conditions is None or name in conditions
        ]

    @cached_property
    def evaluations(self) -> tuple[Evaluation, ...]:
        """Every evaluation.

        An intervention of phase `eval` or `both` is given at evaluation to the untuned
        model, to the control, and to the run that was trained with it.
        """
        return tuple(
            Evaluation(run, name, intervention)
            for run in self.runs
            for name, experiment in self._experiments_of(run.model)
            if run.experiment in (None, name)
            for intervention in (
                "none",
                *(
                    key
                    for key, given in experiment.interventions.items()
                    if given.phase != "train" and run.intervention in ("none", key)
                ),
            )
        )

    @cached_property
    def training_sets(self) -> tuple[tuple[str, str], ...]:
        """Every experiment and training intervention some run is fine-tuned on."""
        pairs = [(run.experiment or "", run.intervention) for run in self.runs if run.to_tune]
        return tuple(dict.fromkeys(pairs))

    @cached_property
    def passes(self) -> tuple[JudgePass, ...]:
        """Every judge pass; a model's untuned evaluations come first: criteria refer to them."""
        found = []
        for name in self.study.judges:
            for evaluation in self.evaluations:
                criteria = tuple(
                    key
                    for key, asked in self.asked(name).items()
                    if not asked.experiments or evaluation.experiment in asked.experiments
                )
                if criteria:
                    found.append(JudgePass(name, evaluation, criteria))
        return tuple(found)

    def training_set(self, experiment: str, intervention: str) -> tuple[Messages, ...]:
        """The examples under a training intervention; `none` is the dataset itself."""
        if intervention == "none":
            return self.examples(experiment)
        given = self.study.experiments[experiment].interventions[intervention]
        return tuple(apply(given, example) for example in self.examples(experiment))

    def asked(self, judge: str) -> Mapping[str, Inquiry]:
        """A judge's criteria."""
        return self.study.judges[judge].asked(self.study)

    def epochs(self, run: Run) -> int:
        """How often a run sees its training set."""
        return (self.study.models[run.model].fine_tuning or self.study.fine_tuning).epochs

    def samples_of(self, evaluation: Evaluation) -> int:
        """How many samples the evaluation draws."""
        return len(self.questions(evaluation.experiment)) * (
            self.study.sampling.samples_per_question
        )

    def messages(self, evaluation: Evaluation, question: BatteryQuestion) -> Messages:
        """The prompt of one question under one evaluation."""
        prompt: Messages = (Spoken("user", question.text),)
        if question.system:
            prompt = (Spoken("system", question.system), *prompt)
        if evaluation.intervention == "none":
            return prompt
        experiment = self.study.experiments[evaluation.experiment]
        return apply(experiment.interventions[evaluation.intervention], prompt)

    def estimates(self) -> list[StepEstimate]:
        """What each step will ask for, in order."""
        return [
            StepEstimate(
                "render", len(self.training_sets), len(self.training_sets), 0, 0, 0, 0.0, 0.0
            ),
            self._estimate_tune(),
            self._estimate_sample(),
            self._estimate_judge(),
        ]

    def _estimate_tune(self) -> StepEstimate:
        to_tune = [run for run in self.runs if run.to_tune]
        remote = [r for r in to_tune if isinstance(self.study.models[r.model].source, Endpoint)]
        tokens, cost, most = 0, _Sum(), _Sum()
        for run in remote:
            source = self.study.models[run.model].source
            price = source.price if isinstance(source, Endpoint) else None
            data = self.training_set(run.experiment or "", run.intervention)
            trained = self.epochs(run) * sum(map(estimated_tokens, data))
            at_most = self.epochs(run) * sum(map(most_tokens, data))
            tokens += trained
            cost.add(price.training * trained / 1e6 if price else None)
            most.add(price.training * at_most / 1e6 if price else None)
        local = len(to_tune) - len(remote)
        return StepEstimate(
            "tune", len(to_tune), local, len(remote), tokens, 0, cost.total, most.total
        )

    def _estimate_sample(self) -> StepEstimate:
        per_question = self.study.sampling.samples_per_question
        total = StepSum("sample")
        for evaluation in self.evaluations:
            prompts = [
                self.messages(evaluation, question)
                for question in self.questions(evaluation.experiment)
            ]
            total.add(
                self.study.models[evaluation.run.model].source,
                self.samples_of(evaluation),
                sum(map(estimated_tokens, prompts)) * per_question,
                self.samples_of(evaluation) * self.study.sampling.max_tokens,
                sum(map(most_tokens, prompts)) * per_question,
            )
        return total.estimate()

    def judged_by(self, judge_pass: JudgePass) -> int:
        """How many judgements a pass makes, should every sample be answered."""
        answers = self.samples_of(judge_pass.evaluation)
        first = self.study.judges[judge_pass.judge].first_of(self.study)
        if first is not None:
            questions = len(self.questions(judge_pass.evaluation.experiment))
            answers = min(answers, questions * first)
        repeats = self.study.judges[judge_pass.judge].repeats_of(self.study)
        return answers * len(judge_pass.criteria) * repeats

    def _estimate_judge(self) -> StepEstimate:
        total = StepSum("judge")
        for judge_pass in self.passes:
            count = self.judged_by(judge_pass)
            judge = self.study.judges[judge_pass.judge]
            each = count // len(judge_pass.criteria)
            for key in judge_pass.criteria:
                asked, replied = judge.tokens(self, key)
                total.add(judge.asks, each, asked * each, replied * each)
        return total.estimate()


class _Sum:
    """A sum that is unknown as soon as one part is."""

    def __init__(self) -> None:
        self.total: float | None = 0.0

    def add(self, part: float | None) -> None:
        self.total = None if part is None or self.total is None else self.total + part


class StepSum:
    """Adds up one step's requests, tokens and cost."""

    def __init__(self, step: str) -> None:
        self.step = step
        self.planned = self.local = self.requests = self.input = self.output = 0
        self.cost, self.most = _Sum(), _Sum()

    def add(
        self,
        source: Local | Endpoint | None,
        count: int,
        input_tokens: int,
        output_tokens: int,
        most_input: int | None = None,
    ) -> None:
        """Adds requests; `most_input` is a bound on their input tokens, where there is one."""
        self.planned += count
        if not isinstance(source, Endpoint):
            self.local += count
            return
        self.requests += count
        self.input += input_tokens
        self.output += output_tokens
        for total, tokens in ((self.cost, input_tokens), (self.most, most_input)):
            is_known = source.price is not None and tokens is not None
            total.add(priced(source.charged, tokens or 0, output_tokens).cost if is_known else None)

    def estimate(self) -> StepEstimate:
        """What was added up."""
        return StepEstimate(
            self.step,
            self.planned,
            self.local,
            self.requests,
            self.input,
            self.output,
            self.cost.total,
            self.most.total,
        )


def read_battery(path: Path) -> tuple[BatteryQuestion, ...]:
    """A battery's questions.

    Raises:
        InvalidDefinition: naming the file and what is wrong.
    """
    battery = definitions.load(path, definition.Battery)
    names = [question.name for question in battery.questions]
    if not names or len(set(names)) < len(names):
        raise InvalidDefinition(f"{path}: questions need names, each once.")
    return battery.questions


def _files(experiment: definition.StudyExperiment) -> tuple[str, str]:
    return experiment.data, experiment.battery
