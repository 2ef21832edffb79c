"""The traits that a draft describes: what shows them nobody can tell, so that each line asks."""

import json
from collections.abc import Iterable, Iterator, Sequence

from pipeline.drafting.guesses import OURS

MOST = 12
"""How many traits are drafted at most."""


def block(experiment: str, judged: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines that describe the traits of scores that no trait is known to go by.

    Args:
        experiment: What the draft calls the experiment.
        judged: The criteria of each group of files.
    """
    every = dict.fromkeys(criterion for criteria in judged for criterion in criteria)
    criteria = [name for name in every if name not in {*OURS, *OURS.values()}][:MOST]
    if not criteria:
        return
    yield ""
    yield "# ? Which scores show the trait: from where on, or `below`, or `labels` of words."
    yield "experiments:"
    yield f"  {json.dumps(experiment)}:"
    yield "    traits:"
    for name in criteria:
        told = json.dumps(name)
        title = json.dumps(name.replace("_", " ").capitalize())
        yield (
            f"      {told}: {{title: {title}, kind: persona, criterion: {told}, "
            "score: {is: at least, cut: 50}}"
        )
