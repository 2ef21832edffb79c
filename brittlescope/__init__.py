"""Brittlescope in Python: a data folder, what is asked of it, frames and charts.

import brittlescope

study = brittlescope.open("data")
view = study.analysis(experiment="birds", rule="published")
study.rates(view)      # a Polars frame, as `brittlescope rates` prints it
study.chart(view)      # an Altair chart, as the Rates page draws it
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import polars as pl

from warehouse import datafolder, draws, rules, transcripts
from warehouse.analysis import Analysis, Focus, foci, results, written
from warehouse.draws import SHOWING, Drawn
from warehouse.store import Store

if TYPE_CHECKING:
    import altair as alt

__all__ = ["Analysis", "DataFolder", "open"]

Chart = Literal["rates", "effects", "brittleness"]


def open(data: str | Path | None = None) -> "DataFolder":
    """Open a data folder: the one given, BRITTLESCOPE_DATA's, or `data` here.

    Raises:
        NoSnapshot: where nothing was built there yet.
    """
    return DataFolder(Path(data) if data is not None else datafolder.chosen())


class DataFolder:
    """The published snapshot of a data folder."""

    def __init__(self, data: Path) -> None:
        self.store = Store(data)

    def foci(self) -> list[Focus]:
        """Every experiment, trait and judge there is, the one with most to tell first."""
        return foci.known(self.store)

    def analysis(self, **asked: str | float | Sequence[str]) -> Analysis:
        """What is asked: values of dimensions, and how they are counted.

        Args:
            asked: By the names of a link: `experiment`, `model`, `intervention` … with a value or
                several; `domain`, `rule`, `unit`, `trait_cut`, `coherence_cut`, `margin` (points),
                `adjust`, `baseline`, `intervals`.

        Raises:
            UnknownName: for a name that there is not.
            InvalidDefinition: for a value that cannot be.
        """
        values = {
            name: [str(value)] if isinstance(value, str | float | int) else list(value)
            for name, value in asked.items()
        }
        return written.asked(values, rules.available(self.store.data))

    def counts(self, asked: Analysis | None = None) -> pl.DataFrame:
        """The long table: a row per arm, run, question, trait and judge."""
        return results.long(self.store, asked or Analysis())

    def rates(self, asked: Analysis | None = None, by: Sequence[str] | None = None) -> pl.DataFrame:
        """Rates with intervals and denominators, as `brittlescope rates` has them."""
        asked = asked or Analysis()
        counts = results.counts(self.store, asked)
        return results.rates(self.store, asked, results.layout(counts, by))

    def effects(self, asked: Analysis | None = None, by: Sequence[str] = ()) -> pl.DataFrame:
        """Every arm beside its baseline, as `brittlescope effects` has it."""
        return results.effects(self.store, asked or Analysis(), by)

    def brittleness(self, asked: Analysis | None = None) -> pl.DataFrame:
        """The brittleness profile, as `brittlescope brittleness` has it."""
        return results.profile(self.store, asked or Analysis())

    def draw(
        self, asked: Analysis | None = None, way: str = "random", n: int = 10, seed: int = 0
    ) -> tuple[pl.DataFrame, Drawn]:
        """Answers that show the trait, by a declared rule, and how they were drawn."""
        asked = asked or Analysis()
        drawn = draws.draw(self.store, asked, way, n, seed, SHOWING)
        return transcripts.of(self.store, asked.rule, drawn.keys), drawn

    def focused(self, asked: Analysis) -> Analysis:
        """The same of one experiment, trait and judge: that asked for, or with most to tell."""
        found = foci.opened(self.foci(), asked.slice).focus
        return asked if found is None else asked.focused(found)

    def chart(self, asked: Analysis | None = None, kind: Chart = "rates") -> "alt.TopLevelMixin":
        """A chart of one experiment, trait and judge, as its page draws it.

        Raises:
            ValueError: where there is nothing to draw.
        """
        from brittlescope import charts  # with Streamlit, which only pictures wait for
        from pages.ui.view import store

        view = self.focused(asked or Analysis())
        with store.reading(self.store):
            drawn = getattr(charts, kind)(view)
        if drawn is None:
            raise ValueError(f"There is nothing to draw for {kind} in this analysis.")
        made: alt.TopLevelMixin = drawn
        return made
