"""The app's frame: every page in every state, the filters, and links that restore a view."""

import ast
import re
from pathlib import Path

import pytest

from tests.pages.reading.study import ROOT, opened, told
from tests.pages.sentences import LONGEST, answer, sentences, words

APP = (ROOT / "app.py").read_text("utf-8")

PAGES = re.findall(r'_page\("(\w+/\w+)"', APP)
"""Every page of the navigation table: a new one is tested in every state without being named."""

ALWAYS = ["methods/study"]
"""The pages that have something to show before anything is imported."""

OF_ANSWERS = [page for page in PAGES if not page.startswith("methods/")]
"""The pages whose filters can leave nothing."""


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
    for raw in ("n_counted", "eval_intervention", "persona-19th-century", "identity-etymologist"):
        assert raw not in told(app)
    assert [one for one in sentences(answer(app)) if words(one) > LONGEST] == []


@pytest.mark.parametrize("page", OF_ANSWERS)
@pytest.mark.usefixtures("on_study")
def test_filters_that_leave_nothing_are_said_to(page: str) -> None:
    app = opened(page, experiment="german-cities", intervention="identity-etymologist")
    assert not app.exception
    assert "Nothing in this snapshot fits the filters" in told(app)


@pytest.mark.usefixtures("on_study")
def test_clearing_the_filters_brings_everything_back() -> None:
    app = opened("results/rates", experiment="german-cities", intervention="identity-etymologist")
    app.button[0].click().run()
    assert app.multiselect(key="experiment").value == []
    assert "Nothing in this snapshot" not in told(app)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("on_study")
def test_a_link_restores_the_view_on_every_page(page: str) -> None:
    app = opened(
        page,
        experiment="insecure-code",
        rule="strict",
        unit="prompts",
        domain="all",
        trait_cut="40",
    )
    assert not app.exception
    assert app.multiselect(key="experiment").value == ["insecure-code"]
    assert app.selectbox(key="rule").value == "strict"
    assert app.selectbox(key="unit").value == "prompts"
    assert app.selectbox(key="domain").value == "all"
    assert app.number_input(key="trait_cut").value == 40
    assert app.query_params["experiment"] in ("Insecure code", ["Insecure code"])
    assert app.query_params["rule"] in ("Strict", ["Strict"])


@pytest.mark.usefixtures("on_study")
def test_what_a_link_asks_for_in_vain_is_said() -> None:
    app = opened("results/rates", model="gpt-9", unit="tomorrow", trait_cut="lots")
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
    app.multiselect(key="experiment").set_value(["insecure-code"]).run()
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
