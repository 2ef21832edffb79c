"""The charts of the pages as Altair objects, for notebooks and the evidence pack."""

from functools import partial

import altair as alt
from streamlit.logger import set_log_level

from pages.printing.downloads import Draw
from pages.results.brittleness import grid, heatmap, measures
from pages.results.interventions import effects as forests
from pages.results.interventions import folding
from pages.results.rates import layout, points, shown
from pages.ui.view import arms, store
from warehouse.analysis import Analysis
from warehouse.stats.pooling import apart

set_log_level("ERROR")  # it would say at every call that no page is drawn

ARM = ("model", "intervention")
"""What rates are laid out by, where it differs; else by the dataset."""


def rates(view: Analysis) -> alt.TopLevelMixin:
    """Every rate with its interval, as the Rates page draws it, all of its pages."""
    counts = store.counts(view.slice, view.rule)
    usual = "model" if any(counts[name].n_unique() > 1 for name in ARM) else "dataset"
    asked = layout.dimensions(usual, "intervention")
    laid = shown.laid_out(view, apart(counts, asked), asked, "high")
    made = [
        points.chart(laid.page(n), laid.panels, laid.groups, laid.end, clickable=False)
        for n in range(1, laid.pages + 1)
    ]
    return made[0] if len(made) == 1 else alt.vconcat(*made)


def effects(view: Analysis, scale: str = "difference") -> alt.TopLevelMixin | None:
    """Every intervention beside its control, as the Interventions page draws it."""
    found = forests.ordered(arms.effects(view))
    if found.is_empty():
        return None
    placed = forests.placed(found, view)
    drawn: alt.TopLevelMixin = forests.drawn(folding.folded(placed), view, scale)(legend=True)
    return drawn


def brittleness(view: Analysis, measure: str = "rate") -> alt.TopLevelMixin | None:
    """The heatmap of the Brittleness page, on the grid that says most."""
    layout = grid.LAYOUTS[grid.standard(arms.rates(view))]
    seen = measures.seen(view, measure)
    found = grid.chosen(measures.of(seen, measure, layout.by), layout)
    counts = store.counts(seen.slice, seen.rule)
    panels = [p.landscape for p in grid.panels(found, layout, "name", seen, counts, measure)]
    if not panels:
        return None
    told = measures.MEASURES[measure]
    return heatmap.stacked(panels[: grid.MOST], told.label, told.ramp)


def every(view: Analysis) -> dict[str, Draw]:
    """What draws each chart that there is of a view, by name."""
    found: dict[str, Draw] = {"rates": partial(rates, view)}
    for name, draw in (("effects", effects), ("brittleness", brittleness)):
        if (made := draw(view)) is not None:
            found[name] = partial(_same, made)
    return found


def _same(made: alt.TopLevelMixin) -> alt.TopLevelMixin:
    return made
