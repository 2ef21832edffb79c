"""Effects are corrected by a person's ratings of the arm and of its control, or it is said why."""

import polars as pl
import pytest

from tests.warehouse.test_correcting import BIRDS, rated
from warehouse import correctedeffects, correcting
from warehouse.analysis import Analysis, results
from warehouse.analysis.family import KEY
from warehouse.correcting import Correction
from warehouse.corrections import WAYS
from warehouse.errors import UnknownName
from warehouse.store import Store

__all__ = ["rated"]

POOLED = Correction(WAYS["rogan-gladen pooled"])


def test_raw_is_the_effect_and_corrected_the_difference_of_corrected_rates(rated: Store) -> None:
    found, basis = correctedeffects.effects(rated, BIRDS, POOLED)
    raw = results.effects(rated, BIRDS).filter(pl.col("judge") == found["judge"][0])
    assert found["raw"].to_list() == raw["difference"].to_list()
    assert (basis.people, basis.task) == ("ann", "all")
    told = found.filter(pl.col("corrected").is_not_null())
    assert told.height >= 10
    by = ["model", "dataset", "intervention", "eval_intervention", "settings", "sampling"]
    rates, _ = correcting.rates(rated, BIRDS, by, POOLED)
    own = {tuple(row[:-1]): row[-1] for row in rates.select(*by, "raw").rows()}
    for row in found.join(raw.select(*KEY, "baseline_settings"), on=list(KEY)).drop_nulls(
        "corrected").iter_rows(named=True):  # fmt: skip
        assert row["low"] <= row["corrected"] <= row["high"]
        # One power for all: what it divides the judge's difference by.
        arm = own[tuple(row[name] for name in by)]
        base = row | {"intervention": "none", "settings": row["baseline_settings"]}
        control = own[tuple(base[name] for name in by)]
        assert row["raw"] == pytest.approx(arm - control)
    powers = told.filter(pl.col("raw").abs() > 0.1)
    assert powers.select((pl.col("raw") / pl.col("corrected")).std()).item() < 1e-9


def test_each_side_needs_ratings_of_its_own(rated: Store) -> None:
    found, _ = correctedeffects.effects(rated, BIRDS, Correction(WAYS["ppi"]))
    few = found.filter((pl.col("n_rated") < 10) | (pl.col("baseline_rated") < 10))
    assert few.height
    assert few["corrected"].null_count() == few.height
    lacking = (10 - pl.col("n_rated")).clip(0) + (10 - pl.col("baseline_rated")).clip(0)
    assert few.select((lacking == pl.col("ratings_lacking")).all()).item()
    rest = found.filter(pl.col("n_rated") >= 10, pl.col("baseline_rated") >= 10)
    assert rest["corrected"].null_count() == 0


def test_a_filter_leaves_rows_out_and_changes_none(rated: Store) -> None:
    whole, _ = correctedeffects.effects(rated, BIRDS, POOLED)
    one = whole.filter(pl.col("corrected").is_not_null()).row(0, named=True)
    narrow = Analysis(
        BIRDS.slice.narrowed(model=one["model"], intervention=one["intervention"]), BIRDS.rule
    )
    found, _ = correctedeffects.effects(rated, narrow, POOLED)
    assert one in found.to_dicts()
    assert found.height < whole.height


@pytest.mark.parametrize("baseline", ["untuned", "unprompted"])
def test_any_baseline_serves(rated: Store, baseline: str) -> None:
    asked = BIRDS.beside(baseline)
    found, _ = correctedeffects.effects(rated, asked, POOLED)
    known = found.filter(pl.col("raw").is_not_null())
    assert known.height
    assert known["corrected"].null_count() == 0
    assert (known["corrected"].sign() == known["raw"].sign()).all()
    alone = found.filter(pl.col("baseline").is_null())
    assert alone["why"].str.contains("nothing to compare").all()


def test_a_dimension_there_is_not_is_named(rated: Store) -> None:
    with pytest.raises(UnknownName, match="weather"):
        correctedeffects.effects(rated, BIRDS, by=["weather"])
