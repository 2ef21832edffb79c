"""What `brittlescope study` writes: samples, judgements, run logs and training sets."""

import gzip
import re
import zlib
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec

from pipeline import reading
from pipeline.errors import RefusedFile, RefusedRow
from pipeline.importers import Batch, Source, batch, refused
from pipeline.study.layout import sample_key, told_apart
from warehouse import catalogue, records
from warehouse.rules import Score

NAME = "study"
TITLE = "Brittlescope study outputs"
VERSION = 8

MOST_UNPACKED = 4 * 2**30
"""A packed file that unfolds to more bytes than this is refused."""

ROWS = 20_000
"""How many rows a batch holds."""

_KIND = re.compile(
    rb'\s*\{\s*"brittlescope"\s*:\s*"'
    rb'(samples|judgements|run|training-sets|study|plan|progress|spend)/1"'
)

Row = dict[str, Any]


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
            yield from _samples(source)
        case "judgements":
            yield from _judgements(source)
        case "run":
            yield from _run(source)
        case "study":
            yield from _traits(source)
        case None:
            described = _rendered(source)
            if described is None:
                raise RefusedFile("no manifest beside it says what it is")
            yield batch("training_set", described)


def _kind(source: Source) -> str | None:
    head = source.head
    if head.startswith(b"\x1f\x8b"):
        try:
            head = zlib.decompressobj(31).decompress(head, 65_536)
        except zlib.error:
            return None
    match = _KIND.match(head)
    return match[1].decode() if match else None


def _rendered(source: Source) -> Row | None:
    """What the manifest beside it says of a training set, if it is the one the manifest means."""
    path = source.path.with_name("manifest.json")
    if source.path.suffix != ".jsonl" or not path.is_file():
        return None
    if path.stat().st_size > reading.WHOLE_FILE:
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


def _records(source: Source) -> Iterator[tuple[int, Row] | RefusedRow]:
    """The file's JSON objects by line, whether it is packed or not."""
    if not source.head.startswith(b"\x1f\x8b"):
        yield from reading.json_lines(source)
        return
    size = number = 0
    with gzip.open(source.path) as file:
        try:
            while line := file.readline(reading.MAX_VALUE + 1):
                number += 1
                size += len(line)
                if size > MOST_UNPACKED or len(line) > reading.MAX_VALUE:
                    yield RefusedRow(number, "it unfolds to more than can be taken")
                    return
                try:
                    record = msgspec.json.decode(line)
                except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                    yield RefusedRow(number, f"it is not valid JSON ({error})")
                    continue
                if isinstance(record, dict):
                    yield number, record
                else:
                    yield RefusedRow(number, "it is not a JSON object")
        except (OSError, EOFError, zlib.error) as error:
            yield RefusedRow(number + 1, f"the packed file is damaged here ({error})")


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
        study = msgspec.json.decode(source.path.read_bytes(), type=_Study)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
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
    samples_per_question: int
    eval_text: str | None = None
    seed: int | None = None
    epochs: float | None = None
    lora_rank: int | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    beginning: bool = False
    started: str | None = None


class _Sample(msgspec.Struct):
    """A line of a samples file."""

    key: int
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


def _samples(source: Source) -> Iterator[Batch]:
    described: _Evaluation | None = None
    samples: dict[tuple[str, int], tuple[int, _Sample]] = {}
    failures: dict[tuple[str, int], tuple[int, _Failure]] = {}
    for item in _records(source):
        if isinstance(item, RefusedRow):
            yield refused(item.row, str(item), item.raw)
            continue
        number, record = item
        try:
            match record.get("record"):
                case "evaluation":
                    described = msgspec.convert(record, _Evaluation)
                case "sample":
                    sample = msgspec.convert(told_apart(record), _Sample)
                    samples.setdefault((sample.question, sample.index), (number, sample))
                case "failure":
                    failure = msgspec.convert(record, _Failure)
                    failures[failure.question, failure.index] = (number, failure)
                case other:
                    yield refused(number, f"it is no record of a samples file ({other!r})")
        except (msgspec.ValidationError, KeyError, TypeError, ValueError) as error:
            yield refused(number, f"it is not understood ({error})", str(record))
    if described is None:
        raise RefusedFile("the line that describes the evaluation is damaged")
    yield batch("evaluation", _evaluation(described))
    yield batch("question", *_questions(described))
    yield from _planned(described, samples, failures)
    asked = {question.name for question in described.questions}
    for (question, index), (number, _) in samples.items():
        if question not in asked or index >= described.samples_per_question:
            yield refused(number, f"the evaluation did not ask {question!r} number {index}")


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


def _planned(
    described: _Evaluation,
    samples: dict[tuple[str, int], tuple[int, _Sample]],
    failures: dict[tuple[str, int], tuple[int, _Failure]],
) -> Iterator[Batch]:
    """Every planned sample: as drawn, as failed, or as missing."""
    rows: list[Row] = []
    for number, question in enumerate(described.questions, 1):
        for index in range(described.samples_per_question):
            row: Row = {
                "evaluation_key": described.evaluation,
                "question_key": number,
                "sample_index": index,
            }
            place = (question.name, index)
            if place in samples:
                line, sample = samples[place]
                row |= {"source_row": line, **_drawn(sample)}
            else:
                row["sample_key"] = sample_key(
                    described.study_id, described.evaluation, question.name, index
                )
                row |= {"status": "missing", "error": "it was not drawn yet"}
                if place in failures:
                    line, failure = failures[place]
                    row |= {"status": "error", "error": failure.error, "source_row": line}
                    row |= {"answered_by": failure.answered_by}
            rows.append(row)
            if len(rows) == ROWS:
                yield batch("sample", *rows)
                rows = []
    yield batch("sample", *rows)


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

    key: int
    criterion: str
    status: str
    score: Annotated[float, msgspec.Meta(ge=0, le=100)] | None = None
    label: str | None = None
    raw: str = ""
    thoughts: str | None = None


def _judgements(source: Source) -> Iterator[Batch]:
    judge: _Judge | None = None
    seen: set[tuple[int, str]] = set()
    rows: list[Row] = []
    for item in _records(source):
        if isinstance(item, RefusedRow):
            yield refused(item.row, str(item), item.raw)
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
            yield refused(number, f"it is not understood ({error})", str(record))
            continue
        if judge is None:
            break
        if (found.key, found.criterion) in seen:
            yield refused(number, "the sample is judged on this criterion before", str(record))
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


def _run(source: Source) -> Iterator[Batch]:
    header: Row | None = None
    states: list[Row] = []
    steps: list[Row] = []
    for item in _records(source):
        if isinstance(item, RefusedRow):
            yield refused(item.row, str(item), item.raw)
            continue
        _, record = item
        match record.get("record"):
            case "run":
                header = record
            case "state":
                states.append(record)
                if record.get("state") == "started":
                    steps = []  # an attempt that was interrupted counts for nothing
            case "step":
                steps.append(record)
    try:
        if header is None:
            raise KeyError("run")
        shared, config, folder = _described_run(header)
    except (KeyError, TypeError, AttributeError):
        raise RefusedFile("the line that describes the run is damaged") from None
    yield batch("config", {**shared, **config, "folder": folder})
    log = _log(states, steps)
    log_fields = ("epochs", "learning_rate", "learning_rate_multiplier", "batch_size")
    log |= {name: config[name] for name in log_fields}
    described = {key: shared[key] for key in ("experiment", "model", "model_name", "data_file")}
    yield batch("training_log", {**described, **log, "log_key": header["run"], "folder": folder})
    fields = ("step", "epoch", "loss", "accuracy", "valid_loss", "valid_accuracy",
              "learning_rate", "grad_norm")  # fmt: skip
    yield batch(
        "training_step",
        *({"log_key": header["run"], **{key: step.get(key) for key in fields}} for step in steps),
    )


def _described_run(header: Row) -> tuple[Row, Row, str]:
    given = header["config"]
    tuning = given["fine_tuning"]
    experiment = catalogue.experiment_named(given["experiment"]) or given["experiment"]
    data_file = f"{given['experiment']}__{given['intervention']}.jsonl"
    shared = {
        "backend": given["backend"],
        "experiment": experiment,
        "intervention": catalogue.intervention(experiment, given["intervention"]).name,
        "model": catalogue.model(given["model"]).name,
        "model_name": given["model_name"],
        "data_file": data_file,
        "data_path": f"training/{data_file}",
        "run_name": header["run"],
        "seed": given["seed"],
    }
    names = ("epochs", "batch_size", "learning_rate", "learning_rate_multiplier", "lora_rank",
             "lora_alpha", "lora_dropout", "warmup_ratio", "weight_decay", "scheduler")  # fmt: skip
    config = {name: tuning.get(name) for name in names}
    return shared, config, f"{header['study']}/{header['run']}"


def _log(states: list[Row], steps: list[Row]) -> Row:
    last = states[-1] if states else {}
    outcome = last.get("state")
    model_id = str(last.get("model_id") or "")
    return {
        "job_id": next((state["job_id"] for state in states if "job_id" in state), None),
        # A log that names a fine-tuned model is joined by that name, and else by its folder.
        "model_id": model_id if model_id.startswith("ft:") else None,
        "steps_done": max((step.get("step") or 0 for step in steps), default=0),
        "final_loss": last.get("final_loss"),
        "runtime_s": last.get("seconds"),
        "started_at": states[0].get("at") if states else None,
        "outcome": outcome if outcome in ("succeeded", "failed", "cancelled") else "cut short",
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
