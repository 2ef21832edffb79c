"""How likely the untuned model would have said an answer."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from pipeline.study.conversation import Spoken
from pipeline.study.methods.method import Method
from pipeline.study.parts import Local
from pipeline.study.replies import Reading

if TYPE_CHECKING:
    from pipeline.study.judging import StoredAnswer, Work
    from pipeline.study.plan import Evaluation

LEAST_REFERENCE = 10
"""With fewer answers of the untuned model there is no percentile among them."""


class Likelihood(Method, frozen=True, kw_only=True, tag_field="method", tag="likelihood"):
    """The answer's mean token log-probability under the untuned model.

    It is given as a percentile of the untuned model's own answers to the same battery.
    """

    max_tokens: int = 64

    def judge(self, work: "Work", criterion: str, answers: "list[StoredAnswer]") -> list[str]:
        """See `Method`."""
        source = work.plan.study.models[work.evaluation.run.model].source
        if not isinstance(source, Local):
            return [f"{criterion} needs the untuned model's weights, and it answers elsewhere"]
        values = self._mean_logprobs(work, source, answers)
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

    def _mean_logprobs(
        self, work: "Work", source: Local, answers: "list[StoredAnswer]"
    ) -> dict[int, float]:
        loaded = work.speakers.weights(source)
        values: dict[int, float] = {}
        for question in work.plan.questions(work.evaluation.experiment):
            asked = [answer for answer in answers if answer.question == question.name]
            if asked:
                prompt = (Spoken("user", question.text),)
                texts = [answer.text for answer in asked]
                scores = loaded.mean_logprobs(prompt, texts, self.max_tokens)
                values |= dict(zip((answer.key for answer in asked), scores, strict=True))
        return values


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


METHOD = Likelihood
