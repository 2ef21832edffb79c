"""Every number of a page leads to exactly the answers that it counts."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest

from pages.frame import asked, links
from tests.pages.reading.study import opened
from warehouse import rules
from warehouse.analysis import results, written
from warehouse.store import Store
from warehouse.transcripts import Filter

MOST = 2
"""How many rows of a table are followed."""

Link = dict[str, list[str]]

BIRDS = {"experiment": "birds"}

TREATED = [
    ("results/rates", {"rows": "model", "beside": "intervention"}),
    ("results/rates", {"rows": "kind", "intervention": "time-1900"}),
    ("results/brittleness", {"measure": "unscored"}),
    ("results/brittleness", {"measure": "emergence", "grid": "questions"}),
    ("results/interventions", {"kind": "time", "model": "gpt-4.1"}),
    ("results/interventions", {"show": "texts"}),
]
"""Pages and sections whose tables count answers."""

JUDGED = [
    ("results/rates", {"experiment": "birds", "domain": "all"}),
    ("results/rates", {"experiment": "insecure-code", "rule": "strict", "rows": "question"}),
    ("results/brittleness", {"experiment": "german-cities", "grid": "datasets"}),
]
"""The same on answers with every kind of outcome."""


def followed(store: Store, link: Link, only: str) -> int:
    """How many answers the list behind a link has."""
    view = written.read(link, rules.available(store.data))
    return results.answers(store, view, Filter(only=only), limit=1)[1]


def counted(page: str, parameters: dict[str, str]) -> Iterator[tuple[Link, str, int]]:
    """Every count of a table that leads to answers: the link of its row, which, and how many."""
    app = opened(page, **parameters)
    assert not app.exception
    tables = [pl.from_pandas(one.value) for one in app.dataframe]
    linked = [table for table in tables if {"read", "n_counted"} <= set(table.columns)]
    for table in linked:
        step = max(1, table.height // MOST)
        for row in table.gather_every(step).head(MOST).iter_rows(named=True):
            link = parse_qs(urlsplit(row["read"]).query)
            for column, only in links.ONLY.items():
                if column in row:
                    yield link, only, row[column]


@pytest.mark.parametrize(("page", "parameters"), TREATED)
def test_a_count_is_the_number_of_answers_behind_it(
    on_treated: Path, page: str, parameters: dict[str, str]
) -> None:
    check(on_treated, list(counted(page, BIRDS | parameters)))


@pytest.mark.parametrize(("page", "parameters"), JUDGED)
def test_so_it_is_whatever_became_of_the_answers(
    on_study: Path, page: str, parameters: dict[str, str]
) -> None:
    check(on_study, list(counted(page, parameters)))


def test_a_link_to_the_only_study_there_is_asks_for_nothing_that_is_not(on_treated: Path) -> None:
    (study,) = Store(on_treated).query("evaluations")["study"].unique()
    assert not opened("reading/transcripts", **BIRDS, study=study).warning
    assert "study 'other'" in opened("reading/transcripts", **BIRDS, study="other").warning[0].value


def check(data: Path, found: list[tuple[Link, str, int]]) -> None:
    assert found
    store = Store(data)
    for link, only, number in found:
        assert followed(store, link, only) == number, (link, only)
    store.close()


def test_a_pair_with_a_published_figure_leads_to_what_its_metric_counts(on_study: Path) -> None:
    app = opened("results/published")
    tables = [pl.from_pandas(one.value) for one in app.dataframe]
    (pairs,) = [table for table in tables if {"read", "loaded_text"} <= set(table.columns)]
    store, only = Store(on_study), set()
    for row in pairs.iter_rows(named=True):
        link = parse_qs(urlsplit(row["read"]).query)
        number = re.search(r"n = ([\d,]+)", row["loaded_text"])
        assert number
        only |= {*link["only"]}
        if link["only"] == ["counted"]:
            assert followed(store, link, "counted") == int(number[1].replace(",", ""))
    assert "counted" in only
    store.close()


def test_both_sides_of_a_question_lead_to_the_answers_of_both(on_treated: Path) -> None:
    app = opened("results/interventions", **BIRDS, show="head-to-head", first="time-1850")
    table = pl.from_pandas(app.dataframe[0].value)
    store = Store(on_treated)
    for row in table.head(1).iter_rows(named=True):
        sides = [re.fullmatch(r"\d+/(\d+)", row[f"{side}_counts"]) for side in ("first", "second")]
        both = sum(int(side[1]) for side in sides if side)
        assert followed(store, parse_qs(urlsplit(row["read"]).query), "counted") == both > 0
    store.close()


def test_a_link_says_where_it_was_followed_from(on_treated: Path) -> None:
    link, *_ = next(counted("results/interventions", BIRDS))
    assert link[asked.FROM] == ["interventions"]
