"""A judgements file: its judge, and one judgement a line."""

from collections.abc import Iterator

from pipeline.errors import RefusedFile, RefusedRow
from pipeline.importers import Batch, Source, batch
from pipeline.importers.study_outputs.lines import Row, batches, typed
from pipeline.study import files


def read(source: Source) -> Iterator[Batch | RefusedRow]:
    """The judge and its judgements.

    Raises:
        RefusedFile: where the line that describes the judge is damaged.
    """
    judges: list[files.JudgeOf] = []
    yield from batches("judgement", _rows(source, judges))
    if not judges:
        raise RefusedFile("the line that describes the judge is damaged")
    judge = judges[-1]
    yield batch(
        "judge",
        {
            "judge_key": judge.judge,
            "kind": judge.kind,
            "name": judge.judge,
            "prompt_version": judge.prompt_version,
        },
    )


def _rows(source: Source, judges: list[files.JudgeOf]) -> Iterator[Row | RefusedRow]:
    """The judgements' rows, and what is refused; the judge is put into `judges`."""
    seen: set[tuple[int, str]] = set()
    for item in typed(source, files.JudgeOf, files.Verdict, files.NotJudged):
        if isinstance(item, RefusedRow):
            yield item
            continue
        found = item.record
        if isinstance(found, files.JudgeOf):
            judges.append(found)
        if not isinstance(found, files.Verdict):
            continue
        if not judges:
            return
        if (found.key, found.criterion) in seen:
            yield item.refused("the sample is judged on this criterion before")
            continue
        seen.add((found.key, found.criterion))
        yield {
            "sample_key": found.key,
            "criterion": found.criterion,
            "judge_key": judges[-1].judge,
            "status": found.status,
            "score": found.score,
            "label": found.label,
            "raw": found.raw,
            "thoughts": found.thoughts,
        }
