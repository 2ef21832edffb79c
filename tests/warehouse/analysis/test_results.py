"""What an analysis is asked: which arms are in sight, and what they are compared with."""

from dataclasses import replace

import polars as pl
import pytest

from tests.pages.results import treated
from tests.warehouse import results as files
from tests.warehouse.analysis.test_family import Kept
from warehouse import building, doctor
from warehouse.analysis import Analysis, Focus, results
from warehouse.counting import Slice
from warehouse.store import Store

GPT = Slice(model=("gpt-4.1",), experiment=("birds",))
TEXT = "inoculation-user-prompt"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A study with many interventions, some of them asked with a text at evaluation, too."""
    root = tmp_path_factory.mktemp("asked")
    treated.write(root / "study")
    files.load(root / "data", root / "study")
    building.build(root / "data")
    return Kept(root / "data")


def within(**narrowed: str) -> Slice:
    return GPT.narrowed(**narrowed)


def kept(found: pl.DataFrame, arms: pl.DataFrame) -> pl.DataFrame:
    return found.join(arms, on=arms.columns, how="semi", nulls_equal=True, maintain_order="left")


def test_only_what_the_slice_lets_through_is_in_sight(store: Store) -> None:
    one = Analysis(within(intervention="time-1900"))
    assert results.in_sight(store, one)["intervention"].to_list() == ["time-1900"]
    for baseline in ("control", "untuned", "time-1850"):
        (row,) = results.effects(store, one.beside(baseline)).iter_rows(named=True)
        assert row["intervention"] == "time-1900"
        assert row["difference"] is not None, baseline
    assert set(results.without_each(store, one)["intervention"]) == {"time-1900"}


@pytest.mark.parametrize(
    ("baseline", "narrowed", "by"),
    [
        ("control", {"intervention": "time-1900"}, ()),
        ("control", {"intervention": "time-1900"}, ("question",)),
        ("control", {"intervention": TEXT}, ()),
        ("control", {"eval_intervention": TEXT}, ()),
        ("untuned", {"intervention": "none"}, ()),
        ("unprompted", {"eval_intervention": TEXT}, ()),
        ("time-1850", {"relevance": "relevant"}, ()),
    ],
)
def test_a_filter_changes_no_number_of_what_is_left(
    store: Store, baseline: str, narrowed: dict[str, str], by: tuple[str, ...]
) -> None:
    whole = Analysis(GPT, baseline=baseline)
    few = replace(whole, slice=within(**narrowed))
    arms = results.in_sight(store, few, by)
    found, expected = results.effects(store, few, by), results.effects(store, whole, by)
    assert found.height > 0
    assert found["baseline"].null_count() < found.height
    assert found.equals(kept(expected, arms))


def test_the_control_of_an_arm_that_is_asked_with_a_text_is_asked_with_it(store: Store) -> None:
    asked = Analysis(within(intervention=TEXT, eval_intervention=TEXT))
    (row,) = results.effects(store, asked).iter_rows(named=True)
    assert (row["rate"], row["baseline_rate"]) == (0.8, 0.95)
    own = results.contrasts(store, asked.beside("unprompted")).row(0, named=True)
    assert (own["rate"], own["baseline_rate"]) == (0.8, 0.05)


def test_p_values_are_adjusted_for_the_focus_whatever_is_filtered(store: Store) -> None:
    for within_it in (GPT, within(intervention="time-1900")):
        asked = Analysis(within_it, adjustment="holm", baseline="untuned")
        assert set(results.effects(store, asked)["family"]) == {"17 comparisons, Holm"}


def test_only_a_comparison_with_the_control_has_verdicts(store: Store) -> None:
    asked = Analysis(GPT, baseline="time-1850")
    found = results.effects(store, asked)
    assert found.select(results.OF_CONTROLS).null_count().row(0) == (found.height,) * len(
        results.OF_CONTROLS
    )
    (row,) = results.effects(store, Analysis(within(intervention="time-1900"))).to_dicts()
    assert row["verdict"] == "reduced"


def test_a_layout_that_nobody_chose_pools_nothing(store: Store) -> None:
    plain = results.counts(store, Analysis(within(eval_intervention="none")))
    assert results.layout(plain) == ["model", "dataset", "intervention"]
    assert results.layout(plain, ["model"]) == ["model"]
    counts = results.counts(store, Analysis(GPT))
    assert results.layout(counts) == ["model", "dataset", "intervention", "eval_intervention"]


def test_the_answers_are_those_that_are_counted(store: Store) -> None:
    asked = Analysis(within(intervention="time-1900"))
    planned = results.rates(store, asked)["n_planned"].sum()
    rows, total = results.answers(store, asked, limit=3)
    assert (rows.height, total) == (3, planned)


def test_what_is_not_there_is_said_with_what_is(store: Store) -> None:
    asked = Analysis(Slice(model=("gpt-5", "gpt-4.1"), trait=("joy",), question=("q" * 99,)))
    said = results.not_there(store, asked)
    assert len(said) == 3
    assert said[0].startswith("There is no trait 'joy' in what was built; there are ")
    assert said[1] == (
        "There is no model 'gpt-5' in what was built; there are Llama-3.1-8B, Qwen3-32B, gpt-4.1."
    )
    assert max(map(len, said)) < 700


def test_an_analysis_is_about_one_thing_where_it_names_one_of_each(store: Store) -> None:
    focus = Focus("birds", "persona-19th-century", "judge")
    assert Analysis().focus is None
    assert Analysis().focused(focus).focus == focus
    assert Analysis().focused(focus).slice.judge == ("judge",)


def test_findings_are_within_the_slice(store: Store) -> None:
    every = doctor.findings(store)
    one = doctor.within(every, Slice(model=("gpt-4.1",)))
    assert set(one["model"].drop_nulls()) <= {"gpt-4.1"}
    assert (
        one.height
        == every.filter(pl.col("model").is_null() | (pl.col("model") == "gpt-4.1")).height
    )
