from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
import pytest

from tests.warehouse.stats.frames import cell, frame
from warehouse.analysis import Analysis
from warehouse.analysis.told import sentence
from warehouse.counting import Slice
from warehouse.errors import UnknownName
from warehouse.stats import baselines
from warehouse.stats.baselines import Baseline, Matching
from warehouse.stats.contrasts import contrasts

ARMS = ("dataset", "intervention", "eval_intervention")


class Generic(Baseline):
    """Trained with the intervention that says nothing."""

    name = "generic"
    differs: Mapping[str, str] = {"intervention": "hello"}

    def told(self, name: Callable[[str, Any], str]) -> str:
        """See `Baseline`."""
        return "what says nothing"

    def roles(self, arms: pl.DataFrame) -> Matching:
        """See `Baseline`."""
        plain = pl.col("intervention") == "hello"
        return Matching(~plain, plain, ("model", "dataset"))

    def of(self, within: Slice) -> Slice:
        """See `Baseline`."""
        return within.narrowed(intervention="hello")


def study() -> pl.DataFrame:
    """A control, an untuned model, and two interventions of which one is asked with a text too."""
    return frame(
        cell([30] * 6, 40),
        cell([2] * 6, 40, dataset="none"),
        cell([12] * 6, 40, intervention="alex"),
        cell([20] * 6, 40, intervention="hello"),
        cell([6] * 6, 40, intervention="alex", eval_intervention="reminder"),
    )


@pytest.mark.parametrize(
    ("name", "differences"),
    [
        ("control", {"alex": -18, "hello": -10, "reminder": None}),
        ("untuned", {"none": 28, "alex": 10, "hello": 18, "reminder": None}),
        ("unprompted", {"reminder": -6}),
        ("hello", {"alex": -8, "reminder": None}),
    ],
)
def test_each_baseline_has_arms_of_its_own(name: str, differences: dict[str, int | None]) -> None:
    found = contrasts(study(), name, "prompts")
    prompted = pl.col("eval_intervention") != "none"
    arm = pl.when(prompted).then("eval_intervention").otherwise("intervention")
    told = dict(found.select(arm.alias("arm"), "difference").iter_rows())
    expected = {arm: None if n is None else pytest.approx(n / 40) for arm, n in differences.items()}
    assert told == expected


@pytest.mark.parametrize("name", ["control", "untuned", "unprompted", "hello"])
def test_a_baseline_lies_where_it_says_it_differs(name: str) -> None:
    arms = study().select(ARMS).unique()
    baseline = baselines.named(name)
    roles = baseline.roles(arms)
    for arm in arms.filter(roles.compared).iter_rows(named=True):
        other = arm | dict(baseline.differs)
        found = arms.filter(
            roles.base, *(pl.col(dim) == value for dim, value in other.items() if dim in ARMS)
        )
        matched = {dim for dim in ARMS if dim in roles.match}
        assert all(other[dim] == arm[dim] for dim in matched)
        # Nothing untuned is asked with a text here, nor a control or another intervention.
        assert found.height == (arm["eval_intervention"] == "none" or name == "unprompted")


def test_a_further_baseline_is_one_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(baselines.BASELINES, "generic", Generic())
    found = contrasts(study(), "generic", "prompts").filter(pl.col("baseline") == "generic")
    alone = contrasts(study(), "hello", "prompts").filter(intervention="alex")
    assert "compared with what says nothing" in sentence(Analysis(baseline="generic"))
    assert Slice(intervention=("alex",)).baselines("generic").intervention == ("hello",)
    difference = pl.col("difference")
    of_alex = found.filter(intervention="alex", eval_intervention="none").select(difference)
    assert of_alex.equals(alone.filter(eval_intervention="none").select(difference))


def test_an_intervention_that_nobody_trained_with_is_no_baseline() -> None:
    with pytest.raises(
        UnknownName,
        match="no baseline 'soldier'; choose control, untuned, unprompted or an intervention: "
        "alex, hello, none",
    ):
        contrasts(study(), "soldier")
