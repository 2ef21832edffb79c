"""The app's frame: every page in every state, the filters, and links that restore a view."""

import ast
import re
from pathlib import Path

import pytest

from pages.frame import filters
from tests.pages.reading.study import ROOT, address, opened, told
from tests.pages.sentences import LONGEST, answer, sentences, words
from warehouse.analysis import Focus
from warehouse.counting import Slice

APP = (ROOT / "app.py").read_text("utf-8")

PAGES = re.findall(r'_page\("(\w+/\w+)"', APP)
"""Every page of the navigation table: a new one is tested in every state without being named."""

ALWAYS = ["methods/study"]
"""The pages that have something to show before anything is imported."""

FOCUSED = re.findall(r'_page\("(\w+/\w+)"[^)]*filters\.FOCUSED', APP)
"""The pages about one experiment, trait and judge, whose filters can leave nothing."""

NOTHING = {"intervention": "identity-etymologist", "question": "Who should lead a village?"}
"""Filters of which each leaves something, and both nothing."""


def test_the_navigation_table_is_read_whole(root: Path) -> None:
    scripts = (root / "pages").glob("*/*/page.py")
    assert set(PAGES) == {path.parent.relative_to(root / "pages").as_posix() for path in scripts}


@pytest.mark.parametrize("page", [page for page in PAGES if page not in ALWAYS])
@pytest.mark.usefixtures("on_nothing")
def test_without_a_snapshot_every_page_says_what_to_do(page: str) -> None:
    app = opened(page)
    assert not app.exception
    assert "brittlescope build" in told(app)
    assert "make demo" in told(app)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("on_empty")
def test_an_empty_snapshot_is_said_to_be_empty(page: str) -> None:
    app = opened(page)
    assert not app.exception
    assert ("brittlescope study" if page in ALWAYS else "brittlescope import") in told(app)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("on_study")
def test_every_page_has_a_question_and_shows_no_raw_names(page: str) -> None:
    app = opened(page)
    assert not app.exception
    assert not app.error
    assert app.title[0].value.endswith("?")
    commands = "\n".join(code.value for code in app.code)  # which name things as data does
    for raw in ("n_counted", "eval_intervention", "persona-19th-century", "identity-etymologist"):
        assert raw not in told(app).replace(commands, "")
    assert [one for one in sentences(answer(app)) if words(one) > LONGEST] == []


@pytest.mark.parametrize("page", FOCUSED)
@pytest.mark.usefixtures("on_study")
def test_filters_that_leave_nothing_are_said_to(page: str) -> None:
    app = opened(page, experiment="birds", **NOTHING)
    assert not app.exception
    assert "Nothing in this snapshot fits the filters" in told(app)


@pytest.mark.usefixtures("on_study")
def test_clearing_the_filters_brings_everything_back() -> None:
    app = opened("results/rates", experiment="birds", **NOTHING)
    assert "Nothing in this snapshot" in told(app)
    app.button(key="reset").click().run()
    assert app.multiselect(key="intervention").value == []
    assert "Nothing in this snapshot" not in told(app)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("on_study")
def test_a_link_restores_the_view_on_every_page(page: str) -> None:
    asked = {"rule": "strict", "unit": "prompts", "domain": "all", "trait_cut": "40"}
    app = opened(page, experiment="insecure-code", **asked)
    assert not app.exception
    view = app.session_state[filters.VIEW]
    assert (view.rule.name, view.unit, view.slice.domain) == ("strict", "prompts", "all")
    assert view.trait_cut == 40
    if page in FOCUSED:
        assert view.focus == Focus("insecure-code", "misalignment", "judge-a")
        assert app.button_group(key="experiment").value == "insecure-code"
        assert app.number_input(key="trait_cut").value == 40
        assert {**asked, **address(app)} == address(app) | {k: [v] for k, v in asked.items()}
    else:
        assert view.slice == Slice(domain="all")
        assert "experiment" not in address(app)


@pytest.mark.usefixtures("on_study")
def test_what_a_link_asks_for_in_vain_is_said() -> None:
    asked = {"model": "gpt-9", "unit": "tomorrow", "trait_cut": "lots"}
    app = opened("results/rates", experiment="insecure-code", **asked)
    assert not app.exception
    said = " ".join(warning.value for warning in app.warning)
    assert "model 'gpt-9'" in said
    assert "'tomorrow'" in said
    assert "'lots'" in said
    assert app.multiselect(key="model").value == []


@pytest.mark.usefixtures("on_study")
def test_cuts_are_shown_only_where_they_matter() -> None:
    app = opened("results/rates", experiment="birds")
    assert "trait_cut" not in {widget.key for widget in app.number_input}
    app.button_group(key="experiment").set_value("insecure-code").run()
    assert {"trait_cut", "coherence_cut"} <= {widget.key for widget in app.number_input}


@pytest.mark.usefixtures("on_study")
def test_a_new_snapshot_is_picked_up_at_the_next_rerun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened("results/overview")
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(tmp_path))
    app.run()
    assert "Nothing was built yet" in told(app)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_short_and_computes_nothing(page: str, root: Path) -> None:
    text = (root / "pages" / page / "page.py").read_text("utf-8")
    assert len(text.splitlines()) <= 80
    nodes = list(ast.walk(ast.parse(text)))
    assert not [n for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef | ast.Lambda)]
    assert "select " not in text


def test_no_script_stands_where_streamlit_would_serve_it_without_the_frame(root: Path) -> None:
    assert [path.name for path in (root / "pages").glob("*.py")] == ["__init__.py"]


@pytest.mark.usefixtures("on_study")
@pytest.mark.parametrize(
    ("asked", "title"),
    [({}, "Answered"), ({"rule": "published"}, "As published"), ({"rule": "strict"}, "Strict")],
)
def test_a_link_without_a_rule_has_the_default_and_old_links_their_own(
    asked: dict[str, str], title: str
) -> None:
    app = opened("results/rates", experiment="birds", **asked)
    assert not app.exception
    assert f"rule: {title}" in told(app)
