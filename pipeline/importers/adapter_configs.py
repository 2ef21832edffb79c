"""PEFT's configuration beside the weights of an adapter: what was trained, and of which rank."""

import re
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from pipeline.errors import RefusedFile
from pipeline.files import reading
from pipeline.importers import Batch, Source, batch, refused
from pipeline.records.tables import word
from warehouse import catalogue

NAME = "adapter-config"
TITLE = "PEFT adapter configurations"
FILES = "`adapter_config.json`"
VERSION = 1

BACKEND = "peft"

NEEDED = ("peft_type", "base_model_name_or_path")

CHECKPOINT = re.compile(r"checkpoint-\d+")

SETTINGS: dict[str, tuple[str, Any]] = {
    "lora_rank": ("r", Annotated[int, Meta(ge=1, le=10_000_000)]),
    "lora_alpha": ("lora_alpha", Annotated[float, Meta(ge=0, le=1_000_000)]),
    "lora_dropout": ("lora_dropout", Annotated[float, Meta(ge=0, le=1)]),
}
"""Our name of each setting, PEFT's, and what it may hold."""


def accepts(source: Source) -> bool:
    """One JSON object with the kind of an adapter and its base model."""
    is_object = source.head.lstrip().startswith(b"{")
    return is_object and all(source.fields[name] > 0 for name in NEEDED)


def read(source: Source) -> Iterator[Batch]:
    """The configuration as one row; a setting that cannot be right is refused alone.

    Raises:
        RefusedFile: where it names no base model.
    """
    told = reading.json_object(source)
    model = word(told.get("base_model_name_or_path"))
    if not model:
        raise RefusedFile("it does not say which model is adapted (base_model_name_or_path)")
    folders = source.parts[1:]
    if folders and CHECKPOINT.fullmatch(folders[-1]):
        folders = folders[:-1]  # the checkpoints of one training are one run
    row: dict[str, object] = {
        "folder": "/".join(folders[-6:]),
        "backend": BACKEND,
        "model": catalogue.base_model(model).name,
        "model_name": model,
    }
    for column, (name, kind) in SETTINGS.items():
        if (given := told.get(name)) is None:
            continue
        try:
            plain = word(given) if isinstance(given, str) else given
            row[column] = msgspec.convert(plain, kind, strict=False)
        except msgspec.ValidationError as error:
            raw = f"{name}: {reading.excerpt(given)}"
            yield refused(None, f"{name} cannot be right: {error}", raw)
    yield batch("config", row)
