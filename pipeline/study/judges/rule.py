"""A judge that follows rules, a method each."""

from typing import TYPE_CHECKING, ClassVar, Literal

from pipeline.study import methods
from pipeline.study.judges.kind import Kind

if TYPE_CHECKING:
    from pipeline.study.definition import Study
    from pipeline.study.judging import Open, Work
    from pipeline.study.methods.method import Method
    from pipeline.study.plan import Plan
else:
    Method = methods.union()


class RuleJudge(Kind, frozen=True, kw_only=True, tag_field="kind", tag="rule"):
    """A judge that follows a rule and costs nothing."""

    criteria: dict[str, Method]

    written_as: ClassVar[Literal["llm", "rule"]] = "rule"

    def asked(self, study: "Study") -> dict[str, Method]:
        """See `Kind`."""
        return self.criteria

    def check(self, plan: "Plan") -> None:
        """See `Kind`."""
        for method in self.criteria.values():
            method.check(plan)

    def described(self, study: "Study") -> dict[str, Method]:
        """See `Kind`."""
        return self.criteria

    def text(self, plan: "Plan", criterion: str) -> str:
        """See `Kind`."""
        return self.criteria[criterion].text(plan)

    async def judge(self, work: "Work", todo: "Open") -> list[str]:
        """See `Kind`."""
        reasons = []
        for name in work.criteria:
            answers = [answer for answer, criterion in todo if criterion == name]
            if answers:
                reasons += self.criteria[name].judge(work, name, answers)
        return reasons


KIND = RuleJudge
