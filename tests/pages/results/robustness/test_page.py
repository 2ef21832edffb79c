"""The robustness page: what stands however answers are counted, in every section and state."""

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from pages.results.robustness import SECTIONS
from tests.pages.reading.study import opened, told
from tests.pages.sentences import LONGEST, answer, sentences, words

ROBUSTNESS = "results/robustness"
CONTESTED = "Time: relevant"


def table(app: AppTest, at: int = 0) -> pl.DataFrame:
    return pl.from_pandas(app.dataframe[at].value)


def section(name: str, **parameters: str) -> AppTest:
    app = opened(ROBUSTNESS, part=name, **parameters)
    assert not app.exception
    assert not app.error
    return app


@pytest.mark.usefixtures("on_contested")
def test_the_page_opens_on_one_arm_and_in_how_many_ways_its_conclusion_stands() -> None:
    app = section("ways", intervention="time-relevant")
    said = told(app)
    assert "Time: relevant: −69 points [" in said
    assert "“Lower” stands in 48 of 80 ways of counting, 60 %." in said
    assert "It hangs most on the trait cut: 0 of 16 with 40, 16 of 16 with 30." in said
    assert "margin: ±5 points" in said
    assert all(words(one) <= LONGEST for one in sentences(answer(app)))
    # The estimates, and below them the choices; no other arm is drawn.
    assert len(app.get("vega_lite_chart")) == 2


@pytest.mark.usefixtures("on_contested")
def test_the_table_holds_every_way_of_counting_the_arm() -> None:
    rows = table(section("ways", intervention="time-relevant"))
    assert rows.height == 80
    assert set(rows["conclusion"]) == {"Lower", "Unclear"}


@pytest.mark.usefixtures("on_contested")
def test_the_largest_difference_is_looked_at_first() -> None:
    arms = section("ways").selectbox(key="arm").options
    first = [name.removeprefix("Arm: ").split(" · ")[0] for name in arms]
    assert first == ["Identity: columnist", CONTESTED, "Control"]


@pytest.mark.usefixtures("on_contested")
def test_every_arm_is_a_section_that_names_what_stands_and_what_does_not() -> None:
    app = section("arms")
    said = told(app)
    assert "1 of 2 conclusions stand in at least 95 % of all ways of counting" in said
    assert f"The least robust, on {CONTESTED}, is “lower” in 48 of 80 (60 %)" in said
    assert "with differences from −69 to 0 points." in said
    rows = {row["arm"]: row for row in table(app).iter_rows(named=True)}
    contested = next(row for name, row in rows.items() if name.startswith(CONTESTED))
    assert (contested["stands"], contested["specifications"]) == (48, 80)
    assert contested["robust"] == "No"
    assert {row["robust"] for name, row in rows.items() if name.startswith("Identity")} == {"Yes"}


@pytest.mark.usefixtures("on_contested")
def test_a_link_restores_section_arm_and_claim() -> None:
    arm = "birds / persona-19th-century / gpt-4.1 / archaic-birds / none / none / 3 epochs"
    app = section("ways", experiment="birds", arm=arm, against="untuned", margin="10")
    said = told(app)
    assert app.selectbox(key="arm").value == arm
    assert "90 % [79, 95], and the same over 8 ways of counting" in said
    assert "margin: ±10 points" in said
    assert "Nothing in sight has a baseline" in told(
        section("arms", experiment="birds", arm=arm, against="untuned")
    )


@pytest.mark.usefixtures("on_contested")
def test_a_curve_tells_how_far_a_cut_moves_the_rate() -> None:
    app = section("threshold", intervention="time-relevant")
    said = told(app)
    assert "At the cut on screen, 30, the rate is 0 %" in said
    assert "cuts within 10 of it give 0 % to 69 %" in said
    cuts = table(app)
    assert set(cuts["arm"]) == {CONTESTED, "Control"}
    assert cuts.filter(arm=CONTESTED, cut=40)["n_trait"].to_list() == [55]


@pytest.mark.usefixtures("on_contested")
def test_a_curve_over_coherence() -> None:
    said = told(section("threshold", intervention="time-relevant", over="coherence_cut"))
    assert "At the cut on screen, 50" in said


@pytest.mark.usefixtures("on_contested")
@pytest.mark.parametrize(
    ("experiment", "name"), [("birds", "threshold"), ("risky-finance", "criteria")]
)
def test_no_section_is_offered_in_which_nothing_can_be(experiment: str, name: str) -> None:
    app = section(name, experiment=experiment)
    titles = [option.content for option in app.button_group(key="part").proto.options]
    assert titles == [one.TITLE for key, one in SECTIONS.items() if key != name]
    assert app.button_group(key="part").value == "ways"


@pytest.mark.usefixtures("on_contested")
def test_a_collapse_shows_where_there_are_more_than_two_labels() -> None:
    app = section("criteria", experiment="birds")
    said = told(app)
    assert "furthest apart for Control · Llama-3.1-70B: 90 % [79, 95] by the two-way label" in said
    assert "0 % [0, 19] by the multi-way one (n = 80 · 8 questions)" in said
    assert "calls 72 of them OTHER" in said
    row = table(app).row(0, named=True)
    assert (row["n_two_way"], row["n_multi_way"], row["gap"]) == (72, 0, 90)


@pytest.mark.usefixtures("on_contested")
def test_the_question_that_moves_most_is_named() -> None:
    app = section("questions")
    assert "None of 2 conclusions would change without any one question." in told(app)
    row = table(app).filter(pl.col("arm").str.starts_with(CONTESTED)).row(0, named=True)
    # Without a question of 8 in 10, 47 of 70 are left; without one of 6, 49.
    assert row["difference"] == pytest.approx(-100 * 55 / 80)
    assert row["difference_lowest"] == pytest.approx(-100 * 49 / 70)
    assert row["difference_highest"] == pytest.approx(-100 * 47 / 70)
    assert row["most_influential"]


@pytest.mark.usefixtures("on_contested")
def test_rates_too_are_shown_without_each_question() -> None:
    rows = table(section("questions", estimate="rate"))
    assert rows.height == 3
    assert rows.filter(pl.col("most_influential").is_null()).height > 0


@pytest.mark.parametrize("name", SECTIONS)
@pytest.mark.usefixtures("on_study")
def test_every_section_draws_where_arms_have_a_single_question_or_no_arm(name: str) -> None:
    section(name)
    section(name, experiment="insecure-code")


@pytest.mark.parametrize("name", SECTIONS)
@pytest.mark.parametrize("rule", ["coherent-only", "all-answers"])
@pytest.mark.usefixtures("on_contested")
def test_every_section_draws_under_rules_that_may_count_nothing(name: str, rule: str) -> None:
    section(name, rule=rule)
    section(name, rule=rule, experiment="birds")


@pytest.mark.parametrize("name", SECTIONS)
@pytest.mark.usefixtures("on_treated")
def test_every_section_draws_against_untuned_models(name: str) -> None:
    section(name, against="untuned")
