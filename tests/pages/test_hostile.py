"""Every page on a study whose every name is an attack: nothing sent is more than text."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages import hostile
from tests.pages.reading.study import html, opened
from tests.pages.test_app import PAGES
from tests.warehouse.test_harmless import unseen
from warehouse.snapshots import latest
from warehouse.store import Store

PLAIN = {"text", "code", "html", "arrow_data_frame", "arrow_vega_lite_chart", "vega_lite_chart"}
"""What Streamlit shows as it is, or draws by itself; the rest has Markdown in it."""

PLAIN_FIELDS = {
    "options",
    "raw_value",
    "raw_values",
    "default",
    "set_value",
    "id",
    "icon",
    "placeholder",
    "url",
}
PLAIN_FIELDS |= {"query_param_key", "query_string", "form_id", "element_id", "page_script_hash"}

VIEWS = [
    *((page, {}) for page in PAGES),
    ("results/interventions", {"show": "head-to-head"}),
    ("results/robustness", {"part": "questions"}),
    ("results/brittleness", {"grid": "interventions", "measure": "verdict"}),
    ("results/rates", {"rule": "hostile", "rows": "question"}),
    ("reading/compare", {"judges": "true", "differences": "true", "order": "nearest"}),
    ("reading/transcripts", {"text": hostile.NAMES[0], "only": hostile.NAMES[0]}),
    ("results/rates", {"model": hostile.NAMES[1], "unit": hostile.NAMES[2]}),
]


@pytest.fixture(scope="session")
def hostile_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile.data(tmp_path_factory.mktemp("hostile"))


@pytest.fixture
def on_hostile(hostile_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(hostile_data))
    return hostile_data


@pytest.mark.parametrize(("page", "link"), VIEWS)
@pytest.mark.usefixtures("on_hostile")
def test_what_a_page_sends_as_markdown_holds_no_markup_of_names(
    page: str, link: dict[str, str]
) -> None:
    app = opened(page, **link)
    assert not app.exception
    assert not app.error
    checked(app)


@pytest.mark.usefixtures("on_hostile")
def test_an_answer_read_whole_holds_none(hostile_data: Path) -> None:
    rows = Store(hostile_data, latest(hostile_data)).query("evaluations")
    assert rows.height == 2 * len(hostile.NAMES)
    app = opened("reading/transcripts")
    next(button for button in app.button if str(button.key).startswith("read-")).click().run()
    assert not app.exception
    assert "**Answer**" in [mark.value for mark in app.markdown]
    checked(app)


def checked(app: AppTest) -> None:
    """That no element of a page holds markup, unseen characters or tags of a name's own."""
    found = list(markdown(app))
    assert found
    for text in found:
        bare = re.sub(r":color\[\\.\]|\\.", "·", text)
        assert not [attack for attack in hostile.RAW if attack in bare], text
        assert not unseen(text, but="\n"), text
    sent = html(app)
    assert "<img" not in sent
    assert "<script" not in sent
    assert not unseen(sent, but="\n\t")


def markdown(app: AppTest) -> Iterator[str]:
    """Every text that the page's elements hold, but for those that are shown as they are."""
    for block in (app.main, app.sidebar):
        for element in _elements(block):
            if element.type not in PLAIN:
                typed = {"value"} if element.type == "text_input" else set()
                yield from _strings(element.proto, PLAIN_FIELDS | typed)


def _elements(block: Any) -> Iterator[Any]:
    for child in block.children.values():
        if hasattr(child, "children"):
            if child.proto is not None:
                yield child
            yield from _elements(child)
        else:
            yield child


def _strings(proto: Any, plain: set[str]) -> Iterator[str]:
    for field, value in proto.ListFields():
        if field.name in plain:
            continue
        for one in value if field.is_repeated else [value]:
            if isinstance(one, str):
                yield one
            elif hasattr(one, "ListFields"):
                yield from _strings(one, plain)
