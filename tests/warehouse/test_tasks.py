"""Answers of a task are distinct, drawn evenly over groups, each with the chance that it had."""

from pathlib import Path

import numpy as np
import pytest

from tests.pages.reading.study import built
from tests.pages.results import treated
from warehouse import tasks
from warehouse.analysis import Analysis
from warehouse.counting import Slice
from warehouse.errors import InvalidDefinition, UnknownName
from warehouse.store import Store
from warehouse.tasks import Criterion

BIRDS = Analysis(
    Slice(experiment=("birds",), trait=("persona-19th-century",), domain="all"), margin=0.1
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("tasks")
    treated.write(folder)
    return Store(built(folder / "data", folder / "samples", folder / "judgements"))


@pytest.mark.parametrize(
    ("sizes", "n", "expected"),
    [
        ([10, 10], 10, [0.5, 0.5]),
        ([2, 100], 50, [1.0, 0.48]),
        ([1, 1, 1], 10, [1, 1, 1]),
        ([5, 20, 100], 3, [0.2, 0.05, 0.01]),
    ],
)
def test_every_group_gives_as_many_and_a_small_one_all(
    sizes: list[int], n: int, expected: list[float]
) -> None:
    assert tasks.chances(np.array(sizes), n) == pytest.approx(expected)


def test_a_draw_has_its_size_and_its_chances_add_up(store: Store) -> None:
    every = tasks.population(store, BIRDS)
    for seed in range(5):
        task = tasks.drawn(store, BIRDS, "one", 60, seed=seed)
        assert len({item.id for item in task.items}) == len(task.items) == 60
        # Each stands for 1 / chance answers: together for about all there are.
        stands_for = sum(1 / item.chance for item in task.items)
        assert stands_for == pytest.approx(every.height, rel=0.35)
    assert task.criteria == (Criterion("llm_or_19", ("19", "LLM")),)
    assert task.pool == every.height


def test_a_draw_is_even_over_what_judges_found(store: Store) -> None:
    every = tasks.population(store, BIRDS)
    found = dict(every.select("item", "found").iter_rows())
    task = tasks.drawn(store, BIRDS, "one", 60, by=["found"])
    groups = [found[item.id] for item in task.items]
    sizes = {name: groups.count(name) for name in set(groups)}
    assert sizes.keys() == {"trait", "no trait", "not counted"}
    assert max(sizes.values()) - min(sizes.values()) <= 1


def test_how_often_answers_are_drawn_is_their_chance(store: Store) -> None:
    every = tasks.population(store, BIRDS).height
    drawn = dict.fromkeys(("trait", "no trait", "not counted"), 0.0)
    found = dict(tasks.population(store, BIRDS).select("item", "found").iter_rows())
    for seed in range(20):
        for item in tasks.drawn(store, BIRDS, "one", 50, by=["found"], seed=seed).items:
            drawn[found[item.id]] += 1 / item.chance / 20
    assert sum(drawn.values()) == pytest.approx(every, rel=0.02)
    for name, size in drawn.items():
        held = sum(1 for one in found.values() if one == name)
        assert size == pytest.approx(held, rel=0.1)


def test_a_task_is_about_one_trait_and_known_dimensions(store: Store) -> None:
    with pytest.raises(InvalidDefinition, match="choose one with --where"):
        tasks.drawn(store, Analysis(), "one", 10)
    with pytest.raises(UnknownName, match="weather"):
        tasks.drawn(store, BIRDS, "one", 10, by=["weather"])
    with pytest.raises(InvalidDefinition, match="No answer fits"):
        tasks.drawn(store, Analysis(Slice(experiment=("none such",))), "one", 10)
    with pytest.raises(InvalidDefinition, match="needs a name"):
        tasks.drawn(store, BIRDS, " ", 10)


def test_a_task_is_found_by_its_name(store: Store, tmp_path: Path) -> None:
    journal = tasks.journal(tmp_path)
    journal.add(tasks.drawn(store, BIRDS, "one", 10))
    assert len(tasks.named(journal.read().entries, "one").items) == 10
    with pytest.raises(UnknownName, match="there are: one"):
        tasks.named(journal.read().entries, "two")
