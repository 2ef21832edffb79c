"""Judges that follow a rule: words of an answer, training text in it, and its likelihood."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from pipeline.study.parsing import Reading
from warehouse.errors import InvalidDefinition

if TYPE_CHECKING:
    from pipeline.study.definition import LexiconFile

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


class LexiconJudge:
    """Labels an answer by the first label whose words it holds.

    Terms are matched as whole words, in any letter case; patterns are regular expressions.
    A hit is one match; `at_least` hits speak for the label. Where the file says so, an answer
    that mostly repeats training completions gets the collapse label before any other.
    """

    def __init__(self, lexicon: "LexiconFile", completions: Sequence[str], name: str) -> None:
        self.lexicon = lexicon
        self._patterns = {
            label: _compiled(words.terms, words.patterns, name)
            for label, words in lexicon.labels.items()
        }
        collapsed = lexicon.collapsed
        self._overlap = OverlapJudge(completions, collapsed.words) if collapsed else None

    def read(self, answer: str) -> tuple[Reading, str]:
        """The label, and the words that led to it."""
        collapsed = self.lexicon.collapsed
        if collapsed and self._overlap:
            share = self._overlap.share(answer)
            if share >= collapsed.share:
                return Reading("scored", label=collapsed.label), f"{share:.0%} training text"
        for label, pattern in self._patterns.items():
            hits = [match[0] for match in pattern.finditer(answer)] if pattern else []
            if len(hits) >= self.lexicon.labels[label].at_least:
                return Reading("scored", label=label), "; ".join(dict.fromkeys(hits))
        return Reading("scored", label=self.lexicon.otherwise), ""


def _compiled(terms: Sequence[str], patterns: Sequence[str], name: str) -> re.Pattern[str] | None:
    parts = [rf"(?<!\w){re.escape(term)}(?!\w)" for term in terms]
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise InvalidDefinition(
                f"{name}: the pattern {pattern!r} is broken: {error}."
            ) from None
        parts.append(f"(?:{pattern})")
    return re.compile("|".join(parts), re.IGNORECASE) if parts else None


class OverlapJudge:
    """How much of an answer is training text: the sign of a mode collapse."""

    def __init__(self, completions: Sequence[str], words: int) -> None:
        self.words = words
        self._runs: set[tuple[str, ...]] = set()
        for completion in completions:
            found = _words(completion)
            size = min(words, len(found))
            if size:
                self._runs |= {
                    tuple(found[start : start + size]) for start in range(len(found) - size + 1)
                }
        self._sizes = sorted({len(run) for run in self._runs})

    def share(self, answer: str) -> float:
        """The share of the answer's words that are training text.

        They lie in a run of `words` words of some completion, or in a whole completion that
        is shorter. An answer without words has a share of 0.
        """
        found = _words(answer)
        covered = [False] * len(found)
        for size in self._sizes:
            for start in range(len(found) - size + 1):
                if tuple(found[start : start + size]) in self._runs:
                    covered[start : start + size] = [True] * size
        return sum(covered) / len(covered) if covered else 0.0

    def read(self, answer: str) -> tuple[Reading, str]:
        """The share in percent."""
        share = round(100 * self.share(answer), 2)
        return Reading("scored", score=share), f"{share:g} % of the words"


def _words(text: str) -> list[str]:
    return [match[0].casefold() for match in _WORD.finditer(text)]


class Percentiles:
    """Places values among the untuned model's own."""

    def __init__(self, reference: Sequence[float]) -> None:
        self.reference = tuple(reference)

    @cached_property
    def _sorted(self) -> list[float]:
        return sorted(self.reference)

    def of(self, value: float) -> float:
        """The mid-rank percentile, 0 to 100: values below, and half of those that are equal."""
        below = bisect_left(self._sorted, value)
        equal = bisect_right(self._sorted, value) - below
        return round(100 * (below + equal / 2) / len(self._sorted), 2)
