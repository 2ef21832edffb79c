"""How much of an answer is training text."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.study.methods.method import Method
from pipeline.study.replies import Reading

if TYPE_CHECKING:
    from pipeline.study.judging import StoredAnswer, Work

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


class Overlap(Method, frozen=True, kw_only=True, tag_field="method", tag="overlap"):
    """The share of an answer's words that training completions cover, in percent."""

    words: int = 3
    """Runs of this many words count; shorter completions count where they stand whole."""

    def judge(self, work: "Work", criterion: str, answers: "list[StoredAnswer]") -> list[str]:
        """See `Method`."""
        reader = Overlapping(work.completions, self.words)
        work.keep(
            work.judgement(answer, criterion, *reader.read(answer.text)) for answer in answers
        )
        return []


class Overlapping:
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


METHOD = Overlap
