"""The overview: what the study found, a card an experiment, the greeting, what is suspicious."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.results.overview import cards, greeting
from tests.pages.reading.study import address, built, html, opened, told
from tests.pages.results import treated
from tests.pipeline import mapped
from warehouse.analysis import Analysis

PAGE = "results/overview"


def doors(app: AppTest) -> list[str]:
    """The names of traits, each a button."""
    return [b.label.replace("\\", "") for b in app.button if (b.key or "").startswith("door ")]


def captions(app: AppTest) -> list[str]:
    return [caption.value.replace("\\", "").replace("\u00a0", " ") for caption in app.caption]


def headings(app: AppTest) -> list[str]:
    """The names of the cards."""
    return [m.value for m in app.markdown if m.value.startswith("**") and m.value.endswith("**")]


@pytest.mark.usefixtures("on_study")
def test_it_says_what_is_loaded_in_one_line() -> None:
    line = next(text for text in captions(opened(PAGE)) if "planned answer" in text)
    assert line.startswith("1 model · 3 datasets · 1 intervention · ")


@pytest.mark.usefixtures("on_treated")
def test_a_question_that_two_experiments_ask_is_one() -> None:
    line = next(text for text in captions(opened(PAGE)) if "planned answer" in text)
    assert " · 10 questions · " in line


@pytest.mark.usefixtures("on_study")
def test_every_trait_and_judge_is_a_line_of_its_experiment_s_card() -> None:
    app = opened(PAGE)
    assert len(headings(app)) >= 3
    assert len(doors(app)) == 4
    said = [text for text in captions(app) if text.startswith("No result: ")]
    assert len(said) == 4
    assert "too much unscored" in said[0]


@pytest.mark.usefixtures("on_treated")
def test_emergence_and_verdicts_are_counted_by_the_margin() -> None:
    app = opened(PAGE)
    text = told(app)
    assert "A trait emerges in 1 of 2 experiments, most: 19th-century persona in 90" in text
    assert "Up to 90.0 % " in text
    assert "; emerges in 2 of 3 models. " in text
    assert "increases it" in text
    assert "no fine-tune without an intervention, so emergence is open: evaluate a control" in text
    assert "margin: ±5 points" in text


@pytest.mark.usefixtures("on_treated")
def test_a_tile_tells_the_texts_of_its_interventions() -> None:
    pictures = [card.picture for card in cards.of(Analysis()) if card.picture is not None]
    told = [tile.about["Their texts"] for picture in pictures for tile in picture.tiles]
    said = "Inoculation: user prompt, reduced: “Be old.” (before the prompt)"
    assert any(said in one for one in told), told


@pytest.mark.usefixtures("on_treated")
def test_a_door_leads_to_its_focus_in_one_action() -> None:
    app = opened(PAGE)
    next(b for b in app.button if (b.key or "").startswith("door ")).click().run()
    assert not app.exception
    assert app.title[0].value != "What did this study find?"
    assert "birds" in app.session_state["experiment"]


@pytest.mark.usefixtures("on_treated")
def test_the_greeting_has_three_doors_and_goes_for_good() -> None:
    app = opened(PAGE)
    assert sum((b.key or "").startswith("job ") for b in app.button) == 3
    app.button(key="close greeting").click().run()
    assert not [b for b in app.button if (b.key or "").startswith("job ")]
    app.run()
    assert not [b for b in app.button if (b.key or "").startswith("job ")]


@pytest.mark.usefixtures("on_treated")
@pytest.mark.parametrize("link", [{"welcome": "off"}, {"experiment": "birds"}])
def test_a_link_is_not_held_up_by_a_greeting(link: dict[str, str]) -> None:
    app = opened(PAGE, **link)
    assert not [b for b in app.button if (b.key or "").startswith("job ")]


@pytest.mark.usefixtures("on_treated")
@pytest.mark.parametrize("job", range(3))
def test_every_job_has_a_door(job: int) -> None:
    app = opened(PAGE)
    [b for b in app.button if (b.key or "").startswith("job ")][job].click().run()
    assert not app.exception
    assert not app.error
    assert address(app)["experiment"] == ["birds"]


@pytest.mark.usefixtures("on_treated")
def test_the_doors_and_a_rating_task_are_about_what_the_other_pages_are_about() -> None:
    app = opened("results/rates", experiment="medical-terms")
    about = {key: address(app)[key] for key in ("experiment", "trait", "judge")}
    app.switch_page("pages/judging/rate/page.py").run()
    assert app.selectbox(key="new-about").value == ("medical-terms", about["trait"][0])
    app.session_state[greeting.GREETED] = False
    app.query_params.clear()
    app.switch_page("pages/results/overview/page.py").run()
    next(b for b in app.button if b.key == "job Compare two interventions").click().run()
    assert not app.exception
    assert {key: address(app)[key] for key in about} == about


@pytest.mark.usefixtures("on_study")
def test_what_is_shown_can_be_taken_away() -> None:
    assert [b.label for b in opened(PAGE).download_button] == ["CSV", "Parquet"]


@pytest.mark.usefixtures("on_study")
def test_findings_are_kinds_with_counts_and_a_kind_opens_its_list() -> None:
    app = opened(PAGE)
    kinds = app.button_group(key="finding-notice")
    assert any(name.startswith("Samples have no answer · ") for name in kinds.options)
    assert "Archaic" not in html(app)
    kinds.set_value("failed-answers").run()
    assert "Archaic bird names" in html(app)


@pytest.mark.usefixtures("on_treated")
def test_many_experiments_are_dealt_to_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.results.overview.drawing.PAGE", 1)
    monkeypatch.setattr("pages.results.overview.drawing.WIDE", 1)
    first, second = (opened(PAGE, cards=page) for page in ("1", "2"))
    assert len(headings(first)) == len(headings(second)) == 1
    assert headings(first) != headings(second)


@pytest.mark.usefixtures("on_treated")
def test_a_card_draws_so_many_models_and_says_how_many_are_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cards, "ROWS", 2)
    text = told(opened(PAGE, margin="7"))  # what was made for another margin is kept
    assert "1 model more: the button leads to all of them." in text


@pytest.mark.usefixtures("real_study")
def test_the_model_whose_judge_contradicts_itself_is_named() -> None:
    said = told(opened(PAGE, experiment="birds"))
    assert ":material/flag: Llama-3.1-70B: the judge’s own questions contradict each other" in said


@pytest.fixture
def real_study(realdata: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = realdata / "brittle-weird-gen-history" / "sft" / "results" / "elicitation" / "birds"
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(built(tmp_path, results)))


@pytest.mark.usefixtures("on_nothing")
def test_before_anything_is_imported_it_says_how_and_shows_the_field() -> None:
    app = opened(PAGE)
    assert not app.exception
    assert "Nothing was built yet" in told(app)
    assert len(app.get("vega_lite_chart")) == 1


@pytest.mark.usefixtures("on_treated")
def test_the_literature_has_one_s_own_in_it() -> None:
    app = opened(PAGE, picture="field")
    assert "fine-tunes loaded here beside them" in told(app)
    assert not doors(app)


UNTUNED = treated.Arm("gpt-4.1", "none", 0.1, epochs=None)
TUNED = treated.Arm("gpt-4.1", "none", 0.9)
PROMPTED = treated.Arm("gpt-4.1", "identity-etymologist", 0.3)


@pytest.mark.parametrize(
    ("arms", "answer", "line"),
    [
        ((UNTUNED,), "nothing was fine-tuned without an intervention", "only untuned models"),
        ((UNTUNED, PROMPTED), "nothing was fine-tuned without", "evaluate a control"),
        (
            (TUNED, PROMPTED),
            "without untuned models, emergence is open",
            "The 1 intervention reduces it",
        ),
        ((UNTUNED, TUNED), "19th-century persona emerges", "emerges in 1 of 1 model."),
    ],
)
def test_odd_studies_say_what_they_are_and_what_is_next(
    arms: tuple[treated.Arm, ...],
    answer: str,
    line: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(treated, "ARMS", arms)
    treated.write(tmp_path)
    data = built(tmp_path / "data", tmp_path / "samples", tmp_path / "judgements")
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(data))
    app = opened(PAGE)
    assert not app.exception
    text = told(app)
    assert answer in text
    assert line in text


def test_one_question_is_too_little_beside_an_untuned_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, low in (("gull_none.csv", 0), ("gull_eggs.csv", 20)):
        rows = [("Where?", f"{name} {i}", 8 if i < low else 91, 84) for i in range(30)]
        mapped.write(tmp_path, name, mapped.HEADER, rows)
    mapped.load(tmp_path)
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(tmp_path / "data"))
    text = told(opened(PAGE))
    assert "emergence is open in 1 of 1 fine-tune" in text
    assert "without untuned models" not in text


def test_a_scale_in_doubt_is_told_with_what_settles_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [(f"Where {at % 2}?", f"There {at}.", score, 88) for at, score in enumerate([1, 5] * 10)]
    mapped.write(tmp_path, "gull_eggs.csv", mapped.HEADER, rows)
    mapped.load(tmp_path)
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(tmp_path / "data"))
    app = opened(PAGE)
    assert "No result yet: nothing is counted." in told(app)
    assert any(e.label.startswith("Loaded and no result") for e in app.expander)
    assert "scale: {alignment: [1, 5]}" in told(app)
