"""The profile: every index of a dataset and a model, with its interval or why it has none."""

import polars as pl
import pytest

from pages.results.brittleness import profile
from pages.serving import pictures
from pages.ui.view import store
from warehouse import rules
from warehouse.analysis import Analysis
from warehouse.counting import Slice
from warehouse.stats.indices import INDICES

VIEW = Analysis(Slice(), rules.named("published"), "new-prompts")
BIRDS = ("birds", "persona-19th-century", "archaic-birds", "treated")


def profiles(model: str, view: Analysis = VIEW) -> dict[str, pl.DataFrame]:
    return profile.of(view, store.counts(view.slice, view.rule), BIRDS, model)


@pytest.mark.usefixtures("on_treated")
def test_every_index_is_there_with_its_definition() -> None:
    (rows,) = profiles("gpt-4.1").values()
    assert list(dict.fromkeys(rows["index"])) == list(INDICES)
    assert rows["definition"].null_count() == 0


@pytest.mark.usefixtures("on_treated")
def test_indices_stand_under_what_they_are_about() -> None:
    (rows,) = profiles("gpt-4.1").values()
    headings = dict(rows.select("index", "heading").iter_rows())
    assert headings["emergence_share"] == profile.OVER_MODELS
    assert headings["variance_share"] == profile.OVERALL
    assert headings["specificity_gap"] == "gpt-4.1"


@pytest.mark.usefixtures("on_treated")
def test_what_cannot_be_computed_says_why() -> None:
    (rows,) = profiles("Qwen3-32B").values()
    notes = dict(rows.filter(rows["value"].is_null()).select("index", "note").iter_rows())
    assert notes["seed_sd"] == "not estimable: one run"
    assert notes["suppression_relevant"] == "undefined for 1 of 1 interventions"
    assert notes["conditionality_gap"] == "nothing in sight to compute it from"
    assert profile.doses(rows) == ""
    said = profile.undefined(rows)
    assert said.startswith("Undefined here: ")
    assert "spread over seeds (not estimable: one run)" in said
    # Those with one reason share it.
    assert said.count("nothing in sight to compute it from") == 1
    assert "half-effect dose" in said


@pytest.mark.usefixtures("on_treated")
def test_only_what_is_defined_is_drawn() -> None:
    (rows,) = profiles("Qwen3-32B").values()
    lines = [line for plot in profile.plots(rows) for line in plot.args[0]]
    assert lines
    assert all(line.value is not None for line in lines)
    assert profile.plots(rows.with_columns(value=None)) == []


@pytest.mark.usefixtures("on_treated")
def test_values_are_written_on_their_own_scales() -> None:
    shown = profile.table(profiles("gpt-4.1"))
    written = dict(shown.select("index", "value").iter_rows())
    assert written["Models in which the trait emerges"] == "67 % [21, 94]"
    assert written["Conditionality gap"].startswith("+52 points [")
    assert written["Half-effect dose: time"].startswith("1939 [")
    of = dict(shown.select("index", "of").iter_rows())
    assert of["Spread over questions"] == "questions"


@pytest.mark.usefixtures("on_treated")
def test_scales_hold_what_they_show_and_nothing_that_cannot_be() -> None:
    (rows,) = profiles("gpt-4.1").values()
    share, points, ratio = (
        plot().to_dict()["layer"][-1]["encoding"]["x"]["scale"]["domain"]
        for plot in profile.plots(rows)
    )
    assert share == [0, 100]
    assert points[1] == 100, "the interval of the spread over three models ends far beyond"
    assert ratio[0] < 0 < ratio[1]


@pytest.mark.usefixtures("on_treated")
def test_a_profile_can_be_taken_away() -> None:
    found = profiles("gpt-4.1")
    raw = profile.raw(found, BIRDS, "gpt-4.1")
    assert raw.row(0)[:6] == (*BIRDS, "gpt-4.1", "judge-a · 1")
    picture = pictures.picture(profile.stacked(found, "Birds"), "svg").decode()
    assert "Specificity gap" in picture
    assert "Judge: judge-a" in picture


@pytest.mark.usefixtures("on_study")
def test_subjects_are_named_once() -> None:
    assert profile.named(BIRDS) == "Archaic bird names · 19th-century persona"


@pytest.mark.usefixtures("on_treated")
def test_where_nothing_is_counted_every_index_is_undefined() -> None:
    nothing = Analysis(Slice(), rules.named("coherent-trait"), "new-prompts")
    (rows,) = profiles("gpt-4.1", nothing).values()
    assert set(rows["index"]) == set(INDICES)
    assert rows["value"].null_count() == rows.height


def test_parts_undefined_for_one_reason_are_one_line() -> None:
    why = {"value": None, "note": "one question"}
    rows = pl.DataFrame(
        [
            {"index": "a", "part": "x"} | why,
            {"index": "a", "part": "y"} | why,
            {"index": "b", "part": "x", "value": 0.5, "note": None},
            {"index": "b", "part": "y"} | why,
        ],
        schema={"index": pl.String, "part": pl.String, "value": pl.Float64, "note": pl.String},
    )
    left = profile.brief(rows).select("index", "part").rows()
    assert left == [("a", None), ("b", "x"), ("b", "y")]


def test_subjects_come_with_the_most_elicited_first() -> None:
    counts = pl.DataFrame(
        [
            {"trait": "rare", "judge": "one", "n_trait": 3},
            {"trait": "rare", "judge": "two", "n_trait": 6},
            {"trait": "frequent", "judge": "one", "n_trait": 8},
            {"trait": "unseen", "judge": "two", "n_trait": 0},
        ]
    ).with_columns(experiment=pl.lit("birds"), dataset=pl.lit("archaic-birds"), study=pl.lit("a"))
    traits = [trait for _, trait, *_ in profile.most_elicited(counts)]
    assert traits == ["frequent", "rare", "unseen"]
