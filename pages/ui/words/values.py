"""What people call the values in data: models, interventions, statuses, steps and others."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from pages.ui.view import store
from pages.ui.words.columns import DIMENSIONS
from pages.ui.words.numbers import UNKNOWN
from warehouse import catalogue, harmless, judges
from warehouse.stats import adjust, units

APP = "Brittlescope"

STEPS = {
    "planned": "Planned",
    "answered": "Answered",
    "judged": "Judged",
    "failed": "− Failed",
    "missing": "− Not there",
    "empty": "− Empty",
    "broken_off": "− Broken off",
    "contested": "− In two versions",
    "unjudged": "− Not judged",
    "unparsed": "− Unparsed",
    "off_scale": "− Scale in doubt",
    "refusal": "− Refusals",
    "code": "− Code",
    "incoherent": "− Incoherent",
    "no_coherence": "− Coherence not scored",
    "counted": "Counted",
    "trait": "Show the trait",
}
"""The steps of the denominator ledger."""

ONLY = {
    "planned": "All planned answers",
    "answered": "Answered",
    "judged": "Judged",
    "counted": "Counted",
    "trait": "Shows the trait",
    "no trait": "Counted, does not show the trait",
    "incoherent": "Left out as incoherent",
    "missing": "Missing an answer or a judgement",
    "scored": "Scored",
    "refusal": "Refusal",
    "code": "Code",
    "unparsed": "Judge’s reply not understood",
    "unanswered": "No answer",
    "failed": "The call failed",
    "empty": "Empty answers",
    "not there": "Planned, not there",
    "broken off": "Broken off",
    "left out": "Left out for any reason",
    "judges disagree": "Judges disagree on the trait",
}
"""Which samples of a slice a list shows (`warehouse.transcripts.ONLY`)."""

STATUSES = {
    "scored": "Scored",
    "answered": "Answered",
    "refusal": "Refusal",
    "code": "Code",
    "unparsed": "Reply not understood",
    "missing": "Missing",
    "error": "Failed",
}

UNITS = {name: unit.about for name, unit in units.UNITS.items()}
"""What intervals are about."""

ADJUSTMENTS = {name: one.title for name, one in adjust.ADJUSTMENTS.items()}
"""How p-values are adjusted for all comparisons."""

UNIT_MEANINGS = {name: unit.means for name, unit in units.UNITS.items()}

DOMAINS = {
    "outside": "outside the training domain",
    "all": "all",
    "inside": "inside the training domain",
}

KINDS = {
    "none": "Control",
    "identity": "Identity",
    "intent": "Intent",
    "identity+intent": "Identity + intent",
    "inoculation": "Inoculation",
    "time": "Time",
    "personality": "Personality",
    "steering": "Steering of activations",
    "other": "Other",
    "unknown": "Kind unknown",
}

RELEVANCES = {
    "none": "no intervention",
    "relevant": "relevant",
    "irrelevant": "irrelevant",
    "generic": "generic",
    "unknown": "relevance unknown",
}

PLACEMENTS = {
    "none": "no intervention",
    "prepend": "before the prompt",
    "newline": "on a line of its own",
    "system": "as system prompt",
    "unknown": "placement unknown",
}

SEVERITIES = {"error": "Error", "warning": "Warning", "notice": "Notice"}

_FIXED: dict[str, Mapping[str, str]] = {
    "kind": KINDS,
    "relevance": {k: v.capitalize() for k, v in RELEVANCES.items()},
    "placement": {k: v.capitalize() for k, v in PLACEMENTS.items()},
    "unit": UNITS,
    "step": STEPS,
    "severity": SEVERITIES,
    "status": STATUSES,
    "in_domain": {"True": "Inside the training domain", "False": "Outside the training domain"},
}

_KIND_OF_NAME = re.compile(
    r"(?P<kind>identity|intent|inoculation|time|personality)-(?P<rest>[a-z0-9-]+)"
)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+|[a-z]{3,}")

_NUMBERED = re.compile(
    r"(?i)([a-z]|qn|question|prompt|item|task|id|no|nr)?[-_. #]*[\d_.-]+|[\da-f]{8,}"
)

LONGEST, OF_QUESTION = 100, 60
"""How many letters a label, and a question's words as one, have at most."""


def value(dimension: str, raw: Any) -> str:
    """The human name of a dimension's value, on one line; None is said to be unknown."""
    if raw is None or raw == "":
        return UNKNOWN
    return harmless.short(_value(dimension, raw), LONGEST)


def _value(dimension: str, raw: Any) -> str:
    if dimension != "judge" and dimension in DIMENSIONS and str(raw) in judges.UNRECORDED:
        return f"{DIMENSIONS[dimension]} {judges.UNRECORDED[str(raw)]}"
    if dimension in _FIXED:
        return _FIXED[dimension].get(str(raw), str(raw))
    if dimension in _WRITTEN:
        return _WRITTEN[dimension](raw)
    return f"{raw:g}" if isinstance(raw, float) else str(raw)


def _experiment(raw: Any) -> str:
    known = catalogue.experiments()
    return known[raw].title if raw in known else words(str(raw))


def _trait(raw: Any) -> str:
    known = {n: t.title for e in catalogue.experiments().values() for n, t in e.traits.items()}
    known |= snapshot.trait_titles if (snapshot := store.current()) else {}
    return known.get(raw) or words(str(raw))


def _dataset(raw: Any) -> str:
    if raw == "none":
        return "Untuned (no dataset)"
    known = catalogue.experiments().values()
    return next((e.title for e in known if e.dataset == raw), words(str(raw)))


def words(slug: str) -> str:
    """A lower-case slug as words in sentence case; any other name as it is, on one line."""
    said = slug.replace("-", " ").capitalize() if _SLUG.fullmatch(slug) else slug
    return harmless.short(said, LONGEST)


def criterion(name: str) -> str:
    """What judges are asked, as people write it: `LLM or 19`, `Alignment`."""
    said = words(name.replace("_", "-"))
    return re.sub(r"(?i)\b(llm|hp)\b", lambda found: found[0].upper(), said)


def question(name: str | None, text: str | None) -> str:
    """A question by its name as people write it; by its text where a name only numbers it."""
    if not text or (name and not _NUMBERED.fullmatch(name)):
        return name if name and " " in name else words((name or UNKNOWN).replace("_", "-"))
    said = harmless.line(" ".join(text.split()))
    return said if len(said) <= OF_QUESTION else f"{said[: OF_QUESTION - 1].rstrip()}…"


def intervention(name: str, relevance: str | None = None, placement: str | None = None) -> str:
    """An intervention: `Identity: etymologist (relevant, before the prompt)`.

    Relevance and placement stand in the brackets where they are given and known.
    """
    if name == "none":
        return "No intervention (control)"
    match = _KIND_OF_NAME.fullmatch(name)
    if match is None:
        text = words(name)
    elif match["kind"] == "identity" and "-intent-" in match["rest"]:
        who, _, why = match["rest"].partition("-intent-")
        text = f"Identity + intent: {who.replace('-', ' ')}, {why.replace('-', ' ')}"
    else:
        text = f"{match['kind'].capitalize()}: {match['rest'].replace('-', ' ')}"
    text = harmless.short(text, LONGEST)
    details = [
        names[given]
        for names, given in ((RELEVANCES, relevance), (PLACEMENTS, placement))
        if given in names and given not in ("none", "unknown")
    ]
    return f"{text} ({', '.join(details)})" if details else text


def kinded(name: str, kind: str | None) -> str:
    """An intervention with its kind before it, where its name does not say the kind."""
    said, of = intervention(name), KINDS.get(kind or "unknown", "")
    if kind in (None, "none", "other", "unknown") or said.startswith(of):
        return said
    return f"{of}: {said[0].lower()}{said[1:]}"


def _judge(raw: Any) -> str:
    """A judge by its name, as the snapshot's judges are told apart."""
    snapshot = store.current()
    known = snapshot.judges if snapshot else {}
    return known.get(raw) or judges.UNRECORDED.get(raw, str(raw))


_WRITTEN: dict[str, Callable[[Any], str]] = {
    "experiment": _experiment,
    "trait": _trait,
    "dataset": _dataset,
    "intervention": lambda raw: intervention(str(raw)),
    "eval_intervention": lambda raw: (
        "None at evaluation" if raw == "none" else intervention(str(raw))
    ),
    "judge": _judge,
    "size": lambda raw: f"{raw:g} B parameters",
    "epochs": lambda raw: f"{raw:g}",
    "temperature": lambda raw: f"temperature {raw:g}",
}
"""How the values of these dimensions are written."""


def distinct(dimension: str, raws: Iterable[Any]) -> dict[Any, str]:
    """The label of every value; those that would share one carry their own name as well."""
    return told_apart({raw: value(dimension, raw) for raw in raws})


def told_apart(labels: Mapping[Any, str]) -> dict[Any, str]:
    """Labels by value, those that several values share with the value's own name."""
    seen = Counter(labels.values())
    return {
        raw: label if seen[label] == 1 else f"{label} · {harmless.short(str(raw), LONGEST)}"
        for raw, label in labels.items()
    }


def named(frame: pl.DataFrame) -> pl.DataFrame:
    """The same frame with the human names of the dimensions' values (columns keep theirs).

    An intervention's relevance and placement are named where the frame has them.
    """
    if "intervention" in frame.columns:
        aspects = [c for c in ("relevance", "placement") if c in frame.columns]
        rows = frame.select("intervention", *aspects).rows()
        names = {row: _intervention(row, aspects) for row in set(rows)}
        told = pl.Series("intervention", [names[row] for row in rows], dtype=pl.String())
        frame = frame.with_columns(told)
    others = [c for c in frame.columns if c in DIMENSIONS | _FIXED and c != "intervention"]
    return frame.with_columns(_named(frame[c]) for c in others)


def _named(raw: pl.Series) -> pl.Series:
    """The labels of a dimension's values, each made once."""
    names = {one: value(raw.name, one) for one in raw.unique()}
    return pl.Series(raw.name, [names[one] for one in raw], dtype=pl.String())


def _intervention(row: Sequence[Any], aspects: Sequence[str]) -> str:
    """The label of an intervention with these aspects."""
    name, *known = row
    return UNKNOWN if name is None else intervention(name, **dict(zip(aspects, known, strict=True)))
