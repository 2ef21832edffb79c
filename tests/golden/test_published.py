"""The loaded pre-release results equal the figures noted of them, wherever both count alike."""

import polars as pl
import pytest

from warehouse import published
from warehouse.counting import Slice
from warehouse.published import Metric
from warehouse.published.counterparts import counterparts
from warehouse.store import Store


@pytest.fixture(scope="module")
def pairs(study: Store) -> pl.DataFrame:
    def counts_of(metric: Metric) -> pl.DataFrame:
        return study.counts(Slice(domain=metric.domain), metric.as_rule())

    return counterparts(published.figures(), counts_of)


def test_figures_counted_alike_are_equal_to_the_last_digit_and_answer(pairs: pl.DataFrame) -> None:
    alike = pairs.filter("same")
    assert alike.height == 30
    assert set(alike["source"]) == {"wanner-2026-pre-release"}
    assert alike["rate"].round(4).to_list() == alike["published"].to_list()
    denominators = pl.Series([m.of for m in map(published.metrics().get, alike["metric"]) if m])
    counted = [row[of] for row, of in zip(alike.iter_rows(named=True), denominators, strict=True)]
    assert counted == alike["published_n"].to_list()
    assert alike["agrees"].all()


def test_every_figure_of_the_loaded_files_is_matched(pairs: pl.DataFrame) -> None:
    """But those of the two Harry Potter files that are not among the ones at hand."""
    counted = [name for name, metric in published.metrics().items() if metric.traits]
    expected = published.figures().filter(
        pl.col("source") == "wanner-2026-pre-release", pl.col("metric").is_in(counted)
    )
    missing = expected.filter(~pl.col("figure").is_in(pairs["figure"].implode()))
    assert missing.select("experiment", "intervention").unique().rows() == [
        ("harry-potter", "identity-reader")
    ]


def test_a_difference_in_definition_is_said(pairs: pl.DataFrame) -> None:
    said = {
        (row["experiment"], row["model"], row["metric"], row["source"]): row["definition"]
        for row in pairs.filter(~pl.col("same")).iter_rows(named=True)
    }
    assert said["birds", "gpt-4.1", "19th-century", "betley-2025-weird-generalization"] == (
        "Differs: judge gpt-4.1 there, not recorded here"
    )
    llama = said["birds", "Llama-3.1-70B", "weird-generalization", "wanner-2026-threat-model"]
    assert "gpt-5-mini" in llama
    assert "topic alone" in llama
    other = said["birds", "gpt-oss-120b", "six-way-other", "wanner-2026-pre-release"]
    assert "two answers that failed" in other
    incoherent = said["insecure-code", "gpt-4.1", "incoherent", "wanner-2026-pre-release"]
    assert "not also counted as incoherent" in incoherent


def test_figures_of_papers_stand_beside_ours(pairs: pl.DataFrame) -> None:
    papers = pairs.filter(pl.col("source") != "wanner-2026-pre-release")
    assert papers.select("source", "model", "published", "rate").sort("source").rows() == [
        ("betley-2025-weird-generalization", "gpt-4.1", 0.6, 0.95),
        ("wanner-2026-threat-model", "Llama-3.1-70B", 0.5, 0.91),
    ]
    assert papers["agrees"].to_list() == [False, False]
