"""What every kind of judge says of itself, and does."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

from pipeline.study.parts import Host, OpenPart, Part

if TYPE_CHECKING:
    from pipeline.study.definition import Study
    from pipeline.study.judging import Open, Work
    from pipeline.study.plan import Plan


class Inquiry(Protocol):
    """One thing a judge is asked."""

    @property
    def experiments(self) -> tuple[str, ...]:
        """The experiments it is asked of; all of them where there is none."""


class Kind(OpenPart, frozen=True, kw_only=True):
    """A judge as a study file tells of it."""

    written_as: ClassVar[Literal["llm", "rule"]]
    """Its kind in the header of what it writes."""

    @abstractmethod
    def asked(self, study: "Study") -> Mapping[str, Inquiry]:
        """Its criteria."""

    def problems(self, study: "Study") -> Iterator[str]:
        """What is wrong with it in this study, beyond its shape."""
        yield from ()

    def check(self, plan: "Plan") -> None:
        """Reads the files it names.

        Raises:
            InvalidDefinition: where one of them will not do.
        """

    def answers_from(self, study: "Study") -> Host | None:
        """Whose replies it reads; None for a rule."""
        return None

    @property
    def asks(self) -> Host | None:
        """Whom it sends requests."""
        return None

    @property
    def reads_again(self) -> str | None:
        """The judge whose stored replies it reads."""
        return None

    @property
    def words_otherwise(self) -> str | None:
        """The judge whose prompts it words otherwise."""
        return None

    def first_of(self, study: "Study") -> int | None:
        """Only the first so many samples of every question are judged; None for all."""
        return None

    def repeats_of(self, study: "Study") -> int:
        """How often each answer is judged; the first judgement counts."""
        return 1

    def tokens(self, plan: "Plan", criterion: str) -> tuple[int, int]:
        """About how many tokens a request takes, and how many its reply is at most."""
        return 0, 0

    @abstractmethod
    def described(self, study: "Study") -> Mapping[str, Part]:
        """Its criteria as its header tells them; its version is a hash of them."""

    def text(self, plan: "Plan", criterion: str) -> str:
        """The prompt or lexicon that a criterion's meaning depends on."""
        return ""

    @abstractmethod
    async def judge(self, work: "Work", todo: "Open") -> list[str]:
        """Judges what is open; returns what was left, and why."""
