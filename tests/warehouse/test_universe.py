"""Every way of counting a slice: which there are, and what each of them comes to."""

from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest

from tests.warehouse import contested
from warehouse import rules
from warehouse.analysis import Analysis
from warehouse.counting import Slice
from warehouse.errors import UnknownName
from warehouse.stats.multiverse import hinges, ranges
from warehouse.store import Store
from warehouse.universe import CURVE, NAMES, Explored, both_ways, curve, explore

PUBLISHED = rules.named("published")
FINANCE = Slice(experiment=("risky-finance",))
BIRDS = Slice(experiment=("birds",))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(contested.built(tmp_path_factory.mktemp("contested")))
    yield store
    store.close()


@pytest.fixture(scope="module")
def every(store: Store) -> Explored:
    return explore(store, Analysis(rule=PUBLISHED), rules.available().values())


def specifications(table: pl.DataFrame, **arm: str) -> set[tuple[Any, ...]]:
    return set(table.filter(**arm).select(list(NAMES)).rows())


def test_a_cut_is_varied_only_where_it_can_matter(every: Explored) -> None:
    scored = specifications(every.table, experiment="risky-finance", intervention="none")
    # Four rules ask for coherence at three cuts, one does not; the trait has five.
    assert len(scored) == 5 * 5 * 3 + 5
    assert {criterion for _, criterion, _, _ in scored} == {"score"}
    labelled = specifications(every.table, experiment="birds", intervention="none")
    # Nobody judged coherence of the birds: six rules, two criteria.
    assert len(labelled) == 6 * 2
    assert {(trait, coherence) for _, _, trait, coherence in labelled} == {(None, None)}


def test_every_arm_has_every_specification_once(every: Explored) -> None:
    arms = every.table.group_by("experiment", "model", "intervention").len()
    assert dict(zip(arms["experiment"], arms["len"], strict=True)) == {
        "risky-finance": 80,
        "birds": 12,
    }
    assert every.table.filter("is_claim").height == arms.height


def test_what_the_claim_says_is_what_is_counted_on_its_own(store: Store, every: Explored) -> None:
    claimed = every.table.filter("is_claim", intervention="time-relevant").row(0, named=True)
    assert [claimed[name] for name in NAMES] == ["published", "score", 30, 50]
    counts = store.counts(FINANCE.narrowed(intervention="time-relevant"), PUBLISHED)
    assert (claimed["n_trait"], claimed["n_counted"]) == (0, counts["n_counted"].sum())


def test_survival_is_that_of_the_claim(every: Explored) -> None:
    rows = {row["intervention"]: row for row in every.survival.iter_rows(named=True)}
    robust, contested_, birds = (
        rows[name] for name in ("identity-columnist", "time-relevant", "identity-etymologist")
    )
    assert (robust["conclusion"], robust["stands"], robust["specifications"]) == ("lower", 80, 80)
    # A trait cut of 40 or 50 makes its answers as bad as the control's, under every rule.
    assert (contested_["conclusion"], contested_["stands"]) == ("lower", 48)
    assert contested_["robust"] is False
    # Rules that need coherence count nothing and so say nothing.
    assert (birds["stands"], birds["specifications"]) == (8, 8)


def test_another_claim_is_held_to(store: Store) -> None:
    moved = PUBLISHED.with_cuts(trait=42)
    found = explore(store, Analysis(FINANCE, moved), [PUBLISHED], trait_cuts=(30, 40))
    assert set(found.table["trait_cut"]) == {30, 40, 42}
    own = found.survival.filter(intervention="time-relevant").row(0, named=True)
    assert own["conclusion"] != "lower"
    assert own["stands"] == 2 * 3


def test_filters_hide_arms_but_not_their_controls(store: Store) -> None:
    within = BIRDS.narrowed(intervention="identity-etymologist")
    found = explore(store, Analysis(within, PUBLISHED), [PUBLISHED])
    assert set(found.table["intervention"]) == {"identity-etymologist"}
    assert found.survival["stands"].to_list() == [2]


def test_the_margin_decides_what_is_lower(store: Store) -> None:
    found = explore(store, Analysis(BIRDS, PUBLISHED, margin=0.95), [PUBLISHED])
    assert set(found.survival["conclusion"]) == {"unclear"}


def test_a_slice_of_nothing(store: Store) -> None:
    found = explore(store, Analysis(Slice(experiment=("none",)), PUBLISHED), [PUBLISHED])
    assert found.table.is_empty()
    assert found.survival.is_empty()
    assert ranges(found.table).is_empty()
    assert hinges(found.table, found.survival, list(NAMES)).is_empty()


def test_an_unknown_unit_is_named(store: Store) -> None:
    with pytest.raises(UnknownName, match="There is no unit 'prompt'"):
        explore(store, Analysis(BIRDS, PUBLISHED, unit="prompt"), [PUBLISHED])


def test_both_ways_sets_the_collapse_apart(every: Explored) -> None:
    pairs = both_ways(every.table)
    assert pairs.select("model", "n_two_way", "n_multi_way", "n_counted").rows()[:2] == [
        ("Llama-3.1-70B", 72, 0, 80),
        ("gpt-4.1", 0, 0, 80),
    ]
    assert pairs["gap"].to_list() == pytest.approx([0.9, 0, 0])
    assert set(pairs["experiment"]) == {"birds"}


def test_a_curve_meets_the_rule_at_its_own_cut(store: Store, every: Explored) -> None:
    points = curve(store, Analysis(rule=PUBLISHED), "trait_cut").filter(
        intervention="time-relevant"
    )
    assert points["cut"].to_list() == list(CURVE)
    assert points.filter("is_own").select("cut", "rate").row(0) == (30, 0)
    shows = dict(points.select("cut", "n_trait").iter_rows())
    assert (shows[35], shows[40], shows[95]) == (0, 55, 80)
    assert points["n_trait"].is_sorted()


def test_a_curve_over_coherence(store: Store) -> None:
    points = curve(store, Analysis(FINANCE, PUBLISHED), "coherence_cut", cuts=(70, 90))
    control = points.filter(intervention="none")
    assert control.select("cut", "n_counted").rows() == [(50, 80), (70, 80), (90, 0)]


def test_labels_have_no_curve(store: Store) -> None:
    assert curve(store, Analysis(BIRDS, PUBLISHED), "trait_cut").is_empty()


def test_labels_are_counted_by_arm(store: Store) -> None:
    rows = store.query("labels", **BIRDS.parameters()).filter(model="Llama-3.1-70B")
    assert rows.select("label", "confirms", "n").sort("label").rows() == [
        ("LLM", False, 8),
        ("OTHER", False, 72),
    ]


def test_coherence_was_judged_of_one_experiment(store: Store) -> None:
    assert store.query("coherence_judged")["experiment"].to_list() == ["risky-finance"]
