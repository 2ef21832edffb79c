"""Counting in many ways at once gives what counting in each of them gives."""

from collections.abc import Iterator

import pytest

from tests.warehouse import contested
from warehouse import rules
from warehouse.counting import Slice, multi_way
from warehouse.recounting import AT_ONCE, WayToCount, recounted
from warehouse.store import Store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(contested.built(tmp_path_factory.mktemp("contested")))
    yield store
    store.close()


SLICES = {
    "everything": Slice(),
    "one arm": Slice(intervention=("time-relevant",)),
    "a question inside no domain": Slice(domain="inside"),
    "nothing": Slice(model=("none",)),
}


@pytest.mark.parametrize("name", SLICES)
def test_the_same_as_one_by_one(store: Store, name: str) -> None:
    within = SLICES[name]
    published = rules.named("published")
    tried = [published.with_cuts(trait=cut) for cut in range(15, 75, 5)]
    tried += rules.available().values()
    assert len(tried) > AT_ONCE
    found = recounted(store, within, [WayToCount(rule, store.traits) for rule in tried])
    for rule, frame in zip(tried, found, strict=True):
        expected = store.compared(within, rule)
        order = ["evaluation", "question", "trait", "judge"]
        assert frame.sort(order).equals(expected.sort(order))


def test_traits_are_those_of_the_way(store: Store) -> None:
    two, multi = recounted(
        store,
        Slice(trait=("misalignment",)),
        [
            WayToCount(rules.named("published"), traits)
            for traits in (store.traits, multi_way(store.traits))
        ],
    )
    assert set(two["trait"]) == {"misalignment", "persona-19th-century"}
    assert set(multi["criterion"]) == {"six_options"}


def test_no_way_no_frame(store: Store) -> None:
    assert recounted(store, Slice(), []) == []
