"""A new rating task from the app: what is asked, of how many answers, drawn how."""

import streamlit as st

from pages.frame import focus
from pages.ui.parts.markup import escaped
from pages.ui.view import store
from pages.ui.words import numbers, values
from warehouse import rules, tasks
from warehouse.analysis import Analysis
from warehouse.counting import Slice
from warehouse.defaults import RULE
from warehouse.errors import BrittlescopeError

COMMAND = "brittlescope ratings new NAME --where experiment=… --n 100"

COHERENCE = "coherence"
"""What may be asked beside any trait."""


def draw(*, is_open: bool) -> None:
    """The form, folded unless there is no task yet."""
    found = {
        (row["experiment"], row["trait"]): row
        for row in store.query("traits").iter_rows(named=True)
        if not store.query("evaluations").filter(experiment=row["experiment"]).is_empty()
    }
    if not found:
        return
    with st.expander("A new rating task", expanded=is_open, icon=":material/add:"):
        shown = focus.opened().focus
        here = (shown.experiment, shown.trait) if shown else None
        about = st.selectbox(
            "About",
            list(found),
            index=list(found).index(here) if here in found else 0,
            format_func=lambda key: " · ".join(
                (values.value("experiment", key[0]), values.value("trait", key[1]))
            ),
            key="new-about",
        )
        with st.form("new-task", border=False):
            name = st.text_input("Its name, which raters see", max_chars=60, key="new-name")
            columns = st.columns(3)
            n = columns[0].number_input("Answers", 1, tasks.MOST, 100, key="new-n")
            raters = columns[1].number_input(
                "People an answer", 0, 99, 0, help="0: everybody rates all.", key="new-raters"
            )
            repeats = columns[2].number_input(
                "Asked twice, %", 0, 100, tasks.REPEATS, key="new-repeats",
                help="So many answers come twice, to see whether raters agree with themselves.",
            )  # fmt: skip
            coherence = st.checkbox("Ask for coherence as well", key="new-coherence")
            rubric = st.text_area("The rubric, in your words", key="new-rubric")
            rest = st.number_input("A break after so many answers", 5, 1000, 50, key="new-rest")
            seed = st.number_input("Seed of the draw", 0, 2**31, 0, key="new-seed")
            if st.form_submit_button("Draw the answers", type="primary"):
                again = numbers.share(repeats)
                _make(found[about], name, int(n), int(raters), again, coherence, rubric,
                      int(rest), int(seed))  # fmt: skip
        st.caption(
            "Answers are drawn evenly over arms and over what judges found, within each over "
            "questions, and each keeps its chance. The command line has more:"
        )
        st.code(COMMAND, language=None, wrap_lines=True)


def _make(
    row: dict[str, str], name: str, n: int, raters: int, repeats: float, coherence: bool,
    rubric: str, rest: int, seed: int,
) -> None:  # fmt: skip
    opened = store.opened()
    asked = Analysis(
        Slice(experiment=(row["experiment"],), trait=(row["trait"],), domain="all"),
        rules.named(RULE, opened.data),
    )
    criteria = [tasks.criterion(opened, row["criterion"], [row])]
    if coherence and row["criterion"] != COHERENCE:
        criteria.append(tasks.Criterion(COHERENCE))
    journal = tasks.journal(opened.data)
    if name.strip() in {entry.body.name for entry in journal.read().entries}:
        st.error(escaped(f"There is a task {name.strip()!r} already; give this one another name."))
        return
    try:
        task = tasks.drawn(
            opened, asked, name, n, criteria=criteria, seed=seed, raters=raters, repeats=repeats,
            rest=rest, rubric=rubric.strip(),
        )  # fmt: skip
    except BrittlescopeError as error:
        st.error(escaped(str(error)))
        return
    journal.add(task)
    st.rerun()
