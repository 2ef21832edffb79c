"""What a study map says of the evaluations that a file holds, as rows of the lake."""

from collections.abc import Iterator, Sequence

import msgspec

from pipeline.importers import Batch, batch
from pipeline.maps.meanings import GIVEN, Dimensions, Meaning

LEFT_OUT = ("judge", "steer_vector", "steer_layer", "steer_scale")
"""The dimensions that an evaluation does not have, but its judgements, or what it was given."""

NAMED = (
    ("lora_rank", "r{:d}"),
    ("epochs", "{:g}ep"),
    ("step", "step {:d}"),
    ("rerun_of", "rerun {}"),
    ("model_id", "{}"),
)
"""What tells runs of one arm apart, and how a run's name says it."""


def evaluation(study: str, key: str, told: Dimensions) -> dict[str, object]:
    """The row of an evaluation, but for whether its samples are numbered."""
    row = msgspec.structs.asdict(told)
    return {name: value for name, value in row.items() if name not in LEFT_OUT} | {
        "evaluation_key": key,
        "folder": run(study, told),
        "study": study or None,
    }


def run(study: str, told: Dimensions) -> str:
    """A name for the model that was evaluated: equal for all files that hold answers of it."""
    names = [study, told.experiment, told.model, told.dataset, told.intervention]
    for name, form in NAMED:
        if (value := getattr(told, name)) is not None:
            names.append(form.format(value))
    return "/".join(names)


def interventions(meaning: Meaning, known: Sequence[tuple[str, Dimensions]]) -> Iterator[Batch]:
    """The interventions met in a file, as far as the mapping describes them."""
    steered = {(told.experiment, told.steered): told.steering for _, told in known}
    for (experiment, name), steering in steered.items():
        if name and steering and name not in meaning.interventions:
            yield batch("intervention", steering.row(experiment, name))
    met = {(told.experiment, getattr(told, name)) for _, told in known for name in GIVEN}
    for experiment, name in sorted(met):
        described = meaning.interventions.get(name)
        if described is not None and name != "none":
            yield batch("intervention", described.row(experiment, name))
