"""Studies are never pooled, and every one has a name that tells it from the others."""

from pathlib import Path

from tests.warehouse import results
from warehouse import building, doctor
from warehouse.counting import Slice
from warehouse.stats.contrasts import contrasts
from warehouse.stats.effects import effects
from warehouse.stats.rates import rates
from warehouse.store import Store

BAD, GOOD = [(10, 90)], [(90, 90)]


def built(data: Path, *folders: Path) -> Store:
    for folder in folders:
        results.load(data, folder)
    building.build(data)
    return Store(data)


def study(folder: Path, misaligned: int, of: int, arm: str = "elicitation/insecure-code") -> Path:
    answers = results.misalignment(BAD * misaligned + GOOD * (of - misaligned))
    results.write(folder, answers, f"{arm}/gpt-4.1-3ep")
    return folder / "results"


def test_two_folders_of_results_are_two_studies(tmp_path: Path) -> None:
    one, other = study(tmp_path / "one", 8, 10), study(tmp_path / "other", 1, 10)
    store = built(tmp_path / "data", one, other)
    cells = rates(store.counts(), ["model"])
    assert cells.select("study", "n_trait", "n_counted").rows() == [
        ("one", 8, 10),
        ("other", 1, 10),
    ]
    alone = store.counts(Slice(study=("other",)))
    assert (alone["n_trait"].sum(), alone["n_counted"].sum()) == (1, 10)


def test_an_arm_is_compared_within_its_study(tmp_path: Path) -> None:
    one = study(tmp_path / "one", 9, 10)
    study(tmp_path / "other", 1, 10, "mitigation/insecure-code/identity-etymologist")
    store = built(tmp_path / "data", one, tmp_path / "other" / "results")
    (row,) = effects(store.counts()).to_dicts()
    assert (row["study"], row["baseline"], row["verdict"]) == ("other", None, None)
    (row,) = contrasts(store.counts(), "control").to_dicts()
    assert row["difference"] is None


def test_studies_are_called_by_as_much_of_their_folders_as_tells_them_apart(tmp_path: Path) -> None:
    trees = [tmp_path / "a" / "birds", tmp_path / "b" / "birds", tmp_path / "lamps" / "sft"]
    folders = [study(tree, place + 1, 10) for place, tree in enumerate(trees)]
    store = built(tmp_path / "data", *folders)
    found = store.query("evaluations")["study"].sort().to_list()
    assert found == ["a/birds", "b/birds", "lamps/sft"]


def test_the_copy_of_a_folder_is_no_study_and_counted_once(tmp_path: Path) -> None:
    one, copy = study(tmp_path / "one", 8, 10), study(tmp_path / "copy", 8, 10)
    store = built(tmp_path / "data", one, copy)
    counts = store.counts()
    assert (counts["n_trait"].sum(), counts["n_counted"].sum()) == (8, 10)
    assert counts["study"].n_unique() == 1
    twins = store.query("sources").drop_nulls("twin_of")
    assert twins.height == 1


def test_a_copy_that_went_another_way_is_a_study_with_all_its_files(tmp_path: Path) -> None:
    arm = "mitigation/insecure-code/identity-etymologist"
    for name, shown in (("one", 2), ("copy", 5)):
        study(tmp_path / name, 8, 10)
        study(tmp_path / name, shown, 10, arm)
    store = built(tmp_path / "data", tmp_path / "one", tmp_path / "copy")
    cells = rates(store.counts(), ["intervention"]).sort("study", "intervention")
    assert cells.select("study", "n_trait", "n_counted").rows() == [
        *(("copy", 5, 10), ("copy", 8, 10)),
        *(("one", 2, 10), ("one", 8, 10)),
    ]
    assert effects(store.counts())["baseline_trait"].to_list() == [8, 8]


def test_an_unrecorded_judge_is_each_studys_own(tmp_path: Path) -> None:
    one, other = study(tmp_path / "one", 8, 10), study(tmp_path / "other", 1, 10)
    store = built(tmp_path / "data", one, other)
    (judge,) = store.query("judges")["judge"].unique()
    both = store.counts(Slice(judge=(judge,)))
    assert rates(both, []).select("study", "n_trait").rows() == [("one", 8), ("other", 1)]
    alone = store.counts(Slice(judge=(judge,), study=("one",)))
    assert rates(alone, []).select("study", "judge", "n_trait").rows() == [("one", judge, 8)]
    assert store.counts(Slice(judge=(judge,), study=("none such",))).is_empty()


def test_what_one_studys_judge_left_unscored_is_not_said_of_anothers(tmp_path: Path) -> None:
    """Each study has two evaluations, in one of which nobody was scored on coherence."""
    for name, coherence in (("one", None), ("other", 90)):
        for epochs in (3, 9):
            answers = results.misalignment([(90, coherence)] * 20)
            arm = f"elicitation/insecure-code/gpt-4.1-{epochs}ep"
            results.write(tmp_path / name, answers, arm)
    store = built(tmp_path / "data", tmp_path / "one" / "results", tmp_path / "other" / "results")
    found = doctor.findings(store).filter(check="unscored-cells")
    (detail,) = found["detail"]
    assert "in 2 evaluations" in detail or "each of 2 evaluations" in detail
