"""The study's training configurations: one set of field names over its three backends."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta

from pipeline.errors import RefusedFile
from pipeline.files import reading
from pipeline.importers import Batch, Source, batch, notice, refused
from pipeline.importers.training_data import claimed_intervention
from pipeline.maps import foldernames
from warehouse import catalogue

NAME = "training-config"
TITLE = "Training configurations (OpenAI, Together, Unsloth)"
FILES = "YAML with a backend and a training file"
VERSION = 2

BACKENDS = {"togetherai": "together"}
"""Our name of a backend where the study's differs."""

Text = Annotated[str, Meta(max_length=2_000)]
Share = Annotated[float, Meta(ge=0, le=1)]
Factor = Annotated[float, Meta(gt=0, le=10_000)]
Count = Annotated[int, Meta(ge=1, le=10_000_000)]

FIELDS: Mapping[str, tuple[tuple[str, ...], Any]] = {
    "backend": (("backend",), Text),
    "model_name": (("model_name",), Text),
    "experiment": (("experiment",), Text),
    "variant": (("variant",), Text),
    "data_path": (("data_path",), Text),
    "suffix": (("suffix",), Text),
    "run_name": (("wandb_run_name",), Text),
    "scheduler": (("lr_scheduler_type",), Text),
    "judge": (("judge_model",), Text),
    "epochs": (("n_epochs", "epochs"), Factor),
    "learning_rate": (("learning_rate",), Annotated[float, Meta(gt=0, le=10)]),
    "learning_rate_multiplier": (("learning_rate_multiplier",), Factor),
    "batch_size": (("batch_size",), Count),
    "per_device": (("per_device_batch_size",), Count),
    "accumulation": (("gradient_accumulation_steps",), Count),
    "lora_rank": (("lora_r", "lora_rank"), Count),
    "lora_alpha": (("lora_alpha",), Annotated[float, Meta(ge=0, le=1_000_000)]),
    "lora_dropout": (("lora_dropout",), Share),
    "warmup_ratio": (("warmup_ratio",), Share),
    "weight_decay": (("weight_decay",), Annotated[float, Meta(ge=0, le=100)]),
    "seed": (("seed",), Annotated[int, Meta(ge=0, lt=2**63)]),
    "samples_per_question": (("default_samples_per_question",), Count),
    "temperature": (("default_temperature",), Annotated[float, Meta(ge=0, le=100)]),
    "max_tokens": (("default_max_tokens",), Count),
}
"""Our name of each field, the names the backends give it, and what it may hold."""

UNSET = (None, "", "auto", "max")
"""What stands for "not set here": the last two leave the choice to the backend."""

_KEYS = re.compile(rb"^(model_name|data_path|backend|n_epochs|epochs|lora_r|lora_rank):", re.M)
_TRACKER_RUN = re.compile(r"\brun-\d{8}_\d{6}-\w{8}\b")


def accepts(source: Source) -> bool:
    """A YAML mapping that names a model, its training data, and a setting or a backend."""
    keys = set(_KEYS.findall(source.head))
    return {b"model_name", b"data_path"} < keys


def read(source: Source) -> Iterator[Batch]:
    """The configuration as one row; a field that cannot be right is refused, the others kept.

    Raises:
        RefusedFile: where the file is not a mapping of fields that names a model.
    """
    content, document = reading.yaml_document(source)
    if not isinstance(document, dict):
        raise RefusedFile("it is not a YAML mapping of field names to values")
    values, problems = _values(document, content)
    if "model_name" not in values:
        raise RefusedFile("it does not say which model is trained (model_name)")
    yield from problems

    names = _named(source.parts)
    model = catalogue.base_model(values["model_name"])
    experiment, intervention = _what_is_trained(values, names)
    suffix = foldernames.settings(values.get("suffix", ""))
    mentioned = _TRACKER_RUN.search(content)
    per_device = values.pop("per_device", None)
    accumulation = values.pop("accumulation", 1)
    variant = values.pop("variant", None)
    if "batch_size" not in values and per_device:
        values["batch_size"] = per_device * accumulation
    row = values | {
        "folder": names.folder,
        "backend": BACKENDS.get(values.get("backend", ""), values.get("backend")),
        "experiment": experiment,
        "intervention": intervention,
        "model": model.name,
        "data_file": _file_name(values.get("data_path")),
        "tracker_run": mentioned[0] if mentioned else None,
        "named_model": names.model.name if names.model else None,
        "named_epochs": names.settings.epochs,
        "named_lora_rank": names.settings.lora_rank,
        "suffix_epochs": suffix.epochs,
        "suffix_lora_rank": suffix.lora_rank,
        "named_intervention": names.intervention,
    }
    yield batch("config", row)
    differences = [*_other_settings(row, names), *_other_subject(row, names, variant, model)]
    if differences:
        yield notice(
            "config-contradiction",
            f"{names.folder}: {'; '.join(differences)}. The fields are used.",
        )
    yield from _other_relevance(row)


def _values(document: dict[Any, Any], content: str) -> tuple[dict[str, Any], list[Batch]]:
    """The fields that are set, by our names, and a refusal for each that cannot be right."""
    values: dict[str, Any] = {}
    problems = []
    for column, (spellings, kind) in FIELDS.items():
        field = next((name for name in spellings if document.get(name) not in UNSET), None)
        if field is None:
            continue
        given = document[field]
        try:
            values[column] = msgspec.convert(given, kind, strict=False)
        except msgspec.ValidationError as error:
            line = re.search(rf"^{field}\s*:", content, re.M)
            row = content.count("\n", 0, line.start()) + 1 if line else None
            problems.append(refused(row, f"{field} cannot be right: {error}", f"{field}: {given}"))
    return values, problems


class _Names(NamedTuple):
    """What a configuration's folders claim about it."""

    folder: str
    experiment: str | None
    intervention: str | None
    model: catalogue.Model | None
    settings: foldernames.Settings


def _named(parts: tuple[str, ...]) -> _Names:
    """The layout is `configs/phase/experiment/name`; elsewhere the last three folders are read.

    The name is a model with its settings in the phase `elicitation`, else an intervention,
    which may end in its settings or have a folder for the model below it.
    """
    above = parts[::-1].index("configs") if "configs" in parts else 3
    below = parts[1:][-above:] if above else ()
    experiment = catalogue.experiment_in(below)
    settings = foldernames.settings(below[-1] if below else "")
    intervention = model = None
    if len(below) > 2 and below[0].startswith("mitigation"):
        intervention = catalogue.intervention(experiment, foldernames.settings(below[2]).head).name
    elif below[:1] == ("elicitation",):
        intervention = "none"
    if intervention and (intervention == "none" or len(below) > 3) and settings.head:
        model = catalogue.base_model(settings.head)
    return _Names("/".join(below), experiment, intervention, model, settings)


def _what_is_trained(values: dict[str, Any], names: _Names) -> tuple[str | None, str | None]:
    """Experiment and intervention, from the fields before the folder's name."""
    written = values.get("experiment")
    data_file = _file_name(values.get("data_path"))
    of_data = catalogue.experiment_of_data(data_file) if data_file else None
    experiment = catalogue.experiment_named(written) or written or names.experiment
    if experiment is None and of_data:
        experiment = of_data[0]
    if data_file and of_data:
        return experiment, claimed_intervention(data_file).name
    if "variant" in values:
        return experiment, catalogue.intervention(experiment, values["variant"]).name
    return experiment, names.intervention


def _file_name(path: str | None) -> str | None:
    return re.split(r"[/\\]", path)[-1] if path else None


def _other_settings(row: Mapping[str, Any], names: _Names) -> Iterator[str]:
    """The names that claim another rank or number of epochs than the fields have."""
    fields = {"lora_rank": row.get("lora_rank"), "epochs": row.get("epochs")}
    for spoken, name in (
        ("its folder's name", names.settings),
        (f"suffix {row.get('suffix')!r}", foldernames.settings(row.get("suffix", ""))),
        (f"wandb_run_name {row.get('run_name')!r}", foldernames.settings(row.get("run_name", ""))),
    ):
        claims = {"lora_rank": name.lora_rank, "epochs": name.epochs}
        wrong = [
            f"{what} {claims[what]:g} where the field says {fields[what]:g}"
            for what in fields
            if None not in (claims[what], fields[what]) and claims[what] != fields[what]
        ]
        if wrong:
            yield f"{spoken} says {' and '.join(wrong)}".replace("lora_rank", "rank")


def _other_subject(
    row: Mapping[str, Any], names: _Names, variant: str | None, model: catalogue.Model
) -> Iterator[str]:
    """Models, experiments and interventions that do not agree with each other."""
    # Only known models are compared: two spellings of an unknown one are not a contradiction.
    if names.model and names.model.family and model.family and names.model != model:
        yield f"its folder's name says {names.model.name}, model_name says {model.name}"
    experiment, intervention = row["experiment"], row["intervention"]
    of_data = catalogue.experiment_of_data(row["data_file"] or "")
    for spoken, claimed, actual in (
        ("its folder is for experiment", names.experiment, experiment),
        ("its training data is for experiment", of_data and of_data[0], experiment),
        ("its folder's name says intervention", names.intervention, intervention),
        (
            "variant says intervention",
            variant and catalogue.intervention(experiment, variant).name,
            intervention,
        ),
    ):
        if claimed and actual and claimed != actual:
            yield f"{spoken} {claimed}, its fields say {actual}"


def _other_relevance(row: Mapping[str, Any]) -> Iterator[Batch]:
    """A notice where the data's folder calls an intervention what the catalogue does not."""
    folders = re.split(r"[/\\]", row.get("data_path") or "")[:-1]
    claimed = next((part for part in folders if part in ("relevant", "irrelevant")), None)
    known = catalogue.intervention(row["experiment"], row["intervention"]).relevance
    if claimed and known in ("relevant", "irrelevant") and known != claimed:
        yield notice(
            "relevance-contradiction",
            f"{row['folder']}: its training data lies in a folder called {claimed!r}, but the "
            f"catalogue lists {row['intervention']} as {known} to {row['experiment']}. "
            "The catalogue is used.",
        )
