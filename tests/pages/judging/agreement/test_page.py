"""Judges and people side by side: every section of the page, on a study that somebody rated."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from pages.judging.agreement import pair
from tests.pages.printing.test_claiming import kept_and_checked
from tests.pages.reading.study import built, html, linked, opened, told
from tests.pages.results import treated
from warehouse import building, ratings, tasks
from warehouse.analysis import Analysis
from warehouse.counting import Slice
from warehouse.ratings import Rating
from warehouse.store import Store

PAGE = "judging/agreement"
BIRDS = Analysis(Slice(experiment=("birds",), trait=("persona-19th-century",), domain="all"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("agreement")
    treated.write(folder)
    data = built(folder / "data", folder / "samples", folder / "judgements")
    store = Store(data)
    task = tasks.drawn(store, BIRDS, "all", 200, repeats=0.1)
    tasks.journal(store.data).add(task)
    found = dict(tasks.population(store, BIRDS).select("item", "found").iter_rows())
    journal = ratings.journal(data)
    for at, item in enumerate(task.items):
        for by, off in (("ann", 10), ("bob", 7)):
            label = "19" if (found[item.id] == "trait") == bool(at % off) else "LLM"
            rating = Rating(item.id, "llm_or_19", "scored", label=label, task="all")
            journal.add(rating, by=by)
            if at < 20 and by == "ann":
                again = Rating(item.id, "llm_or_19", "scored", label=label, is_again=True)
                journal.add(again, by=by)
    building.build(data)
    return data


@pytest.fixture
def here(data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(data))
    return data


@pytest.mark.usefixtures("here")
def test_a_pair_is_told_in_a_sentence_and_its_cells_list_their_answers() -> None:
    app = opened(PAGE, experiment="birds", domain="all", cell="first")
    assert not app.exception
    assert re.search(r"say the same of .* of [\d,]+ answers to", told(app))
    # A rule that counts what nobody judged as a negative makes no verdicts of it.
    assert re.search(
        r" of 195 answers to", told(opened(PAGE, experiment="birds", rule="published"))
    )
    assert 'href="/transcripts?' in html(app)
    assert "Cohen’s κ" in html(app)
    assert "Sensitivity" in html(app)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("page", ["results/overview", "results/published"])
def test_people_are_on_no_map_of_what_judges_judged(page: str) -> None:
    app = opened(page)
    assert not app.exception
    said = told(app) + " ".join(button.label for button in app.button)
    assert "judge-a" in said or page == "results/published"
    assert not [name for name in ("ann", "bob") if re.search(rf"\b{name}\b", said)]


def test_what_two_judges_agree_in_is_kept_as_a_claim(
    data: Path, copied: Callable[[Path], Path]
) -> None:
    own = copied(data)
    app = opened(PAGE, experiment="birds", domain="all")
    kept_and_checked(app, "agreement", ("agreement", "kappa"), own)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("everybody", "Verdicts, α"),
        ("arms", "sensitivity against the rest"),
        ("corrected", "not corrected"),
        ("judges", "Ranks"),
        ("raters", "The same both times"),
    ],
)
def test_every_section_shows_its_table(part: str, words: str) -> None:
    app = opened(PAGE, experiment="birds", domain="all", part=part)
    assert not app.exception
    assert not app.error
    assert words.lower() in html(app).lower()


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", list(pair.CELLS))
def test_a_cell_leads_to_its_answers_on_transcripts(name: str) -> None:
    app = opened(PAGE, experiment="birds", domain="all", cell=name)
    buttons = app.button_group(key="cell").options
    size = [label for label in buttons if "·" in label][list(pair.CELLS).index(name)]
    listed = size.rpartition("· ")[2]
    [link] = [one for one in app.get("page_link") if "of this cell" in one.proto.label]
    there = linked("reading/transcripts", parse_qs(link.proto.query_string))
    assert not there.exception
    assert f"{listed} answers: " in told(there)
    assert "sees it" in told(there) or "does not" in told(there)


@pytest.mark.usefixtures("here")
def test_two_people_are_a_pair_and_correct_nothing() -> None:
    app = opened(PAGE, experiment="birds", domain="all", pair="ann × bob", part="corrected")
    assert "Choose a person and a judge" in app.info[0].value
    assert "ann and bob say the same of" in told(app)


@pytest.mark.usefixtures("on_study")
def test_one_judge_alone_agrees_with_nobody() -> None:
    app = opened(PAGE, experiment="insecure-code")
    assert not app.exception
    assert "nobody to agree with" in told(app)


def test_the_page_says_that_ratings_are_newer_than_the_snapshot(data: Path, here: Path) -> None:
    assert "was rated or imported after" not in told(opened(PAGE, experiment="birds"))
    entry = ratings.journal(here).read().entries[0]
    kept = ratings.journal(data).add(entry.body, by="carl")
    app = opened(PAGE, experiment="birds")
    assert "was rated or imported after" in app.info[0].value
    ratings.journal(data).drop(kept.id, by="carl")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("method", "words"),
    [("ppi", "not corrected: the arm"), ("rogan-gladen pooled", "once corrected")],
)
def test_effects_are_corrected_by_the_same_ratings(method: str, words: str) -> None:
    app = opened("results/interventions", experiment="birds", domain="all", show="corrected",
                 method=method)  # fmt: skip
    assert not app.exception
    assert not app.error
    assert "by the ratings of" in told(app)
    assert words in told(app) + html(app)
    assert "of the control" in html(app)
