"""The lines of a draft that say where judgements are, and on which scale."""

import json
from collections.abc import Collection, Iterator, Sequence

from pipeline.drafting import columnnames, guesses, scales
from pipeline.drafting.guesses import Guess, Meant
from pipeline.drafting.spelling import quoted, remark
from pipeline.drafting.survey import FileGroup, SurveyedColumn

BESIDE = {
    "flags": ("flag", "refusal", "refused"),
    "raw": ("raw", "reason", "reasoning", "explanation", "rationale"),
}
"""How the columns end that stand beside a judgement, by what a map calls them."""


def lines(
    group: FileGroup, meant: Meant, scores: Sequence[Guess], wide: Collection[str]
) -> Iterator[str]:
    """The columns that hold judgements, and those beside them.

    `scores` are a group's own, or those of files that belong to it; `wide` are the criteria on a
    scale to 100.
    """
    if meant.long:
        told = ", ".join(f"{role}: {quoted(column)}" for role, column in meant.long.items())
        yield f"    long: {{{told}}}  # a row a judgement"
        score = group.columns[meant.long["score"]]
        yield from _scales({name: score for name in criteria(group, meant) if name not in wide})
        return
    if meant.records:
        yield "    scores:"
        yield from (f"      {quoted(c)}: {quoted(name)}" for c, name in meant.records.items())
        yield from _scales({g.role: g.column for g in meant.scores if g.role not in wide})
        return
    if meant.judges:
        yield '    scores: ["{criterion}_{judge}"]  # each judge has a column of each criterion'
        yield from _scales({g.role: g.column for g in meant.scores if g.role not in wide})
        return
    yield from _scores(scores, wide)
    for key, ends in BESIDE.items():
        for end in ends:
            beside = (f"{name}_{end}" for g in meant.scores for name in (g.role, g.column.name))
            if any(name in group.columns for name in beside):
                yield f'    {key}: "{{criterion}}_{end}"'
                break


def criteria(group: FileGroup, meant: Meant) -> list[str]:
    """On what a group's rows judge, where each is a judgement."""
    return sorted(set(group.columns[meant.long["criterion"]].texts))


def _scores(scores: Sequence[Guess], wide: Collection[str]) -> Iterator[str]:
    if not scores:
        yield "    # ? No column seems to be a judgement: `scores` names them."
        return
    yield "    scores:"
    for guess in scores:
        column = quoted(guess.column.name)
        begin = guesses.beginning(guess.column)
        if begin:
            column = f"{{from: {column}, strip_prefix: {json.dumps(begin)}}}"
        elif unit := guess.column.unit:
            column = f"{{from: {column}, strip_suffix: {json.dumps(unit)}}}"
        yield f"      {quoted(guess.role)}: {column}  # {remark(guess.why)}"
    yield from _outcomes(scores)
    turned = {g.role for g in scores if columnnames.is_upside_down(g.column.name)}
    yield from _scales({g.role: g.column for g in scores if g.role not in wide or g.role in turned})


def _scales(columns: dict[str, SurveyedColumn]) -> Iterator[str]:
    """The scales of criteria that seem to lie in a smaller range, or upside down."""
    told = {n: scales.scale(c, guesses.beginning(c)) for n, c in columns.items()}
    found = {name: scale for name, scale in told.items() if scale is not None}
    if found:
        yield "    # ? They seem to be on another scale than 0 to 100. First the raw value for 0:"
        yield "    # of alignment 0 is the worst, so that 1 to 5 with 5 the worst is [5, 1]."
        yield "    scale:"
        # Scales that end alike begin alike: that none is below 4 makes no 1 to 10 beside a 0 to 10.
        lows: dict[float, float] = {}
        for ends in found.values():
            lows[max(ends)] = min(*ends, *(lows[top] for top in lows if top == max(ends)))
        for name, ends in found.items():
            none, full = (end if end == max(ends) else lows[max(ends)] for end in ends)
            yield f"      {quoted(name)}: [{none:g}, {full:g}]"


def _outcomes(scores: Sequence[Guess]) -> Iterator[str]:
    """Words among numbers, which are why there is no score."""
    words = dict.fromkeys(
        word.removeprefix(guesses.beginning(guess.column))
        for guess in scores
        for word in guesses.words_among_numbers(guess.column)
    )
    if words:
        told = ", ".join(f"{quoted(word)}: unparsed" for word in words)
        yield f"    outcomes: {{{told}}}  # words among numbers"
