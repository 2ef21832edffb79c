"""The hierarchical model: what is said of its draws, and, where it is installed, the model."""

import numpy as np
import polars as pl
import pytest

from tests.warehouse.stats.frames import cell, frame
from warehouse.stats import hierarchical
from warehouse.stats.hierarchical import NOTHING, Posterior, credible, fitted
from warehouse.stats.pooling import ARM
from warehouse.stats.variance import factors, observations


def test_without_its_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hierarchical, "installed", lambda: False)
    with pytest.raises(hierarchical.NotInstalled, match="pip install -e"):
        fitted(frame(cell([1, 2], 10)))


def test_intervals_hold_their_draws_and_reach_the_end_they_pile_up_at() -> None:
    random = np.random.default_rng(1)
    draws = np.column_stack([random.beta(0.5, 5, 20_000), random.normal(0, 1, 20_000)])
    low, high = credible(draws, 0.95)
    assert low[0] < 1e-6
    assert (low[1], high[1]) == pytest.approx((-1.96, 1.96), abs=0.1)
    assert ((draws >= low) & (draws <= high)).mean(axis=0).min() >= 0.95


COUNTS = frame(
    cell([4, 0, 2], 5, seed=1),
    cell([3, 1, 2], 5, seed=2),
    cell([0, 0, 1], 5, intervention="year", seed=1),
)


def drawn(logit: float) -> tuple[pl.DataFrame, Posterior]:
    ((_, cells),) = observations(COUNTS, ("eval_intervention", "sampling"))
    names, _ = factors(cells)
    spreads = np.tile(np.arange(1.0, len(names) + 1), (100, 1))
    return cells, Posterior(spreads, np.full((100, cells.height), logit), 1.0)


def test_shares_are_those_of_the_draws() -> None:
    cells, draws = drawn(0.0)
    names, codes = factors(cells)
    got = hierarchical._shares(names, codes, draws, 0.95)
    parts = np.arange(1.0, len(names) + 1)
    assert got["factor"].to_list() == names
    assert got["share"].to_list() == pytest.approx(parts / parts.sum())
    assert (got["low"] <= got["share"] + 1e-9).all()
    assert set(got["method"]) == {"hierarchical"}
    nothing = draws._replace(spreads=np.tile([NOTHING / 2, *np.ones(len(names) - 1)], (100, 1)))
    assert hierarchical._shares(names, codes, nothing, 0.95)["low"][0] == 0


def test_chains_that_did_not_agree_leave_no_interval() -> None:
    cells, draws = drawn(0.0)
    got = hierarchical._shares(*factors(cells), draws._replace(agree=1.5), 0.95)
    assert got["low"].null_count() == got["high"].null_count() == got.height
    assert "did not agree" in got["note"][0]


def test_rates_are_of_every_arm_and_of_its_questions() -> None:
    cells, draws = drawn(0.0)
    logit = draws.logit + np.where(cells["question"] == "q00", 2.0, 0.0)
    got = hierarchical._rates(cells, logit, 0.95)
    assert got.columns == [
        *ARM,
        "question",
        "n_trait",
        "n_counted",
        "rate",
        "pooled",
        "low",
        "high",
    ]
    assert got.height == 2 * (3 + 1)
    high = 1 / (1 + np.exp(-2))
    of_questions = got.drop_nulls("question")
    assert of_questions["pooled"].to_list() == pytest.approx([high, 0.5, 0.5] * 2)
    none = got.filter(pl.col("question").is_null(), intervention="none")
    assert none["pooled"].item() == pytest.approx((high + 1) / 3)
    assert (none["n_trait"].item(), none["n_counted"].item()) == (12, 30)
    assert none["rate"].item() == pytest.approx(0.4)


@pytest.mark.exhaustive
@pytest.mark.timeout(1_800)
def test_the_model_finds_where_the_variance_lies_and_pools_small_cells() -> None:
    pytest.importorskip("numpyro")
    random = np.random.default_rng(5)
    arm, question = random.normal(0, 1.5, 6), random.normal(0, 0.7, 10)
    rate = 1 / (1 + np.exp(2 - arm[:, None] - question))
    counts = frame(
        *(
            cell(random.binomial(5, p).tolist(), 5, intervention=f"v{a}" if a else "none")
            for a, p in enumerate(rate)
        )
    )
    shares, rates = fitted(counts)
    found = {row["factor"]: row for row in shares.iter_rows(named=True)}
    true = {"intervention": arm.var(ddof=1), "question": question.var(ddof=1)}
    for name, variance in true.items():
        share = variance / sum(true.values())
        assert found[name]["low"] <= share <= found[name]["high"]
    small = rates.drop_nulls("question").sort("intervention", "question")
    order = np.argsort(["none", *(f"v{a}" for a in range(1, 6))], kind="stable")
    off = [
        np.abs(small[name].to_numpy() - rate[order].ravel()).mean() for name in ("rate", "pooled")
    ]
    assert off[1] < 0.8 * off[0]
