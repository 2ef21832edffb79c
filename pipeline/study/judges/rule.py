"""A judge that follows a rule: words, training text, or likelihood."""

from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from pipeline.study.conversation import Message
from pipeline.study.judges.kind import Kind
from pipeline.study.parsing import Reading
from pipeline.study.parts import Local, Part, plain
from pipeline.study.rule_judges import LexiconJudge, OverlapJudge, Percentiles

if TYPE_CHECKING:
    from pipeline.study.definition import Study
    from pipeline.study.judging import Answer, Open, Work
    from pipeline.study.plan import Evaluation, Plan

LEAST_REFERENCE = 10
"""With fewer answers of the untuned model there is no percentile among them."""


class Lexicon(Part, frozen=True, kw_only=True, tag_field="method", tag="lexicon"):
    """Labels by the words of an answer: the first label whose terms it holds."""

    lexicon: str
    experiments: tuple[str, ...] = ()


class Overlap(Part, frozen=True, kw_only=True, tag_field="method", tag="overlap"):
    """The share of an answer's words that training completions cover, in percent."""

    words: int = 3
    """Runs of this many words count; shorter completions count where they stand whole."""
    experiments: tuple[str, ...] = ()


class Likelihood(Part, frozen=True, kw_only=True, tag_field="method", tag="likelihood"):
    """The answer's mean token log-probability under the untuned model.

    It is given as a percentile of the untuned model's own answers to the same battery.
    """

    max_tokens: int = 64
    experiments: tuple[str, ...] = ()


Rule: TypeAlias = Lexicon | Overlap | Likelihood


class RuleJudge(Kind, frozen=True, kw_only=True, tag_field="kind", tag="rule"):
    """A judge that follows a rule and costs nothing."""

    criteria: dict[str, Rule]

    written_as: ClassVar[Literal["llm", "rule"]] = "rule"

    def asked(self, study: "Study") -> dict[str, Rule]:
        """See `Kind`."""
        return self.criteria

    def check(self, plan: "Plan") -> None:
        """See `Kind`."""
        for asked in self.criteria.values():
            if isinstance(asked, Lexicon):
                LexiconJudge(plan.lexicon(asked.lexicon), (), str(plan.folder / asked.lexicon))

    def described(self, study: "Study") -> dict[str, Any]:
        """See `Kind`."""
        return {name: plain(asked) for name, asked in self.criteria.items()}

    def text(self, plan: "Plan", criterion: str) -> str:
        """See `Kind`."""
        asked = self.criteria[criterion]
        return plan.text(asked.lexicon) if isinstance(asked, Lexicon) else ""

    async def judge(self, work: "Work", todo: "Open") -> list[str]:
        """See `Kind`."""
        reasons = []
        for name in work.criteria:
            answers = [answer for answer, criterion in todo if criterion == name]
            rule = self.criteria[name]
            if not answers:
                continue
            if isinstance(rule, Likelihood):
                reasons += _by_likelihood(work, name, rule, answers)
                continue
            reader = _reader(work, rule)
            work.keep(work.judgement(answer, name, *reader.read(answer.text)) for answer in answers)
        return reasons


def _reader(work: "Work", rule: Lexicon | Overlap) -> LexiconJudge | OverlapJudge:
    examples = work.plan.examples(work.evaluation.experiment)
    completions = [example[-1].content for example in examples]
    if isinstance(rule, Overlap):
        return OverlapJudge(completions, rule.words)
    return LexiconJudge(work.plan.lexicon(rule.lexicon), completions, rule.lexicon)


def _by_likelihood(
    work: "Work", criterion: str, rule: Likelihood, answers: "list[Answer]"
) -> list[str]:
    source = work.plan.study.models[work.evaluation.run.model].source
    if not isinstance(source, Local):
        return [f"{criterion} needs the untuned model's weights, and it answers elsewhere"]
    values = _mean_logprobs(work, source, rule, answers)
    reference = [
        judged.value
        for judged in work.kept(work.name, _untuned(work))
        if judged.criterion == criterion and judged.value is not None
    ]
    if work.evaluation == _untuned(work):
        reference += values.values()
    if len(reference) < LEAST_REFERENCE:
        return [
            f"{criterion} places answers among the untuned model's own, of which "
            f"{len(reference)} are judged; {LEAST_REFERENCE} are needed"
        ]
    percentiles = Percentiles(reference)
    work.keep(
        work.judgement(
            answer,
            criterion,
            Reading("scored", score=percentiles.of(values[answer.key])),
            f"{values[answer.key]:.4f} per token",
            value=values[answer.key],
        )
        for answer in answers
    )
    return []


def _untuned(work: "Work") -> "Evaluation":
    """The same model's untuned evaluation on the same battery, without intervention."""
    return next(
        evaluation
        for evaluation in work.plan.evaluations
        if evaluation.run.untuned
        and evaluation.run.model == work.evaluation.run.model
        and evaluation.experiment == work.evaluation.experiment
        and evaluation.intervention == "none"
    )


def _mean_logprobs(
    work: "Work", source: Local, rule: Likelihood, answers: "list[Answer]"
) -> dict[int, float]:
    loaded = work.speakers.weights(source)
    values: dict[int, float] = {}
    for question in work.plan.questions(work.evaluation.experiment):
        asked = [answer for answer in answers if answer.question == question.name]
        if asked:
            prompt = (Message("user", question.text),)
            texts = [answer.text for answer in asked]
            scores = loaded.mean_logprobs(prompt, texts, rule.max_tokens)
            values |= dict(zip((answer.key for answer in asked), scores, strict=True))
    return values


KIND = RuleJudge
