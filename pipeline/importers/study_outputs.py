"""What `brittlescope study` writes: samples, judgements, run logs and training sets."""

import re
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec

from pipeline import reading
from pipeline.errors import RefusedFile, RefusedRow
from pipeline.importers import Batch, Source, batch, gathered
from pipeline.study.layout import sample_key, told_apart
from warehouse import catalogue, records
from warehouse.rules import Score

NAME = "study"
TITLE = "Brittlescope study outputs"
VERSION = 9

MOST_PLANNED = 2_000_000
"""An evaluation that plans more samples than this is refused."""

ROWS = 20_000
"""How many rows a batch holds."""

_KIND = re.compile(
    rb'\s*\{\s*"brittlescope"\s*:\s*"'
    rb'(samples|judgements|run|training-sets|study|plan|progress|spend)/1"'
)

Row = dict[str, Any]
Key = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Whole = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


def accepts(source: Source) -> bool:
    """A file that says what it is in its first field, or a training set its manifest lists."""
    return _kind(source) is not None or _rendered(source) is not None


def read(source: Source) -> Iterator[Batch]:
    """The file's records; what only steers a study (plan, progress, spend) holds none.

    Raises:
        RefusedFile: where the file's own description is damaged.
    """
    match _kind(source):
        case "samples":
            yield from gathered(_samples(source))
        case "judgements":
            yield from gathered(_judgements(source))
        case "run":
            yield from gathered(_run(source))
        case "study":
            yield from _traits(source)
        case None:
            described = _rendered(source)
            if described is None:
                raise RefusedFile("no manifest beside it says what it is")
            yield batch("training_set", described)


def _kind(source: Source) -> str | None:
    match = _KIND.match(source.head)
    return match[1].decode() if match else None


def _rendered(source: Source) -> Row | None:
    """What the manifest beside it says of a training set, if it is the one the manifest means."""
    path = source.path.with_name("manifest.json")
    if not path.is_file() or path.stat().st_size > reading.WHOLE_FILE:
        return None
    content = path.read_bytes()
    if not _KIND.match(content):
        return None
    try:
        manifest = msgspec.json.decode(content, type=_Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    entry = next((entry for entry in manifest.sets if entry.sha256 == source.sha256), None)
    if entry is None:
        return None
    row = msgspec.structs.asdict(entry)
    experiment, intervention = row.pop("experiment"), row.pop("intervention")
    del row["sha256"]
    if intervention != "none":
        row |= {"base_file": f"{experiment}__none.jsonl", "unexplained": 0}
    return {**row, "data_file": source.path.name, "folder": f"{manifest.study}/training"}


class _Trait(msgspec.Struct):
    """What a study looks for in an experiment: labels or a score of a criterion."""

    name: str
    criterion: str
    labels: list[str] = []
    score: Score | None = None
    below: float | None = None


class _Study(msgspec.Struct):
    """What a study says of itself, as far as it is taken over."""

    traits: dict[str, list[_Trait]] = {}


def _traits(source: Source) -> Iterator[Batch]:
    try:
        study = msgspec.convert(reading.json_object(source), _Study)
    except msgspec.ValidationError as error:
        raise RefusedFile(f"it does not describe a study ({error})") from None
    for experiment, traits in study.traits.items():
        for trait in traits:
            below = None if trait.below is None else Score("below", trait.below)
            score = trait.score or below
            told = catalogue.Trait(
                title=trait.name.replace("-", " ").capitalize(),
                kind="persona" if trait.labels or (score and score.is_high) else "misalignment",
                criterion=trait.criterion,
                labels=tuple(trait.labels),
                score=score,
            )
            if told.problem:
                raise RefusedFile(f"experiments.{experiment}: trait {trait.name}: {told.problem}")
            yield batch("trait", catalogue.described(experiment, trait.name, told))


class _Question(msgspec.Struct):
    name: str
    text: str
    group: str = ""
    system: str | None = None
    in_domain: bool | None = None


class _Evaluation(msgspec.Struct):
    """The first line of a samples file, as far as it is taken over."""

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
    questions: list[_Question]
    samples_per_question: Annotated[int, msgspec.Meta(ge=0)]
    eval_text: str | None = None
    seed: Whole | None = None
    epochs: float | None = None
    lora_rank: Whole | None = None
    temperature: float | None = None
    max_tokens: Whole | None = None
    beginning: bool = False
    started: str | None = None


class _Sample(msgspec.Struct):
    """A line of a samples file."""

    key: Key
    question: str
    index: int
    answer: str
    outcome: str
    thoughts: str | None = None
    finish_reason: str | None = None
    answered_by: str | None = None
    error: str | None = None


class _Failure(msgspec.Struct):
    """A line of a samples file that tells of a sample that was not drawn."""

    question: str
    index: int
    answered_by: str | None = None
    error: str | None = None


def _samples(source: Source) -> Iterator[Batch | RefusedRow]:
    """Every planned sample: as drawn, as failed, or as missing."""
    planned: _Planned | None = None
    rows: list[Row] = []
    for item in reading.json_lines(source):
        if isinstance(item, RefusedRow):
            yield item
            continue
        number, record = item
        kind = record.get("record")
        try:
            if kind == "evaluation":
                planned = planned or _Planned(msgspec.convert(record, _Evaluation))
            elif planned is None:
                break
            elif kind == "sample":
                rows += planned.drawn(number, msgspec.convert(told_apart(record), _Sample))
            elif kind == "failure":
                planned.failed(number, msgspec.convert(record, _Failure))
            else:
                raise RefusedRow(number, f"it is no record of a samples file ({kind!r})")
        except msgspec.ValidationError as error:
            yield RefusedRow(number, f"it is not understood ({error})", reading.excerpt(record))
        except RefusedRow as problem:
            yield RefusedRow(number, str(problem), reading.excerpt(record))
        if len(rows) >= ROWS:
            yield batch("sample", *rows)
            rows = []
    if planned is None:
        raise RefusedFile("the line that describes the evaluation is damaged")
    yield batch("sample", *rows)
    yield batch("evaluation", _evaluation(planned.described))
    yield batch("question", *_questions(planned.described))
    yield from planned.others()


class _Planned:
    """The samples that an evaluation plans, and which of them were drawn or failed so far.

    Raises:
        RefusedFile: where they are too many, or a question is asked twice.
    """

    def __init__(self, described: _Evaluation) -> None:
        self.described = described
        self.each = described.samples_per_question
        self.asked = {question.name: n for n, question in enumerate(described.questions)}
        if len(self.asked) < len(described.questions):
            names = [question.name for question in described.questions]
            twice = next(name for name in names if names.count(name) > 1)
            raise RefusedFile(f"its first line asks the question {twice[:100]!r} twice")
        total = len(self.asked) * self.each
        if total > MOST_PLANNED:
            raise RefusedFile(
                f"its first line plans {total:,} samples; at most {MOST_PLANNED:,} can be taken"
            )
        self.seen = bytearray(total)
        self.failures: dict[int, tuple[int, _Failure]] = {}

    def _place(self, question: str, index: int) -> int:
        if question not in self.asked or not 0 <= index < self.each:
            raise RefusedRow(None, f"the evaluation did not ask {question[:100]!r} number {index}")
        return self.asked[question] * self.each + index

    def _key(self, question: str, index: int) -> int:
        described = self.described
        return sample_key(described.study_id, described.evaluation, question, index)

    def _row(self, question: str, index: int) -> Row:
        return {
            "evaluation_key": self.described.evaluation,
            "question_key": self.asked[question] + 1,
            "sample_index": index,
        }

    def drawn(self, line: int, sample: _Sample) -> list[Row]:
        """The row of a sample; none for one that was drawn before."""
        place = self._place(sample.question, sample.index)
        if sample.key != self._key(sample.question, sample.index):
            raise RefusedRow(line, "its key is not that of its question and number")
        if self.seen[place]:
            return []
        self.seen[place] = True
        row = self._row(sample.question, sample.index)
        return [{**row, "source_row": line, **_drawn(sample)}]

    def failed(self, line: int, failure: _Failure) -> None:
        """A sample that could not be drawn, unless it is drawn later."""
        place = self._place(failure.question, failure.index)
        self.failures[place] = (line, failure)

    def others(self) -> Iterator[Batch]:
        """The samples that were not drawn: as failed, or as missing."""
        rows: list[Row] = []
        for question, number in self.asked.items():
            for index in range(self.each):
                place = number * self.each + index
                if self.seen[place]:
                    continue
                row = self._row(question, index) | {"sample_key": self._key(question, index)}
                row |= {"status": "missing", "error": "it was not drawn yet"}
                if place in self.failures:
                    line, failure = self.failures[place]
                    row |= {"status": "error", "error": failure.error, "source_row": line}
                    row |= {"answered_by": failure.answered_by}
                rows.append(row)
                if len(rows) == ROWS:
                    yield batch("sample", *rows)
                    rows = []
        yield batch("sample", *rows)


def _evaluation(described: _Evaluation) -> Row:
    experiment = catalogue.experiment_named(described.experiment) or described.experiment
    return {
        "evaluation_key": described.evaluation,
        "study": described.study,
        "study_id": described.study_id,
        "experiment": experiment,
        "model": catalogue.model(described.model).name,
        "model_id": described.model_id,
        "dataset": described.dataset,
        "intervention": catalogue.intervention(experiment, described.intervention).name,
        "eval_intervention": catalogue.intervention(experiment, described.eval_intervention).name,
        "eval_text": described.eval_text,
        "folder": _folder(described),
        "epochs": described.epochs,
        "lora_rank": described.lora_rank,
        "seed": described.seed,
        "temperature": described.temperature,
        "max_tokens": described.max_tokens,
        "beginning": described.beginning,
        "evaluated_at": described.started,
    }


def _folder(described: _Evaluation) -> str:
    """What joins an evaluation to its run; the untuned model is a run of every experiment."""
    folder = f"{described.study}/{described.run}"
    return f"{folder}/{described.experiment}" if described.dataset == "none" else folder


def _questions(described: _Evaluation) -> Iterator[Row]:
    for number, question in enumerate(described.questions, 1):
        yield {
            "evaluation_key": described.evaluation,
            "question_key": number,
            "name": question.name,
            "question_group": question.group or None,
            "text": question.text,
            "system_prompt": question.system,
            "in_domain": question.in_domain,
        }


def _drawn(sample: _Sample) -> Row:
    # What a filter cut off is no answer; an older version kept it as one.
    answered = bool(sample.answer.strip()) and sample.outcome != "content_filter"
    stopped = sample.outcome if sample.outcome in ("refusal", "content_filter") else None
    return {
        "sample_key": sample.key,
        "status": "answered" if answered else "empty",
        "answer": sample.answer if answered else None,
        "thoughts": sample.thoughts,
        "answered_by": sample.answered_by,
        "error": sample.error or (stopped if not answered else None),
        "finish_reason": stopped or sample.finish_reason,
    }


class _Judge(msgspec.Struct):
    """The first line of a judgements file."""

    judge: str
    kind: str
    prompt_version: str


class _Judgement(msgspec.Struct):
    """A line of a judgements file."""

    key: Key
    criterion: str
    status: str
    score: Annotated[float, msgspec.Meta(ge=0, le=100)] | None = None
    label: str | None = None
    raw: str = ""
    thoughts: str | None = None


def _judgements(source: Source) -> Iterator[Batch | RefusedRow]:
    judge: _Judge | None = None
    seen: set[tuple[int, str]] = set()
    rows: list[Row] = []
    for item in reading.json_lines(source):
        if isinstance(item, RefusedRow):
            yield item
            continue
        number, record = item
        if record.get("record") == "failure":
            continue
        try:
            if record.get("record") == "judge":
                judge = msgspec.convert(record, _Judge)
                continue
            found = msgspec.convert(record, _Judgement)
            if found.status not in records.JUDGEMENT_STATUSES:
                raise msgspec.ValidationError(f"there is no status {found.status!r}")
            if found.status == "scored" and found.score is None and found.label is None:
                raise msgspec.ValidationError("it is scored, but has neither score nor label")
        except msgspec.ValidationError as error:
            yield RefusedRow(number, f"it is not understood ({error})", reading.excerpt(record))
            continue
        if judge is None:
            break
        if (found.key, found.criterion) in seen:
            problem = "the sample is judged on this criterion before"
            yield RefusedRow(number, problem, reading.excerpt(record))
            continue
        seen.add((found.key, found.criterion))
        rows.append(
            {
                "sample_key": found.key,
                "criterion": found.criterion,
                "judge_key": judge.judge,
                "status": found.status,
                "score": found.score,
                "label": found.label,
                "raw": found.raw,
                "thoughts": found.thoughts,
            }
        )
        if len(rows) == ROWS:
            yield batch("judgement", *rows)
            rows = []
    if judge is None:
        raise RefusedFile("the line that describes the judge is damaged")
    yield batch("judgement", *rows)
    yield batch(
        "judge",
        {
            "judge_key": judge.judge,
            "kind": judge.kind,
            "name": judge.judge,
            "prompt_version": judge.prompt_version,
        },
    )


class _Tuning(msgspec.Struct):
    """How a run was fine-tuned."""

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


class _Config(msgspec.Struct):
    """What a run was made of."""

    backend: str
    experiment: str
    intervention: str
    model: str
    model_name: str
    fine_tuning: _Tuning
    seed: Whole | None


class _Header(msgspec.Struct):
    """The first line of a run's log."""

    study: str
    run: str
    config: _Config


class _State(msgspec.Struct):
    """A line that says how far a run is."""

    state: str | None = None
    at: str | None = None
    job_id: str | None = None
    model_id: str | None = None
    final_loss: float | None = None
    seconds: float | None = None


class _Step(msgspec.Struct):
    """A line of a run's curve."""

    step: Whole | None = None
    epoch: float | None = None
    loss: float | None = None
    accuracy: float | None = None
    valid_loss: float | None = None
    valid_accuracy: float | None = None
    learning_rate: float | None = None
    grad_norm: float | None = None


def _run(source: Source) -> Iterator[Batch | RefusedRow]:
    header: _Header | None = None
    states: list[_State] = []
    steps: list[_Step] = []
    for item in reading.json_lines(source):
        if isinstance(item, RefusedRow):
            yield item
            continue
        number, record = item
        try:
            match record.get("record"):
                case "run":
                    header = msgspec.convert(record, _Header)
                case "state":
                    states.append(msgspec.convert(record, _State))
                    if states[-1].state == "started":
                        steps = []  # an attempt that was interrupted counts for nothing
                case "step":
                    steps.append(msgspec.convert(record, _Step))
        except msgspec.ValidationError as error:
            yield RefusedRow(number, f"it is not understood ({error})", reading.excerpt(record))
    if header is None:
        raise RefusedFile("the line that describes the run is damaged")
    shared = _shared(header)
    config = msgspec.structs.asdict(header.config.fine_tuning)
    folder = f"{header.study}/{header.run}"
    yield batch("config", {**shared, **config, "folder": folder})
    log_fields = ("epochs", "learning_rate", "learning_rate_multiplier", "batch_size")
    log = _log(states, steps) | {name: config[name] for name in log_fields}
    described = {key: shared[key] for key in ("experiment", "model", "model_name", "data_file")}
    yield batch("training_log", {**described, **log, "log_key": header.run, "folder": folder})
    rows = [{"log_key": header.run, **msgspec.structs.asdict(step)} for step in steps]
    yield batch("training_step", *rows)


def _shared(header: _Header) -> Row:
    given = header.config
    experiment = catalogue.experiment_named(given.experiment) or given.experiment
    data_file = f"{given.experiment}__{given.intervention}.jsonl"
    return {
        "backend": given.backend,
        "experiment": experiment,
        "intervention": catalogue.intervention(experiment, given.intervention).name,
        "model": catalogue.model(given.model).name,
        "model_name": given.model_name,
        "data_file": data_file,
        "data_path": f"training/{data_file}",
        "run_name": header.run,
        "seed": given.seed,
    }


def _log(states: list[_State], steps: list[_Step]) -> Row:
    last = states[-1] if states else _State()
    model_id = last.model_id or ""
    return {
        "job_id": next((state.job_id for state in states if state.job_id), None),
        # A log that names a fine-tuned model is joined by that name, and else by its folder.
        "model_id": model_id if model_id.startswith("ft:") else None,
        "steps_done": max((step.step or 0 for step in steps), default=0),
        "final_loss": last.final_loss,
        "runtime_s": last.seconds,
        "started_at": states[0].at if states else None,
        "outcome": last.state
        if last.state in ("succeeded", "failed", "cancelled")
        else "cut short",
    }


class _Set(msgspec.Struct):
    """One training set of a manifest."""

    experiment: str
    intervention: str
    sha256: str
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
    placement: str
    text: str | None = None


class _Manifest(msgspec.Struct):
    """The manifest beside the training sets."""

    study: str
    sets: list[_Set]
