"""What the columns are called where a row, or an object within one, is a judgement."""

from collections.abc import Iterable

JUDGES = ("judge", "judge_model", "grader", "judge_name")

NAMES = {
    "criterion": ("criterion", "criteria", "metric", "dimension", "trait", "aspect", "rubric"),
    "score": ("score", "rating", "value", "verdict", "judgement", "judgment", "label"),
    "judge": JUDGES,
    "flag": ("flag", "status"),
    "raw": ("raw", "reasoning", "rationale", "explanation", "judge_raw", "reason"),
    "sample": ("item_id", "sample_key", "response_id", "answer_id"),
}
"""By what `long` in a map calls them, the likeliest first."""


def named(columns: Iterable[str]) -> dict[str, str]:
    """The columns by what they are called, those within an object after the plain ones."""
    every = sorted(columns, key=lambda name: "." in name)
    by_end = {name.rpartition(".")[2].lower(): name for name in reversed(every)}
    return {
        role: by_end[told]
        for role, spellings in NAMES.items()
        if (told := next((name for name in spellings if name in by_end), None))
    }
