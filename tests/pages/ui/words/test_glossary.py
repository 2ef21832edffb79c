"""The glossary: short sentences, every term in the docs, and every page with the terms it uses."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.words import glossary
from tests.docs.test_docs import slug
from tests.pages.reading.study import GLOSSARY, opened
from tests.pages.sentences import LONGEST, answer, sentences, words
from tests.pages.test_app import PAGES


def said(app: AppTest) -> Iterable[str]:
    """What a page says in sentences and labels, outside of the glossary."""
    page = app.main
    for element in (*page.title, *page.markdown, *page.caption, *page.subheader, *page.info):
        yield element.value
    for choice in (*page.selectbox, *page.multiselect):
        yield choice.label


@pytest.mark.parametrize("name", glossary.TERMS)
def test_a_term_is_two_short_sentences_at_most(name: str) -> None:
    found = sentences(glossary.TERMS[name].text)
    assert 1 <= len(found) <= 2
    assert all(words(one) <= LONGEST for one in found)
    assert all(one.endswith(".") for one in found)


@pytest.mark.parametrize("name", glossary.TERMS)
def test_a_term_stands_in_the_section_it_points_to(name: str, root: Path) -> None:
    file, _, anchor = glossary.TERMS[name].where.partition("#")
    text = (root / "docs" / file).read_text("utf-8")
    headings = list(re.finditer(r"^#+ (.*)$", text, re.MULTILINE))
    (at,) = (at for at, heading in enumerate(headings) if slug(heading[1]) == anchor)
    end = headings[at + 1].start() if at + 1 < len(headings) else len(text)
    section = " ".join(text[headings[at].start() : end].split())
    assert name in glossary.used(section)


def test_a_term_is_found_as_a_whole_word() -> None:
    assert glossary.used("Not-a-result; the Rule; new prompts") == {"rule", "new prompts"}
    assert glossary.used("overruled by a scoundrel") == set()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("on_treated")
def test_every_page_offers_the_terms_it_uses(page: str) -> None:
    app = opened(page)
    assert not app.exception
    plain = {mark.value.replace("\\", "") for mark in app.markdown}
    offered = {
        name
        for name in glossary.TERMS
        if f"**{name.capitalize()}**. {glossary.TERMS[name].text}" in plain
    }
    text = "\n".join(one for one in said(app) if one.replace("\\", "") not in GLOSSARY)
    assert glossary.used(text) - offered == set()
    assert [one for one in sentences(answer(app)) if words(one) > LONGEST] == []
