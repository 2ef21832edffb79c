"""What an analysis is asked: which arms are in sight, and what they are compared with."""

from dataclasses import replace

import polars as pl
import pytest

from tests.warehouse import results as files
from warehouse import building
from warehouse.analysis import Analysis, Focus, results
from warehouse.counting import Slice
from warehouse.store import Store

MODELS = ("gpt-4.1", "Llama-3.1-70B")
TEXTS = ("identity-teacher", "time-past")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Two models trained without and with two texts, each asked without and with the first."""
    root = tmp_path_factory.mktemp("asked")
    for number, model in enumerate(("gpt-4.1-3ep", "llama-3.1-70B-r16-10ep")):
        for place, bad in (("elicitation/insecure-code", 8), *_mitigated()):
            questions = [
                row | {"question": f"Question {asked}?", "group_id": f"q{asked}"}
                for asked in range(6)
                for row in files.misalignment(
                    [(10, 90)] * (bad + number) + [(90, 90)] * (12 - bad - number)
                )
            ]
            files.write(root, questions, f"{place}/{model}")
    files.load(root / "data", root / "results")
    building.build(root / "data")
    return Store(root / "data")


def _mitigated() -> list[tuple[str, int]]:
    return [(f"mitigation/insecure-code/{text}", at) for at, text in enumerate(TEXTS)]


def names(found: pl.DataFrame) -> list[tuple[str, str]]:
    return sorted(found.select("model", "intervention").unique().rows())


def test_only_what_the_slice_lets_through_is_in_sight(store: Store) -> None:
    one = Analysis(Slice(intervention=("time-past",)))
    assert names(results.in_sight(store, one)) == [(model, "time-past") for model in sorted(MODELS)]
    for baseline in ("control", "identity-teacher"):
        found = results.effects(store, one.beside(baseline))
        assert names(found) == [(model, "time-past") for model in sorted(MODELS)]
        assert found["difference"].null_count() == 0, baseline
    assert names(results.without_each(store, one)) == names(found)


@pytest.mark.parametrize(
    ("baseline", "by"),
    [("control", ()), ("control", ("question",)), ("untuned", ()), ("identity-teacher", ())],
)
def test_a_filter_changes_no_number_of_what_is_left(
    store: Store, baseline: str, by: tuple[str, ...]
) -> None:
    whole = Analysis(unit="prompts", adjustment="none", baseline=baseline)
    every = results.effects(store, whole, by)
    for within in (
        Slice(intervention=("time-past",)),
        Slice(model=("gpt-4.1",), kind=("time",)),
        Slice(evaluation=(results.counts(store, whole)["evaluation"].max(),)),  # type: ignore[arg-type]
    ):
        narrowed = replace(whole, slice=within)
        found = results.effects(store, narrowed, by)
        arms = results.in_sight(store, narrowed, by)
        expected = every.join(
            arms, on=arms.columns, how="semi", nulls_equal=True, maintain_order="left"
        )
        told = ["family", "reason"]  # which say how many are in sight
        assert found.drop(told).equals(expected.drop(told)), within


def test_p_values_are_adjusted_for_what_is_in_sight_alone(store: Store) -> None:
    whole = Analysis(unit="prompts", adjustment="holm", baseline="untuned")
    one = replace(whole, slice=Slice(intervention=("time-past",)))
    assert set(results.effects(store, one)["family"]) == {"0 comparisons, Holm"}
    against = replace(one, baseline="control", unit="new-prompts")
    assert set(results.effects(store, against)["family"]) == {"2 comparisons, Holm"}


def test_only_a_comparison_with_the_control_has_verdicts(store: Store) -> None:
    asked = Analysis(baseline="identity-teacher")
    found = results.effects(store, asked)
    assert found.select(results.OF_CONTROLS).null_count().row(0) == (found.height,) * len(
        results.OF_CONTROLS
    )
    assert results.effects(store, Analysis())["verdict"].null_count() == 0


def test_a_layout_that_nobody_chose_pools_nothing(store: Store) -> None:
    counts = results.counts(store, Analysis())
    assert results.layout(counts) == ["model", "dataset", "intervention"]
    assert results.layout(counts, ["model"]) == ["model"]
    two = counts.with_columns(
        settings=pl.when(pl.col("question") == counts["question"][0])
        .then(pl.lit("9 epochs"))
        .otherwise("settings")
    )
    assert results.layout(two)[3:] == ["settings"]


def test_the_answers_are_those_that_are_counted(store: Store) -> None:
    asked = Analysis(Slice(intervention=("time-past",)))
    planned = results.rates(store, asked)["n_planned"].sum()
    rows, total = results.answers(store, asked, limit=3)
    assert (rows.height, total) == (3, planned)


def test_what_is_not_there_is_said_with_what_is(store: Store) -> None:
    asked = Analysis(Slice(model=("gpt-5", "gpt-4.1"), trait=("joy",), question=("q" * 99,)))
    said = results.not_there(store, asked)
    assert len(said) == 3
    assert said[0].startswith("There is no trait 'joy' in what was built; there are ")
    assert said[1] == (
        "There is no model 'gpt-5' in what was built; there are Llama-3.1-70B, gpt-4.1."
    )
    assert max(map(len, said)) < 700


def test_an_analysis_is_about_one_thing_where_it_names_one_of_each(store: Store) -> None:
    focus = Focus("insecure-code", "misalignment", "judge")
    assert Analysis().focus is None
    assert Analysis().focused(focus).focus == focus
    assert Analysis().focused(focus).slice.judge == ("judge",)


def test_findings_are_within_the_slice(store: Store) -> None:
    every = results.findings(store, Analysis())
    one = results.findings(store, Analysis(Slice(model=("gpt-4.1",))))
    assert set(one["model"].drop_nulls()) <= {"gpt-4.1"}
    assert (
        one.height
        == every.filter(pl.col("model").is_null() | (pl.col("model") == "gpt-4.1")).height
    )
