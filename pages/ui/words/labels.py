"""What people call things: columns, values, units and numbers, in one place."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from warehouse import catalogue, harmless

APP = "Brittlescope"

DIMENSIONS = {
    "study": "Study",
    "experiment": "Experiment",
    "trait": "Trait",
    "criterion": "Criterion",
    "judge": "Judge",
    "model": "Model",
    "family": "Model family",
    "size": "Model size",
    "dataset": "Dataset",
    "intervention": "Intervention",
    "kind": "Intervention kind",
    "relevance": "Relevance",
    "placement": "Placement",
    "dose": "Dose",
    "eval_intervention": "Intervention at evaluation",
    "run": "Run",
    "settings": "Training settings",
    "epochs": "Epochs",
    "lora_rank": "LoRA rank",
    "seed": "Seed",
    "temperature": "Temperature",
    "sampling": "Sampling",
    "evaluation": "Evaluation",
    "question": "Question",
    "question_name": "Question name",
    "question_group": "Question group",
    "in_domain": "Training domain",
}
"""Every dimension of the counts frame."""

COLUMNS = DIMENSIONS | {
    "rate": "Rate",
    "low": "Low",
    "high": "High",
    "questions": "Questions",
    "runs": "Runs",
    "unit": "Interval",
    "unscored_share": "Unscored",
    "is_result": "Is a result",
    "worst_low": "Worst case low",
    "worst_high": "Worst case high",
    "note": "Note",
    "n_planned": "Planned",
    "n_answered": "Answered",
    "n_judged": "Judged",
    "n_refusal": "Refusals",
    "n_code": "Code",
    "n_incoherent": "Incoherent",
    "n_unparsed": "Unparsed",
    "n_missing": "Missing",
    "n_counted": "Counted",
    "n_trait": "Show the trait",
    "n_unscored_excluded": "Unscored, left out",
    "step": "Step",
    "n": "Count",
    "share": "Share of planned",
    "explanation": "What it means",
    "severity": "Severity",
    "title": "Finding",
    "about": "About",
    "detail": "Detail",
    "path": "File",
    "importer": "Read as",
    "imported_at": "Imported",
    "bytes": "Size",
    "taken": "Rows taken",
    "refused": "Rows refused",
    "reason": "Reason",
    "row": "Row",
    "notices": "Notices",
    "learning_rate": "Learning rate",
    "learning_rate_multiplier": "Learning rate multiplier",
    "batch_size": "Batch size",
    "lora_alpha": "LoRA alpha",
    "lora_dropout": "LoRA dropout",
    "warmup_ratio": "Warm-up share",
    "weight_decay": "Weight decay",
    "scheduler": "Scheduler",
    "final_loss": "Final loss",
    "outcome": "Outcome",
    "steps_done": "Steps done",
    "steps_planned": "Steps planned",
    "evaluations": "Evaluations",
    "model_id": "Model name at the provider",
    "label": "Label",
    "score": "Score",
    "status": "Status",
    "raw": "Judge’s own words",
    "text": "Text",
    "excerpt": "Excerpt",
    "what": "File kind",
    "why": "Why",
    "code": "Kind",
    "message": "Notice",
    "source_row": "Row",
    "twin_of": "Same result as",
    "data_file": "Training file",
    "config_folder": "Configuration",
    "config_basis": "Configuration found by",
    "log_basis": "Log found by",
    "state": "State",
    "backend": "Trained with",
    "examples": "Examples",
    "distinct_prompts": "Distinct prompts",
    "distinct_completions": "Distinct completions",
    "base_file": "Made from",
    "unexplained": "Not explained",
    "answer": "Answer",
    "error": "Error",
    "local": "On this machine",
    "input_tokens": "Tokens in",
    "output_tokens": "Tokens out",
    "baseline_rate": "Control rate",
    "untuned_rate": "Untuned rate",
    "paired": "Shared questions",
    "difference": "Difference, points",
    "difference_low": "Difference low",
    "difference_high": "Difference high",
    "emergence": "Emergence, points",
    "emergence_low": "Emergence low",
    "emergence_high": "Emergence high",
    "log_odds_ratio": "Log odds ratio",
    "log_odds_low": "Log odds ratio low",
    "log_odds_high": "Log odds ratio high",
    "p": "p",
    "q": "q (adjusted p)",
    "suppression": "Suppression",
    "suppression_low": "Suppression low",
    "suppression_high": "Suppression high",
    "suppression_note": "Why no suppression",
    "verdict": "Verdict",
    "more_questions": "More questions needed",
    "more_answers": "More answers needed, to each question",
    "flags": "Flags",
    "with_text": "Rate with the text",
    "without_text": "Rate without it",
    "first_rate": "Rate of the first",
    "second_rate": "Rate of the second",
    "first_counts": "Counts of the first",
    "second_counts": "Counts of the second",
    "fitted": "Fitted rate",
    "value": "Value",
    "index": "Index",
    "definition": "Definition",
    "of": "Of what",
    "doubt": "Look out",
    "published": "Published",
    "published_text": "As published",
    "published_interval": "Published interval",
    "loaded_text": "As loaded",
    "agrees": "Within both intervals",
    "metric": "Measure",
    "arm": "Condition",
    "meaning": "What it counts",
    "counted_as": "Counted here as",
    "cite": "Source",
    "publication": "Publication",
    "where": "Where it stands",
    "confidence": "Confidence",
    "interval": "Intervals",
    "url": "Address",
    "conclusion": "Conclusion",
    "stands_share": "Stands in, share",
    "stands": "Stands in",
    "specifications": "Ways of counting",
    "uncounted": "Ways that count nothing",
    "robust": "Robust",
    "lowest": "Lowest difference, points",
    "highest": "Highest difference, points",
    "rate_lowest": "Lowest rate",
    "rate_highest": "Highest rate",
    "cut": "Cut",
    "two_way": "Two-way rate",
    "two_way_low": "Two-way low",
    "two_way_high": "Two-way high",
    "multi_way": "Multi-way rate",
    "multi_way_low": "Multi-way low",
    "multi_way_high": "Multi-way high",
    "gap": "Gap, points",
    "n_two_way": "Show the trait, two-way",
    "n_multi_way": "Show the trait, multi-way",
    "difference_lowest": "Lowest without one, points",
    "difference_highest": "Highest without one, points",
    "difference_without": "Without the most influential, points",
    "rate_without": "Without the most influential",
    "most_influential": "Most influential question",
    "overturned": "Another conclusion without",
}
"""Every column that a page shows."""

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

UNITS = {
    "prompts": "these prompts",
    "new-prompts": "new prompts",
    "new-fine-tunes": "new fine-tunes",
}

UNIT_MEANINGS = {
    "prompts": "The interval is about these very questions: sampling error alone.",
    "new-prompts": "The interval is about questions like these: the questions are a sample.",
    "new-fine-tunes": "The interval is about training again: the spread between seeds.",
}

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

UNKNOWN = "unknown"

LONGEST = 100
"""How many letters a label has at most."""


def column(name: str) -> str:
    """The human name of a column; an unlisted one becomes words."""
    return COLUMNS.get(name) or name.replace("_", " ").capitalize()


def value(dimension: str, raw: Any) -> str:
    """The human name of a dimension's value, on one line; None is said to be unknown."""
    if raw is None or raw == "":
        return UNKNOWN
    return harmless.short(_value(dimension, raw), LONGEST)


def _value(dimension: str, raw: Any) -> str:
    if dimension in _FIXED:
        return _FIXED[dimension].get(str(raw), str(raw))
    known = catalogue.experiments()
    match dimension:
        case "experiment":
            return known[raw].title if raw in known else words(str(raw))
        case "trait":
            titles = (e.traits[raw].title for e in known.values() if raw in e.traits)
            return next(titles, words(str(raw)))
        case "dataset":
            if raw == "none":
                return "Untuned (no dataset)"
            titles = (e.title for e in known.values() if e.dataset == raw)
            return next(titles, words(str(raw)))
        case "intervention":
            return intervention(str(raw))
        case "eval_intervention":
            return "None at evaluation" if raw == "none" else intervention(str(raw))
        case "judge":
            return {"unrecorded": "not recorded", "none": "none"}.get(raw, str(raw))
        case "size":
            return f"{raw:g} B parameters"
        case "epochs":
            return f"{raw:g}"
        case "temperature":
            return f"temperature {raw:g}"
    return f"{raw:g}" if isinstance(raw, float) else str(raw)


def words(slug: str) -> str:
    """A lower-case slug as words in sentence case; any other name as it is, on one line."""
    said = slug.replace("-", " ").capitalize() if _SLUG.fullmatch(slug) else slug
    return harmless.short(said, LONGEST)


def question(name: str | None) -> str:
    """A question by its name as people write it, or by its text where it has no name."""
    name = name or UNKNOWN
    return name if " " in name else words(name.replace("_", "-"))


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


def decimals(low: float | None, high: float | None) -> int:
    """How many decimals of a percentage its interval supports (bounds are shares).

    One without width, of a share that can only be what it is, tells nothing of them.
    """
    if low is None or high is None or low == high:
        return 0
    width = 100 * (high - low)
    return 0 if width >= 10 else 1 if width >= 1 else 2


def percent(rate: float | None, low: float | None = None, high: float | None = None) -> str:
    """A share as `12.3 % [8.1, 17.9]`, without the brackets where there is no interval."""
    if rate is None:
        return "nothing counted"
    digits = decimals(low, high)
    text = f"{100 * rate:.{digits}f} %"
    if low is None or high is None:
        return text
    return f"{text} [{100 * low:.{digits}f}, {100 * high:.{digits}f}]"


def points(value: float | None, low: float | None = None, high: float | None = None) -> str:
    """A difference of shares as `−94 points [−98, −73]`."""
    if value is None:
        return "not estimable"
    digits = decimals(low, high)

    def signed(share: float) -> str:
        rounded = round(100 * share, digits)
        return f"{rounded:+.{digits}f}".replace("-", "−") if rounded else "0"

    text = f"{signed(value)} points"
    return text if low is None or high is None else f"{text} [{signed(low)}, {signed(high)}]"


def chance(p: float | None) -> str:
    """A p-value as `= 0.002` or `< 0.001`."""
    return "not estimable" if p is None else "< 0.001" if p < 0.001 else f"= {p:.2g}"


def plural(n: int, noun: str) -> str:
    """`1 question`, `1,000 questions`."""
    several = re.sub(r"(?<![aeiou])y$", "ie", noun) + "s"
    return f"{n:,} {noun if n == 1 else several}"


def rate(row: Mapping[str, Any]) -> str:
    """A cell as `12.3 % [8.1, 17.9]  n = 100 · 10 questions`, with what is wrong with it."""
    text = percent(row["rate"], row["low"], row["high"])
    text += f"  n = {row['n_counted']:,} · {plural(row['questions'], 'question')}"
    if row["rate"] is not None and not row["is_result"]:
        text += f" · not a result: {listing(row['flags'])}"
    elif row["note"] and row["rate"] is not None:
        text += f" · interval {row['note']}"
    return text


def size(count: int | None) -> str:
    """A number of bytes as people write it."""
    if count is None:
        return UNKNOWN
    amount = float(count)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def listing(parts: Iterable[str], most: int = 3) -> str:
    """`a, b and c`, or `a, b, c and 4 more`."""
    every = list(parts)
    if len(every) > most + 1:
        return f"{', '.join(every[:most])} and {len(every) - most} more"
    return " and ".join([", ".join(every[:-1]), every[-1]] if len(every) > 1 else every)


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
