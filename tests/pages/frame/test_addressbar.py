"""The address bar: what it says, and what is an entry of its own in the browser's history."""

import re
from html.parser import HTMLParser

import pytest
from streamlit.testing.v1 import AppTest

from pages.serving import scripts
from tests.pages.reading.study import address, opened


def writes(app: AppTest) -> list[str]:
    """How each address of this run was written: as a new entry, or in the place of the last."""
    bodies = [element.proto.body for element in app.get("html")]
    return [found[1] for body in bodies if (found := re.search(r'data-how="(\w+)"', body))]


@pytest.mark.usefixtures("on_treated")
def test_what_a_link_led_to_is_no_entry_and_what_a_hand_changes_is_one() -> None:
    app = opened("results/rates", experiment="birds")
    assert set(writes(app)) == {"same"}
    app.multiselect(key="model").set_value(["gpt-4.1"]).run()
    assert writes(app) == ["new"]
    assert address(app)["model"] == ["gpt-4.1"]
    app.multiselect(key="model").set_value([]).run()
    assert writes(app) == ["new"]
    assert "model" not in address(app)


@pytest.mark.usefixtures("on_treated")
def test_another_page_is_the_browsers_own_entry() -> None:
    app = opened("results/rates", experiment="birds", model="gpt-4.1")
    app.switch_page("pages/results/brittleness/page.py").run()
    assert set(writes(app)) == {"same"}
    assert (address(app)["model"], address(app)["experiment"]) == (["gpt-4.1"], ["birds"])


@pytest.mark.usefixtures("on_treated")
def test_a_page_writes_only_what_acts_on_it() -> None:
    app = opened("results/rates", experiment="birds", model="gpt-4.1", kind="time", rows="model")
    app.switch_page("pages/results/overview/page.py").run()
    assert {*address(app)} == {"model"}
    app.switch_page("pages/results/rates/page.py").run()
    assert {"kind", "rows", "experiment"} <= {*address(app)}


class Scripts(HTMLParser):
    """The attributes and texts of scripts, as a browser reads them, and every other tag."""

    def __init__(self) -> None:
        super().__init__()
        self.attributes: list[dict[str, str | None]] = []
        self.texts: list[str] = []
        self.others: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            self.attributes.append(dict(attrs))
        else:
            self.others.add(tag)

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script":
            self.texts.append(data)


@pytest.mark.usefixtures("on_treated")
@pytest.mark.parametrize(
    "asked",
    ['"></script><script>alert(1)</script>', "' onload='x", "&quot;><img src=x>", "</style>"],
)
def test_what_is_asked_is_data_for_the_script_and_ends_nothing(asked: str) -> None:
    app = opened("reading/transcripts", search=asked)
    bodies = [one.proto.body for one in app.get("html") if "data-query" in one.proto.body]
    assert bodies
    for body in bodies:
        read = Scripts()
        read.feed(body)
        assert read.others == {"style"}
        assert "".join(read.texts) == scripts.ADDRESS
        assert {*read.attributes[0]} == {"data-page", "data-query", "data-how", "data-run"}
    assert address(app)["search"] == [asked]
