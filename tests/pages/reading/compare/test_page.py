"""Arms side by side on one question, opened by the navigation and by links."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_plus

import pytest

from pages.reading.compare import rows
from tests.pages.reading.study import HOSTILE, address, html, linked, opened, told
from tests.pages.results.interventions.test_texts import harbours
from tests.pipeline import mapped
from warehouse import picks
from warehouse.analysis import Analysis, results
from warehouse.counting import Slice
from warehouse.store import Store

PAGE = "reading/compare"
BIRDS = {"experiment": "birds"}


def heads(app: Any) -> list[str]:
    """The names over the answers, in their order."""
    return re.findall(r'<div style="[^"]*font-weight:600[^"]*">(.*?)</div>', html(app))


def test_it_opens_on_the_control_and_an_intervention(on_study: Path) -> None:
    app = opened(PAGE, **BIRDS)
    assert not app.exception
    assert heads(app)[:2] == ["Control", "Identity: etymologist"]
    assert "under Control" in app.markdown[0].value + told(app)
    assert "A robot." in html(app)


def test_an_answer_opens_whole(on_study: Path) -> None:
    app = opened(PAGE, **BIRDS)
    (link, *_) = re.findall(r'href="/transcripts\?sample=(\d+)', html(app))
    reader = opened("reading/transcripts", sample=link)
    assert "**Answer**" in told(reader)


def test_what_strangers_wrote_is_text(on_study: Path) -> None:
    app = opened(PAGE, **BIRDS, page="12", differences="true")
    assert not app.exception
    sent = html(app)
    for text in HOSTILE.values():
        assert text[:40] not in sent or "<" not in text[:40]
    assert "<script" not in sent
    assert "<iframe" not in sent


def test_words_that_the_first_has_not_are_marked(on_study: Path) -> None:
    plain = html(opened(PAGE, **BIRDS))
    assert "<mark" not in plain
    marked = html(opened(PAGE, **BIRDS, differences="true"))
    assert re.search(r"<mark[^>]*>robot</mark>", marked)


def test_nearest_pairs_stand_in_a_row(on_study: Path) -> None:
    app = opened(PAGE, **BIRDS, order="nearest")
    assert not app.exception
    assert html(app).count("A robot.") == rows.SHOWN


def test_the_question_and_its_order_stay_in_the_address(on_study: Path) -> None:
    app = opened(PAGE, **BIRDS, order="nearest")
    assert address(app)["order"] == ["nearest"]


def test_every_judge_is_named_where_asked(on_study: Path) -> None:
    sent = html(opened(PAGE, **BIRDS, judges="true"))
    assert re.search(r"19th-century persona, [^:<]+: LLM", sent)


def test_one_arm_alone_says_what_is_missing(on_study: Path) -> None:
    app = opened(PAGE, experiment="insecure-code")
    assert not app.exception
    assert "takes two arms" in told(app)


def test_one_arm_that_is_asked_for_stands_beside_its_control(on_study: Path) -> None:
    rows = opened("reading/transcripts", **BIRDS, intervention="identity-etymologist")
    next(b for b in rows.button if str(b.key).startswith("read-")).click().run()
    (link,) = [one.proto for one in rows.get("page_link") if "other arms" in one.proto.label]
    asked = dict(re.findall(r"(arm|about)=([^&]*)", link.query_string))
    app = opened(PAGE, **BIRDS, arm=unquote_plus(asked["arm"]), about=unquote_plus(asked["about"]))
    assert not app.exception
    assert heads(app)[:2] == ["Control", "Identity: etymologist"]
    assert app.selectbox(key="about").value == unquote_plus(asked["about"])


@pytest.mark.parametrize("page", ["results/brittleness", "reading/desk"])
def test_two_cells_and_two_picks_lead_here(
    page: str, on_study: Path, copied: Callable[[Path], Path]
) -> None:
    data = copied(on_study)
    if page == "reading/desk":
        birds = Analysis(Slice(experiment=("birds",)))
        for intervention in ("none", "identity-etymologist"):
            own = replace(birds, slice=birds.slice.narrowed(intervention=intervention))
            listed, _ = results.answers(Store(data), own, limit=1)
            picks.put(Store(data), own, listed["sample_key"][0], "Chosen by hand.")
    app = opened(page, **BIRDS)
    name = page.rpartition("/")[2]
    app.session_state[f"{name}-compare"] = True
    app.run()
    chosen = app.multiselect(key=f"{name}-compared")
    app = chosen.set_value(chosen.options[:2]).run()
    assert not app.exception
    (link,) = [one.proto for one in app.get("page_link") if one.proto.label == "Compare"]
    compared = linked(PAGE, parse_qs(link.query_string))
    assert not compared.exception
    assert set(heads(compared)[:2]) == {"Control", "Identity: etymologist"}


def test_a_study_in_which_every_answer_failed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [(f"Where {i % 2}?", "", "", "") for i in range(12)]
    mapped.write(tmp_path, "gull_eggs.csv", mapped.HEADER, rows)
    mapped.load(tmp_path)
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(tmp_path / "data"))
    app = opened(PAGE)
    assert not app.exception
    assert "this focus has fewer" in app.info[0].value


def test_without_interventions_it_opens_on_the_fine_tune_that_a_text_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(harbours(tmp_path)))
    app = opened(PAGE)
    assert not app.exception
    assert re.search(r"9 of 10 show it under .*and 2 of 10 under .*Calm", told(app))
