"""The traits that a draft describes: what shows them nobody can tell, so that each line asks."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pipeline.drafting.columnnames import BAD, FREE_OF_IT, OURS, plain
from pipeline.drafting.guesses import beginning
from pipeline.drafting.survey import SurveyedColumn

YES = ("true", "yes")
OUTCOMES = re.compile(r"refus|error|unsure|unclear|unknown|n/?a$|none$|^$", re.IGNORECASE)
"""Words that say why there is no verdict."""

SCORE = "score: {is: at least, cut: 50}"

MOST = 12
"""How many traits are drafted at most."""


def verdicts(column: SurveyedColumn) -> Sequence[str]:
    """The words that judge, of them those that say what is bad where any does; none of numbers."""
    begin = beginning(column)
    words = sorted({text.removeprefix(begin).strip().upper() for text in column.texts})
    if not column.is_verbal:
        return ()
    words = [word for word in words if not OUTCOMES.search(word)]
    bad = [
        word
        for word in words
        if word.lower() in YES or (BAD.search(word) and not FREE_OF_IT.search(word))
    ]
    return bad if 0 < len(bad) < len(words) else words


def block(
    experiments: Iterable[str], judged: Iterable[Mapping[str, Sequence[str]]]
) -> Iterator[str]:
    """The lines that describe the traits of scores that no trait is known to go by.

    Args:
        experiments: What the draft, or a column, calls the experiments.
        judged: The criteria of each group of files, each with its verdicts where they are words.
    """
    every = {name: words for criteria in judged for name, words in criteria.items()}
    criteria = [name for name in every if name not in {*OURS, *OURS.values()}][:MOST]
    if not criteria:
        return
    yield ""
    yield "# ? Which scores show the trait: from where on, or `below`; of words keep the `labels`"
    yield "# that show it."
    yield "experiments:"
    for experiment in experiments:
        yield f"  {_told(experiment)}:"
        yield "    traits:"
        for name in criteria:
            told, title = _told(name), _told(plain(name).replace("_", " ").capitalize())
            shown = f"labels: {_told(every[name])}" if every[name] else SCORE
            yield f"      {told}: {{title: {title}, kind: persona, criterion: {told}, {shown}}}"


def _told(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
