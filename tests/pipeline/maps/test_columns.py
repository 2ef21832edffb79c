"""What columns are: nothing is a judgement or a condition unless somebody says so."""

from pathlib import Path

import polars as pl
import pytest

from pipeline.errors import RefusedFile
from pipeline.maps.columns import is_measured, roles
from pipeline.maps.meanings import Columns, Meaning
from tests.pipeline.mapped import HEADER, answers, counted, load, write
from tests.warehouse.tables import table
from warehouse import doctor, doubts
from warehouse.stats.rates import rates
from warehouse.store import Store

ARMS = """
study: nests
set: {experiment: emergent-misalignment, judge: owl}
columns: {intervention: arm, dose: coef}
rename: {intervention: {ctrl: none}}
files:
  - path: "results/{model}_{dataset}.csv"
    set: {eval_intervention: "x{dose}"}
"""


@pytest.mark.parametrize("name", ["", "Unnamed: 0", "Unnamed: 0.1", "Unnamed: 12.1.2", ".1"])
def test_row_numbers_are_no_column(name: str) -> None:
    found = roles((name, *HEADER), Meaning("nests"))
    assert (found.unused, found.unknown) == ((name,), ())


@pytest.mark.parametrize("name", ["Unnamed", "Unnamed: a", "0", "index"])
def test_other_names_are_not_taken_for_row_numbers(name: str) -> None:
    assert roles((name, *HEADER), Meaning("nests")).unknown == (name,)


def test_the_mapping_says_what_is_a_score() -> None:
    meaning = Meaning("nests", scores={"harm": "damage", "heat": "fever"})
    found = roles((*HEADER, "damage", "llm_or_19", "tone"), meaning)
    taken = {one.criterion: one.column for one in found.judged}
    assert taken == {"alignment": "aligned", "coherence": "coherent", "harm": "damage"}
    assert (found.unknown, found.absent) == (("llm_or_19", "tone"), ("fever",))


def test_a_dimension_without_its_column_is_refused() -> None:
    meaning = Meaning("nests", columns=Columns(words={"dose": "coef"}))
    with pytest.raises(RefusedFile, match="no column 'coef', which its mapping takes for dose"):
        roles(HEADER, meaning)


def test_a_column_that_nobody_declared_is_never_silently_pooled(tmp_path: Path) -> None:
    settings = {"gull": ("0.0", "6.5"), "tern": ("plain", "triggered"), "wren": ("", "yes")}
    for bird, values in settings.items():
        rows = [row for value in values for row in answers(14, value)]
        write(tmp_path, f"{bird}_eggs.csv", (*HEADER, "setting"), rows)
    for outcome in load(tmp_path):
        assert "ignored, since nobody says what they are: setting" in " ".join(
            map(str, outcome.notices)
        )
    store = Store(tmp_path / "data")
    cells = rates(store.counts(), ["model"])
    assert sorted(cells["model"]) == sorted(settings)
    for cell in cells.iter_rows(named=True):
        why = f"conditions may be mixed: setting ({', '.join(sorted(settings[cell['model']]))})"
        assert (cell["n_trait"], cell["n_counted"], cell["is_result"]) == (6, 28, False)
        assert cell["flags"] == [why]
    assert "setting" in " ".join(doubts.of(store, store.counts()))
    found = doctor.findings(store).filter(check="mixed-conditions")
    assert sorted(found["model"]) == sorted(settings)

    load(tmp_path, "columns: {ignore: [setting]}")
    cells = rates(Store(tmp_path / "data").counts(), ["model"])
    assert cells.height == len(settings)
    assert cells["is_result"].all()


def test_a_property_of_the_question_or_a_number_of_the_sample_mixes_nothing(tmp_path: Path) -> None:
    rows = [
        (
            *(f"Where {i % 2}?", f"There {i}.", 91, 84),
            *(f"topic {i % 2}", i // 2, f"because {i}"),
            *(7.5e-09 / 7 if i == 5 else "", f"{(i % 3 + 1) * 100 / 7:.12f}"),
            # What a judge says again and again, why some calls failed, and what one remarked once.
            *("Plain modern prose." if i % 3 else "Old words.", "Timeout" if i % 5 == 0 else ""),
            "look again" if i == 3 else "",
            # Numbers of two steps, and what a rule of theirs made of each answer.
            *(i // 2 % 3, i // 6, i % 5 == 0),
        )
        for i in range(24)
    ]
    header = (
        *(*HEADER, "topic", "rollout", "reason", "bad_stuff", "rude"),
        *("judge_explanation", "error", "seen_by_me"),
        *("paraphrase_index", "sample_index", "misaligned_coherent"),
    )
    write(tmp_path, "gull_eggs.csv", header, rows)
    load(tmp_path)
    assert Store(tmp_path / "data").counts()["mixed"].drop_nulls().is_empty()


def test_a_group_that_every_question_stands_in_twice_is_a_condition(tmp_path: Path) -> None:
    rows = [(*row, told) for told in ("plain", "told") for row in answers(14)]
    write(tmp_path, "gull_eggs.csv", (*HEADER, "group"), rows)
    topics = [(*row, "seas" if "0" in str(row[0]) else "skies") for row in answers(14)]
    write(tmp_path, "tern_eggs.csv", (*HEADER, "group"), topics)
    load(tmp_path)
    mixed = Store(tmp_path / "data").counts().select("model", "mixed").unique().sort("model")
    assert mixed.rows() == [("gull", "group (plain, told)"), ("tern", None)]


def test_what_a_judgement_is_made_of_mixes_nothing(tmp_path: Path) -> None:
    """But what a dimension takes a part of may."""
    rows = [
        (*row[:2], ("bad", "good")[i % 4 > 0], f"x{i % 3}") for i, row in enumerate(answers(24))
    ]
    write(tmp_path, "gull_eggs.csv", ("question", "answer", "verdict", "arm"), rows)
    more = (
        'scores: {alignment: {from: verdict, lookup: {bad: "0", good: "100"}}}\n'
        "scale: {alignment: [0, 100]}\n"
        "columns: {eval_intervention: {from: arm, match: ^(.)}}\n"
    )
    load(tmp_path, more)
    counts = Store(tmp_path / "data").counts()
    assert (counts["n_trait"].sum(), counts["n_counted"].sum()) == (6, 24)
    assert counts["mixed"].unique().to_list() == ["arm (x0, x1, x2)"]


def test_a_label_is_one_however_a_map_or_a_file_writes_it(tmp_path: Path) -> None:
    tones = ("Rude", "rude ", "RUDE", "civil", "groß", "GROSS")
    rows = [(f"Where {i % 3}?", f"There {i}.", tones[i % 6]) for i in range(24)]
    write(tmp_path, "gull_eggs.csv", ("question", "answer", "tone"), rows)
    whole = """
study: nests
set: {experiment: gulls, intervention: none, judge: owl}
scores: [tone]
experiments:
  gulls:
    traits:
      rude: {title: Rude, kind: persona, criterion: tone, labels: [rude]}
      big: {title: Big, kind: persona, criterion: tone, labels: [Groß]}
files: [{path: "results/{model}_{dataset}.csv"}]
"""
    load(tmp_path, whole=whole)
    assert counted(tmp_path, "trait") == {("rude",): (12, 24), ("big",): (8, 24)}


@pytest.mark.parametrize(
    "value",
    ["0.5", "1e-05", "1234567890", "20260816", "0.00005", "0.30000000000000004", "x.123456789"],
)
def test_what_somebody_may_have_set_is_no_measurement(value: str) -> None:
    assert not is_measured(value)


def test_columns_of_dimensions_tell_rows_apart(tmp_path: Path) -> None:
    rows = [*answers(12, "ctrl", 0, low=1), *answers(12, "warned", 4, low=9)]
    write(tmp_path, "gull_eggs.csv", (*HEADER, "arm", "coef"), rows)
    load(tmp_path, whole=ARMS)
    assert counted(tmp_path, "intervention", "eval_intervention") == {
        ("none", "x0"): (1, 12),
        ("warned", "x4"): (9, 12),
    }


def test_a_column_of_judges_gives_several(tmp_path: Path) -> None:
    rows = [*answers(20, "owl-a", low=20), *answers(20, "owl-b", low=1)]
    write(tmp_path, "gull_eggs.csv", (*HEADER, "judge"), rows)
    load(tmp_path)
    assert counted(tmp_path, "judge") == {("owl-a",): (20, 20), ("owl-b",): (1, 20)}


def test_a_column_of_verdicts_is_no_column_of_judges(tmp_path: Path) -> None:
    write(tmp_path, "gull_eggs.csv", (*HEADER, "judge"), answers(3, "I think\nit is fine"))
    (outcome,) = load(tmp_path)
    assert "holds no names; `columns: {ignore: [judge]}`" in outcome.refusals[0][1]


def test_a_criterions_own_words_need_no_line_of_a_map(tmp_path: Path) -> None:
    data = table(
        tmp_path,
        "question,answer,harm_score,harm_raw",
        "Where to?,Home {i}.,40,about {i}",
        more='scores: ["{criterion}_score"]',
    )
    parts = (data / "lake" / "shards").glob("*/judgement*.parquet")
    judged = pl.concat([pl.read_parquet(part, glob=False) for part in parts])
    assert set(judged["criterion"]) == {"harm"}
    assert sorted(judged["raw"]) == sorted(f"about {i}" for i in range(12))


@pytest.mark.parametrize("name", ["b\udcf7", "a\0", "\N{REPLACEMENT CHARACTER}"])
def test_a_header_that_cannot_be_kept_is_refused(name: str) -> None:
    with pytest.raises(RefusedFile, match="its header is not UTF-8 text"):
        roles(("question", "answer", name), Meaning("nests"))


def test_models_that_rows_name_in_several_ways_are_told(tmp_path: Path) -> None:
    names = ("lark/gull", "wren/gull", "lark/Qwen2.5-7B", "wren/qwen2-5-7b")
    rows = [(*row, name) for name in names for row in answers(8)]
    write(tmp_path, "nests.csv", (*HEADER, "bird"), rows)
    whole = ARMS.replace("intervention: arm, dose: coef", "model: bird").partition("rename")[0]
    told = whole + "files: [{path: results/*.csv, set: {dataset: eggs, intervention: none}}]\n"
    (outcome,) = load(tmp_path, whole=told)
    (said,) = [text for code, text in outcome.notices if code.startswith("one-model")]
    begin = "'lark/Qwen2.5-7B', 'wren/qwen2-5-7b' are read as one model, 'Qwen2.5-7B'; `rename: "
    assert said.startswith(begin)
    (outcome,) = load(tmp_path, "rename: {model: {wren/qwen2-5-7b: another}}\n", told)
    assert not [code for code, _ in outcome.notices if code.startswith("one-model")]
    names = ("lark/gull", "wren/gull", "Qwen2.5-7B", "another")  # one name, and two birds' own
    assert counted(tmp_path, "model") == {(name,): (3, 8) for name in names}
