"""What the study's folder names say: experiment, intervention, model, rank, epochs, seed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from warehouse import catalogue

_SETTINGS = re.compile(
    r"^(?P<head>.*?)"
    r"(?:-r(?P<rank>\d{1,6}))?"
    r"(?:-(?P<epochs>\d{1,6}(?:\.\d{1,6})?)ep)?"
    r"(?:-(?:seed|s)(?P<seed>\d{1,9}))?\Z",
    re.DOTALL,
)
_MORE = re.compile(
    r"^(?P<known>.*-\d{1,6}(?:\.\d{1,6})?ep(?:-(?:seed|s)\d{1,9})?)-(?P<suffix>.+)\Z", re.DOTALL
)
_PHASE = re.compile(r"elicitation|mitigation|ablation", re.IGNORECASE)


@dataclass(frozen=True)
class Settings:
    """A name such as `llama-3.1-8B-r4-1ep`, taken apart."""

    head: str
    lora_rank: int | None
    epochs: float | None
    seed: int | None
    suffix: str | None = None  # what stands behind the settings


@dataclass(frozen=True)
class RunFolder:
    """Where a run's results lie, and what that says about the run.

    `intervention` is None where the folders do not say whether there was one.
    """

    folder: str
    experiment: str | None
    intervention: str | None
    eval_intervention: str
    settings: Settings
    model: str | None


def settings(name: str) -> Settings:
    """A model or run name split into its head and the settings behind it."""
    match, more = _SETTINGS.match(name), None
    if match and not match["epochs"] and (more := _MORE.match(name)):
        match = _SETTINGS.match(more["known"])
    assert match is not None  # every part of the pattern may be empty
    rank, epochs, seed = match["rank"], match["epochs"], match["seed"]
    return Settings(
        head=match["head"],
        lora_rank=int(rank) if rank else None,
        epochs=float(epochs) if epochs else None,
        seed=int(seed) if seed else None,
        suffix=more["suffix"] if more else None,
    )


def run_folder(parts: Sequence[str]) -> RunFolder:
    """What the folders above a result file say, outermost first.

    The layout is `results/[phase/]experiment/[intervention/]model[-rank][-epochs][/prefix/name]`;
    without a `results` folder the last four folders are read in the same way.
    """
    below = tuple(parts)
    has_root = "results" in below
    below = below[len(below) - below[::-1].index("results") :] if has_root else below[-4:]
    eval_intervention = "none"
    if len(below) >= 2 and below[-2] == "prefix":
        eval_intervention = catalogue.intervention(None, below[-1]).name
        below = below[:-2]
    found = settings(below[-1]) if below else settings("")
    if found.suffix:
        told = (eval_intervention if eval_intervention != "none" else None, found.suffix)
        eval_intervention = catalogue.intervention(None, "-".join(filter(None, told))).name
    experiment = catalogue.experiment_in(below[:-1])
    if experiment is None and has_root:
        experiment = _own_experiment(below[:-1])
    between = _after_experiment(below, experiment)
    phase = below[0] if below else ""
    if between:
        intervention: str | None = catalogue.intervention(experiment, between[0]).name
    else:
        intervention = "none" if phase == "elicitation" else None
    return RunFolder(
        folder="/".join(below),
        experiment=experiment,
        intervention=intervention,
        eval_intervention=eval_intervention,
        settings=found,
        model=catalogue.model(found.head).name if found.head else None,
    )


def _own_experiment(above: Sequence[str]) -> str | None:
    """The name of an experiment that the catalogue does not know: what follows the phase."""
    names = above[1:] if above and _PHASE.match(above[0]) else above
    return names[0] if names else None


def _after_experiment(below: Sequence[str], experiment: str | None) -> Sequence[str]:
    """The folders between the experiment's and the model's."""
    for place, part in enumerate(below[:-1]):
        if experiment and experiment in (catalogue.experiment_named(part), part):
            return below[place + 1 : -1]
    return ()
