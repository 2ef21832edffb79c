"""Two picks or more side by side, each among all answers of its arm to the question."""

from collections.abc import Sequence

from pages.frame import sidebyside
from pages.quoting import sample
from pages.ui.view import store
from pages.ui.words import values
from warehouse.analysis import Analysis
from warehouse.picks import PickFound


def popover(view: Analysis, found: Sequence[PickFound]) -> None:
    """A popover that leads from picks to Compare; nothing where fewer than two have an answer."""
    there = [(at, one.key) for at, one in enumerate(found, 1) if one.key is not None]
    if len(there) < 2:
        return
    context = store.query("sample_context", keys=[key for _, key in there])
    rows = {row["sample_key"]: row for row in context.iter_rows(named=True)}
    offered = [rows[key] for _, key in there]
    asked = [values.question(row["question_name"], row["question_text"]) for row in offered]
    labels = [
        f"{at}. {sample.condition(row)}: {question}"
        for (at, _), row, question in zip(there, offered, asked, strict=True)
    ]
    sidebyside.popover(view, offered, labels, "desk")
