"""Outputs of OpenAI's batch interface: one response a line, told by the id its sender gave it.

What was asked stands in the batch's input, another file, which a study map joins.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.errors import RefusedRow
from pipeline.files import reading
from pipeline.importers import Batch, Source, gathered, notice
from pipeline.maps.unmapped import UNRECORDED, condition_of
from pipeline.records.answers import Answers, is_told
from pipeline.records.tables import word

NAME = "batch-output"
TITLE = "OpenAI batch outputs"
FILES = "JSON Lines with `custom_id` and `response`"
VERSION = 1

NEEDED = ("custom_id", "response", "error")

WITHOUT_QUESTIONS = (
    "it holds no questions, and the ids of its requests stand for them; a study map joins the "
    "batch's input with `join: {path: INPUT.jsonl, by: [custom_id]}`"
)

OLD_TEXT = "text"
"""Where the first models' answers stand, which were no messages."""


def covers(source: Source) -> bool:
    """What it accepts, where a mapping says no more than what the file is of."""
    return is_told(source) and accepts(source)


def accepts(source: Source) -> bool:
    """JSON Lines whose records have the id of a request and a response."""
    is_lines = source.head.lstrip().startswith(b"{")
    return is_lines and all(source.fields[name] > 0 for name in NEEDED)


def read(source: Source) -> Iterator[Batch]:
    """One evaluation a model that answered; a line that holds no response is refused."""
    answers = Answers(source, condition=condition_of(source.path))
    yield from gathered(_responses(source, answers))
    yield from answers.context()
    yield notice("batch-without-questions", WITHOUT_QUESTIONS)
    yield from answers.remark()


def _responses(source: Source, answers: Answers) -> Iterator[Batch | RefusedRow]:
    failed: list[tuple[int, str, str]] = []
    for item in reading.json_lines(source):
        if isinstance(item, RefusedRow):
            yield item
            continue
        row, record = item
        asked = record.get("custom_id")
        if not isinstance(asked, str) or not asked.strip() or reading.unreadable(asked):
            yield RefusedRow(row, "it has no custom_id that can be kept", reading.excerpt(record))
            continue
        body, error = _body(record)
        if error is not None:
            failed.append((row, asked, error))
            continue
        found = list(_said(body))
        if not found:
            why = "its response holds no answer of a model"
            yield RefusedRow(row, why, reading.excerpt(record))
            continue
        model = word(body.get("model")) or UNRECORDED
        for text, ended in found:
            answers.sample(row, model, asked, asked, text, ended=ended)
        yield from answers.flush()
    # A request that failed names no model: it was the file's, where that has but one.
    models = list(answers.evaluations)
    model = models[0] if len(models) == 1 else UNRECORDED
    for row, asked, error in failed:
        answers.sample(row, model, asked, asked, None, error=error)


def _body(record: Mapping[str, Any]) -> tuple[Mapping[str, Any], str | None]:
    """What a server answered, or why it did not."""
    response = record.get("response")
    response = response if isinstance(response, dict) else {}
    body = response.get("body")
    body = body if isinstance(body, dict) else {}
    if error := record.get("error") or body.get("error"):
        return body, _told(error)
    status = response.get("status_code")
    if isinstance(status, int) and status >= 400:
        return body, f"the server answered with status {status}"
    return body, None


def _told(error: Any) -> str:
    told = error.get("message") or error.get("code") if isinstance(error, dict) else error
    return word(told) or "the request failed"


def _said(body: Mapping[str, Any]) -> Iterator[tuple[str | None, str | None]]:
    """The answers in a response, each with why it ended: of both interfaces that OpenAI has."""
    for choice in _objects(body.get("choices")):
        message = choice.get("message")
        content = message.get("content") if isinstance(message, dict) else choice.get(OLD_TEXT)
        refusal = message.get("refusal") if isinstance(message, dict) else None
        yield _text(content) or word(refusal), word(choice.get("finish_reason"))
    outputs = [o for o in _objects(body.get("output")) if o.get("type") == "message"]
    if outputs:
        incomplete = body.get("incomplete_details")
        cut = incomplete.get("reason") if isinstance(incomplete, dict) else None
        ended = "length" if cut == "max_output_tokens" else word(cut)
        yield "\n".join(filter(None, (_text(o.get("content")) for o in outputs))), ended


def _text(content: Any) -> str | None:
    """The text of a message, whose content may come in parts."""
    if isinstance(content, list):
        parts = (word(part.get("text")) or word(part.get("refusal")) for part in _objects(content))
        return "\n".join(filter(None, parts))
    return word(content)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
