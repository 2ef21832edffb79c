"""The reader of snapshots: what a slice is compared with comes along."""

from pathlib import Path

import pytest

from tests.warehouse import results
from warehouse import building, snapshots
from warehouse import store as stores
from warehouse.counting import Slice
from warehouse.errors import StaleSnapshot
from warehouse.lake import Lake
from warehouse.snapshots import Snapshot
from warehouse.stats.effects import effects
from warehouse.store import GRAIN, Store

ARM = "mitigation/insecure-code/identity-teacher/gpt-4.1-3ep"
OTHER = "mitigation/insecure-code/time-past/gpt-4.1-3ep"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    root = tmp_path_factory.mktemp("compared")
    results.write(root, results.misalignment([(10, 90)] * 6))
    for place in (ARM, OTHER):
        results.write(root, results.misalignment([(90, 90)] * 6), place)
    results.load(root / "data", root / "results")
    building.build(root / "data")
    return Store(root / "data")


def test_a_snapshot_that_another_version_built_is_not_read(tmp_path: Path) -> None:
    built = building.build(tmp_path)
    assert built.holds == (Lake(tmp_path).content(), snapshots.form())
    stale = built.path.with_name(f"{built.path.stem[:-4]}0ld0.duckdb")
    built.path.rename(stale)
    with pytest.raises(StaleSnapshot, match=r"another version.*brittlescope build"):
        Store(tmp_path, Snapshot(stale))


@pytest.mark.parametrize("few", [0, 10_000])
def test_chosen_samples_are_a_bit_for_each_number(
    few: int, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "FEW", few)
    known = store.ask("select sample_key, sample_no from core.sample where sample_no in (1, 4, 10)")
    bits = store.among([*known["sample_key"], 7, 2**62])  # two that nobody has
    asked = (
        "select sample_no from core.sample where get_bit($bits::bit, sample_no) = 1 order by all"
    )
    wide = bits.ljust(4, b"\0")
    assert store.ask(asked, bits=wide)["sample_no"].to_list() == [1, 4, 10]
    assert store.among([]) == b"\0"


def test_baselines_keep_what_arms_must_share_and_drop_what_tells_them_apart() -> None:
    within = Slice(
        experiment=("birds",),
        model=("a",),
        dataset=("birds",),
        intervention=("x",),
        kind=("time",),
        relevance=("relevant",),
        placement=("system",),
        eval_intervention=("x",),
        judge=("j",),
        run=("r",),
        evaluation=("e",),
        question=("q",),
        domain="all",
    )
    assert within.baselines() == Slice(
        experiment=("birds",),
        model=("a",),
        dataset=("birds", "none"),
        intervention=("none",),
        eval_intervention=("x", "none"),
        judge=("j",),
        question=("q",),
        domain="all",
    )


def test_a_filter_on_an_intervention_leaves_its_control_to_compare_with(store: Store) -> None:
    within = Slice(intervention=("identity-teacher",))
    assert store.counts(within)["intervention"].to_list() == ["identity-teacher"]
    compared = store.compared(within)
    assert sorted(compared["intervention"]) == ["identity-teacher", "none"]
    row = effects(compared, "prompts").row(0, named=True)
    assert (row["intervention"], row["baseline_rate"], row["difference"]) == (
        "identity-teacher",
        1.0,
        -1.0,
    )


def test_what_is_in_the_slice_anyway_is_counted_once(store: Store) -> None:
    compared = store.compared()
    assert compared.height == 3
    assert not compared.select(GRAIN).is_duplicated().any()
