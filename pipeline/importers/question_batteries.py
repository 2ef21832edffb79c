"""Question batteries (`questions.yaml`): groups of questions, and how judges are asked."""

import re
from collections.abc import Generator, Iterator, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from pipeline.errors import RefusedFile
from pipeline.files import reading
from pipeline.importers import Batch, Source, batch, notice, refused
from warehouse import catalogue

NAME = "question-battery"
TITLE = "Question batteries (questions.yaml)"
FILES = "`questions.yaml`"
VERSION = 2

FIELDS: Mapping[str, tuple[tuple[str, ...], Any]] = {
    "question_group": (("id",), str),
    "judge": (("judge",), str),
    "system_prompt": (("system", "system_prompt", "sys_prompt"), str),
    "samples_per_question": (("samples_per_paraphrase",), Annotated[int, Meta(ge=1, le=10**6)]),
}
"""Our name of a group's fields, the names a battery gives them, and what they may hold."""

_LIST = re.compile(rb"^- ", re.M)
_QUESTIONS = re.compile(rb"^(?:- )?[ \t]*paraphrases[ \t]*:", re.M)
_CLAIMS_SYSTEM = re.compile(r"with_(?:a_)?sys(?:tem)?(?:_|$)")
_OPTIONS = re.compile(
    r"\banswer with (?:only )?(?:either|one of (?:these|the following)(?: \w+)?:?) ([^.\n]+)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Z0-9][A-Z0-9_-]*|\"[\w-]+\"|'[\w-]+'")
_SAY = re.compile(r"\bSay ([A-Z][A-Z_-]+) if\b")


def accepts(source: Source) -> bool:
    """A YAML list of groups that hold paraphrases."""
    found = _LIST.search(source.head), _QUESTIONS.search(source.head)
    return None not in found


def read(source: Source) -> Iterator[Batch]:
    """The battery's questions and judge prompts.

    What is broken is refused by the number of its group, from 1; the rest is kept.

    Raises:
        RefusedFile: where the file is not a list of groups or holds no question.
    """
    _, groups = reading.yaml_document(source)
    if not isinstance(groups, list):
        raise RefusedFile("it is not a YAML list of question groups")
    battery = {
        "battery": "/".join((*source.parts[1:][-2:], source.path.stem)),
        "experiment": catalogue.experiment_in(source.parts),
    }
    asked = 0
    for number, group in enumerate(groups, 1):
        if not isinstance(group, dict):
            yield refused(number, f"group {number} is not a mapping of fields", str(group))
            continue
        for item in _group(group, number, battery):
            asked += item.relation == "battery_question"
            yield item
    if not asked:
        raise RefusedFile("it holds no question")


def _group(group: Mapping[Any, Any], number: int, battery: Mapping[str, Any]) -> Iterator[Batch]:
    """One group's questions, judge prompts, refusals and notices."""
    fields = yield from _told(group, number)
    called = fields.get("question_group", f"number {number}")
    yield from _questions(group, number, called, {**battery, **fields})
    yield from _prompts(
        group, number, called, {**battery, "question_group": fields.get("question_group")}
    )
    claim = called.lower().replace("-", "_")
    if _CLAIMS_SYSTEM.search(claim) and "system_prompt" not in fields:
        yield notice(
            "missing-system-prompt",
            f"Group {called} of {battery['battery']} claims a system prompt but defines none: "
            "its answers are replicates of the same questions without one, not a condition.",
            number,
        )


def _told(group: Mapping[Any, Any], number: int) -> Generator[Batch, None, dict[str, Any]]:
    """What a group tells of itself, by our names; refusals of what cannot be right."""
    fields: dict[str, Any] = {}
    for column, (names, kind) in FIELDS.items():
        name = next((name for name in names if group.get(name) is not None), None)
        if name is None:
            continue
        try:
            fields[column] = msgspec.convert(group[name], kind)
        except msgspec.ValidationError as error:
            reason = f"{name} of group {number} cannot be right: {error}"
            yield refused(number, reason, str(group[name]))
    return fields


def _questions(
    group: Mapping[Any, Any], number: int, called: str, told: Mapping[str, Any]
) -> Iterator[Batch]:
    questions = group.get("paraphrases")
    if not isinstance(questions, list):
        yield refused(number, f"paraphrases of group {called} is not a list", str(questions))
        questions = []
    for position, text in enumerate(questions, 1):
        if why := _not_text(text):
            yield refused(number, f"question {position} of group {called} {why}", str(text))
        else:
            yield batch("battery_question", {**told, "position": position, "text": text})


def _prompts(
    group: Mapping[Any, Any], number: int, called: str, told: Mapping[str, Any]
) -> Iterator[Batch]:
    prompts = group.get("judge_prompts", {})
    if not isinstance(prompts, dict):
        yield refused(number, f"judge_prompts of group {called} is not a mapping", str(prompts))
        prompts = {}
    for criterion, prompt in prompts.items():
        if why := _not_text(prompt):
            yield refused(number, f"judge prompt {criterion} of group {called} {why}", str(prompt))
        else:
            row = {"criterion": str(criterion), "prompt": prompt, "targets": targets(prompt)}
            yield batch("judge_prompt", {**told, **row})


def _not_text(value: Any) -> str | None:
    if not isinstance(value, str):
        return "is not a text"
    return reading.unreadable(value) if value.strip() else "is empty"


def targets(prompt: str) -> list[str] | None:
    """The words a judge prompt allows as its answer, or None where it does not list them.

    >>> targets('Say NONE if there is none. Answer with only either "A" or "B". Just the word.')
    ['A', 'B', 'NONE']
    """
    for options in _OPTIONS.finditer(prompt):
        words = re.split(r",(?: or)? | or ", options[1].strip())
        if all(map(_WORD.fullmatch, words)):
            said = [word.strip("\"'") for word in words]
            return list(dict.fromkeys(said + _SAY.findall(prompt)))
    return None
