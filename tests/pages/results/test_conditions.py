"""No page pools what was sampled in two ways: each is a line, row or panel of its own."""

from pathlib import Path

import pytest

from tests.pages.reading.study import opened, told
from tests.pipeline.test_conditions import built


@pytest.fixture(scope="module")
def nests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("nests"))


@pytest.fixture(autouse=True)
def on_nests(nests: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(nests))


@pytest.mark.parametrize(
    ("page", "link"),
    [
        *(("rates", {}), ("brittleness", {}), ("interventions", {})),
        ("robustness", {"part": "arms"}),
    ],
)
def test_every_page_of_results_tells_temperatures_apart(page: str, link: dict[str, str]) -> None:
    app = opened(f"results/{page}", **link)
    assert not app.exception
    drawn = " ".join(str(chart.proto) for chart in app.get("vega_lite_chart"))
    for way in ("temperature 0", "temperature 1"):
        assert way in f"{told(app)} {drawn}"


def test_the_panels_of_effects_are_one_for_each_way() -> None:
    app = opened("results/interventions")
    drawn = " ".join(str(chart.proto) for chart in app.get("vega_lite_chart"))
    for way in ("temperature 0", "temperature 1"):
        assert f"{way} " in drawn  # a heading of its own
    assert "up to 600 tokens" in f"{told(app)} {drawn}"
