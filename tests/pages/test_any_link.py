"""Links that nobody of ours wrote: whatever they ask for, every page answers in sentences."""

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.frame import asked
from tests.pages import hostile
from tests.pages.reading.study import ROOT, linked
from tests.pages.test_app import PAGES

SEED = 20_261
THIN, WHOLE = 2, 300
"""How many links a page is opened with, in every run of the tests and in the exhaustive one."""

SCRIPTS = "\n".join(p.read_text("utf-8") for p in sorted((ROOT / "pages").rglob("*.py")))

KEYS = sorted(
    {
        *asked.FOCUS,
        *asked.FILTERS,
        *asked.COUNTING,
        asked.FROM,
        "compare",
        "page",
        "refusals_page",
        "notices_page",
        "unknown_key",
    }
    | set(re.findall(r'bound\.\w+\((?:[^()]|\([^()]*\))*?"([a-z_]+)"', SCRIPTS))
)
"""Every key that a widget of some page keeps in the URL."""

VALUES = (
    *("", " ", "0", "1", "-1", "1.5", "99999999999999999999", "9" * 5_000, "-" + "9" * 5_000),
    *("nan", "inf", "-inf", "1e400", "1e-400", "0x10", "1_000", "\u0663", "½", "²", "true", "None"),
    *("%", "%00", "%zz", "%F0%9F", "+", "&=?#/", "..", "../../etc/passwd", "a" * 5_000),
    *("\x00", "\x1b[31m", "\u202e", "\u2028", "\r\n", "\ufffd", "\U0001f600"),
    *("none", "all", "gpt-4.1", "birds", "Archaic bird names", "strict", "new-fine-tunes"),
    *("intervention", "inside", "effects", "Head to head", "questions", "trait", "low"),
    *hostile.NAMES,
)


def links(name: str, count: int) -> Iterator[dict[str, list[str]]]:
    """Links with a handful of keys each, some of them given several times."""
    chance = random.Random(f"{SEED} {name}")
    for _ in range(count):
        keys = chance.sample(KEYS, chance.randint(1, 12))
        yield {key: chance.choices(VALUES, k=chance.choice((1, 1, 1, 2, 5))) for key in keys}


def answered(name: str, link: dict[str, list[str]]) -> AppTest:
    """A page that was opened by a link."""
    app = linked(name, link)
    assert not app.exception, link
    assert app.title, link
    return app


def test_the_keys_are_found() -> None:
    assert {"model", "rule", "trait_cut", "sample", "page", "compare", "arm", "show"} <= set(KEYS)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.usefixtures("on_study")
def test_no_link_brings_a_page_down(name: str) -> None:
    for link in links(name, THIN):
        answered(name, link)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.usefixtures("on_study")
def test_no_link_of_many_brings_a_page_down(name: str) -> None:
    for link in links(name, WHOLE):
        answered(name, link)


@pytest.mark.parametrize("name", ["results/rates", "results/interventions", "methods/training"])
@pytest.mark.usefixtures("on_study")
def test_no_option_is_made_of_a_link(name: str) -> None:
    link = {key: list(hostile.NAMES[:2]) for key in KEYS if key not in ("page", "sample")}
    app = answered(name, link)
    for widget in (*app.multiselect, *app.selectbox):
        chosen = widget.value if isinstance(widget.value, list) else [widget.value]
        assert not {*widget.options, *chosen} & set(hostile.NAMES)


@pytest.mark.parametrize("number", ["9" * 5_000, "-" + "9" * 5_000, "\u0663" * 5_000, "1e400", "²"])
@pytest.mark.usefixtures("on_study")
def test_a_number_of_any_length_is_a_sentence_at_most(number: str) -> None:
    answered("reading/transcripts", {"page": [number], "score_low": [number]})
    answered("reading/transcripts", {"sample": [number], "trait_cut": [number]})


def test_every_key_of_a_page_can_be_in_a_link(root: Path) -> None:
    # A widget of Streamlit's own, made by a page, would keep its key out of the links above.
    scripts = [p for p in (root / "pages").rglob("*.py") if p.name != "bound.py"]
    assert not [p.name for p in scripts if "bind=" in p.read_text("utf-8")]
