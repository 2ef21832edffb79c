"""What every rule that judges by itself says of itself, and does."""

from abc import abstractmethod
from typing import TYPE_CHECKING

from pipeline.study.parts import OpenPart

if TYPE_CHECKING:
    from pipeline.study.judging import StoredAnswer, Work
    from pipeline.study.plan import Plan


class Method(OpenPart, frozen=True, kw_only=True):
    """A rule, as a study file tells of it."""

    experiments: tuple[str, ...] = ()

    def check(self, plan: "Plan") -> None:
        """Reads the files it names.

        Raises:
            InvalidDefinition: where one of them will not do.
        """

    def text(self, plan: "Plan") -> str:
        """The text that its meaning depends on."""
        return ""

    @abstractmethod
    def judge(self, work: "Work", criterion: str, answers: "list[StoredAnswer]") -> list[str]:
        """Judges these answers; returns what was left, and why."""
