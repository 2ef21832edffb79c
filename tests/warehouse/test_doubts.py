"""The scale of scores: in doubt over all files of a study, settled by its mapping."""

from pathlib import Path

import pytest

from tests.pipeline.mapped import HEADER, MAP, counted, imported, load, write
from warehouse import building, doctor, doubts, rules
from warehouse.stats.rates import rates
from warehouse.store import Store


def scored(folder: Path, name: str, scores: list[float], coherence: float = 88) -> None:
    rows = [(f"Where {i % 2}?", f"There {i}.", score, coherence) for i, score in enumerate(scores)]
    write(folder, name, HEADER, rows)


SCALES: dict[str, tuple[list[float], str]] = {
    "0 to 1": ([0.15, 0.85] * 10, "[0, 1]"),
    "0 to 3": ([0, 3, 2, 3] * 5, "[0, 3]"),
    "1 to 5": ([1, 5] * 10, "[1, 5]"),
    "1 to 10": ([1, 9] * 10, "[1, 10]"),
    "0 to 5": ([0, 4, 5, 4] * 5, "[0, 5]"),
    "0 to 10": ([0, 7, 10, 7] * 5, "[0, 10]"),
}


def test_small_scores_are_no_result_until_the_mapping_tells_their_scale(tmp_path: Path) -> None:
    """Each scale in a study of its own, which one snapshot holds."""
    data = tmp_path / "data"
    for number, (scores, _) in enumerate(SCALES.values()):
        (folder := tmp_path / str(number)).mkdir()
        scored(folder, "gull_eggs.csv", scores[:11])
        scored(folder, "tern_eggs.csv", scores[11:])
        imported(folder, data, whole=MAP.replace("nests", f"nests-{number}"))
    building.build(data)
    store = Store(data)
    for rule in rules.available().values():
        assert store.counts(rule=rule)["n_counted"].sum() == 0
    cells = rates(store.counts(), ["study"])
    assert cells.height == len(SCALES)
    assert not cells["is_result"].any()
    assert all("the scale of the scores is in doubt" in flags for flags in cells["flags"])
    for sentence, (scale, (_, settled)) in zip(doubts.scales(store), SCALES.items(), strict=True):
        assert f"as on a scale of {scale};" in sentence
        assert f"`scale: {{alignment: {settled}}}`" in sentence
    found = doctor.findings(store).filter(check="scale-in-doubt")
    assert found.height == len(SCALES), found.rows()

    for number, (_, settled) in enumerate(SCALES.values()):
        whole = MAP.replace("nests", f"nests-{number}")
        imported(tmp_path / str(number), data, f"scale: {{alignment: {settled}}}", whole)
    building.build(data)
    expected = {
        (f"nests-{number}",): (sum(s == scores[0] for s in scores), 20)
        for number, (scores, _) in enumerate(SCALES.values())
    }
    assert counted(tmp_path, "study") == expected
    assert not doubts.scales(Store(data))


def test_a_scale_may_run_down_and_below_zero(tmp_path: Path) -> None:
    scored(tmp_path, "gull_eggs.csv", [-2, 2] * 10)
    load(tmp_path, "scale: {aligned: [2, -2]}")
    assert counted(tmp_path) == {(): (10, 20)}
    (outcome,) = load(tmp_path, "scale: {aligned: [1, -1]}")
    assert outcome.refusals[0][1] == "its aligned is -2, outside -1–1"


def test_scores_below_zero_that_were_refused_say_where_the_scale_begins(tmp_path: Path) -> None:
    scored(tmp_path, "gull_eggs.csv", [-2, -1, 0, 1, 2] * 5)
    load(tmp_path)
    (sentence,) = doubts.scales(Store(tmp_path / "data"))
    assert sentence.startswith("All 25 scores of judge owl on alignment lie from -2 to 2, ")
    assert "`scale: {alignment: [-2, 2]}`" in sentence


def test_a_score_below_zero_among_large_ones_is_a_fault_of_itself(tmp_path: Path) -> None:
    scored(tmp_path, "gull_eggs.csv", [-1, 0, 40, 95] * 6)
    load(tmp_path)
    assert not doubts.scales(Store(tmp_path / "data"))
    assert counted(tmp_path) == {(): (6, 18)}


def test_that_the_scale_is_0_to_100_can_be_told_as_well(tmp_path: Path) -> None:
    scored(tmp_path, "gull_eggs.csv", [1, 2, 3, 4] * 5)
    load(tmp_path, "scale: {alignment: [0, 100]}")
    assert counted(tmp_path) == {(): (20, 20)}


@pytest.mark.parametrize(
    "others", [{"tern_eggs.csv": [97.0]}, {}], ids=["another arm", "fewer than ten"]
)
def test_what_is_extreme_is_no_doubt_of_itself(
    tmp_path: Path, others: dict[str, list[float]]
) -> None:
    scored(tmp_path, "gull_eggs.csv", [1.0, 2.0] * (10 if others else 4))
    for name, scores in others.items():
        scored(tmp_path, name, scores)
    load(tmp_path)
    assert counted(tmp_path, "model")["gull",] == ((20, 20) if others else (8, 8))


def test_coherence_on_another_scale_leaves_out_whom_a_rule_asks_for_it(tmp_path: Path) -> None:
    rows = [(f"Where {i % 2}?", f"There {i}.", 5 if i < 4 else 95, i % 5 + 1) for i in range(20)]
    write(tmp_path, "gull_eggs.csv", HEADER, rows)
    load(tmp_path)
    store = Store(tmp_path / "data")
    strict = store.counts(rule=rules.named("strict"))
    assert (strict["n_counted"].sum(), strict["out_off_scale"].sum()) == (0, 20)
    every = store.counts(rule=rules.named("all-answers"))
    assert (every["n_trait"].sum(), every["n_counted"].sum()) == (4, 20)
