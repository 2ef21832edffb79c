"""A filter leaves rows out and changes none: the family of a verdict is its focus."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.pages.results import treated
from tests.warehouse import results as files
from warehouse import building, rules
from warehouse.analysis import Analysis, family, results
from warehouse.counting import Slice
from warehouse.rules import Rule
from warehouse.store import Store

FOCUS = Slice(experiment=("birds",))

KINDS = ("model", "dataset", "intervention", "kind", "relevance", "placement", "eval_intervention")
"""The filters that choose among arms."""


class Kept(Store):
    """A store that counts and computes everything once, as that of the pages does."""

    def __init__(self, data: Path) -> None:
        super().__init__(data)
        self.made: dict[str, Any] = {}

    def counts(self, within: Slice | None = None, rule: Rule | None = None) -> pl.DataFrame:
        key = f"{within} {rule}"
        if key not in self.made:
            self.made[key] = super().counts(within, rule)
        found: pl.DataFrame = self.made[key]
        return found

    def once(self, make: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        key = f"{make.__name__} {args} {kwargs}"
        if key not in self.made:
            self.made[key] = super().once(make, *args, **kwargs)
        return self.made[key]


TWICE = tuple(
    treated.Arm("gpt-4.1", intervention, rate, seed=seed)
    for intervention, rates in {
        "none": (0.9, 0.8),
        "time-1900": (0.1, 0.3),
        "time-2000": (0.6, 0.8),
        "intent-study": (0.2, 0.2),
    }.items()
    for seed, rate in enumerate(rates)
)
"""Arms that were trained twice, so that a filter of runs leaves half of one."""


def built(root: Path, arms: Sequence[treated.Arm]) -> Kept:
    treated.write(root / "study", arms)
    files.load(root / "data", root / "study")
    building.build(root / "data")
    return Kept(root / "data")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    found = built(tmp_path_factory.mktemp("families"), treated.ARMS)
    yield found
    found.close()


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    found = built(tmp_path_factory.mktemp("twice"), TWICE)
    yield found
    found.close()


def filters(store: Store, names: tuple[str, ...]) -> st.SearchStrategy[Slice]:
    """Slices of the focus by any values of some dimensions."""
    counts = store.counts(FOCUS)
    chosen = {}
    for name in names:
        values = counts[name].drop_nulls().unique().sort().to_list()
        picked = st.lists(st.sampled_from(values), min_size=1, unique=True, max_size=len(values))
        chosen[name] = st.just(()) | picked.map(tuple)
    return st.fixed_dictionaries(chosen).map(lambda values: FOCUS.narrowed(**values))


def kept(whole: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Of the rows without a filter those that are there with one."""
    on = [name for name in family.KEY if name in found.columns]
    return whole.join(found, on=on, how="semi", nulls_equal=True, maintain_order="left")


ASKED: dict[str, Callable[[Store, Analysis], pl.DataFrame]] = {
    "effects": results.effects,
    "to the untuned model": lambda store, asked: results.effects(store, asked.beside("untuned")),
    "to an intervention": lambda store, asked: results.effects(store, asked.beside("time-1850")),
    "to no text": lambda store, asked: results.contrasts(store, asked.beside("unprompted")),
    "ranks": results.ranks,
    "profile": results.profile,
    "dose curves": lambda store, asked: results.doses(store, asked).summary,
}


@pytest.mark.parametrize("name", ASKED)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_every_row_in_sight_is_as_it_is_without_a_filter(
    store: Kept, name: str, data: st.DataObject
) -> None:
    within = data.draw(filters(store, KINDS))
    whole, found = (ASKED[name](store, Analysis(each)) for each in (FOCUS, within))
    assert found.equals(kept(whole, found))
    seen = results.in_sight(store, Analysis(within))
    if name == "effects":
        on = list(family.KEY)
        assert found.equals(whole.join(seen, on=on, how="semi", nulls_equal=True))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_an_arm_that_is_counted_in_part_changes_no_other(twice: Kept, data: st.DataObject) -> None:
    within = data.draw(filters(twice, ("run", "intervention")))
    whole, found = (results.effects(twice, Analysis(each)) for each in (FOCUS, within))
    seen = results.in_sight(twice, Analysis(within)).filter(pl.col("intervention") != "none")
    assert (
        found.select(family.KEY).sort(family.KEY).equals(seen.select(family.KEY).sort(family.KEY))
    )
    full = found.filter(pl.col("runs") == 2)
    assert full.equals(kept(whole, full))
    for row in found.filter(pl.col("runs") == 1).iter_rows(named=True):
        assert row["n_counted"] == len(treated.QUESTIONS) * treated.ANSWERS
        assert row["baseline_counted"] == 2 * row["n_counted"]
        assert row["family"].startswith("3 comparisons")


def test_neither_ways_of_counting_nor_questions_left_out_know_of_a_filter(store: Kept) -> None:
    one = FOCUS.narrowed(intervention="time-1900", model="gpt-4.1")
    ways = [rules.named("answered"), rules.named("strict")]
    whole, few = (results.multiverse(store, Analysis(each), ways) for each in (FOCUS, one))
    for of_all, of_one in zip(whole, few, strict=True):
        assert of_one.height > 0
        assert of_one.equals(kept(of_all, of_one))
    of_all, of_one = (results.without_each(store, Analysis(each)) for each in (FOCUS, one))
    assert of_one.height == 11
    assert of_one.equals(kept(of_all, of_one))


def test_what_was_trained_without_an_intervention_stays_under_a_filter_of_one(store: Kept) -> None:
    one = Analysis(FOCUS.narrowed(intervention="time-1900"))
    found = results.emergence(store, one)
    assert found.select("model", "intervention").rows() == [("gpt-4.1", "none")]
    whole = results.emergence(store, Analysis(FOCUS))
    assert whole["model"].n_unique() == 3
    assert found.equals(kept(whole, found))


def test_what_a_filter_hides_is_counted(store: Kept) -> None:
    every = results.in_sight(store, Analysis(FOCUS)).height
    assert results.hidden(store, Analysis(FOCUS)) == (every, every, 0, 10, 10)
    one = FOCUS.narrowed(intervention="time-1900")
    assert results.hidden(store, Analysis(one)) == (1, every, 0, 10, 10)
    question = store.counts(FOCUS)["question"][0]
    asked = Analysis(one.narrowed(question=question))
    assert results.hidden(store, asked) == (1, every, 0, 1, 10)


def test_an_arm_of_which_a_filter_leaves_a_part_is_counted(twice: Kept) -> None:
    run = twice.counts(FOCUS.narrowed(intervention="time-1900"))["run"][0]
    assert results.hidden(twice, Analysis(FOCUS.narrowed(run=run))) == (1, 4, 1, 10, 10)


def test_a_filter_of_questions_asks_another_question_of_the_whole_family(store: Kept) -> None:
    asked = Analysis(FOCUS.narrowed(question=store.counts(FOCUS)["question"][0], model="gpt-4.1"))
    whole = family.of(store, asked).whole.slice
    assert (whole.question, whole.model) == (asked.slice.question, ())
    assert family.of(store, asked, ["question"]).whole.slice == FOCUS
