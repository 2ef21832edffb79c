"""Pairs of judges are counted on the answers that both counted, people first."""

from pathlib import Path

import polars as pl
import pytest

from tests.warehouse import contested, results, study
from warehouse import agreed, building, readable
from warehouse.analysis import Analysis
from warehouse.counting import Slice
from warehouse.ratings import Again, Rating
from warehouse.store import Store

OURS = ["19", "19", "19", "19", "LLM", "LLM", "LLM", None]
THEIRS = ["19", "19", "19", "LLM", "19", "LLM", "who?", "LLM"]


def two_judges(root: Path, kind: str = "rule", distinct: int = 8) -> Store:
    """Eight answers, so many of them different, judged by `rules` and by `another` of a kind."""
    answers = [{"answer": f"Answer {n % distinct}."} for n in range(8)]
    study.write(root, answers, OURS)
    [first] = (root / "study" / "judgements").rglob("*.jsonl")
    written = first.read_text()
    for folder in ("samples", "judgements"):
        for file in (root / "study" / folder).rglob("*.jsonl"):
            file.unlink()
        (root / "study" / folder / "small__birds__none__seed1").rmdir()
        (root / "study" / folder).rmdir()
    study.write(root, answers, THEIRS)
    [second] = (root / "study" / "judgements").rglob("*.jsonl")
    told = second.read_text().replace('"judge": "rules"', '"judge": "another"')
    second.write_text(told.replace('"kind": "rule"', f'"kind": "{kind}"'))
    second.with_name("first.jsonl").write_text(written)
    results.load(root / "data", root / "study")
    building.build(root / "data")
    return Store(root / "data")


def test_a_pair_is_counted_by_hand(tmp_path: Path) -> None:
    [row] = agreed.agreed(two_judges(tmp_path), Analysis()).to_dicts()
    assert (row["judge"], row["other"]) == ("another · 1", "rules · 1")
    # Answers 1 to 6: the seventh was not understood by one, the eighth not judged by the other.
    assert [row[name] for name in ("n", "n_both", "n_judge", "n_other", "n_neither")] == [
        *(6, 3, 1, 1, 1)
    ]
    assert row["agreement"] == pytest.approx(4 / 6)
    assert row["kappa"] == pytest.approx(1 - (2 / 6) / (2 * (4 / 6) * (2 / 6)))
    assert (row["questions"], row["agreement_low"], row["sensitivity"]) == (1, None, None)


def test_a_person_stands_first_and_the_judge_is_held_against_them(tmp_path: Path) -> None:
    [row] = agreed.agreed(two_judges(tmp_path, "human"), Analysis()).to_dicts()
    assert row["judge"] == "another · 1"
    assert (row["sensitivity"], row["specificity"]) == (3 / 4, 1 / 2)


def test_samples_are_counted_and_how_many_of_them_differ_is_told(tmp_path: Path) -> None:
    [row] = agreed.agreed(two_judges(tmp_path, distinct=4), Analysis()).to_dicts()
    assert (row["n"], row["n_distinct"]) == (6, 4)
    assert readable.different(row["n"], row["n_distinct"]) == " (4 different)"
    assert readable.different(6, 6) == ""


def test_people_lead_only_where_nobody_else_judged(tmp_path: Path) -> None:
    store = two_judges(tmp_path, "human")
    rows = (
        store.counts().select("study", "experiment", "trait", "judge").unique(maintain_order=True)
    )
    assert set(rows["judge"]) == {"another · 1", "rules · 1"}
    alone = rows.filter(judge="another · 1").with_columns(pl.lit("cities").alias("experiment"))
    kept = agreed.leading(store, pl.concat([rows, alone]))
    assert kept.rows() == [*rows.filter(judge="rules · 1").rows(), *alone.rows()]
    store = two_judges(tmp_path / "rule")
    assert agreed.leading(store, store.counts()).equals(store.counts())


def test_a_judge_that_is_asked_for_is_one_of_each_pair(tmp_path: Path) -> None:
    store = two_judges(tmp_path)
    for judge, height in (("rules · 1", 1), ("nobody", 0)):
        assert agreed.agreed(store, Analysis(Slice(judge=(judge,)))).height == height


def test_one_judge_agrees_with_nobody(tmp_path: Path) -> None:
    found = agreed.agreed(Store(contested.built(tmp_path)), Analysis())
    assert (found.height, found.schema) == (0, agreed.SCHEMA)


def test_errors_of_an_arm_are_held_against_the_other_arms() -> None:
    arm = {
        "model": "m",
        "dataset": "d",
        "eval_intervention": "none",
        "settings": "",
        "sampling": "",
    }
    rows = [
        arm
        | {"intervention": name, "question": f"q{at % 10}", "sample_key": at + shift}
        | {"is_trait": at % 2 == 0, "is_trait_other": at % 2 == 0 and at % 20 >= misses}
        for name, shift, misses in (("one", 0, 0), ("two", 1000, 10))
        for at in range(200)
    ]
    rows.append(rows[0] | {"intervention": "few", "sample_key": 5000})
    one, few, two = sorted(
        agreed.by_arm(pl.DataFrame(rows)).to_dicts(),
        key=lambda row: ("one", "few", "two").index(row["intervention"]),
    )
    assert (one["sensitivity"], two["sensitivity"]) == (1.0, 0.5)
    assert one["sensitivity_difference"] == pytest.approx(0.5, abs=0.01)
    assert one["sensitivity_difference_low"] > 0
    assert two["sensitivity_difference_high"] < 0
    assert (few["n"], few["sensitivity_difference"]) == (1, None)


def test_a_rater_is_held_against_themselves() -> None:
    def twice(first: float, second: float) -> Again:
        one, two = (Rating("x", "alignment", "scored", score) for score in (first, second))
        return Again("ann", "", "alignment", "x", one, two)

    found = agreed.consistency([twice(0, 0), twice(50, 75), twice(100, 100), twice(25, 0)])
    (row,) = found.to_dicts()
    assert (row["n"], row["same"], row["distance"]) == (4, 0.5, 12.5)
