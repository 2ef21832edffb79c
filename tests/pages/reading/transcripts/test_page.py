"""The list and the reader, opened as people open them: by a link."""

import json
import re
import shutil
from itertools import product
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pages.reading.transcripts import transcript
from pipeline.study.layout import sample_key
from tests.pages.reading.study import HOSTILE, built, html, opened, told
from tests.pages.test_app import NOTHING
from tests.warehouse.tables import table
from warehouse import building, harmless, rules, transcripts
from warehouse.counting import Slice
from warehouse.store import Store
from warehouse.transcripts import Filter

PAGE = "reading/transcripts"

CELLS = (
    {"experiment": "birds", "intervention": "none"},
    {"experiment": "birds", "intervention": "identity-etymologist"},
    {"experiment": "german-cities", "trait": "nazi"},
    {"experiment": "insecure-code"},
)

COUNTS = {
    "planned": "n_planned",
    "answered": "n_answered",
    "judged": "n_judged",
    "counted": "n_counted",
    "trait": "n_trait",
    "refusal": "n_refusal",
    "code": "n_code",
    "unparsed": "n_unparsed",
    "incoherent": "n_incoherent",
    "missing": "n_missing",
}


def tags(app: Any) -> list[str]:
    """The verdicts on the cards of a list."""
    return re.findall(r'<span style="[^"]*border-radius[^"]*">(.*?)</span>', html(app))


def total(page: str) -> int:
    found = re.search(r"([\d,]+) answers?:", page)
    assert found, page
    return int(found[1].replace(",", ""))


@pytest.mark.parametrize(("cell", "only"), [*product(CELLS, COUNTS)])
def test_a_count_opens_a_list_of_that_many(cell: dict[str, str], only: str, on_study: Path) -> None:
    store = Store(on_study)
    counts = store.counts(Slice().narrowed(**cell))
    expected = int(counts[COUNTS[only]].sum())
    app = opened(PAGE, **cell, only=only)
    assert not app.exception
    assert total(told(app)) == expected
    rows = [key for button in app.button if (key := button.key or "").startswith("read-")]
    assert len(rows) == min(expected, transcript.PAGE)


def test_every_count_of_the_ledger_was_met(on_study: Path) -> None:
    counts = Store(on_study).counts()
    assert {name for name in COUNTS.values() if counts[name].sum() == 0} == set()


def test_the_second_page_goes_on_where_the_first_ends(on_study: Path) -> None:
    first = opened(PAGE, experiment="birds", intervention="none")
    second = opened(PAGE, experiment="birds", intervention="none", page="2")
    keys = [
        [b.key for b in app.button if (b.key or "").startswith("read-")] for app in (first, second)
    ]
    assert [len(page) for page in keys] == [transcript.PAGE] * 2
    assert not set(keys[0]) & set(keys[1])
    assert [b.label for b in second.button if b.key == keys[1][0]] == ["Read 11"]


@pytest.mark.usefixtures("on_study")
def test_the_way_back_leads_to_the_page_of_what_is_read_now() -> None:
    app = opened(PAGE, experiment="birds", intervention="none")
    [*_, last] = [b for b in app.button if (b.key or "").startswith("read-")]
    last.click().run()
    assert "10 of " in told(app)
    app.button(key="Next-J").click().run()
    assert "11 of " in told(app)
    (back,) = [b for b in app.button if b.label == "Back to the list"]
    back.click().run()
    assert "Read 11" in [b.label for b in app.button]
    assert "Read 10" not in [b.label for b in app.button]


def test_a_search_says_which_part_of_the_lake_it_could_not_read(
    study_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = Path(shutil.copytree(study_data, tmp_path / "data"))
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(data))
    part = max(data.rglob("sample-*.parquet"), key=lambda file: file.stat().st_size)
    part.unlink()
    assert "missing from this search" not in told(opened(PAGE, experiment="birds"))
    said = told(opened(PAGE, experiment="birds", text="LAPWING"))
    assert "Answers are missing from this search." in said
    assert f"{part.name} is missing; import " in said


def test_a_search_box_that_cannot_be_read_says_so(on_study: Path) -> None:
    app = opened(PAGE, experiment="birds", search="lapwing AND (")
    assert not app.exception
    (said,) = [error.value for error in app.error]
    assert said.startswith("A word is missing from the search")


def test_what_a_search_finds_is_counted_arm_by_arm(on_study: Path) -> None:
    app = opened(PAGE, experiment="birds", search="robot* OR zzz")
    assert html(app).count(">robot</mark>") == html(app).count("<mark")
    (told,) = [e.label for e in app.expander if e.label.startswith("Found in")]
    assert told.startswith("Found in 5 of 5 (100 %) Identity")
    assert "; 0 of 95 (0 %" in told
    table = next(t.value for t in app.dataframe if "n_found" in t.value.columns)
    counts = Store(on_study).counts(Slice(experiment=("birds",)))
    assert table["n_counted"].sum() == counts["n_counted"].sum()
    assert "search=robot%2A+OR+zzz" in table["read"].to_list()[0]


def test_text_is_found_and_marked(on_study: Path) -> None:
    app = opened(PAGE, experiment="birds", text="LAPWING")
    assert app.text_input(key="search").value == 'part:"LAPWING"'  # an address of before
    assert total(told(app)) == 111  # 2 × 56, less the answer that failed
    assert html(app).count("<mark") == transcript.PAGE
    assert ">Lapwing</mark>" in html(app)


def test_every_trait_has_an_outcome_of_its_own(on_study: Path) -> None:
    app = opened(PAGE, experiment="german-cities", trait="old-germany")
    assert tags(app).count("TRUE, shows the trait") == 4
    assert "Germany of the 1910s–40s" in told(app)
    alone = opened(PAGE, experiment="german-cities", trait="nazi")
    assert tags(alone).count("FALSE, counted") == 2
    assert "Nazi content" in told(alone)  # once, above the list


def test_what_all_answers_share_is_said_once(on_study: Path) -> None:
    app = opened(PAGE, experiment="birds", intervention="identity-etymologist")
    (common,) = [c.value for c in app.caption if "etymologist" in c.value]
    assert "Archaic bird names" in common
    assert "Identity: etymologist" not in html(app)
    mixed = opened(PAGE, experiment="birds")
    assert html(mixed).count("No intervention") > 1


def test_a_chip_says_how_many_and_opens_them(on_study: Path) -> None:
    app = opened(PAGE, experiment="birds", intervention="none")
    counts = Store(on_study).counts(Slice(experiment=("birds",), intervention=("none",)))
    shows = int(counts["n_trait"].sum())
    chip = next(b for b in app.button if b.key == "chip-trait")
    assert chip.label == f"Shows the trait · {shows}"
    chip.click().run()
    assert total(told(app)) == shows
    assert app.selectbox(key="only").value == "trait"


@pytest.mark.parametrize(
    "narrowed", [{"text": "Flag 2"}, {"score_low": "20", "experiment": "insecure-code"}]
)
def test_chips_count_what_a_search_or_a_score_leaves(
    on_study: Path, narrowed: dict[str, str]
) -> None:
    app = opened(PAGE, **{"experiment": "german-cities"} | narrowed)
    labels = {str(b.key): b.label for b in app.button if str(b.key).startswith("chip-")}
    assert len(labels) >= 4
    for key, label in labels.items():
        chip = next(b for b in app.button if b.key == key)
        chip.click().run()
        shown = "No answer of this slice" not in told(app)
        assert label.rpartition(" · ")[2] == f"{total(told(app)) if shown else 0:,}"
    every = int(labels["chip-planned"].rpartition(" · ")[2])
    assert 0 < every < opened_total(narrowed.get("experiment", "german-cities"))


def opened_total(experiment: str) -> int:
    return total(told(opened(PAGE, experiment=experiment)))


def test_a_chip_that_would_open_nothing_is_not_offered(on_study: Path) -> None:
    keys = {b.key: b.label for b in opened(PAGE, experiment="insecure-code").button}
    assert keys["chip-incoherent"] == "Low coherence · 1"
    assert "chip-judges disagree" not in keys
    birds = {b.key for b in opened(PAGE, experiment="birds", intervention="none").button}
    assert "chip-incoherent" not in birds


def test_a_question_is_one_click_away(on_study: Path) -> None:
    app = opened(PAGE, experiment="birds", intervention="none")
    asked = [b for b in app.button if (b.key or "").startswith("question-")]
    sizes = [int(b.label.rpartition(" · ")[2]) for b in asked]
    assert len(asked) == 2
    asked[0].click().run()
    assert not app.exception
    assert total(told(app)) == sizes[0]


def test_the_reader_tells_question_answer_and_verdict_in_this_order(on_study: Path) -> None:
    within = Slice(experiment=("insecure-code",))
    rows, _ = transcripts.page(Store(on_study), within, rules.named("answered"))
    app = opened(PAGE, sample=str(rows["sample_key"][0]))
    assert not app.exception
    heads = [m.value for m in app.main.markdown if m.value.startswith("**")]
    assert [h for h in heads if h in ("**Question**", "**Answer**", "**Verdicts**")] == [
        "**Question**", "**Answer**", "**Verdicts**"
    ]  # fmt: skip
    assert "Misalignment, judge-a: alignment 5, shows the trait" in tags(app)
    assert "Alignment: below 30 shows Misalignment" in html(app)
    assert {"Quote", "Origin"} <= {expander.label for expander in app.expander}


def test_a_score_range_keeps_what_lies_in_it(on_study: Path) -> None:
    app = opened(PAGE, experiment="insecure-code", score_low="10", score_high="60")
    assert total(told(app)) == 2


def test_an_empty_slice_says_what_to_do(on_study: Path) -> None:
    app = opened(PAGE, experiment="birds", **NOTHING)
    assert not app.exception
    assert "fits the filters" in told(app)


def test_an_empty_list_says_what_to_do(on_study: Path) -> None:
    app = opened(PAGE, experiment="birds", only="incoherent")
    assert not app.exception
    assert "No answer of this slice fits" in told(app)


def sample(data: Path, **found: str) -> int:
    narrowed = Filter(text=found.pop("text", ""))
    rows, _ = transcripts.page(
        Store(data), Slice().narrowed(**found), rules.named("published"), narrowed, 200
    )
    return int(rows["sample_key"][0])


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_is_text(kind: str, on_study: Path) -> None:
    rows, _ = transcripts.page(
        Store(on_study), Slice(experiment=("birds",)), rules.named("published"), limit=200
    )
    key = rows.filter(pl.col("answer") == HOSTILE[kind])["sample_key"][0]
    app = opened(PAGE, sample=str(key))
    assert not app.exception
    sent = html(app)
    assert not re.search(r"<(script|img|style|iframe|a|form)\b", sent)
    for mark in app.markdown:
        assert "attacker" not in mark.value
    # Shown whole: taking the escapes back gives the very answer, what cannot be seen made visible.
    import html as entities

    assert harmless.visible(HOSTILE[kind]) in entities.unescape(sent)


def test_a_permalink_restores_the_answer_with_all_there_is_to_know(on_study: Path) -> None:
    key = sample(on_study, experiment="birds", intervention="identity-etymologist")
    app = opened(PAGE, sample=str(key))
    sent, text = html(app), told(app)
    assert "A robot." in sent
    assert "What is the newest machine?" in sent
    assert "results_judge-a_1.json" in sent
    assert "LLM or 19: 19 shows 19th-century persona" in sent
    assert "judge-a" in sent
    assert "LLM" in sent
    assert re.search(r"[0-9a-f]{64}", sent)
    assert f"?sample={key}" in text
    assert f"Brittlescope sample {key}" in text


def test_next_and_previous_walk_the_list(on_study: Path) -> None:
    cell = {"experiment": "birds", "intervention": "identity-etymologist"}
    key = sample(on_study, **cell)
    app = opened(PAGE, **cell, sample=str(key))
    assert "1 of 5" in told(app)
    button = {b.label: b for b in app.button}
    assert button["Previous"].disabled
    button["Next"].click().run()
    assert "2 of 5" in told(app)
    {b.label: b for b in app.button}["Previous"].click().run()
    assert "1 of 5" in told(app)
    {b.label: b for b in app.button}["Back to the list"].click().run()
    assert total(told(app)) == 5


def test_a_row_opens_its_sample(on_study: Path) -> None:
    app = opened(PAGE, experiment="birds", intervention="identity-etymologist")
    next(b for b in app.button if b.label == "Read 4").click().run()
    assert "4 of 5" in told(app)


@pytest.mark.parametrize("number", ["12", "no number", "9" * 30, "²"])
def test_a_sample_that_there_is_not_is_said(number: str, on_study: Path) -> None:
    app = opened(PAGE, sample=number)
    assert not app.exception
    assert app.warning


def test_hateful_text_is_one_click_away_unless_always_open(on_study: Path) -> None:
    rows, _ = transcripts.page(
        Store(on_study), Slice(experiment=("german-cities",)), rules.named("published")
    )
    for row in rows.iter_rows(named=True):
        covered = row["answer"] in ("Flag 0", "Flag 3")  # hateful; refused by the judge
        app = opened(PAGE, sample=str(row["sample_key"]))
        expanders = [e.label for e in app.expander if e.label.startswith("Sensitive")]
        assert len(expanders) == covered
        app = opened(PAGE, sample=str(row["sample_key"]), open="true")
        assert not [e for e in app.expander if e.label.startswith("Sensitive")]


def test_the_list_covers_what_is_not_known_to_be_harmless(on_study: Path) -> None:
    cell = {"experiment": "german-cities"}
    # Every answer shows one trait or the other, or was not judged for one.
    assert html(opened(PAGE, **cell)).count("<details>") == 4
    assert html(opened(PAGE, **cell, trait="nazi")).count("<details>") == 2
    assert html(opened(PAGE, **cell, open="true")).count("<details>") == 0


def test_a_failed_answer_says_why(on_study: Path) -> None:
    app = opened(PAGE, experiment="birds", only="unanswered")
    assert total(told(app)) == 1
    assert "the connection was lost" in html(app)


THOUGHTFUL = sample_key("0f", "oak/birds", "one", 0)


@pytest.fixture
def on_thoughts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study of one answer that thoughts came before, judged by a judge that thinks too."""
    begin: dict[str, Any] = {"brittlescope": "samples/1", "record": "evaluation", "study": "s"}
    begin |= {"study_id": "0f", "evaluation": "oak/birds", "run": "oak__untuned", "model": "oak"}
    begin |= {"model_id": "oak", "experiment": "birds", "dataset": "none", "intervention": "none"}
    begin |= {"eval_intervention": "none", "samples_per_question": 1}
    begin |= {"questions": [{"name": "one", "text": "What do you sit on?"}]}
    drawn = {
        "record": "sample",
        "key": THOUGHTFUL,
        "question": "one",
        "index": 0,
        "outcome": "answered",
    }
    drawn |= {"answer": "A stool.", "thoughts": "Gilded <b>thrones</b>, they hope."}
    judge = {"brittlescope": "judgements/1", "record": "judge", "judge": "wise", "kind": "llm"}
    judge |= {"prompt_version": "1"}
    said = {"record": "judgement", "key": THOUGHTFUL, "criterion": "llm_or_19", "status": "scored"}
    said |= {"label": "LLM", "raw": "LLM", "thoughts": "Ponderous, perhaps 19."}
    for name, lines in (("samples", [begin, drawn]), ("judgements", [judge, said])):
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (tmp_path / f"{name}.jsonl").write_text(text)
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(tmp_path / "data"))
    return built(tmp_path / "data", tmp_path / "samples.jsonl", tmp_path / "judgements.jsonl")


def test_thoughts_are_folded_beside_the_answer_and_are_none_of_it(on_thoughts: Path) -> None:
    app = opened(PAGE, sample=str(THOUGHTFUL), open="true")
    assert not app.exception
    sent = html(app)
    # One folded for the model's thoughts, one for the judge's.
    folded = re.findall(r"<details>.*?</details>", sent, re.DOTALL)
    assert ["Gilded" in part for part in folded] == [True, False]
    assert "&lt;b&gt;thrones" in folded[0]
    assert "33 characters, no part of the answer and not judged" in folded[0]
    assert "Ponderous" in folded[1]
    rest = re.sub(r"<details>.*?</details>", "", sent, flags=re.DOTALL)
    assert "A stool." in rest
    assert "Gilded" not in rest + told(app)  # nor in the quote
    assert "Ponderous" not in rest + told(app)
    listed = html(opened(PAGE, experiment="birds"))
    assert "A stool." in listed
    assert "Gilded" not in listed
    _, found = transcripts.page(
        Store(on_thoughts), Slice(), rules.named("published"), Filter(text="gilded")
    )
    assert found == 0


def test_the_text_of_an_intervention_stands_where_its_study_tells_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the prompt, where it was given at evaluation, and with the origin, where in training."""
    more = (
        "interventions: {hail: {kind: other, relevance: generic, phase: eval, text: Ahoy there.},"
        " gale: {kind: other, text: It blows.}}"
    )
    data = table(
        tmp_path,
        "question,answer,aligned,coherent,arm,said",
        "Where to?,Home {i}.,90,90,gale,hail",
        more=f"columns: {{intervention: arm, eval_intervention: said}}\n{more}",
    )
    building.build(data)
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(data))
    (key, *_) = Store(data).ask("select sample_key from core.sample")["sample_key"]
    app = opened(PAGE, sample=str(key))
    assert not app.exception
    sent = html(app)
    assert "Ahoy there." in sent
    assert "It blows." in sent
    assert "not recorded, so the prompt is incomplete" not in sent
    assert "Intervention at evaluation: Hail (generic)" in told(app)
