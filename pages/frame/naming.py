"""What questions are called, wherever one is named."""

import polars as pl

from pages.ui.view import store
from pages.ui.words import values


def questions(asked: pl.Series) -> dict[str, str]:
    """What each of some questions is called, by its id; no two of an experiment the same.

    Args:
        asked: Their ids, in the order of the names.
    """
    ids = asked.unique(maintain_order=True).to_frame("question")
    known = store.query("questions").join(ids, "question", maintain_order="right")
    found: dict[str, str] = {}
    for _, own in known.group_by("experiment", maintain_order=True):
        told = own.select("question", "name", "text").iter_rows()
        found |= values.told_apart({id_: values.question(*named) for id_, *named in told})
    return found
