"""Rates are corrected by a person's ratings and their chances, or it is said why not."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.pages.reading.study import built
from tests.pages.results import treated
from warehouse import building, correcting, corrections, ratings, tasks
from warehouse.analysis import Analysis
from warehouse.correcting import Correction
from warehouse.corrections import WAYS
from warehouse.counting import Slice
from warehouse.errors import InvalidDefinition, UnknownName
from warehouse.ratings import Rating
from warehouse.store import Store

BIRDS = Analysis(Slice(experiment=("birds",), trait=("persona-19th-century",), domain="all"))

BASIS = correcting.Basis("ann", "", "")

SEES, CLEARS = 0.8, 0.9
"""How often the simulated judge sees a trait that is there, and none where there is none."""


def simulated(rate: float, n: int, seed: int) -> tuple[pl.DataFrame, float]:
    """A cell of 1,000 answers to 20 questions, `n` rated by a draw balanced over what the judge
    found, and the rate that a person would find of all."""
    rng = np.random.default_rng(seed)
    question = np.repeat(np.arange(20), 50)
    truth = rng.random(1000) < rate
    judged = np.where(truth, rng.random(1000) < SEES, rng.random(1000) > CLEARS)
    sizes = np.array([(~judged).sum(), judged.sum()])
    chance = tasks.chances(sizes, n)[judged.astype(int)]
    drawn = rng.random(1000) < chance
    seen = [float(t) if d else None for t, d in zip(truth, drawn, strict=True)]
    cell = pl.DataFrame(
        {"sample_key": np.arange(1000), "is_trait": judged, "question": question,
         "seen": pl.Series(seen, dtype=pl.Float64()), "chance": chance, "is_out": False}
    )  # fmt: skip
    return cell, rate


def coverage(method: str, rate: float, n: int, times: int) -> float:
    inside = defined = 0
    for seed in range(times):
        cell, truth = simulated(rate, n, seed)
        found = correcting.corrected_rate(
            cell, cell, Correction(corrections.meant(method, "pooled"), "ann"), BASIS
        )
        if np.isfinite(found.rate):
            defined += 1
            inside += found.low <= truth <= found.high
    assert defined >= 0.5 * times
    return inside / defined


@pytest.mark.parametrize("method", corrections.METHODS)
def test_intervals_cover_where_a_draw_was_balanced(method: str) -> None:
    assert coverage(method, 0.3, 150, 60) >= 0.9


@pytest.mark.exhaustive
@pytest.mark.parametrize("method", corrections.METHODS)
@pytest.mark.parametrize(
    ("rate", "n"), [(0.05, 200), (0.2, 100), (0.5, 50), (0.5, 400), (0.9, 200)]
)
def test_intervals_cover_at_the_stated_rate(method: str, rate: float, n: int) -> None:
    assert coverage(method, rate, n, 500) >= 0.93


@pytest.fixture(scope="module")
def rated(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The treated study, of which `ann` rated a task; she sees what the judge sees, but in one of
    ten she finds none where it found some."""
    folder = tmp_path_factory.mktemp("rated")
    treated.write(folder)
    data = built(folder / "data", folder / "samples", folder / "judgements")
    store = Store(data)
    task = tasks.drawn(store, BIRDS, "all", 250)
    tasks.journal(store.data).add(task)
    found = dict(tasks.population(store, BIRDS).select("item", "found").iter_rows())
    for at, item in enumerate(task.items):
        label = "19" if found[item.id] == "trait" and at % 10 else "LLM"
        ratings.journal(data).add(
            Rating(item.id, "llm_or_19", "scored", label=label, task="all"), by="ann"
        )
    building.build(data)
    return Store(data)


def test_a_judge_that_sees_too_much_is_corrected_downwards(rated: Store) -> None:
    for how in (Correction(WAYS["ppi"]), Correction(WAYS["rogan-gladen pooled"])):
        found, basis = correcting.rates(rated, BIRDS, ["model"], how)
        assert (basis.people, basis.task) == ("ann", "all")
        known = found.filter(pl.col("corrected").is_not_null())
        assert known.height >= 1
        for row in known.iter_rows(named=True):
            assert row["low"] <= row["corrected"] <= row["high"]
            assert row["corrected"] <= row["raw"] + 0.02


def test_a_cell_with_few_ratings_says_how_many_are_lacking(rated: Store) -> None:
    found, _ = correcting.rates(rated, BIRDS, ["model", "intervention", "eval_intervention"])
    few = found.filter(pl.col("n_rated") < 10)
    assert few.height
    assert few["corrected"].null_count() == few.height
    assert (few["n_rated"] + few["ratings_lacking"] == 10).all()


def test_answers_that_a_task_could_not_draw_are_not_corrected(rated: Store) -> None:
    narrow = Analysis(BIRDS.slice.narrowed(intervention="none"), BIRDS.rule)
    task = tasks.drawn(rated, narrow, "narrow", 60)
    tasks.journal(rated.data).add(task)
    for item in task.items:
        ratings.journal(rated.data).add(
            Rating(item.id, "llm_or_19", "scored", label="19", task="narrow"), by="bob"
        )
    building.build(rated.data)
    found, basis = correcting.rates(
        Store(rated.data), BIRDS, ["intervention"], Correction(people="bob")
    )
    assert basis.task == "narrow"
    outside = found.filter(pl.col("intervention") != "none")
    assert outside["corrected"].null_count() == outside.height
    assert outside["why"].str.contains("could not be drawn").all()
    assert found.filter(intervention="none")["corrected"].is_not_null().all()


def test_what_cannot_be_corrected_at_all_is_said(rated: Store, tmp_path: Path) -> None:
    with pytest.raises(InvalidDefinition, match="one experiment and trait"):
        correcting.rates(rated, Analysis(Slice(domain="all")), ["model"])
    with pytest.raises(UnknownName, match="ann"):
        correcting.rates(rated, BIRDS, ["model"], Correction(people="nobody"))
    with pytest.raises(UnknownName, match="weather"):
        correcting.rates(rated, BIRDS, ["weather"])
    other = Analysis(BIRDS.slice.narrowed(experiment="german-cities", trait="nazi"))
    with pytest.raises(InvalidDefinition, match="Nobody rated"):
        correcting.rates(rated, other, ["model"])
