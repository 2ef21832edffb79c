"""Before rating: which task, by whom, and how far everybody is."""

from collections.abc import Sequence

import streamlit as st

from pages.frame import bound, links
from pages.ui.parts import prose
from pages.ui.parts.markup import escaped
from pages.ui.view import store
from pages.ui.words import numbers, values
from pages.working import rebuild
from warehouse import ratings, tasks, turns
from warehouse.analysis import written
from warehouse.journal import Entry
from warehouse.tasks import Task

GOING = "_rating"
"""Session key: the task and the rater at work."""

AGREEMENT = "All ratings are counted: do judges and people agree?"


def known() -> tuple[dict[str, Task], list[str]]:
    """The tasks by their names, the newest first, and what is wrong in journals."""
    found = tasks.journal(store.data_folder()).read()
    rated = ratings.journal(store.data_folder()).read()
    named = {entry.body.name: entry.body for entry in found.entries}
    return dict(reversed(named.items())), [str(fault) for fault in (*found.faults, *rated.faults)]


def going() -> tuple[Task, str] | None:
    """The task that is being rated, and by whom."""
    name, rater = st.session_state.get(GOING, ("", ""))
    task = known()[0].get(name)
    return (task, rater) if task is not None and rater else None


def draw(found: dict[str, Task]) -> None:
    """Choose a task and say who rates; then begin, or go on."""
    entries = ratings.journal(store.data_folder()).read().entries
    names = {name: name for name in found}
    task = found[bound.one("Task", names, "task")]
    given = turns.of_task(entries, task)
    rater = bound.text(
        "Your name", "rater", "Your ratings are kept under it.", "As you sign"
    ).strip()
    if task.is_sensitive:
        st.warning(
            "Answers of this task may be hateful, harmful or upsetting. Rate as many as is good "
            "for you; you can stop at any time, and everything rated so far is kept.",
            icon=":material/warning:",
        )
    rater = ratings.signed(dict.fromkeys(entry.by for entry in entries), rater)
    mine = turns.progress(task, given, rater) if rater else None
    label = f"Go on at {mine.done + 1:,} of {mine.of:,}" if mine and mine.done else "Begin"
    if mine is not None and mine.turn is None:
        st.success(escaped(f"{rater} has rated everything that this task asks."))
    elif (
        st.button(
            label, type="primary", icon=":material/play_arrow:", key="begin", shortcut="Enter"
        )
        and rater
    ):
        st.session_state[GOING] = (task.name, rater)
        st.rerun()
    elif not rater:
        st.caption(
            "Write your name first: several people may take part at once, each under a name."
        )
    _everybody(task, given)


def _everybody(task: Task, given: Sequence[Entry[ratings.Rating]]) -> None:
    raters = sorted({entry.by for entry in given})
    asked = numbers.listing(values.criterion(one.name) for one in task.criteria)
    st.caption(
        escaped(
            f"{numbers.plural(len(task.items), 'answer')}, rated for {asked}"
            f"{f' by {task.raters} people each' if task.raters else ''}."
        )
    )
    for rater in raters:
        told = turns.progress(task, given, rater)
        st.progress(
            min(1.0, told.done / max(told.of, 1)),
            escaped(f"{rater}: {told.done:,} of {told.of:,}{pace(told)}"),
        )
    if raters:
        counted(task)


def counted(task: Task) -> None:
    """Have ratings counted that are in no number yet; then the way to what they say."""
    rebuild.draw()
    if not rebuild.is_due() and st.button(AGREEMENT, icon=":material/handshake:", key="agreement"):
        asked = written.from_json(task.analysis, store.all_rules())
        links.go(links.AGREEMENT, links.parameters(asked))


def pace(told: turns.RaterProgress) -> str:
    """How fast answers are rated, and how long the rest takes at that."""
    if told.pace is None:
        return ""
    left = (told.of - told.done) * told.pace / 60
    rest = "" if told.turn is None else f", about {max(1, round(left)):,} min left"
    return f" · {told.pace:.0f} s an answer{rest}"


def examples(task: Task) -> None:
    """The answers that were rated for others to see how it is done."""
    rows = [
        {
            "question": one.question,
            "answer": one.answer,
            "given": ", ".join(f"{name}: {value}" for name, value in one.given.items()),
            "why": one.why,
        }
        for one in task.examples
    ]
    import polars as pl  # only where there are examples

    prose.table(pl.DataFrame(rows), "examples")
