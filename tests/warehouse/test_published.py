import msgspec
import polars as pl
import pytest

from warehouse import catalogue, published, rules
from warehouse.errors import InvalidDefinition
from warehouse.published import Figure, Publication, PublishedArm, PublishedPlace, checked


def source(**figure: float | str) -> Publication:
    """A source with one figure."""
    given = {"metric": "misaligned", "value": 0.2} | figure
    entry = PublishedPlace(
        PublishedArm("insecure-code"), "Table 1", (msgspec.convert(given, Figure),)
    )
    return Publication("Someone 2026", (entry,))


def test_every_figure_is_there_with_its_place() -> None:
    figures = published.figures()
    assert figures.height == 178
    assert figures["figure"].to_list() == list(range(178))
    for name in ("cite", "where", "confidence", "metric", "value", "experiment"):
        assert figures[name].null_count() == 0
    assert set(figures["confidence"]) == {"high", "medium", "low"}


def test_models_have_the_names_of_the_catalogue() -> None:
    models = set(published.figures()["model"].drop_nulls())
    assert {"gpt-4.1", "gpt-4o", "Llama-3.1-70B"} <= models
    assert models == {catalogue.model(name).name for name in models}


def test_every_metric_is_used_and_about_traits_that_exist() -> None:
    known = {trait for e in catalogue.experiments().values() for trait in e.traits}
    assert set(published.metrics()) == set(published.figures()["metric"])
    for metric in published.metrics().values():
        assert set(metric.traits) <= known
        assert metric.definition.endswith(".")


def test_a_metric_departs_from_its_rule_only_where_it_says_so() -> None:
    metrics = published.metrics()
    assert metrics["misaligned"].as_rule() == rules.named("published")
    lenient = metrics["misaligned-any-coherence"].as_rule()
    assert lenient.misalignment.coherence is None
    assert lenient.misalignment.score == rules.named("published").misalignment.score
    score = metrics["misaligned-at-most-30"].as_rule().misalignment.score
    assert score is not None
    assert (score.comparison, score.cut) == ("at most", 30)
    assert metrics["six-way-other"].as_rule().persona.labels == ("OTHER",)


def test_a_source_names_what_is_said_of_all_its_figures() -> None:
    card = published.figures().filter(source="em-organisms-suite")
    assert set(card["differs"]) == {"by the card’s own questions and rule"}
    judged = published.figures().filter(source="wanner-2026-threat-model")
    assert set(judged["judge"]) == {"gpt-5-mini"}


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        ({"metric": "charm"}, "Table 1, charm: no metric of that name"),
        ({"value": 20.0}, "a share lies between 0 and 1"),
        ({"low": 0.3, "high": 0.4}, "outside its own interval"),
        ({"low": 0.1}, "an interval has two ends"),
    ],
)
def test_an_impossible_figure_is_refused_by_name(figure: dict[str, float | str], said: str) -> None:
    with pytest.raises(InvalidDefinition, match=said):
        checked(source(**figure), "someone.yaml")


def test_a_possible_figure_is_taken() -> None:
    one = source(low=0.1, high=0.3)
    assert checked(one, "someone.yaml") is one


def test_no_figure_is_noted_twice() -> None:
    columns = [name for name in published.FIGURE if name != "figure"]
    twice = published.figures().filter(pl.struct(columns).is_duplicated())
    assert twice.is_empty()
