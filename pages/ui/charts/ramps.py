"""Colour ramps: which fill a value has, and which text stands out on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import altair as alt
import numpy as np

Theme = Literal["light", "dark"]

SEQUENTIAL: dict[str, tuple[str, ...]] = {
    "light": (
        *("#e0f9ff", "#aae8fd", "#84d3f3", "#62bde9", "#44a5dd"),
        *("#2d8ece", "#1f76bc", "#1c5fa7", "#1c488f", "#18327a"),
    ),
    "dark": (
        *("#253047", "#294267", "#275687", "#1d6ca4", "#0983bd"),
        *("#0d9bcf", "#11b4e2", "#2cccf1", "#5ee3fc", "#a0f5ff"),
    ),
}
"""The theme's colours for shares, rare to frequent."""

DIVERGING: dict[str, tuple[str, ...]] = {
    "light": (
        *("#03519f", "#3973bb", "#6995cf", "#99b8e0", "#ccdaee"),
        *("#ebd4c7", "#d9a98f", "#c4805a", "#ab5821", "#833b01"),
    ),
    "dark": (
        *("#96c9ff", "#6aa7e5", "#5986b4", "#496684", "#3b4754"),
        *("#514337", "#7c5b40", "#a8764b", "#d59157", "#feb06f"),
    ),
}
"""The theme's colours for differences, from less than the baseline (blue) to more (orange)."""

INKS = ("#10161c", "#ffffff")
"""The colours of text on a filled cell."""


@dataclass(frozen=True)
class Ramp:
    """Which colour a value has: shares from `low` to `high`, the same wherever it is used.

    `ticks` are written in the legend, in percent or in `points`. `centre` is the value in the
    middle of a diverging scale, None for a sequential one; `turned` lets blue stand for its high
    end. Values past an end have that end's colour; the legend says so of the ends in `beyond`.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    centre: float | None = None
    turned: bool = False
    points: bool = False
    beyond: tuple[str, ...] = ()

    @property
    def legend(self) -> str:
        """A Vega expression that writes a tick of the legend."""
        number = "format(100 * datum.value, '+d')" if self.points else "(100 * datum.value) + ' %'"
        low = f"(datum.value == {self.low} ? '≤ ' : '') + " if "low" in self.beyond else ""
        high = f"(datum.value == {self.high} ? '≥ ' : '') + " if "high" in self.beyond else ""
        return f"{low}{high}replace({number}, '-', '−')"

    def colour(self, value: float, theme: Theme) -> str:
        """The fill of a value, as `#rrggbb`."""
        value = min(max(value, self.low), self.high)
        if self.centre is None:
            return _between(SEQUENTIAL[theme], (value - self.low) / (self.high - self.low))
        reach = max(self.high - self.centre, self.centre - self.low)
        palette = DIVERGING[theme][::-1] if self.turned else DIVERGING[theme]
        return _between(palette, 0.5 + (value - self.centre) / (2 * reach))

    def scale(self, theme: Theme) -> alt.Scale:
        """The same as a Vega scale."""
        stops = np.linspace(self.low, self.high, 21).round(4).tolist()
        return alt.Scale(
            domain=stops, range=[self.colour(stop, theme) for stop in stops], clamp=True
        )


def ink(fill: str) -> str:
    """The colour of text on a fill: dark or light, whichever stands out more."""
    return max(INKS, key=lambda colour: contrast(colour, fill))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = np.array(_channels(colour)) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def _between(palette: Sequence[str], share: float) -> str:
    """The colour at a share of the way through a palette."""
    place = share * (len(palette) - 1)
    at = min(int(place), len(palette) - 2)
    first, second = (np.array(_channels(colour)) for colour in palette[at : at + 2])
    mixed = np.rint(first + (place - at) * (second - first)).astype(int)
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _channels(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
