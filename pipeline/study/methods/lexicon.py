"""Labels by the words of an answer."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.study.methods.method import Method
from pipeline.study.methods.overlap import Overlapping
from pipeline.study.parts import Part
from pipeline.study.replies import Reading
from warehouse import definitions
from warehouse.errors import InvalidDefinition

if TYPE_CHECKING:
    from pipeline.study.judging import StoredAnswer, Work
    from pipeline.study.plan import Plan


class Lexicon(Method, frozen=True, kw_only=True, tag_field="method", tag="lexicon"):
    """Labels by the words of an answer: the first label whose terms it holds."""

    lexicon: str

    def check(self, plan: "Plan") -> None:
        """See `Method`."""
        self._reader(plan, ())

    def text(self, plan: "Plan") -> str:
        """See `Method`."""
        return plan.text(self.lexicon)

    def judge(self, work: "Work", criterion: str, answers: "list[StoredAnswer]") -> list[str]:
        """See `Method`."""
        reader = self._reader(work.plan, work.completions)
        work.keep(
            work.judgement(answer, criterion, *reader.read(answer.text)) for answer in answers
        )
        return []

    def _reader(self, plan: "Plan", completions: Sequence[str]) -> "LexiconJudge":
        path = plan.folder / self.lexicon
        return LexiconJudge(definitions.load(path, LexiconFile), completions, str(path))


class LabelWords(Part, frozen=True, kw_only=True):
    """What in an answer speaks for one label."""

    terms: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    at_least: int = 1


class CoveredBy(Part, frozen=True, kw_only=True):
    """A label for answers that mostly repeat training completions."""

    label: str
    share: float
    words: int = 3


class LexiconFile(Part, frozen=True, kw_only=True):
    """A lexicon file: labels in the order in which they are tried."""

    title: str = ""
    labels: dict[str, LabelWords]
    otherwise: str
    collapsed: CoveredBy | None = None


class LexiconJudge:
    """Labels an answer by the first label whose words it holds.

    Terms are matched as whole words, in any letter case; patterns are regular expressions.
    A hit is one match; `at_least` hits speak for the label. Where the file says so, an answer
    that mostly repeats training completions gets the collapse label before any other.
    """

    def __init__(self, lexicon: LexiconFile, completions: Sequence[str], name: str) -> None:
        self.lexicon = lexicon
        self._patterns = {
            label: _compiled(words.terms, words.patterns, name)
            for label, words in lexicon.labels.items()
        }
        collapsed = lexicon.collapsed
        self._overlap = Overlapping(completions, collapsed.words) if collapsed else None

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


METHOD = Lexicon
