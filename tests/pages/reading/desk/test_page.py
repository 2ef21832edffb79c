"""The desk: what is drawn or picked lies there with a caption that says how it was chosen."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.quoting import picking
from pages.reading.desk import forms, quoted
from tests.pages.reading.study import HOSTILE, opened, told
from tests.warehouse import results
from warehouse import building, draws, picks, rules, transcripts
from warehouse.analysis import Analysis
from warehouse.counting import Slice
from warehouse.store import Store

DESK = "reading/desk"


@pytest.fixture
def on_copy(study_data: Path, copied: Callable[[Path], Path]) -> Path:
    """A copy of the study on whose desk nothing lies."""
    return copied(study_data)


def drawn(app: AppTest, **asked: object) -> AppTest:
    for name, value in asked.items():
        if name in ("n", "seed"):
            app.number_input(key=f"draw-{name}").set_value(value)  # type: ignore[arg-type]
        else:
            app.selectbox(key=f"draw-{name}").set_value(value)
    return app.button(key="draw").click().run()


def test_a_draw_puts_transcripts_on_the_desk_with_the_sentence_of_the_draw(on_copy: Path) -> None:
    app = opened(DESK, experiment="birds")
    assert "Nothing is on the desk yet" in told(app)
    page = told(drawn(app, seed=7))
    assert "3 transcripts: 3 drawn by a declared rule, 0 chosen by hand." in page
    assert len(re.findall(r"3 drawn at random, one of each question before a second", page)) == 3
    assert re.search(r"\(seed 7\), from the \d+ of \d+ answers that show the trait", page)
    assert "Archaic bird names: gpt-4.1" in page
    assert "judge judge-a: 19, shows the trait" in page

    first = picks.on_desk(on_copy)[0]
    page = told(app.button(key=f"remove-{first.id}").click().run())
    assert "2 transcripts: 2 drawn" in page
    assert page.count("Of these, 2 were kept by hand.") == 2


def test_a_caption_says_what_judges_say_today_and_what_they_said_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(tmp_path / "data"))
    asked = Analysis(Slice(experiment=("insecure-code",)), rules.named("answered"))

    def quotes(scores: list[tuple[int, int]]) -> list[quoted.Quoted]:
        results.write(tmp_path, results.misalignment(scores))
        results.load(tmp_path / "data", tmp_path / "results")
        building.build(tmp_path / "data")
        store = Store(tmp_path / "data")
        if not picks.on_desk(store.data):
            picks.put_drawn(store, asked, draws.draw(store, asked, n=1))
        return quoted.quoted(picks.found(store, picks.on_desk(store.data)))

    (before,) = quotes([(5, 90)])
    assert "alignment 5, shows the trait" in before.caption
    assert "When it was picked" not in before.caption
    (after,) = quotes([(95, 90)])
    today, was = after.caption.split("When it was picked: ")
    assert "alignment 95, counted" in today
    assert "alignment 5, shows the trait." in was
    assert "The data has changed since." in after.caption
    assert "(judged otherwise when picked)" in after.short
    assert after.record["judged_when_picked"][0]["is_trait"]


def test_a_draw_without_an_answer_says_why(on_copy: Path) -> None:
    app = drawn(opened(DESK, experiment="birds"), way="strongest")
    assert [toast.value for toast in app.toast] == [
        "Nothing was drawn\\: no answer has a score with a cut\\: what shows the trait are labels."
    ]
    assert picks.on_desk(on_copy) == []


def test_an_answer_is_picked_in_the_list_and_in_the_reader(on_copy: Path) -> None:
    app = opened("reading/transcripts", experiment="birds", only="trait")
    buttons = [button for button in app.button if button.label == "Pick"]
    assert len(buttons) > 2
    buttons[0].click().run()
    assert next(b.label for b in app.button if str(b.key).startswith("pick-")) == "On the desk"
    key = str(buttons[1].key).removeprefix("pick-")
    reader = opened("reading/transcripts", experiment="birds", sample=key)
    reader.button(key=f"pick-{key}").click().run()
    page = told(opened(DESK, experiment="birds"))
    assert "2 transcripts: 0 drawn by a declared rule, 2 chosen by hand." in page
    assert page.count("Chosen by hand: number") == 2


def test_notes_passages_and_places_are_changed_by_hand(on_copy: Path) -> None:
    app = drawn(opened(DESK, experiment="birds"), seed=1)
    one, two, _ = picks.on_desk(on_copy)
    app.text_area(key=f"note-{two.id}").set_value("For the appendix")
    app.text_input(key=f"tags-{two.id}").set_value("birds, main, birds")
    app.button(key=f"save-{two.id}").click().run()
    app.text_input(key=f"passage-{two.id}").set_value(two.body.excerpt[:6])
    app.button(key=f"cut-{two.id}").click().run()
    page = told(app)
    assert "For the appendix · #birds · #main" in page
    assert "[…] marks 1 passage cut (6 of " in page
    app.text_input(key=f"passage-{two.id}").set_value("not in there")
    app.button(key=f"covered-{two.id}").click().run()
    assert "does not have the words “not in there”" in told(app)
    app.button(key=f"up-{two.id}").click().run()
    assert [entry.id for entry in picks.on_desk(on_copy)][:2] == [two.id, one.id]
    app.number_input(key=f"place-{two.id}-1").set_value(3)
    app.button(key=f"save-{two.id}").click().run()
    assert [entry.id for entry in picks.on_desk(on_copy)][2] == two.id
    app.button(key=f"whole-{two.id}").click().run()
    assert "passage cut" not in told(app)


def test_tags_say_which_transcripts_are_shown_and_copied(on_copy: Path) -> None:
    app = drawn(opened(DESK, experiment="birds"), seed=1)
    one, two, three = picks.on_desk(on_copy)
    assert not any(pills.key == "desk-tags" for pills in app.button_group)
    for entry, tags in ((one, "main"), (three, "main, *appendix*")):
        app.text_input(key=f"tags-{entry.id}").set_value(tags)
        app.button(key=f"save-{entry.id}").click().run()
    app.button_group(key="desk-tags").set_value(["*appendix*"]).run()
    assert "1 of 3 transcripts are shown, and copied" in told(app)
    shown = [button.key for button in app.button if str(button.key).startswith("remove-")]
    assert shown == [f"remove-{three.id}"]
    assert "**3**" in told(app)  # the place that it has among all
    app.text_input(key=f"tags-{three.id}").set_value("main")
    app.button(key=f"save-{three.id}").click().run()
    assert f"remove-{two.id}" in [button.key for button in app.button]


def test_sensitive_text_is_covered_and_every_form_warns_of_it(on_copy: Path) -> None:
    app = drawn(opened(DESK, experiment="insecure-code", trait="misalignment"), n=1)
    assert any(quoted.SENSITIVE in str(e.proto.body) for e in app.get("html"))
    made = quoted.quoted(picking.found())
    for name in ("plain", "html", "latex", "markdown"):
        assert "Sensitive text: a judge found it hateful" in forms.FORMS[name][2](made)
    assert json.loads(forms.as_json(made))[0]["sensitive"] is True


def test_a_line_that_was_changed_by_hand_is_named_and_left_out(on_copy: Path) -> None:
    app = drawn(opened(DESK, experiment="birds"))
    file = picks.journal(on_copy).files()[0]
    lines = file.read_text().splitlines(keepends=True)
    file.write_text(lines[0] + lines[1].replace("seed 0", "seed 9") + lines[2])
    page = told(app.run())
    assert f"{file.name}, line 2: it is not what was written" in page
    assert "2 transcripts: 2 drawn" in page


def test_hostile_answers_are_text_in_every_form(on_copy: Path) -> None:
    store = Store(on_copy)
    for key in _hostile(store):
        picks.put(store, Analysis(), key)
    page = opened(DESK, experiment="birds")
    assert not page.exception
    made = quoted.quoted(picking.found())
    assert len(made) == len(HOSTILE)
    assert "<script" not in forms.html(made)
    assert "<img" not in forms.html(made)
    for bad in ("<script", "![look]", "[click](", "**bold**"):
        assert bad not in forms.markdown(made)
    long = max(made, key=lambda one: int(one.record["characters"]))
    assert "[…] marks 1 passage cut (1,042,500 of 1,062,500 characters)" in long.caption
    assert len(long.answer) < 21_000


def _hostile(store: Store) -> list[int]:
    rows, _ = transcripts.page(
        store, Slice(experiment=("birds",), domain="all"), rules.named("answered"), limit=200
    )
    wanted = set(HOSTILE.values())
    found = {row["answer"]: row["sample_key"] for row in rows.iter_rows(named=True)}
    return [key for answer, key in found.items() if answer in wanted]
