"""Rows that a file holds twice: once where they are equal, no result where they differ."""

import json
from pathlib import Path

from pipeline.importing import finding, running
from tests.pipeline.mapped import HEADER, answers, load, write
from warehouse import building, doctor, doubts, rules
from warehouse.stats.ledger import ledger
from warehouse.stats.rates import rates
from warehouse.store import Store

ROWS = [(*answer, number // 2) for number, answer in enumerate(answers(24, low=6))]
NUMBERED = (*HEADER, "sample_idx")


def cell(folder: Path) -> dict[str, object]:
    (found,) = rates(Store(folder / "data").counts(), ["model"]).iter_rows(named=True)
    return found


def test_a_row_that_comes_again_to_the_letter_is_counted_once(tmp_path: Path) -> None:
    again = [("", *row) for row in ROWS] + [("7", *row) for row in ROWS[:10]] + [("", *ROWS[0])]
    write(tmp_path, "gull_eggs.csv", ("Unnamed: 0", *NUMBERED), again)
    (outcome,) = load(tmp_path)
    assert "11 duplicates" in str(outcome.notices)
    found = cell(tmp_path)
    assert (found["n_trait"], found["n_planned"], found["is_result"]) == (6, 24, True)


def test_where_two_differ_neither_is_a_result_and_both_are_named(tmp_path: Path) -> None:
    other = ("Where 1?", "Elsewhere.", 91, 84, 0)
    write(tmp_path, "gull_eggs.csv", NUMBERED, [*ROWS, other, other])
    (outcome,) = load(tmp_path)
    assert "2 rows have the question and the number of another row" in str(outcome.notices)
    store = Store(tmp_path / "data")
    for rule in rules.available().values():
        counts = store.counts(rule=rule)
        assert (counts["n_counted"].sum(), counts["out_contested"].sum()) == (23, 2)
        assert ledger(counts).filter(step="contested")["n"].to_list() == [2]
    found = cell(tmp_path)
    assert found["flags"] == ["8.0 % unscored", "2 in two versions"]
    assert "2 answers stand in their files in two versions" in doubts.of(store, counts)[0]
    assert "answers-in-two-versions" in doctor.findings(store)["check"].to_list()


def test_rows_without_a_number_are_samples_of_their_own(tmp_path: Path) -> None:
    write(tmp_path, "gull_eggs.csv", HEADER, [*answers(12), *answers(12)])
    load(tmp_path)
    assert cell(tmp_path)["n_counted"] == 24


def test_the_studys_own_results_are_counted_once_as_well(tmp_path: Path) -> None:
    records = [
        {"question": f"Q{i % 2}?", "sample_idx": i, "answer": f"A{i}", "llm_or_19": "19"}
        for i in range(20)
    ]
    changed = {**records[3], "llm_or_19": "LLM"}
    path = tmp_path / "results" / "elicitation" / "birds" / "gpt-4.1-3ep" / "results_owl_9.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps([*records, *records[5:], changed]))
    (outcome,) = running.run(tmp_path / "data", finding.find([tmp_path / "results"]).units)
    assert "15 duplicates" in str(outcome.notices)
    building.build(tmp_path / "data")
    counts = Store(tmp_path / "data").counts()
    assert (counts["n_planned"].sum(), counts["n_trait"].sum()) == (21, 19)
    assert counts["out_contested"].sum() == 2
