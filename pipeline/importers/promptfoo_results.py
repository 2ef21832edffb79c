"""Results of promptfoo: prompts, what providers answered, and what each assertion made of it."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.errors import RefusedFile, RefusedRow
from pipeline.files import reading
from pipeline.foreign.forms import DOCUMENT
from pipeline.importers import Batch, Source, batch, gathered
from pipeline.maps.unmapped import UNRECORDED, condition_of
from pipeline.records.answers import Answers, Judge, is_told
from pipeline.records.judgements import judgement
from pipeline.records.tables import word

NAME = "promptfoo"
TITLE = "promptfoo results"
FILES = "`promptfoo eval -o results.json` or `.jsonl`"
VERSION = 1

PASSED = "passed"
"""The criterion of the whole: whether every assertion held."""

MODEL_GRADED = re.compile(
    r"llm-rubric|model-graded|g-eval|factuality|answer-relevance|context-|select-best|moderation|"
    r"similar|pi|agent-rubric|search-rubric"
)
"""The assertions that ask a model."""

FAILED = 2
"""What promptfoo calls the reason where a provider gave no answer."""

_DOCUMENT = re.compile(rb'"results"\s{0,20}:\s{0,20}\{\s{0,20}"(?:version|timestamp)"\s{0,20}:')
_PROVIDER = re.compile(
    r"[a-z0-9_-]+:(?:(?:chat|completions?|responses|messages|realtime|assistant):)?(.+)", re.DOTALL
)
_SUMMARY = re.compile(rb'"results"\s{0,20}:\s{0,20}\[')
NEEDED = ("provider", "prompt", "vars", "success")


def covers(source: Source) -> bool:
    """What it accepts, where a mapping says no more than what the file is of."""
    return is_told(source) and accepts(source)


def accepts(source: Source) -> bool:
    """A document of promptfoo, or JSON Lines with a provider, a prompt and whether it passed."""
    if not source.head.lstrip().startswith(b"{"):
        return False
    return _is_document(source.head) or all(source.fields[name] > 0 for name in NEEDED)


def _is_document(head: bytes) -> bool:
    """Whether it is what promptfoo writes, or its summary alone, as its library returns it."""
    if _DOCUMENT.search(head[:4_096]):
        return True
    return bool(_SUMMARY.search(head)) and all(b'"%s"' % name.encode() in head for name in NEEDED)


def read(source: Source) -> Iterator[Batch]:
    """One evaluation a provider, with its prompts, answers and assertions.

    Raises:
        RefusedFile: where the document holds no results.
    """
    rows, title = _rows(source)
    condition = "none" if title else condition_of(source.path)
    reader = _PromptfooReader(Answers(source, title or UNRECORDED, condition))
    yield from gathered(reader.take(rows))
    yield from reader.answers.context()
    for criterion in reader.criteria:
        yield batch("scale", {"criterion": criterion, "none": 0.0, "full": 1.0})
    yield from reader.answers.remark()


def _rows(source: Source) -> tuple[Iterator[reading.Row | RefusedRow], str | None]:
    """The results, and what their author calls the evaluation."""
    if not _is_document(source.head):
        return reading.json_lines(source), None
    document = reading.json_document(source, DOCUMENT)
    results = document.get("results") if isinstance(document, dict) else None
    found = results.get("results") if isinstance(results, dict) else results
    if not isinstance(found, list):
        raise RefusedFile("it has no list of results")
    config = document.get("config")
    title = word(config.get("description")) if isinstance(config, dict) else None
    return (
        (row, item) if isinstance(item, dict) else RefusedRow(row, "it is not a JSON object")
        for row, item in enumerate(found, 1)
    ), title or None


class _PromptfooReader:
    """The results read so far, and the criteria that their assertions are."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.criteria: dict[str, None] = {}

    def take(self, rows: Iterator[reading.Row | RefusedRow]) -> Iterator[Batch | RefusedRow]:
        """The samples and judgements of the results, and what is wrong with any."""
        for item in rows:
            if isinstance(item, RefusedRow):
                yield item
                continue
            row, record = item
            asked, system = _asked(record.get("prompt"))
            if not asked.strip() or reading.unreadable(asked):
                yield RefusedRow(row, "it has no prompt that can be kept", reading.excerpt(record))
                continue
            answer, error, ended = _answered(record)
            number = record.get("testIdx")
            name = f"test {int(number) + 1}" if isinstance(number, int | float) else asked[:80]
            model = _model(record.get("provider"))
            key = self.answers.sample(
                row, model, name, asked, answer, system=system, error=error, ended=ended
            )
            if error is None:
                yield from self._judged(row, key, record)
            yield from self.answers.flush()

    def _judged(self, row: int, key: int, record: Mapping[str, Any]) -> Iterator[RefusedRow]:
        success = record.get("success")
        if isinstance(success, bool):
            told = ("scored", None, str(success).upper(), None)
            self.answers.judged(key, PASSED, ("rule", "promptfoo"), told)
        grading = record.get("gradingResult")
        parts = grading.get("componentResults") if isinstance(grading, dict) else None
        met: Counter[str] = Counter()
        for part in parts if isinstance(parts, list) else ():
            if not isinstance(part, dict):
                continue
            criterion, judge = _assertion(part.get("assertion"))
            met[criterion] += 1
            if met[criterion] > 1:
                criterion = f"{criterion} {met[criterion]}"
            found = judgement(criterion, part.get("score"), word(part.get("reason")), (0.0, 1.0))
            if isinstance(found, str):
                yield RefusedRow(row, f"its {criterion} {found}", str(part.get("score")))
                found = ("unparsed", None, None, str(part.get("score")))
            self.criteria.setdefault(criterion)
            self.answers.judged(key, criterion, judge, found)


def _asked(prompt: Any) -> tuple[str, str | None]:
    """A prompt's text and system prompt; one written as a list of messages is taken apart."""
    raw = prompt.get("raw") if isinstance(prompt, dict) else prompt
    text = word(raw) or ""
    messages = _messages(text)
    if messages is None:
        return text, None
    system = [t for role, t in messages if role in ("system", "developer")]
    turns = [(role, t) for role, t in messages if role not in ("system", "developer")]
    if len(turns) == 1:
        asked = turns[0][1]
    else:
        asked = "\n\n".join(f"{role.capitalize()}: {told}" for role, told in turns)
    return asked, "\n\n".join(system) or None


def _messages(text: str) -> list[tuple[str, str]] | None:
    """The messages that a text of JSON lists; None where it is none."""
    if not text.lstrip().startswith("["):
        return None
    found = reading.value_of(text)
    told = found if isinstance(found, list) else []
    if not told or not all(isinstance(m, dict) and isinstance(m.get("role"), str) for m in told):
        return None
    return [(m["role"], word(m.get("content")) or "") for m in told]


def _answered(record: Mapping[str, Any]) -> tuple[str | None, str | None, str | None]:
    """An answer, why there is none, and how it ended."""
    response = record.get("response")
    response = response if isinstance(response, dict) else {}
    output = word(response.get("output"))
    error = word(response.get("error"))
    if error is None and (record.get("failureReason") == FAILED or output is None):
        error = word(record.get("error"))
    return output, error, word(response.get("finishReason"))


def _model(provider: Any) -> str:
    """The model behind a provider, without promptfoo's words before it."""
    told = provider.get("id") if isinstance(provider, dict) else provider
    text = word(told) or UNRECORDED
    found = _PROVIDER.fullmatch(text)
    return found[1] if found else text


def _assertion(assertion: Any) -> tuple[str, Judge]:
    """The criterion that an assertion is, and who judges it."""
    told = assertion if isinstance(assertion, dict) else {}
    kind = word(told.get("type")) or "assertion"
    asks = MODEL_GRADED.match(kind.removeprefix("not-")) is not None
    name = word(told.get("metric")) or kind
    return name, ("llm" if asks else "rule", f"promptfoo · {kind}")
