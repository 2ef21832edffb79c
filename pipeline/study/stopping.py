"""Ending the sampling of an arm once enough is known, by intervals that may be looked at again.

Answers are drawn in rounds of all questions and judged; then every arm is looked at, by confidence
sequences (`warehouse.stats.anytime`), which cover at every look at once. What an arm has come to is
worked out from its files alone, each time: nothing else is kept, so work goes on wherever it was
stopped. An arm is what differs in nothing but the seed, and what is said is of these fine-tunes and
these questions.
"""

from collections.abc import Mapping
from typing import NamedTuple

from pipeline.study import files
from pipeline.study.definition import Stop, StudyTrait
from pipeline.study.layout import Folder
from pipeline.study.plan import Evaluation, Plan
from warehouse.rules import Score
from warehouse.studies import Stopped

Place = tuple[int | None, str, int]
"""Seed, question and index of an answer."""

Key = tuple[str, str, str, str]
"""Model, experiment, intervention in training (or "untuned") and at evaluation."""


class ArmsSoFar(NamedTuple):
    """What is known of a study's arms."""

    counts: dict[str, int]  # samples of each question that an evaluation is to have by now
    stopped: list[Stopped]


class _ArmSoFar(NamedTuple):
    evaluations: list[Evaluation]
    drawn: int  # samples of every question, of the evaluation that has fewest
    most: int  # that some evaluation has
    judged: bool  # whether all answers are
    shown: dict[str, dict[Place, bool]]  # by trait: which counted answers show it


def look(plan: Plan, folder: Folder) -> ArmsSoFar:
    """Which arms have stopped, and how many samples the others are to have after the next round."""
    stop = plan.study.stop
    assert stop is not None
    groups: dict[Key, list[Evaluation]] = {}
    for evaluation in plan.evaluations:
        groups.setdefault(_key(evaluation), []).append(evaluation)
    arms = {key: _read(plan, folder, stop, group) for key, group in groups.items()}
    why = {
        key: _why(plan, stop, key, arm, arms.get((*key[:2], "none", key[3])))
        for key, arm in arms.items()
    }
    for key in [key for key in arms if key[2] == "none" and stop.settled is not None]:
        others = [one for one in arms if one != key and one[:2] == key[:2] and one[3] == key[3]]
        compared = [one for one in others if one[2] not in ("none", "untuned")]
        if why[key] is None and compared and all(why[one] for one in compared):
            why[key] = "all that is compared with it has stopped"
    most = plan.study.sampling.samples_per_question
    counts: dict[str, int] = {}
    stopped: list[Stopped] = []
    for key, arm in arms.items():
        reason = why[key]
        more = arm.drawn if reason or not arm.judged else arm.drawn + stop.every
        count = max(arm.most, min(more, most))
        counts |= {evaluation.id: count for evaluation in arm.evaluations}
        if reason and count < most:
            name = " · ".join(part for part in key if part != "none")
            stopped.append(Stopped(name, count, reason))
    return ArmsSoFar(counts, stopped)


def _key(evaluation: Evaluation) -> Key:
    run = evaluation.run
    trained = "untuned" if run.untuned else run.intervention
    return run.model, evaluation.experiment, trained, evaluation.intervention


def _read(plan: Plan, folder: Folder, stop: Stop, evaluations: list[Evaluation]) -> _ArmSoFar:
    """How far an arm is drawn and judged, and what its answers show."""
    traits = traits_of(plan, evaluations[0].experiment)
    shown: dict[str, dict[Place, bool]] = {trait.name: {} for trait in traits}
    held, judged = [], True
    for evaluation in evaluations:
        held.append(0)
        places: dict[int, Place] = {}
        for record in files.read(folder.samples(evaluation), files.Grown, files.StoredSample):
            if isinstance(record, files.Grown):
                held[-1] = record.samples_per_question
            elif isinstance(record, files.StoredSample) and _is_judged(record):
                places[record.key] = (evaluation.run.seed, record.question, record.index)
        told = {
            (record.key, record.criterion): record
            for record in files.read(folder.judgements(stop.judge, evaluation), files.Verdict)
        }
        for trait in traits:
            for key, place in places.items():
                verdict = told.get((key, trait.criterion))
                judged &= verdict is not None
                if verdict is not None and verdict.status == "scored":
                    shown[trait.name][place] = _shows(trait, verdict)
    return _ArmSoFar(evaluations, min(held), max(held), judged, shown)


def _is_judged(drawn: files.StoredSample) -> bool:
    """Whether an answer is one that judges are shown."""
    return bool(drawn.answer.strip()) and drawn.outcome != "content_filter"


def traits_of(plan: Plan, experiment: str) -> list[StudyTrait]:
    """The traits of an experiment that the judge of the rule judges."""
    stop = plan.study.stop
    assert stop is not None
    asked = plan.asked(stop.judge)
    traits = plan.study.experiments[experiment].traits
    return [trait for trait in traits if trait.criterion in asked]


def _shows(trait: StudyTrait, verdict: files.Verdict) -> bool:
    if trait.labels:
        return verdict.label in trait.labels
    score = trait.score or Score("below", trait.below or 0)
    return verdict.score is not None and score.passes(verdict.score)


def _why(plan: Plan, stop: Stop, key: Key, arm: _ArmSoFar, control: _ArmSoFar | None) -> str | None:
    """Why an arm stops, or None where it goes on: every trait must be known well enough."""
    if not arm.drawn or not arm.judged or not arm.shown:
        return None
    best = len(plan.questions(key[1])) * plan.study.sampling.samples_per_question
    of_control: Mapping[str, dict[Place, bool]] = {}
    if control is not None and key[2] not in ("none", "untuned") and control.judged:
        of_control = control.shown
    said = []
    for trait, shown in arm.shown.items():
        found = _narrow(stop, shown, best * len(arm.evaluations)) or _settled(
            stop, shown, of_control.get(trait, {}), best * len(arm.evaluations)
        )
        if found is None:
            return None
        said.append(f"{trait} {found}")
    return "; ".join(said)


def _narrow(stop: Stop, shown: dict[Place, bool], best: int) -> str | None:
    from warehouse.stats.anytime import rate_sequence

    if stop.narrower_than is None or not shown:
        return None
    low, high = (float(end) for end in rate_sequence(sum(shown.values()), len(shown), best=best))
    if 100 * (high - low) > stop.narrower_than:
        return None
    rate, most = sum(shown.values()) / len(shown), _points(stop.narrower_than)
    return f"{100 * rate:.1f} % [{100 * low:.1f}, {100 * high:.1f}], narrower than {most}"


def _settled(
    stop: Stop, shown: dict[Place, bool], control: dict[Place, bool], best: int
) -> str | None:
    from warehouse.stats.anytime import difference_sequence

    both = shown.keys() & control.keys()
    if stop.settled is None or not both:
        return None
    first, second = (sum(arm[place] for place in both) for arm in (shown, control))
    low, high = (float(end) for end in difference_sequence(first, second, len(both), best=best))
    margin = stop.settled / 100
    if high < 0:
        word = "lower than the control"
    elif low > 0:
        word = "higher than the control"
    elif -margin < low and high < margin:
        word = f"within {_points(stop.settled)} of the control"
    else:
        return None
    apart = 100 * (first - second) / len(both)
    return f"{word}, {apart:+.1f} points [{100 * low:+.1f}, {100 * high:+.1f}]"


def _points(points: float | None) -> str:
    return f"{points:g} points"


def told(stop: Stop) -> str:
    """A stopping rule in words, for the plan."""
    ends = []
    if stop.narrower_than is not None:
        ends.append(f"its rate is known to within {_points(stop.narrower_than)}")
    if stop.settled is not None:
        ends.append(
            "it is shown to differ from its control, or to lie within "
            f"{_points(stop.settled)} of it"
        )
    return (
        f"{stop.every} samples of each question at a time; an arm ends once "
        f"{' or '.join(ends)}, as {stop.judge} judges"
    )
