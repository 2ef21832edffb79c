"""The columns that pages show, in one registry: what each is called, and what its numbers are."""

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl

from pages.ui.words.numbers import hundredths


class Quantity(NamedTuple):
    """What the numbers of a column are, and how a table writes them."""

    format: str  # as Streamlit reads it
    is_share: bool = False  # a number from 0 to 1 in data, of which a hundredth is shown as 1
    sign: str = ""  # what stands behind a name, to say the unit


SHARE = Quantity("%.1f %%", is_share=True, sign="%")
POINTS = Quantity("%+.1f", is_share=True, sign="points")
CHANCE = Quantity("%.2g")
COUNT = Quantity("localized")


class Column(NamedTuple):
    """A column: its human name, and the unit of its numbers, where it has one of its own."""

    label: str
    unit: Quantity | None = None


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

_PLAIN = {
    "questions": "Questions",
    "runs": "Runs",
    "unit": "Interval",
    "is_result": "Is a result",
    "note": "Note",
    "approximate": "Interval approximate because of",
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
    "n_found": "Found",
    "n_unscored_excluded": "Unscored, left out",
    "step": "Step",
    "n": "Count",
    "explanation": "What it means",
    "severity": "Severity",
    "title": "Finding",
    "about": "About",
    "detail": "Detail",
    "path": "File",
    "origin": "Folder",
    "files": "Files",
    "twins": "Same result as another",
    "ending": "Ending",
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
    "wording": "Text of the intervention",
    "rendered": "A prompt with it",
    "excerpt": "Excerpt",
    "what": "File kind",
    "why": "Why",
    "samples_each": "Samples of each question",
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
    "paired": "Shared questions",
    "log_odds_ratio": "Log odds ratio",
    "log_odds_low": "Log odds ratio low",
    "log_odds_high": "Log odds ratio high",
    "suppression_note": "Why no suppression",
    "rank_said": "Rank, lowest first",
    "verdict": "Verdict",
    "more_questions": "More questions needed",
    "more_answers": "More answers needed, to each question",
    "flags": "Flags",
    "first_counts": "Counts of the first",
    "second_counts": "Counts of the second",
    "value": "Value",
    "index": "Index",
    "definition": "Definition",
    "of": "Of what",
    "doubt": "Look out",
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
    "stands": "Stands in",
    "lower": "Interventions that lower it",
    "specifications": "Ways of counting",
    "uncounted": "Ways that count nothing",
    "robust": "Robust",
    "cut": "Cut",
    "n_two_way": "Show the trait, two-way",
    "n_multi_way": "Show the trait, multi-way",
    "most_influential": "Most influential question",
    "overturned": "Another conclusion without",
}

_SHARES = {
    "rate": "Rate",
    "rate_balanced": "Rate, balanced",
    "low": "Low",
    "high": "High",
    "worst_low": "Worst case low",
    "worst_high": "Worst case high",
    "worst_interval_low": "Worst case low, with sampling error",
    "worst_interval_high": "Worst case high, with sampling error",
    "share": "Share of planned",
    "fitted": "Fitted rate",
    "published": "Published",
    "stated": "As stated",
    "baseline_rate": "Control rate",
    "untuned_rate": "Untuned rate",
    "first_rate": "Rate of the first",
    "second_rate": "Rate of the second",
    "with_text": "Rate with the text",
    "without_text": "Rate without it",
    "suppression": "Suppression",
    "suppression_low": "Suppression low",
    "suppression_high": "Suppression high",
    "stands_share": "Stands in, share",
    "rate_lowest": "Lowest rate",
    "rate_highest": "Highest rate",
    "rate_without": "Without the most influential",
    "two_way": "Two-way rate",
    "two_way_low": "Two-way low",
    "two_way_high": "Two-way high",
    "multi_way": "Multi-way rate",
    "multi_way_low": "Multi-way low",
    "multi_way_high": "Multi-way high",
    "unscored_share": "Unscored",
    "p_best": "Chance to be the lowest",
}

_POINTS = {
    "difference": "Difference, points",
    "difference_low": "Difference low",
    "difference_high": "Difference high",
    "emergence": "Emergence, points",
    "emergence_low": "Emergence low",
    "emergence_high": "Emergence high",
    "lowest": "Lowest difference, points",
    "highest": "Highest difference, points",
    "gap": "Gap, points",
    "difference_lowest": "Lowest without one, points",
    "difference_highest": "Highest without one, points",
    "difference_without": "Without the most influential, points",
}

_CHANCES = {
    "p": "p",
    "q": "q (adjusted p)",
}


def _registered(labels: Mapping[str, str], unit: Quantity | None = None) -> dict[str, Column]:
    return {name: Column(label, unit) for name, label in labels.items()}


COLUMNS = (
    _registered(DIMENSIONS | _PLAIN)
    | _registered(_SHARES, SHARE)
    | _registered(_POINTS, POINTS)
    | _registered(_CHANCES, CHANCE)
)
"""Every column that a page shows."""


def label(name: str) -> str:
    """The human name of a column; an unlisted one becomes words, names in it stay as they are."""
    if known := COLUMNS.get(name):
        return known.label
    said = name.replace("_", " ") if name.isidentifier() else name
    return said[:1].upper() + said[1:]


def measured(name: str) -> str:
    """The title of an axis along which a column is drawn: `Rate, %`."""
    known = COLUMNS[name]
    sign = f", {known.unit.sign}" if known.unit and known.unit.sign else ""
    return f"{known.label.removesuffix(sign)}{sign}"


def unit(name: str, kind: pl.DataType) -> Quantity | None:
    """The unit of a column of this kind: its own, or that of whole numbers."""
    known = COLUMNS.get(name)
    if known and known.unit:
        return known.unit if kind.is_numeric() else None
    return COUNT if kind.is_integer() else None


def shown(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame as a table shows it: shares in percent, differences of shares in points."""
    units = {name: unit(name, kind) for name, kind in frame.schema.items()}
    return frame.with_columns(
        hundredths(name) for name, known in units.items() if known and known.is_share
    )
