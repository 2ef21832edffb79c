"""What a study says of itself: its traits and interventions, and its training sets."""

from collections.abc import Iterator

import msgspec

from pipeline.errors import RefusedFile
from pipeline.files import reading
from pipeline.importers import Batch, Source, batch
from pipeline.importers.study_outputs.lines import Row
from pipeline.study import files
from warehouse import catalogue
from warehouse.rules import Score


def described(source: Source) -> Iterator[Batch]:
    """The traits that each experiment of a study looks for, and its interventions.

    Raises:
        RefusedFile: where it does not describe a study, names a trait that nothing shows, or says
            of an intervention what cannot be.
    """
    try:
        study = msgspec.convert(reading.json_object(source), files.StudyOf)
    except msgspec.ValidationError as error:
        raise RefusedFile(f"it does not describe a study ({error})") from None
    yield from _traits(study)
    yield from _interventions(study)


def _traits(study: files.StudyOf) -> Iterator[Batch]:
    for experiment, found in study.traits.items():
        for trait in found:
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


def _interventions(study: files.StudyOf) -> Iterator[Batch]:
    """In the spelling of the experiments and interventions of its samples."""
    for given, found in study.interventions.items():
        experiment = catalogue.experiment_named(given) or given
        for name, told in found.items():
            if told.problem:
                raise RefusedFile(f"experiments.{given}: intervention {name}: {told.problem}")
            known = catalogue.intervention(experiment, name).name
            yield batch("intervention", told.row(experiment, known))


def rendered(source: Source) -> Row | None:
    """What the manifest beside it says of a training set, if it is the one the manifest means."""
    path = source.path.with_name("manifest.json")
    if not path.is_file() or path.stat().st_size > reading.WHOLE_FILE:
        return None
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=files.TrainingSetsOf)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
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
