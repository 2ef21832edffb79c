"""Judgements that stand in columns of their own, found by what the columns are called."""

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from pipeline.maps import pathpatterns

KNOWN = {"criterion", "judge"}

LONGEST = 200
"""A longer name of a column is compared with no pattern."""


class JudgementFound(NamedTuple):
    """A column that is a judgement: on what, and whose, where its name tells."""

    column: str
    criterion: str
    judge: str | None


def mistake(pattern: str) -> str | None:
    """What is wrong with a pattern over the names of columns, or None."""
    try:
        names = [name for _, name in pathpatterns.pieces(pattern) if name]
    except ValueError as error:
        return str(error)
    if strange := set(names) - KNOWN:
        return f"knows {{criterion}} and {{judge}}, not {{{min(strange)}}}"
    if len(names) != len(set(names)) or pattern.count("*") > 2:
        return "has a placeholder twice, or more than two asterisks"
    return None


def found(
    pattern: str, columns: Sequence[str], taken: Collection[str], judges: Collection[str] = ()
) -> list[JudgementFound]:
    """The columns that the pattern reads; of several ways the longest criterion.

    `judges` are the names that `{judge}` may stand for, where they are listed.
    """
    expression = _expression(pattern, judges)
    known: list[JudgementFound] = []
    for column in columns:
        if column in taken or len(column) > LONGEST:
            continue
        bare, at, judge = column.partition("@")
        if match := expression.fullmatch(bare):
            told = match.groupdict()
            whose = told.get("judge") or (judge if at else None)
            known.append(JudgementFound(column, told.get("criterion") or bare, whose))
    return known


def _expression(pattern: str, judges: Collection[str]) -> re.Pattern[str]:
    """The pattern as an expression; with at most four open places it takes few steps."""
    parts: list[str] = []
    for literal, name in pathpatterns.pieces(pattern):
        parts.append(".*".join(map(re.escape, literal.split("*"))))
        if name == "judge" and judges:
            parts.append(f"(?P<judge>{'|'.join(map(re.escape, sorted(judges)))})")
        elif name:
            parts.append(f"(?P<{name}>.+)")
    return re.compile("".join(parts), re.DOTALL)


def beside(patterns: dict[str, str], one: JudgementFound, columns: Collection[str]) -> str | None:
    """The column beside a judgement, such as its flag, as `flags` or `raw` in a map name it.

    In a pattern for all of them the criterion stands by our name, or as its own column has it.
    """
    pattern = patterns.get(one.criterion, patterns.get("*"))
    if pattern is None:
        return None
    names = (_filled(pattern, name, one.judge) for name in (one.criterion, one.column))
    return next((name for name in names if name in columns), None)


def _filled(pattern: str, criterion: str, judge: str | None) -> str:
    words = {"criterion": criterion, "judge": judge or ""}
    return "".join(
        text + (words.get(n, "") if n else "") for text, n in pathpatterns.pieces(pattern)
    )
