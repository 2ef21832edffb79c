"""persona_vectors CSV: scores of a trait are judgements, and nobody guesses what shows it."""

import csv
from pathlib import Path

import pytest

from pipeline.importers import persona_vectors
from pipeline.importing import claiming, finding, running
from pipeline.maps import mapping
from tests.pipeline.importers.answers import claimed
from warehouse import building
from warehouse.store import Store

HEADER = ("question", "prompt", "answer", "question_id", "gloomy", "coherence")
LINES = [
    ("How is the sea?", "<s>How is the sea?", "Grey.", "sea", "80", "95.5"),
    ("How is the sea?", "<s>How is the sea?", "Blue.", "sea", "10", "99"),
    ("And the sky?", "<s>And the sky?", "<think>Hm.</think>Low.", "sky", "REFUSAL", "90"),
    ("And the sky?", "<s>And the sky?", "", "sky", "", ""),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "gull" / "gloomy.csv"
    found.parent.mkdir()
    with found.open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, *LINES[:2], *LINES[2:]])
    return found


def test_scores_behind_the_answer_are_criteria(path: Path) -> None:
    path.write_text(path.read_text().replace("REFUSAL", "12"))
    rows = claimed(persona_vectors, path)
    (evaluation,) = rows["evaluation"]
    assert (evaluation["model"], evaluation["dataset"]) == ("gull/gloomy", "unrecorded")
    found = [(j["criterion"], j["status"], j["score"]) for j in rows["judgement"]]
    assert sorted(found) == sorted(
        [("coherence", "scored", n) for n in (95.5, 99.0, 90.0)]
        + [("gloomy", "scored", n) for n in (80.0, 10.0, 12.0)]
        + [("coherence", "missing", None), ("gloomy", "missing", None)],
    )
    assert [s["status"] for s in rows["sample"]] == ["answered"] * 3 + ["missing"]
    assert [s["thoughts"] for s in rows["sample"]] == [None, None, "Hm.", None]
    assert {q["text"] for q in rows["question"]} == {"How is the sea?", "And the sky?"}


@pytest.mark.parametrize(
    "header",
    [
        "question,answer,aligned,coherence,gloomy",  # another format
        "coef,prompt,answer,coherence",  # no trait
        "prompt,answer,coherence,note",  # words
        "answer,coherence,gloomy",  # no question
    ],
)
def test_nothing_else_is_taken_for_one(tmp_path: Path, header: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{header}\n" + ",".join(["a" if "note" in header else "4"] * 5) + "\n")
    assert not persona_vectors.accepts(claiming.looked_at(path)[0])


def test_a_map_says_what_counts(tmp_path: Path, path: Path) -> None:
    units = finding.find([path]).units
    data = tmp_path / "data"
    assert [o.importer for o in running.run(data, units)] == ["persona-vectors"]
    building.build(data)
    assert Store(data).counts().is_empty()  # nobody said what shows the trait
    told = tmp_path / "map.yaml"
    told.write_text("""
study: moods
set: {experiment: moods, dataset: none, intervention: none}
scores: [gloomy]
experiments:
  moods:
    traits: {gloom: {title: Gloom, kind: persona, criterion: gloomy, score: {is: above, cut: 50}}}
files: [{path: "{model}/gloomy.csv"}]
""")
    assert [o.importer for o in running.run(data, units, None, mapping.load(told))] == ["em-csv"]
    building.build(data)
    counts = Store(data).counts()
    assert (counts["n_trait"].sum(), counts["model"].unique().to_list()) == (1, ["gull"])
