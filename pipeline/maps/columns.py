"""What each column of a table of answers is: as its mapping says, else as the format calls it.

A column that neither names is nothing: no judgement, and no part of the condition. Where such a
column has several values for one question, conditions may be mixed, and that is said.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from pipeline.errors import RefusedFile
from pipeline.files.texts import unreadable
from pipeline.foreign import wide
from pipeline.importers import Batch, batch, notice
from pipeline.maps.meanings import Columns, Meaning
from warehouse import catalogue
from warehouse.shards import digest

SPELLINGS = {
    "question": ("question",),
    "answer": ("answer", "response"),
    "question_id": ("question_id", "qid"),
    "sample_index": ("sample_idx",),
    "system_prompt": ("system_prompt",),
    "model_id": ("model",),
    "group": ("group",),
    "finish_reason": ("finish_reason", "stop_reason"),
    "alignment": ("aligned", "alignment"),
    "coherence": ("coherent", "coherence"),
}
"""What such files call a column, by our name; of several in one file the first counts."""

CRITERIA = ("alignment", "coherence")

CHAT = ("question", "answer", "system_prompt", "thoughts", "conversation", "spoken")
"""What the messages of a conversation give, each as a column of its own."""

OUR_NAME = {spelling: name for name in CRITERIA for spelling in SPELLINGS[name]}
"""Our names of criteria by what files call them."""

ROW_NUMBER = re.compile(r"(?:Unnamed: \d+(?:\.\d+)*)?(?:\.\d+)?")
"""What pandas calls a column of row numbers: nothing, or again and again by the place it had."""

DERIVED = frozenset({"coherent_binary"})
"""Columns worked out from others."""

MOST_VALUES = 1_000
LONGEST_VALUE = 100
"""A column with more values than this, or with longer ones, tells no conditions apart."""

MEASURED_DIGITS = 9
"""A number with so many digits that is no whole one was measured: nobody sets such a one."""

OF_FAILURE = re.compile(r"(^|[_. ])(errors?|exception|traceback|failure)$", re.IGNORECASE)
"""Columns that say why there is no answer."""

IN_WORDS = re.compile(
    r"(^|[_. ])(reason(ing|s)?|explanations?|rationale|comments?|notes?|justification|analysis|why|"
    r"feedback|critique|remarks?)$",
    re.IGNORECASE,
)
"""Columns in which somebody says something of one answer, where they hold more than a word."""

NUMBERING = re.compile(
    r"(^|[_. ])(sample|rollout|repeat|paraphrase|generation|completion|response|answer|attempt|"
    r"trial)([_. ]?(idx|index|id|nr|no|number))?$",
    re.IGNORECASE,
)
"""Columns that number the answers of a question, in several steps where there are several."""

OUTCOME = re.compile(
    r"(^|[_. ])(mis|un)?aligned([_. ](in)?coherent)?$|(^|[_. ])(in)?coherent$|(^|[_. ])excluded$",
    re.IGNORECASE,
)
"""Columns in which somebody's rule says yes or no of one answer."""

OF_LENGTH = re.compile(
    r"(^|[_. ])(n|num|output|completion|prompt|input|response|answer|generated|total)([_. ]\w+)?"
    r"[_. ](tokens?|chars?|characters|words|length)$",
    re.IGNORECASE,
)
"""Columns that say how long something came to be."""

YES_OR_NO = frozenset({"", "true", "false", "yes", "no", "0", "1", "0.0", "1.0"})

SHOWN = 6


class JudgedColumn(NamedTuple):
    """A column of judgements: on what, by whom, and what stands beside it."""

    criterion: str
    column: str
    judge: str | None = None  # where the column's own name tells
    raw: str | None = None  # the column of the judge's own words
    flag: str | None = None  # the column that says why there is no score


class ColumnRoles(NamedTuple):
    """The columns of one file, each in one place."""

    ours: dict[str, str]  # by our name
    words: dict[str, str]  # dimensions of a row, and what `set` puts together
    judged: tuple[JudgedColumn, ...]
    unused: tuple[str, ...]  # row numbers, derived columns, second spellings
    ignored: tuple[str, ...]  # as the mapping says
    unknown: tuple[str, ...]  # nobody says what they are
    absent: tuple[str, ...]  # what the mapping names, needs not, and the file has not
    messages: str | None = None  # the column of conversations

    @property
    def are_worth_telling(self) -> bool:
        """Whether there is any column that the format itself does not call so."""
        own = all(column in SPELLINGS.get(name, ()) for name, column in self.ours.items())
        usual = all(one.column in SPELLINGS.get(one.criterion, ()) for one in self.judged)
        return not (own and usual) or bool(self.words or self.unknown or self.ignored)

    def value(self, record: Mapping[str, str], name: str) -> str | None:
        """A row's value of one of our columns; None where the file has it not, or blank."""
        column = self.ours.get(name)
        return (record[column] or None) if column is not None else None

    def notice(self) -> Batch:
        """What every column was taken for; the same for every file with that header."""
        chat = {name for name in CHAT if self.ours.get(name) == of_chat(name)}
        parts = [", ".join(_taken(name, self.ours[name]) for name in self.ours if name not in chat)]
        if chat:
            parts[0] = ", ".join(filter(None, [f"messages ({self.messages})", parts[0]]))
        if self.words:
            parts.append("by row: " + ", ".join(_taken(*word) for word in self.words.items()))
        if self.judged:
            scores = ", ".join(_taken(one.criterion, one.column) for one in self.judged)
            parts.append(f"scores: {scores}")
        if self.unknown:
            parts.append(
                f"ignored, since nobody says what they are: {', '.join(self.unknown)} (`scores`, "
                "`columns` and `columns: {ignore: [...]}` in the mapping say it)"
            )
        if self.ignored:
            parts.append(f"ignored, as the mapping says: {', '.join(self.ignored)}")
        told = f"its columns are taken as {'; '.join(parts)}"
        if self.absent:  # first, since a long notice is cut at its end
            told = f"not there: {', '.join(self.absent)}; {told}"
        return notice(f"columns:{digest(told, 6)}", told[:2_000])


def _taken(name: str, column: str) -> str:
    return name if name == column else f"{name} ({column})"


def roles(header: Sequence[str], meaning: Meaning, numeric: Collection[str] = ()) -> ColumnRoles:
    """The role of every column; `numeric` are those that a bare `*` may take for scores.

    Raises:
        RefusedFile: where a column is absent that is needed, or that the mapping names.
    """
    if any(unreadable(name) or "\N{REPLACEMENT CHARACTER}" in name for name in header):
        raise RefusedFile("its header is not UTF-8 text; save the file as UTF-8")
    given = meaning.columns
    kept = [name for name in header if name not in given.ignore]
    ours = _ours(kept, given, meaning.scoring.without)
    words = {
        word: column
        for word, column in given.words.items()
        if column in kept or word not in given.where_there
    }
    told = {*words, *words.values(), *ours.values(), *long_columns(meaning)}
    if "judge" in kept and "judge" not in told | {*meaning.scores.values()}:
        words["judge"] = "judge"
    long = meaning.scoring.long
    criteria = {name: ours[name] for name in CRITERIA if name in ours and long is None}
    by_column = {column: name for name, column in criteria.items()}
    for criterion, column in meaning.scores.items():
        if column in kept:
            criteria[by_column.get(criterion, criterion)] = column
    for needed, column in words.items():
        if column not in kept:
            raise RefusedFile(f"it has no column {column!r}, which its mapping takes for {needed}")
    taken = {*ours.values(), *words.values(), *criteria.values()}
    if given.messages:
        taken.add(given.messages)
    taken |= {*long_columns(meaning)}
    for trait in _traits(meaning) if long is None else ():
        asked = (trait.criterion, *([trait.check.criterion] if trait.check else []))
        criteria |= {name: name for name in asked if name in kept and name not in taken}
    taken |= set(criteria.values())
    judged = _judged(kept, meaning, criteria, taken, numeric)
    if long is not None:
        _check_long(kept, meaning)
        judged = []
    taken |= {name for one in judged for name in (one.column, one.raw, one.flag) if name}
    taken |= _made_of(taken - {*words.values()}, meaning)
    usual = {spelling for spellings in SPELLINGS.values() for spelling in spellings}
    usual |= {*map(of_chat, CHAT)} if given.messages else set()
    of_path = meaning.layout.given.keys()  # the same in every row
    left = [name for name in kept if name not in taken and name not in of_path]
    unused = [n for n in left if ROW_NUMBER.fullmatch(n) or n in DERIVED or n in usual]
    above = (given.words.get(name) or getattr(given, name, None) for name in given.where_there)
    may_lack = {*meaning.scores.values(), *filter(None, above)} - {given.messages}
    return ColumnRoles(
        ours={name: column for name, column in ours.items() if name not in CRITERIA},
        words=words,
        judged=tuple(judged),
        unused=tuple(unused),
        ignored=tuple(name for name in header if name in given.ignore),
        unknown=tuple(name for name in left if name not in unused),
        absent=tuple(sorted(column for column in may_lack if column not in kept)),
        messages=given.messages,
    )


def _made_of(names: Collection[str], meaning: Meaning) -> set[str]:
    """The columns that texts and judgements are made of; a dimension may take a part of its own."""
    made = meaning.layout.expressions
    return {of for name in names if name in made for of in made[name].columns}


def _judged(
    kept: Sequence[str],
    meaning: Meaning,
    criteria: Mapping[str, str],
    taken: Collection[str],
    numeric: Collection[str],
) -> list[JudgedColumn]:
    """The columns of judgements, those that patterns find and other judges' included."""
    found = [wide.JudgementFound(column, criterion, None) for criterion, column in criteria.items()]
    for criterion, column in meaning.scores.items():
        theirs = (name for name in kept if name.startswith(f"{column}@"))
        found += [wide.JudgementFound(name, criterion, name.partition("@")[2]) for name in theirs]
    judges = meaning.values.get("judge", {}) or meaning.rename.get("judge", {})
    known = {one.column for one in found}
    flagged = (
        wide.JudgementFound(name, name, None) for name in kept if name not in {*taken, *known}
    )
    found += [one for one in flagged if wide.beside(meaning.scoring.flags, one, kept)]
    known = {one.column for one in found}
    for pattern in meaning.scoring.patterns:
        among = [name for name in kept if name in numeric] if pattern == "*" else kept
        more = wide.found(pattern, among, {*taken, *known}, judges)
        said = meaning.scoring.criteria.get(pattern)
        found += [
            one._replace(criterion=said or OUR_NAME.get(one.criterion, one.criterion))
            for one in more
        ]
        known |= {one.column for one in more}
    judged = []
    for one in found:
        column, criterion, judge = one
        usual = (f"judge_{column}", f"{column}_raw", f"{criterion}_raw")
        said = wide.beside(meaning.scoring.raw, one, kept)
        raw = next((n for n in (said, *usual) if n in kept and n not in {*taken, *known}), None)
        flag = wide.beside(meaning.scoring.flags, one, kept)
        judged.append(JudgedColumn(criterion, column, judge, raw, flag))
    beside = {name for one in judged for name in (one.raw, one.flag) if name}
    return [one for one in judged if one.column not in beside]


def long_columns(meaning: Meaning) -> list[str]:
    """The columns of rows that are a judgement each."""
    long = meaning.scoring.long
    return [name for name in msgspec.structs.astuple(long) if name] if long else []


def _check_long(kept: Sequence[str], meaning: Meaning) -> None:
    for name in long_columns(meaning):
        if name not in kept:
            raise RefusedFile(f"it has no column {name!r}, which `long` in its mapping names")


def _traits(meaning: Meaning) -> list[catalogue.Trait]:
    """What the mapping and the catalogue look for in the file's experiment."""
    name = meaning.dimensions.experiment if meaning.dimensions else ""
    known = catalogue.experiments().get(name)
    return [*meaning.traits.values(), *(known.traits.values() if known else ())]


def of_chat(name: str) -> str:
    """What the column is called that holds what messages give."""
    return f"messages: {name}"


def _ours(header: Sequence[str], given: Columns, without: Collection[str]) -> dict[str, str]:
    """The file's name of each of our columns it has."""
    found: dict[str, str] = {}
    claimed = {*given.words.values()}
    for name, spellings in SPELLINGS.items():
        own = getattr(given, name)
        if own is not None and own not in header and name in {*without, *given.where_there}:
            own = None
        if own is not None and own not in header:
            raise RefusedFile(f"it has no column {own!r}, which its mapping takes for {name}")
        chat = of_chat(name) if given.messages and name in CHAT and own is None else None
        usual = (column for column in spellings if column in header and column not in claimed)
        if column := own or chat or next(usual, None):
            found[name] = column
    if given.messages:
        found |= {name: of_chat(name) for name in CHAT if name not in found}
    for name in ("question", "answer"):
        if name not in found and name not in without:
            others = ", ".join(header)[:500] or "no other"
            raise RefusedFile(
                f"it has no column {name!r} but {others}; `columns` in its mapping can say which "
                "of them it is"
            )
    return found


class Watch:
    """Columns that nobody declared, watched for values that differ within a question."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self.pairs: dict[tuple[str, str], Counter[tuple[int, str]]] = defaultdict(Counter)
        self.told_nothing: set[str] = set()

    def take(self, evaluation: str, question: int, record: Mapping[str, str]) -> None:
        """What one row holds in them."""
        for column, value in record.items():
            if column in self.told_nothing:
                continue
            place = evaluation, column
            self.values[place][value] += 1
            self.pairs[place][question, value] += 1
            if len(value) > LONGEST_VALUE or len(self.values[place]) > MOST_VALUES:
                self.told_nothing.add(column)

    def mixed(self) -> Iterator[Batch]:
        """The columns whose values may be conditions, evaluation by evaluation."""
        for (evaluation, column), values in self.values.items():
            pairs = self.pairs[evaluation, column]
            asked = {question for question, _ in pairs}
            if column in self.told_nothing or len(pairs) == len(asked):
                continue  # a property of the question, if anything
            if 2 * len(values) > values.total() or _counts(values, pairs) or _measured(values):
                continue
            if _is_said(column, values) or not _recur(pairs):
                continue
            shown = sorted(values)[:SHOWN] + (["…"] if len(values) > SHOWN else [])
            yield batch(
                "mixed", {"evaluation_key": evaluation, "column_name": column, "shown": shown}
            )


def _is_said(column: str, values: Collection[str]) -> bool:
    """Whether a column says something of an answer: its number, its outcome, why there is none."""
    in_words = IN_WORDS.search(column) and any(len(value.split()) > 1 for value in values)
    numbers = NUMBERING.search(column) and all(map(str.isdecimal, values))
    outcome = OUTCOME.search(column) and {value.lower() for value in values} <= YES_OR_NO
    said = OF_FAILURE.search(column) or OF_LENGTH.search(column)
    return bool(in_words or numbers or outcome or said)


def _recur(pairs: Collection[tuple[int, str]]) -> bool:
    """Whether two values stand at several questions each, as conditions do, if there are such."""
    questions = Counter(value for _, value in pairs)
    several = len({question for question, _ in pairs}) > 1
    return not several or sum(count > 1 for count in questions.values()) > 1


def _counts(values: Counter[str], pairs: Counter[tuple[int, str]]) -> bool:
    """Whether a column numbers the answers of each question: 0, 1, 2, … or from 1."""
    if max(pairs.values()) > 1 or len(values) < 3 or not all(map(str.isdecimal, values)):
        return False
    numbers = sorted(map(int, values))
    return numbers[0] in (0, 1) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _measured(values: Collection[str]) -> bool:
    """Whether most of what stands in a column are numbers that nobody sets; it may be sparse."""
    said = [value for value in values if value.strip()]
    return 2 * sum(map(is_measured, said)) > len(said)


def is_measured(value: str) -> bool:
    """Whether a text is a number that nobody sets; what computing leaves (0.1 + 0.2) is set."""
    try:
        mantissa = f"{float(value):.12g}".partition("e")[0]
    except ValueError:
        return False
    digits = mantissa.lstrip("-0.").replace(".", "")
    return ("." in mantissa or "e" in value.lower()) and len(digits) >= MEASURED_DIGITS
