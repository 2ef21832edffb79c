"""Reading a STUDY.yaml: its shape, and the checks that go beyond shape.

Ranges are checked here and not by msgspec's constraints: those end at the first fault, and a person
who mends a study file wants to be told all of them at once, each in words of the file.
"""

import math
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from pipeline.study.definition import NAME, VARIABLE, Budget, Judge, Study, StudyModel
from pipeline.study.judges.llm import LlmJudge
from pipeline.study.parts import Endpoint, Local, plain
from warehouse import definitions
from warehouse.errors import InvalidDefinition


def load(path: Path) -> Study:
    """The study at `path`, checked.

    Raises:
        InvalidDefinition: naming the file, the place in it and what is wrong.
    """
    study = with_variants(definitions.load(path, Study))
    problems = _problems(study)
    if problems:
        raise InvalidDefinition(f"{path}: " + "; ".join(problems) + ".")
    return study


def with_variants(study: Study) -> Study:
    """The study with every variant of a judge's prompts as a judge of its own, after that judge.

    Raises:
        InvalidDefinition: where a variant is none of its judge.
    """
    judges: dict[str, Judge] = {}
    for name, judge in study.judges.items():
        judges[name] = judge
        if isinstance(judge, LlmJudge):
            judges |= judge.others(name)
    return msgspec.structs.replace(study, judges=judges)


def _problems(study: Study) -> list[str]:
    found = [*_names(study), *_settings(study)]
    for name, model in study.models.items():
        found += _model(study, name, model)
    for name, judge in study.judges.items():
        found += _judge(study, name, judge)
    for name, experiment in study.experiments.items():
        for trait in experiment.traits:
            told = (bool(trait.labels), trait.score is not None, trait.below is not None)
            if sum(told) != 1:
                found.append(
                    f"experiments.{name}: trait {trait.name} needs `labels` or `below` to be "
                    "shown, or `score: {is: above, cut: 50}` where high scores show it; only one"
                )
    return found


def _names(study: Study) -> list[str]:
    named: list[tuple[str, str]] = [("name", study.name)]
    named += [("models", name) for name in study.models]
    named += [("judges", name) for name in study.judges]
    for name, experiment in study.experiments.items():
        named += [("experiments", name), (f"experiments.{name}.dataset", experiment.dataset)]
        named += [(f"experiments.{name}.interventions", key) for key in experiment.interventions]
        if "none" in experiment.interventions:
            named.append((f"experiments.{name}.interventions", "none (reserved for the control)"))
    return [
        f"{where}: {name!r} is no usable name (letters, digits, . + - and single _)"
        for where, name in named
        if not NAME.fullmatch(name)
    ]


def _settings(study: Study) -> list[str]:
    sampling, found = study.sampling, []
    checks = (
        (sampling.samples_per_question >= 1, "sampling.samples_per_question must be at least 1"),
        (0 <= sampling.temperature <= 2, "sampling.temperature must lie in 0 to 2"),
        (0 < sampling.top_p <= 1, "sampling.top_p must lie in 0 to 1"),
        (sampling.max_tokens >= 1, "sampling.max_tokens must be at least 1"),
        (len(set(study.seeds)) == len(study.seeds) > 0, "seeds must be given, each once"),
        (bool(study.experiments), "experiments must not be empty"),
        (bool(study.models), "models must not be empty"),
    )
    found += [message for holds, message in checks if not holds]
    tunings = [study.fine_tuning, *(m.fine_tuning for m in study.models.values() if m.fine_tuning)]
    if any(tuning.epochs < 1 or tuning.batch_size < 1 for tuning in tunings):
        found.append("fine_tuning: epochs and batch_size must be at least 1")
    limits = study.budget or Budget()
    for key in ("cost", "requests", "tokens"):
        limit = getattr(limits, key)
        if limit is not None and not 0 <= limit < math.inf:
            found.append(f"budget.{key} must be a number from 0 on")
    found += _stop(study)
    sources = [(f"models.{name}", model.source) for name, model in study.models.items()]
    sources += [
        (f"judges.{name}", judge.asks) for name, judge in study.judges.items() if judge.asks
    ]
    for where, source in sources:
        if isinstance(source, Endpoint):
            found += _endpoint(where, source, study.budget)
        elif source.batch < 1 or source.threads < 0:
            found.append(f"{where}.source: batch must be at least 1 and threads not negative")
    return found


def _stop(study: Study) -> list[str]:
    """What is wrong with the stopping rule."""
    stop = study.stop
    if stop is None:
        return []
    found = []
    judge = study.judges.get(stop.judge)
    if judge is None:
        found.append(f"stop.judge: there is no judge {stop.judge}")
    elif not list(judge.problems(study)) and judge.first_of(study) is not None:
        found.append(f"stop.judge: {stop.judge} judges only the first answers, not all of them")
    elif not list(judge.problems(study)):
        criteria = judge.asked(study)
        found += [
            f"stop.judge: {stop.judge} judges no trait of experiments.{name}"
            for name, experiment in study.experiments.items()
            if not any(trait.criterion in criteria for trait in experiment.traits)
        ]
    if stop.narrower_than is None and stop.settled is None:
        found.append("stop needs `narrower_than`, `settled`, or both, in points")
    for name in ("narrower_than", "settled"):
        points = getattr(stop, name)
        if points is not None and not 0 < points < 100:
            found.append(f"stop.{name} must lie between 0 and 100 points")
    if stop.every < 1:
        found.append("stop.every must be at least 1")
    return found


def _endpoint(where: str, endpoint: Endpoint, budget: Budget | None) -> list[str]:
    # The key's value must not be repeated in an error: it may be a key pasted by mistake.
    found = []
    if not VARIABLE.fullmatch(endpoint.key):
        found.append(f"{where}.source.key must name an environment variable, like OPENAI_API_KEY")
    try:
        url = urlsplit(endpoint.url)
        usable = url.scheme in ("http", "https") and bool(url.hostname)
        secret = bool(url.username or url.password or url.query)
    except ValueError:
        usable, secret = False, False
    if not usable:
        found.append(f"{where}.source.url must be an http or https address")
    if secret:
        found.append(f"{where}.source.url must hold neither a password nor a query")
    waits = (endpoint.timeout, endpoint.first_wait)
    if endpoint.concurrency < 1 or endpoint.retries < 0 or not all(0 < w < math.inf for w in waits):
        found.append(
            f"{where}.source: concurrency, timeout, retries and first_wait must be positive"
        )
    batches = endpoint.batches
    if batches is not None and not (0 < batches.share <= 1 and 1 <= batches.requests <= 50_000):
        found.append(
            f"{where}.source.batches: share must lie in 0 to 1, and requests in 1 to 50000"
        )
    prices = plain(endpoint.price) if endpoint.price else {}
    if not all(0 <= price < math.inf for price in prices.values()):
        found.append(f"{where}.source.price: prices must be numbers from 0 on")
    if budget is None or budget == Budget():
        found.append(
            f"{where} asks an endpoint, so the study needs a budget (cost, requests or tokens)"
        )
    elif budget.cost is not None and endpoint.price is None:
        found.append(f"{where}.source needs a price, because the study has a budget.cost")
    return found


def _model(study: Study, name: str, model: StudyModel) -> list[str]:
    found = []
    for experiment, wanted in (model.conditions or {}).items():
        if experiment not in study.experiments:
            found.append(f"models.{name}.conditions: there is no experiment {experiment}")
            continue
        known = {"none", *study.experiments[experiment].interventions}
        found += [
            f"models.{name}.conditions.{experiment}: there is no intervention {key}"
            for key in wanted
            if key not in known
        ]
    for experiment, ids in model.tuned.items():
        known = {"none"}
        if experiment in study.experiments:
            known |= study.experiments[experiment].interventions.keys()
        else:
            found.append(f"models.{name}.tuned: there is no experiment {experiment}")
        found += [
            f"models.{name}.tuned.{experiment}: there is no intervention {key}"
            for key in ids
            if key not in known
        ]
    if isinstance(model.source, Local) and model.tuned:
        found.append(f"models.{name}.tuned is for endpoints; local weights are tuned here")
    return found


def _judge(study: Study, name: str, judge: Judge) -> list[str]:
    found = [f"judges.{name}{problem}" for problem in judge.problems(study)]
    if found:
        return found  # what it asks may not be known
    for criterion, asked in judge.asked(study).items():
        where = f"judges.{name}.criteria.{criterion}"
        found += [
            f"{where}: there is no experiment {experiment}"
            for experiment in asked.experiments
            if experiment not in study.experiments
        ]
    return found
