"""Brittlescope's own definitions beside results: known for what they are, and no results."""

import re
from collections.abc import Iterator

import msgspec

from pipeline.importers import Batch, Source
from pipeline.maps.studymap import Definition
from pipeline.study.definition import Battery
from pipeline.study.methods.lexicon import LexiconFile
from warehouse import definitions
from warehouse.errors import InvalidDefinition
from warehouse.rules import Rule

NAME = "definition"
TITLE = "Brittlescope definitions"
FILES = "batteries and lexica of a study, study maps, rules; none holds results"
VERSION = 1

SHAPES: tuple[type[msgspec.Struct], ...] = (Battery, LexiconFile, Definition, Rule)

_KEY = re.compile(rb"^([a-z_]+):", re.M)


def accepts(source: Source) -> bool:
    """A YAML file that is one of ours, to the last key."""
    said = {key.decode() for key in _KEY.findall(source.head)}
    likely = [shape for shape in SHAPES if _may_be(shape, said)]
    if not likely:
        return False
    try:
        document = definitions.parse(source.head.decode("utf-8", "replace"), "it")
    except InvalidDefinition:
        return False
    return any(_is(shape, document) for shape in likely)


def _may_be(shape: type[msgspec.Struct], said: set[str]) -> bool:
    fields = msgspec.structs.fields(shape)
    needed = {field.encode_name for field in fields if field.required}
    return needed <= said <= {field.encode_name for field in fields}


def _is(shape: type[msgspec.Struct], document: object) -> bool:
    try:
        msgspec.convert(document, shape)
    except (msgspec.ValidationError, RecursionError):
        return False
    return True


def read(source: Source) -> Iterator[Batch]:
    """Nothing: what they define stands with the results that were made by them."""
    return iter(())
