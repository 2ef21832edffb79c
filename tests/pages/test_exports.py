"""Every chart of every page, of a study whose every name is an attack, becomes a picture."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from streamlit.testing.v1 import AppTest

from pages.printing import downloads
from tests.pages import hostile
from tests.pages.reading.study import opened

PARTS = (
    *(("results/overview", {}), ("results/overview", {"picture": "field"}), ("results/rates", {})),
    *(("results/brittleness", {"part": part}) for part in ("grid", "profile")),
    ("results/interventions", {}),
    *(("results/robustness", {"part": part}) for part in ("ways", "questions")),
)
"""The pages, and the part of each, that have a chart to take away."""


@pytest.fixture(scope="module")
def hostile_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile.data(tmp_path_factory.mktemp("hostile"))


@pytest.mark.exhaustive
@pytest.mark.parametrize(("page", "part"), PARTS)
def test_every_chart_of_a_page_becomes_a_picture(
    page: str, part: dict[str, str], hostile_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(hostile_data))
    draws: list[tuple[str, Callable[..., bytes]]] = []

    def kept(draw: Callable[[], Any], name: str, legend: str, stem: str, about: str) -> None:
        draws.append((stem, partial(downloads.figure, draw, legend=legend, about=about)))

    monkeypatch.setattr(downloads, "_figure", kept)
    app: AppTest = opened(page, **part)
    assert not app.exception
    assert draws
    for name, draw in draws:
        assert re.fullmatch(r"[a-z0-9_-]+", name)  # a name of anybody's leads nowhere
        ElementTree.fromstring(draw(form="svg", width="single", panel="0"))
        assert draw(form="png", width="double", panel="0").startswith(b"\x89PNG"), name
