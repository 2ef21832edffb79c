"""The few rules of style that Streamlit's theme has no option for."""

from collections.abc import Mapping, Sized

WITHOUT_EXPORT = (
    "[data-testid=stElementToolbar] :is([aria-label='Download as CSV'], "
    "[aria-label='Download as PNG'], [aria-label='Download as SVG']) { display: none }"
)
"""Takes Streamlit's own downloads off every table and chart.

Its CSV would write a name that is a formula as one, and its picture is as wide and as dark as the
window, without a word on what it rests on. The buttons below (`downloads`) give either right.
"""

CHOSEN = "[data-selected=true] p { color: light-dark(#24577e, #94c2e6) }"
"""What is chosen in the accent's colour, which white letters need dark, can be read in the dark."""

HOVERED = (
    "[data-testid=stMain] :is(button:not([data-testid$=primary]), summary):hover "
    ":is(p, [data-testid=stIconMaterial]) { color: light-dark(#24577e, #94c2e6) }"
)
"""So can what the pointer is on."""

WHOLE = (
    "[data-testid=stButtonGroup] button { height: auto; max-width: 100% } "
    "[data-testid=stButtonGroup] button :is(div, span, p) { white-space: normal; "
    "overflow: visible; text-overflow: clip; text-align: start } "
    "[data-testid=stButtonGroup] [role=radiogroup] "
    "{ flex-wrap: wrap; overflow: visible; mask-image: none }"
)
"""What a chip says is never cut: on a narrow screen it takes a second line, as do further chips."""

LEVEL = "[data-testid=stMain] button :is(div, p) { text-align: start }"
"""What a button says over several lines begins every one of them at the left."""

PRETTY = "[data-testid=stMain] :is(h5, p) { text-wrap: pretty }"
"""No last line of a sentence is one sign alone."""

ROOMY = (
    "[data-testid=stSelectbox] input { text-overflow: ellipsis } "
    "[data-testid=stHorizontalBlock] > [data-testid=stElementContainer]"
    ":has(> [data-testid=stSelectbox]) { min-width: min(100%, 14rem) } "
    ".st-key-sentences > [data-testid=stElementContainer]:has(> [data-testid=stSelectbox]) "
    "{ min-width: min(100%, 25rem) }"
)
"""A menu takes a line of its own before what is chosen in it is cut off, and shows where it is."""

CLOSE = (
    ".st-key-cards button { min-height: 1.9rem; padding-block: 0 } "
    ".st-key-cards > * > * { padding-block: .6rem } "
    "@media (max-width: 640px) { "
    ".st-key-cards > * > [data-testid=stHorizontalBlock] { flex-direction: column-reverse } "
    ".st-key-cards > * > * > :first-child { width: auto } "
    ".st-key-cards > * > * > :first-child > [data-testid=stVerticalBlock] { flex-direction: row } }"
)
"""The cards of a list are as high as what they say, and on a narrow screen begin with it."""

STACKED = (
    ".st-key-beside [data-testid=stHorizontalBlock] { flex-wrap: wrap } "
    ".st-key-beside [data-testid=stColumn] { min-width: min(100%, 17rem) }"
)
"""A picture beside another goes below it before either is too narrow for its legend or labels."""

NARROW = (
    ".wide-table { container-type: inline-size } "
    "@container (max-width: 40rem) { "
    ".wide-table thead { position: absolute; clip-path: inset(50%); display: block } "
    ".wide-table thead { width: 1px; height: 1px; overflow: hidden } "
    ".wide-table :is(table, tbody, tr, td) { display: block } "
    ".wide-table tr { padding-block: .5rem; border-bottom: 1px solid rgba(128,128,128,.3) } "
    ".wide-table td { display: flex; gap: .8rem; border: 0 !important } "
    ".wide-table td { padding: .1rem 0 !important } "
    ".wide-table td::before { content: attr(data-named); flex: 0 0 40%; opacity: .75 } "
    ".wide-table td:first-child { font-weight: 600 } }"
)
"""A table of many columns becomes, where it would not fit, a list of what each row says."""

LEGEND = "[data-testid=stHorizontalBlock].st-key-legend { flex-wrap: nowrap }"
"""The mark that explains a legend's words stands beside it."""

EMPTY = "[data-testid=stLayoutWrapper]:has(> [data-testid=stVerticalBlock]:empty) { display: none }"
"""What holds the place of something that is not there takes no room."""

WAITING = (
    "@keyframes waiting { 0%, 10% { opacity: 0 } 40% { opacity: 1 } 70% { opacity: .5 } } "
    "[data-testid=stVegaLiteChart]:not(:has(svg)), "
    "[data-test-script-state=running] [data-testid=stMain]:not(:has(hr)) "
    "[data-testid=stMainBlockContainer] > [data-testid=stVerticalBlock]::after "
    "{ content: ''; width: 100%; min-height: 20rem; border-radius: .5rem; "
    "background: rgba(128,128,128,.15); animation: waiting 1.5s } "
    "@media (prefers-reduced-motion: reduce) { * { animation-duration: 0s } }"
)
"""A page that is still computed shows where its picture will be, as does a chart not yet drawn.

What was there before stays, greyed, until the new is there; a page is whole with its footer's line.
"""

SECTION = (
    "[data-testid=stSidebarNavItems] > li:nth-of-type({number})::before {{ content: '{name}'; "
    "display: block; padding: .75rem .5rem .25rem; font-size: .875rem; opacity: .75 }}"
)
"""Draws the name of a section above its first page.

Streamlit's own names stand in elements that a list of links may not hold: who listens would hear
another number of pages.
"""


def sheet(sections: Mapping[str, Sized]) -> str:
    """The style of every page; `sections` are the names in the navigation, with their pages."""
    rules = [
        WITHOUT_EXPORT,
        CHOSEN,
        HOVERED,
        WHOLE,
        LEVEL,
        PRETTY,
        ROOMY,
        CLOSE,
        STACKED,
        NARROW,
        LEGEND,
        EMPTY,
        WAITING,
    ]
    number = 1
    for name, pages in sections.items():
        rules.append(SECTION.format(number=number, name=name))
        number += len(pages)
    return f"<style>{' '.join(rules)}</style>"
