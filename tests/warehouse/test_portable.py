"""The SQL that makes marts of the lake is plain: Spark's dialect can say it too.

The macros, which count a slice of a snapshot, are read by DuckDB alone: a snapshot is its file.
"""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot
from sqlglot import ErrorLevel, exp

from warehouse.snapshots import SCHEMA

RELATIONS = sorted(SCHEMA.glob("*/*.sql"))

OURS = {
    "hash": "stands for several values within one build; Spark has a hash of its own",
    "nfc_normalize": "composes letters as Unicode says, which no plain function does",
    "a type of ours": "keeps texts that are all known as numbers; elsewhere they stay texts",
    "format": "writes numbers for people; Spark's format_string has placeholders of another kind",
}
"""What is not plain, each with its reason."""

PLACEHOLDERS = {"{:,}": "%,d", "{:g}": "%s", "{}": "%s"}
"""What DuckDB's format has, as format_string has it."""

OWN_TO_DUCKDB: dict[type[exp.Expr], str] = {
    exp.Bracket: "an element or part of a list",
    exp.Lambda: "a function of a list's elements",
    exp.GenerateSeries: "a series of numbers",
    exp.Unnest: "rows made of a list",
    exp.Explode: "rows made of a list",
    exp.First: "the first of a group",
    exp.ArrayOverlaps: "whether lists overlap",
    exp.Columns: "columns by a pattern",
    exp.PropertyEQ: "a parameter by its name",
}
"""What sqlglot would say wrongly, or another engine does in another way."""


def special(tree: exp.Expr) -> Iterator[str]:
    """What of a query is not plain SQL."""
    for node in tree.walk():
        if isinstance(node, exp.Anonymous):
            yield str(node.name).lower()
        elif isinstance(node, exp.Format):
            yield "format"
        elif isinstance(node, exp.DataType) and node.this == exp.DataType.Type.USERDEFINED:
            yield "a type of ours"
        elif isinstance(node, exp.Star) and node.args.get("replace"):
            yield "columns replaced"
        elif isinstance(node, exp.ArrayAgg) and list(node.find_all(exp.Order)):
            yield "a list in an order"
        elif isinstance(node, tuple(OWN_TO_DUCKDB)):
            yield OWN_TO_DUCKDB[type(node)]


def elsewhere(node: exp.Expr) -> exp.Expr:
    """What is ours, as Spark has it."""
    if isinstance(node, exp.DataType) and node.this == exp.DataType.Type.USERDEFINED:
        return exp.DataType.build("text")
    if isinstance(node, exp.Format):
        text = node.this.sql("duckdb")
        for ours, theirs in PLACEHOLDERS.items():
            text = text.replace(ours, theirs)
        return exp.func("format_string", sqlglot.parse_one(text, read="duckdb"), *node.expressions)
    return node


def said_by_spark(path: Path) -> str:
    tree = sqlglot.parse_one(path.read_text("utf-8"), read="duckdb")
    assert set(special(tree)) <= set(OURS), path
    said: str = tree.transform(elsewhere).sql("spark", unsupported_level=ErrorLevel.RAISE)
    return said


@pytest.mark.parametrize("path", RELATIONS, ids=lambda path: path.stem)
def test_spark_s_dialect_says_every_relation(path: Path) -> None:
    said = said_by_spark(path)
    again = sqlglot.parse_one(said, read="spark")
    assert isinstance(again, exp.Query)
    own = sqlglot.parse_one(path.read_text("utf-8"), read="duckdb")
    assert isinstance(own, exp.Query)
    assert again.named_selects == own.named_selects
    assert tables(again) == tables(own)


def tables(tree: exp.Expr) -> set[str]:
    """The relations that a query reads."""
    return {f"{table.db}.{table.name}" for table in tree.find_all(exp.Table) if table.db}


def test_every_exception_is_still_needed() -> None:
    trees = [sqlglot.parse_one(path.read_text("utf-8"), read="duckdb") for path in RELATIONS]
    assert {found for tree in trees for found in special(tree)} == set(OURS)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("select names[-1] from t", "an element or part of a list"),
        ("select list_filter(names, lambda n: n > 1) from t", "a function of a list's elements"),
        ("select list(a order by b) from t", "a list in an order"),
        ("select first(a order by b) from t", "the first of a group"),
        ("select * replace (1 as a) from t", "columns replaced"),
        ("select unnest(names) from t", "rows made of a list"),
        ("from range(3)", "a series of numbers"),
        ("select list_has_any(a, b) from t", "whether lists overlap"),
        ("select a::mood from t", "a type of ours"),
        ("select struct_pack(a := 1)", "a parameter by its name"),
        ("select levenshtein_of_ours(a, b)", "levenshtein_of_ours"),
    ],
)
def test_what_only_duckdb_says_is_noticed(query: str, told: str) -> None:
    assert told in set(special(sqlglot.parse_one(query, read="duckdb")))


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """What sqlglot does not support is raised, and need not be logged."""
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    yield
    logging.getLogger("sqlglot").setLevel(logging.NOTSET)
