"""Charts as SVG, PNG and PDF, made in a process of their own, where whatever a chart does stays."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, Literal, NamedTuple

import altair as alt
from streamlit.logger import get_logger

from warehouse import harmless
from warehouse.errors import BrittlescopeError
from warehouse.programs import Program

CONVERTER = Path(__file__).parent / "converter.py"

DEADLINE = 90
"""The seconds a picture may take: it takes one, and five where the chart is large."""

AT_ONCE = BoundedSemaphore(2)
"""How many pictures are made at the same time; others wait."""

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML, and so SVG, has no way to say."""

_INSTEAD = "CSV and Parquet hold the same numbers."

_LOGGER = get_logger(__name__)


Form = Literal["svg", "png", "pdf"]

Chart = alt.TopLevelMixin | Mapping[str, Any]
"""A chart, of Altair or as Vega-Lite takes it."""


class Paper(NamedTuple):
    """How wide a figure is to be printed: over all, in pixels of the chart, and on paper."""

    width: int
    points: float


class NoPicture(BrittlescopeError):
    """A chart could not be made into a picture."""


def picture(chart: Chart, form: Form, paper: Paper | None = None) -> bytes:
    """A chart as a figure for that paper, or as it is on screen (a PNG at twice its size).

    Raises:
        NoPicture: where the converter fails or takes too long.
    """
    return pictures([chart], [form], paper)[0]


def pictures(
    charts: Sequence[Chart], forms: Sequence[Form], paper: Paper | None = None
) -> list[bytes]:
    """Several charts, each in every form as `picture` makes it, chart by chart.

    They are made by one process, which takes long to start, and a chart is laid out once.

    Raises:
        NoPicture: where the converter fails or takes too long.
    """
    width, points = paper or (None, None)
    listed = ", ".join(form.upper() for form in forms)
    drawn = [_clean(chart if isinstance(chart, Mapping) else chart.to_dict()) for chart in charts]
    given = json.dumps({"charts": drawn, "width": width, "points": points})
    try:
        with (
            AT_ONCE,
            Program(CONVERTER, ",".join(forms), given=given, deadline=DEADLINE) as converter,
        ):
            done = converter.ended
    except OSError as error:
        raise NoPicture(f"The {listed} could not be made: {error.strerror}. {_INSTEAD}") from None
    if done.is_late:
        raise NoPicture(
            f"The {listed} was not done within {DEADLINE} seconds. Narrow the filters to "
            f"draw less. {_INSTEAD}"
        )
    found = list(_parted(done.made))
    if done.status or len(found) != len(charts) * len(forms):
        said = harmless.visible(done.said[-2000:])
        _LOGGER.error("The converter of charts ended with status %s: %s", done.status, said)
        raise NoPicture(
            f"This chart could not be made into {listed}; the terminal that serves the app "
            f"says why. {_INSTEAD}"
        )
    return found


def _parted(made: bytes) -> Iterator[bytes]:
    """The pictures, each behind its length; one that is cut short is none."""
    at = 0
    while at + 8 <= len(made):
        end = at + 8 + int.from_bytes(made[at : at + 8])
        if at + 8 < end <= len(made):
            yield made[at + 8 : end]
        at = end


def _clean(part: Any) -> Any:
    """The same chart with a symbol for every character that a picture cannot hold."""
    if isinstance(part, str):
        return _FORBIDDEN.sub(lambda found: harmless.line(found[0]), part)
    if isinstance(part, dict):
        return {_clean(name): _clean(value) for name, value in part.items()}
    if isinstance(part, list | tuple):
        return [_clean(value) for value in part]
    return part
