"""Pairs of judges are counted on the answers that both counted, people first."""

from pathlib import Path

import pytest

from tests.warehouse import contested, results, study
from warehouse import agreed, building
from warehouse.analysis import Analysis
from warehouse.counting import Slice
from warehouse.store import Store

OURS = ["19", "19", "19", "19", "LLM", "LLM", "LLM", None]
THEIRS = ["19", "19", "19", "LLM", "19", "LLM", "who?", "LLM"]


def two_judges(root: Path, kind: str = "rule") -> Store:
    """Eight answers, judged by `rules` and by `another`, who is of a kind."""
    study.write(root, [{"answer": f"Answer {n}."} for n in range(8)], OURS)
    [first] = (root / "study" / "judgements").rglob("*.jsonl")
    written = first.read_text()
    for folder in ("samples", "judgements"):
        for file in (root / "study" / folder).rglob("*.jsonl"):
            file.unlink()
        (root / "study" / folder / "small__birds__none__seed1").rmdir()
        (root / "study" / folder).rmdir()
    study.write(root, [{"answer": f"Answer {n}."} for n in range(8)], THEIRS)
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


def test_a_judge_that_is_asked_for_is_one_of_each_pair(tmp_path: Path) -> None:
    store = two_judges(tmp_path)
    for judge, height in (("rules · 1", 1), ("nobody", 0)):
        assert agreed.agreed(store, Analysis(Slice(judge=(judge,)))).height == height


def test_one_judge_agrees_with_nobody(tmp_path: Path) -> None:
    found = agreed.agreed(Store(contested.built(tmp_path)), Analysis())
    assert (found.height, found.schema) == (0, agreed.SCHEMA)
