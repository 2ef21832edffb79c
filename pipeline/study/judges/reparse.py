"""Another judge's stored replies, read with other parsers."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from msgspec.structs import replace

from pipeline.study import parsers
from pipeline.study.judges.kind import Inquiry, Kind
from pipeline.study.judges.llm import LlmCriterion, LlmJudge
from pipeline.study.parts import Host

if TYPE_CHECKING:
    from pipeline.study.definition import Study
    from pipeline.study.judging import Open, Work
    from pipeline.study.parsers.parser import Parser
    from pipeline.study.plan import Plan
else:
    Parser = parsers.union()


class Reparse(Kind, frozen=True, kw_only=True, tag_field="kind", tag="reparse"):
    """Another judge's stored replies, read with other parsers at no cost."""

    of: str
    criteria: dict[str, Parser]

    written_as: ClassVar[Literal["llm", "rule"]] = "llm"

    def _original(self, study: "Study") -> LlmJudge:
        found = study.judges[self.of]
        assert isinstance(found, LlmJudge)  # `problems` has seen to it
        return found

    def asked(self, study: "Study") -> dict[str, Inquiry]:
        """See `Kind`."""
        original = self._original(study).criteria
        return {name: original[name] for name in self.criteria}

    def problems(self, study: "Study") -> Iterator[str]:
        """See `Kind`."""
        original = study.judges.get(self.of)
        if not isinstance(original, LlmJudge):
            yield ".of must name an llm judge of this study"
            return
        for name in self.criteria.keys() - original.criteria.keys():
            yield f": {self.of} has no criterion {name}"

    def answers_from(self, study: "Study") -> Host:
        """See `Kind`."""
        return self._original(study).source

    @property
    def reads_again(self) -> str:
        """See `Kind`."""
        return self.of

    def first_of(self, study: "Study") -> int | None:
        """See `Kind`."""
        return self._original(study).first

    def described(self, study: "Study") -> dict[str, LlmCriterion]:
        """See `Kind`."""
        original = self._original(study).criteria
        return {name: replace(original[name], parse=p) for name, p in self.criteria.items()}

    def text(self, plan: "Plan", criterion: str) -> str:
        """See `Kind`."""
        return self._original(plan.study).text(plan, criterion)

    async def judge(self, work: "Work", todo: "Open") -> list[str]:
        """See `Kind`."""
        wanted = {(answer.key, name): answer for answer, name in todo}
        read = []
        for judged in work.kept(self.of, work.evaluation):
            answer = wanted.get((judged.key, judged.criterion))
            if answer is None:
                continue
            reply = judged.reply
            reading = self.criteria[judged.criterion].read(reply)
            read.append(
                work.judgement(
                    answer, judged.criterion, reading, reply.text, thoughts=reply.thoughts
                )
            )
        work.keep(read)
        left = len(wanted) - len(read)
        return [f"{left} answers have no reply of {self.of} yet"] * bool(left)


KIND = Reparse
