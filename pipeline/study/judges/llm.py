"""A model that is shown the question and the answer, and says a label or a score."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from msgspec import field
from msgspec.structs import replace

from pipeline.study import fence, parsers
from pipeline.study.conversation import Spoken, estimated_tokens
from pipeline.study.judges.kind import Kind
from pipeline.study.parts import Host, Part
from pipeline.study.replies import Reply, Request
from warehouse.errors import InvalidDefinition

if TYPE_CHECKING:
    from pipeline.study.definition import Study
    from pipeline.study.judging import Open, StoredAnswer, Work
    from pipeline.study.parsers.parser import Parser
    from pipeline.study.plan import Plan
else:
    Parser = parsers.union()


class LlmCriterion(Part, frozen=True, kw_only=True):
    """One thing an LLM judge is asked."""

    prompt: str
    parse: Parser
    max_tokens: int = 20
    temperature: float = 0.0
    top_logprobs: int | None = None
    experiments: tuple[str, ...] = ()

    def request(self, template: str, question: str, answer: str, name: str) -> Request:
        """What the model is asked."""
        return Request(
            messages=(Spoken("user", fence.prompt(template, question, answer)),),
            temperature=self.temperature,
            max_tokens=self.max_tokens,
            top_logprobs=self.top_logprobs,
            name=name,
        )


class LlmJudge(Kind, frozen=True, kw_only=True, tag_field="kind", tag="llm"):
    """A model that is shown the question and the answer."""

    source: Host
    criteria: dict[str, LlmCriterion]
    first: int | None = None
    """Only the first so many samples of every question."""
    repeats: int = 1
    """How often each answer is judged; the first judgement counts, the others tell of the judge."""
    variants: dict[str, dict[str, str]] = field(default_factory=dict)
    """Name to criterion to another prompt: each is a judge of its own, `<judge>+<name>`."""
    variant_of: str | None = None
    """The judge whose prompts this one words otherwise."""

    written_as: ClassVar[Literal["llm", "rule"]] = "llm"

    def asked(self, study: "Study") -> dict[str, LlmCriterion]:
        """See `Kind`."""
        return self.criteria

    def problems(self, study: "Study") -> Iterator[str]:
        """See `Kind`."""
        if self.repeats < 1:
            yield ".repeats must be at least 1"
        if self.variant_of is not None and not isinstance(
            study.judges.get(self.variant_of), LlmJudge
        ):
            yield ".variant_of must name an llm judge of this study"
        for name, asked in self.criteria.items():
            if asked.parse.needs_logprobs and asked.top_logprobs is None:
                yield f".criteria.{name}: an expected score needs top_logprobs, for example 20"

    def check(self, plan: "Plan") -> None:
        """See `Kind`."""
        for asked in self.criteria.values():
            fence.check(plan.text(asked.prompt), str(plan.folder / asked.prompt))

    @property
    def asks(self) -> Host:
        """See `Kind`."""
        return self.source

    def answers_from(self, study: "Study") -> Host:
        """See `Kind`."""
        return self.source

    def first_of(self, study: "Study") -> int | None:
        """See `Kind`."""
        return self.first

    @property
    def words_otherwise(self) -> str | None:
        """See `Kind`."""
        return self.variant_of

    def repeats_of(self, study: "Study") -> int:
        """See `Kind`."""
        return self.repeats

    def others(self, name: str) -> "dict[str, LlmJudge]":
        """The judges that its variants are, by their names.

        Raises:
            InvalidDefinition: where one names a criterion that it has not.
        """
        found = {}
        for variant, prompts in self.variants.items():
            if unknown := prompts.keys() - self.criteria.keys():
                raise InvalidDefinition(
                    f"judges.{name}.variants.{variant}: there is no criterion {min(unknown)}."
                )
            criteria = {
                key: replace(self.criteria[key], prompt=prompt) for key, prompt in prompts.items()
            }
            found[f"{name}+{variant}"] = replace(
                self, criteria=criteria, variants={}, variant_of=name
            )
        return found

    def tokens(self, plan: "Plan", criterion: str) -> tuple[int, int]:
        """See `Kind`."""
        asked = self.criteria[criterion]
        template = estimated_tokens((Spoken("user", plan.text(asked.prompt)),))
        return template + plan.study.sampling.max_tokens, asked.max_tokens

    def described(self, study: "Study") -> dict[str, LlmCriterion]:
        """See `Kind`."""
        return self.criteria

    def text(self, plan: "Plan", criterion: str) -> str:
        """See `Kind`."""
        return plan.text(self.criteria[criterion].prompt)

    async def judge(self, work: "Work", todo: "Open") -> list[str]:
        """See `Kind`."""
        templates = {name: self.text(work.plan, name) for name in work.criteria}
        questions = work.questions

        def keep(batch: "list[tuple[tuple[StoredAnswer, str], Reply]]") -> None:
            work.keep(
                work.replied(answer, name, self.criteria[name].parse.read(reply), reply)
                for (answer, name), reply in batch
            )

        requests = (
            (
                (answer, name),
                self.criteria[name].request(
                    templates[name],
                    questions[answer.question],
                    answer.text,
                    f"{work.scope}/{answer.key}/{answer.digest}/{name}/{answer.occasion}",
                ),
            )
            for answer, name in todo
        )
        await work.speakers.of_judge(self.source, work.scope).ask(requests, keep)
        told = f"{work.failed} judgements failed; the same command tries again"
        return [told] * bool(work.failed)


KIND = LlmJudge
