"""What `brittlescope study` writes: samples, judgements, run logs and training sets."""

import re
from collections.abc import Iterator

from pipeline.errors import RefusedFile
from pipeline.importers import Batch, Source, batch, gathered
from pipeline.importers.study_outputs import judgements, manifests, runs, samples

NAME = "study"
TITLE = "Brittlescope study outputs"
FILES = "what `brittlescope study` writes, packed or not"
VERSION = 15

_KIND = re.compile(
    rb'\s*\{\s*"brittlescope"\s*:\s*"'
    rb'(samples|judgements|run|batch|training-sets|study|plan|progress|spend)/1"'
)


PARTS = {b"name", b"title", b"experiments", b"models", b"sampling"}
"""What every study file says, each at the beginning of a line, or as a field where it is JSON."""


def accepts(source: Source) -> bool:
    """What says what it is in its first field, a training set of a manifest, or a study file."""
    known = _kind(source) is not None or manifests.rendered(source) is not None
    return known or _is_study_file(source)


def read(source: Source) -> Iterator[Batch]:
    """The file's records; what only steers a study (its file, plan, spend and so on) holds none.

    Raises:
        RefusedFile: where the file's own description is damaged.
    """
    match _kind(source):
        case "samples":
            yield from gathered(samples.read(source))
        case "judgements":
            yield from gathered(judgements.read(source))
        case "run":
            yield from gathered(runs.read(source))
        case "study":
            yield from manifests.described(source)
        case None if not _is_study_file(source):
            described = manifests.rendered(source)
            if described is None:
                raise RefusedFile("no manifest beside it says what it is")
            yield batch("training_set", described)


def _kind(source: Source) -> str | None:
    match = _KIND.match(source.head)
    return match[1].decode() if match else None


def _is_study_file(source: Source) -> bool:
    """Whether this is what a study was run from, a copy of which lies beside its outputs."""
    said = {line.partition(b":")[0] for line in source.head.splitlines()}
    fields = {name.encode() for name in source.fields}
    return said.issuperset(PARTS) or fields.issuperset(PARTS)
