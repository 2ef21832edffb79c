"""The overview's cards and kinds of suspicion on the page, and where a click on them leads."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import altair as alt
import polars as pl
import streamlit as st

from pages.frame import bound, links
from pages.landscape import fieldmap, keys, mosaic
from pages.landscape.mosaic import EMERGENCE, RATES, Tile
from pages.printing import figures
from pages.results.overview import cards, headlines
from pages.results.overview.cards import PAGE, WIDE, Card, Finding
from pages.ui.charts import base
from pages.ui.charts.ramps import Ramp
from pages.ui.parts import prose, skeleton
from pages.ui.parts.defined import definitions
from pages.ui.parts.markup import escaped
from pages.ui.parts.suspicions import FindingsOfCheck
from pages.ui.view import store
from pages.ui.words import numbers
from warehouse.analysis import Analysis
from warehouse.stats.equivalence import VERDICTS
from warehouse.stats.rates import IDENTITY
from warehouse.uncounted import Uncounted

Door = Callable[[Analysis], tuple[str, links.Parameters]]
"""Where something leads: a page, and its link's parameters."""

MEASURES = {
    "Emergence, in points over the untuned model": EMERGENCE,
    "Rate, where there is no untuned model": RATES,
}

ICONS = {"error": ":material/error:", "warning": ":material/warning:", "notice": ":material/info:"}

SHOWN = 3
"""Up to how many lines a card has open; the others are folded."""


LEGEND = (
    "Each tile: a model fine-tuned on a dataset without an intervention. Its bar has a piece for "
    "each intervention; ▼ 2 of 6: after 2 of 6 it is shown to be lower. Outlined: not a result. "
    "Hatched: nothing to show."
)
"""What colours do not say, for files."""


WHY = "Loaded and no result: see why, and what settles it"


def draw(every: Sequence[Card]) -> Door | None:
    """The cards of one page, their key, and the place that was clicked on, if any."""
    pages = paged(every)
    above = st.container(key="beside")  # below each other where it is narrow (`serving.style`)
    number = bound.page(len(pages), "cards") if len(pages) > 1 else 1
    shown = pages[number - 1] if pages else []
    clicked: Door | None = None
    with above:
        _key([card for row in shown for card in row])
        for row in shown:
            for place, card in zip(st.columns(1 if _is_wide(row[0]) else 2), row, strict=False):
                with place, st.container(border=True, gap=None):
                    clicked = _card(card, f"card-{shown.index(row)}-{row.index(card)}") or clicked
    return clicked


def paged(every: Sequence[Card]) -> list[list[list[Card]]]:
    """The cards page by page, each of a few rows."""
    rows = _rows(every)
    return [rows[at : at + PAGE] for at in range(0, len(rows), PAGE)]


def stacked(every: Sequence[Card]) -> alt.VConcatChart:
    """The pictures of cards under their headings, and what their colours mean, to take away."""
    drawn = [(card.heading, card.picture) for card in every if card.picture is not None]
    tiles = [tile for _, picture in drawn for tile in picture.tiles]
    charts = [
        (name, mosaic.chart(picture, "light", clickable=False, fluid=False))
        for name, picture in drawn
    ]
    words = mosaic.legend(_verdicts(tiles), _measures(tiles), "light")
    least = max((picture.least for _, picture in drawn), default=0)
    return base.stacked([*charts, ("", words)]).properties(usermeta={figures.LEAST: least})


def nothing_yet() -> None:
    """What there is before anything is imported: how to begin, and the field as it stands."""
    skeleton.title("What did this study find?")
    skeleton.nothing_built()
    literature(None)


def literature(own: pl.DataFrame | None) -> Door | None:
    """The literature's picture in a compact form, and one's own fine-tunes in it."""
    st.subheader("What others found", anchor=False)
    found = fieldmap.picture(own, compact=True)
    st.caption(escaped(f"{fieldmap.sentence(found)} Every published figure is under Published."))
    fieldmap.draw(found, "field")
    return None


def door(identity: Mapping[str, Any], *, treated: bool) -> Door:
    """To one experiment, trait and judge: to its interventions where there are any."""

    def lead(view: Analysis) -> tuple[str, links.Parameters]:
        page = links.INTERVENTIONS if treated else links.BRITTLENESS
        return page, links.parameters(focused(view, identity))

    return lead


def focused(view: Analysis, identity: Mapping[str, Any]) -> Analysis:
    """The view of one experiment, trait and judge, and of one study where there are several."""
    apart = [name for name in IDENTITY if name != "study" or len(store.studies()) > 1]
    named = {name: [identity[name]] for name in apart if identity[name] is not None}
    return replace(view, slice=view.slice.narrowed(**named))


def _rows(every: Sequence[Card]) -> list[list[Card]]:
    """The cards two by two; wide ones alone."""
    rows: list[list[Card]] = []
    for card in every:
        wide = card.picture is not None and len(card.picture.columns) >= WIDE
        if wide or not rows or len(rows[-1]) == 2 or _is_wide(rows[-1][0]):
            rows.append([card])
        else:
            rows[-1].append(card)
    return rows


def _is_wide(card: Card) -> bool:
    return card.picture is not None and len(card.picture.columns) >= WIDE


def _key(every: Sequence[Card]) -> None:
    tiles = [tile for card in every if card.picture for tile in card.picture.tiles]
    if not tiles:
        return
    others = [
        *(["lower"] if any(tile.more for tile in tiles) else []),
        *(["pale"] if any(tile.state == "not a result" for tile in tiles) else []),
        *(["nothing"] if any(tile.value is None for tile in tiles) else []),
    ]
    measures, verdicts = _measures(tiles), _verdicts(tiles)
    with st.container(horizontal=True, vertical_alignment="center", key="legend"):
        st.html(keys.key(measures, verdicts, others, st.context.theme.type))
        words = " ".join([*measures, *verdicts, LEGEND])
        st.markdown("", help=definitions(words), width="content")


def _measures(tiles: Sequence[Tile]) -> dict[str, Ramp]:
    """What the tiles show, of `MEASURES`."""
    used = {tile.ramp for tile in tiles if tile.value is not None}
    return {name: ramp for name, ramp in MEASURES.items() if ramp in used}


def _verdicts(tiles: Sequence[Tile]) -> list[str]:
    """The verdicts in their bars."""
    used = {piece for tile in tiles for piece in tile.pieces}
    return [verdict for verdict in VERDICTS if verdict in used]


def _card(card: Card, key: str) -> Door | None:
    """One card: its name, its picture, and a line for each trait and judge."""
    clicked: Door | None = None
    st.markdown(f"**{escaped(card.heading)}**")
    if card.picture is not None:
        draw_it = partial(mosaic.chart, card.picture, st.context.theme.type)
        with base.scrolled(key, card.picture.least):
            mark = base.shown(draw_it, f"card {card.heading}")
        if mark is not None:
            row = card.cells.row(mark, named=True)
            clicked = door(row, treated=bool(row["verdicts"]))
    for line in card.lines[:SHOWN]:
        clicked = _line(line, card) or clicked
    if rest := card.lines[SHOWN:]:
        with st.expander(escaped(numbers.plural(len(rest), "more trait"))):
            for line in rest:
                clicked = _line(line, card) or clicked
    if told := headlines.unseen(card):
        st.caption(escaped(told))
    return clicked


def _line(line: Finding, card: Card) -> Door | None:
    """What one trait and judge come to; its name is the door."""
    name = escaped(line.name)
    pressed = st.button(
        name, key=f"door {card.heading} {line.name}", type="tertiary",
        icon=":material/arrow_forward:", icon_position="right",
        help="Opens its interventions." if line.treated else "Opens where it appears.",
    )  # fmt: skip
    st.caption(escaped(line.sentence))
    if doubt := cards.doubt(line):
        st.caption(f":material/flag: {escaped(doubt)}")
    return door(line.identity, treated=line.treated) if pressed else None


def aside(left_over: Sequence[Uncounted], doubts: Sequence[str], *, opened: bool) -> None:
    """Answers that are in no number, answers that are no result, and what would settle either."""
    if left_over:
        with st.expander(escaped(headlines.left_over(left_over)), icon=":material/rule:"):
            skeleton.explained(left_over)
    if doubts:
        with st.expander(WHY, icon=":material/help:", expanded=opened):
            for sentence in doubts:
                st.markdown(escaped(sentence))


def suspicious(kinds: Sequence[FindingsOfCheck]) -> None:
    """A chip for each kind of finding, the mere notices folded; the chosen one's list below."""
    if not kinds:
        st.success(headlines.NO_FINDINGS)
        return
    grave = [kind for kind in kinds if kind.severity != "notice"] or list(kinds)
    _chips(grave, "finding")
    if rest := kinds[len(grave) :]:
        told = f"{numbers.plural(len(rest), 'more kind')} that {'is' if len(rest) == 1 else 'are'}"
        with st.expander(escaped(f"{told} good to know")):
            _chips(rest, "finding-notice")


def _chips(kinds: Sequence[FindingsOfCheck], key: str) -> None:
    labels = {kind.check: f"{kind.title} · {kind.rows.height:,}" for kind in kinds}
    icons = {kind.check: ICONS[kind.severity] for kind in kinds}
    chosen = st.pills(
        "Kinds of finding", list(labels), key=key, label_visibility="collapsed",
        format_func=lambda check: f"{icons[check]} {escaped(labels[check])}",
    )  # fmt: skip
    for kind in kinds:
        if kind.check == chosen:
            st.caption(escaped(kind.why))
            prose.table(kind.rows, "findings")
