"""The skeleton of every page: question, answer, picture, table, ledger, footer."""

from collections.abc import Iterable, Sequence

import polars as pl
import streamlit as st

from pages.frame import filters, links
from pages.printing import basis
from pages.ui.parts import tables
from pages.ui.parts.defined import caption, definitions, paragraph
from pages.ui.parts.markup import escaped, prose
from pages.ui.view import store
from pages.ui.words import glossary, numbers, values
from warehouse.analysis import Analysis, told, written
from warehouse.counting import Slice
from warehouse.stats.ledger import ledger as ledger_of
from warehouse.stats.rates import IDENTITY
from warehouse.uncounted import Uncounted, remedies

IMPORT = "brittlescope import PATH\nbrittlescope build"
DEMO = "make demo"


def title(question: str, terms: Iterable[str] = ()) -> None:
    """The question that the page answers, and what its words mean (terms of `glossary`)."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.title(escaped(question), anchor=False, help=definitions(question), width="stretch")
        _words(terms)
    for sentence in filters.said():
        st.warning(escaped(sentence), icon=":material/link_off:")


def _words(terms: Iterable[str]) -> None:
    """A popover with the page's terms, where it has any."""
    told = glossary.chosen(terms)
    if not told:
        return
    with st.popover("Words", icon=":material/dictionary:", type="tertiary"):
        for name, term in told.items():
            st.markdown(paragraph(name, term))
        places = sorted({term.where.partition("#")[0] for term in told.values()})
        st.caption(escaped(f"More in {numbers.listing(f'docs/{place}' for place in places)}."))


def answer(sentence: str) -> None:
    """One sentence that answers the page's question from what is on screen, its words explained."""
    st.markdown(f"##### {prose(sentence)}", help=definitions(sentence))


def nothing_built() -> None:
    """What stands on every page while there is no snapshot."""
    st.info(
        f"Nothing was built yet in the data folder {escaped(str(store.data_folder()))}. "
        "Bring your own results, or look at the bundled study first.",
        icon=":material/database:",
    )
    st.markdown("Your own results, from any folder:")
    st.code(IMPORT, language=None, wrap_lines=True)
    st.markdown("The bundled study:")
    st.code(DEMO, language=None, wrap_lines=True)
    st.caption("This page shows the new snapshot as soon as it is reloaded.")


def nothing_loaded() -> None:
    """What stands on a page whose snapshot holds no evaluation, before the page stops."""
    st.info(
        "This snapshot holds no evaluation results. Import some and build again; what was "
        "refused, and why, stands under Sources.",
        icon=":material/database:",
    )
    st.code(IMPORT, language=None, wrap_lines=True)
    st.stop()


def nothing_here() -> None:
    """What stands on a page that has nothing to show, and why, before the page stops."""
    view = filters.current()
    told = store.uncounted(view.slice, view.rule)
    if told:
        st.info(escaped(not_counted(told)), icon=":material/rule:")
        explained(told)
    elif view.slice == Slice(domain=view.slice.domain):
        st.info(
            "Nothing that is loaded can be counted: no trait of its experiments was judged.",
            icon=":material/rule:",
        )
    else:
        st.info(
            "Nothing in this snapshot fits the filters. Take one away in the sidebar, or let "
            "Questions be “all”.",
            icon=":material/filter_alt_off:",
        )
        if st.button("Clear all filters", icon=":material/filter_alt_off:"):
            links.reset()
    footer(view, pl.DataFrame())
    st.stop()


def not_counted(told: Sequence[Uncounted]) -> str:
    """That answers are loaded and none is in a number, in one sentence."""
    answers = sum(max(one.n for one in group) for group in _by_experiment(told).values())
    held = "is loaded" if answers == 1 else "are loaded"
    causes = {one.cause for one in told}
    why = "none has a trait to count"
    if causes == {"not judged"}:
        why = "none was judged"
    elif causes == {"aside"}:
        why = "none is to a question that is asked for"
    return f"{numbers.plural(answers, 'answer')} {held}; {why}."


def explained(told: Sequence[Uncounted]) -> None:
    """Why answers are in no number, experiment by experiment, and what would count them."""
    for group in _by_experiment(told).values():
        for one in group:
            st.markdown(escaped(f"{one.sentence} {one.remedy}"))
        for _, lines in remedies(group):
            st.code(lines, language=None, wrap_lines=True)


def _by_experiment(told: Sequence[Uncounted]) -> dict[str, list[Uncounted]]:
    groups: dict[str, list[Uncounted]] = {}
    for one in told:
        groups.setdefault(one.experiment, []).append(one)
    return groups


def counts(view: Analysis) -> pl.DataFrame:
    """The counts frame of the view; the page stops, saying why, where it is empty."""
    if store.query("evaluations").is_empty():
        nothing_loaded()
    frame = store.counts(view.slice, view.rule)
    if frame.is_empty():
        nothing_here()
    return frame


def details(
    counts: pl.DataFrame, view: Analysis, by: Sequence[str] = (), command: str | None = None
) -> None:
    """An expander with the denominator ledger and the definition of what is counted.

    Args:
        counts: The counts frame of the view.
        view: The view.
        by: What the ledger is split by.
        command: The command that prints the page's numbers, where one does.
    """
    with st.expander("How the denominator came about, and what is counted"):
        ledger = ledger_of(counts, by)
        names = [*by, *(name for name in IDENTITY if name not in by)]
        shown = values.named(ledger).select(*names, "step", "n", "share", "explanation")
        tables.plain(shown, "ledger")
        st.markdown(f"**{escaped(view.rule.title)}.** {escaped(view.rule.summary)}")
        st.caption(escaped(f"Source of the rule: {view.rule.source}"))
        st.caption(values.UNIT_MEANINGS[view.unit])
        if command is not None:
            st.markdown(escaped(told.sentence(view, values.value)))
            st.caption("Asked on the command line:")
            st.code(written.line(view, command), language=None, wrap_lines=True)


def footer(view: Analysis, counts: pl.DataFrame, **more: str) -> None:
    """The line that says what every number on the page rests on."""
    build = store.query("build").row(0, named=True)
    parts = [
        *basis.of(view, counts),
        *(f"{name}: {text}" for name, text in more.items()),
        basis.snapshot(),
        numbers.plural(build["sources"], "source"),
    ]
    st.divider()
    caption(" · ".join(parts))
