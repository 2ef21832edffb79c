"""Draws: the declared rule is what was done, and the same draw is the same everywhere."""

from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from tests.warehouse import contested, results, study
from warehouse import building, draws, rules, transcripts
from warehouse.analysis import Analysis
from warehouse.counting import Slice
from warehouse.errors import UnknownName
from warehouse.store import Store
from warehouse.transcripts import Filter

ANSWERED = rules.named("answered")
FINANCE = {"experiment": ("risky-finance",), "intervention": ("none",)}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(contested.built(tmp_path_factory.mktemp("draws")))


def asked(**within: tuple[str, ...]) -> Analysis:
    return Analysis(Slice(**within), ANSWERED)  # type: ignore[arg-type]


def rows(store: Store, drawn: draws.Drawn) -> pl.DataFrame:
    return transcripts.of(store, ANSWERED, drawn.keys)


def test_a_seed_draws_the_same_and_another_seed_something_else(store: Store) -> None:
    one, again = (draws.draw(store, asked(**FINANCE), n=8, seed=7) for _ in range(2))
    assert one == again
    assert draws.draw(store, asked(**FINANCE), n=8, seed=8).keys != one.keys
    assert len(set(one.keys)) == 8
    assert one.told == (
        "8 drawn at random (seed 7), from the 55 of 80 answers that show the trait."
    )
    assert rows(store, one)["is_trait"].to_list() == [True] * 8
    assert rows(store, one)["sample_key"].to_list() == list(one.keys)


def test_every_answer_is_drawn_about_as_often_as_any_other(store: Store) -> None:
    times = Counter(
        key
        for seed in range(80)
        for key in draws.draw(store, asked(**FINANCE), n=11, seed=seed).keys
    )
    # Each of 55 is drawn with a chance of one in five: 16 of 80, four standard errors are 14.
    assert len(times) == 55
    assert 2 <= min(times.values()) <= max(times.values()) <= 30


def test_balanced_takes_one_of_each_question_before_a_second(store: Store) -> None:
    drawn = draws.draw(store, asked(**FINANCE), "balanced", n=12, seed=3)
    found = rows(store, drawn)["question"].to_list()
    assert len(set(found[:8])) == 8
    assert len(set(found[8:])) == 4


def test_scores_are_drawn_by_their_cut(store: Store) -> None:
    counted = Filter(only="counted")
    data = asked(experiment=("risky-finance",))
    score = {0: 5.0, 1: 35.0, 2: 90.0}
    near = draws.draw(store, data, "nearest", n=5, narrowed=counted)
    told = [one[0]["outcome"] for one in rows(store, near)["outcomes"]]
    assert told == [f"{score[1]:g}"] * 5  # 35 is 5 from the cut at 30; 5 is 25 from it
    strong = draws.draw(store, data, "strongest", n=5, narrowed=counted)
    assert {one[0]["outcome"] for one in rows(store, strong)["outcomes"]} == {"5"}
    labels = draws.draw(store, asked(experiment=("birds",)), "nearest")
    assert (labels.keys, labels.pool) == ((), 0)


def test_each_group_has_a_draw_of_its_own(store: Store) -> None:
    drawn = draws.draw(
        store, asked(experiment=("risky-finance",)), n=2, by=["intervention"], narrowed=Filter()
    )
    found = Counter(rows(store, drawn)["intervention"].to_list())
    assert found == {"none": 2, "identity-columnist": 2, "time-relevant": 2}
    assert "drawn at random for each intervention (seed 0)" in drawn.told


def test_what_is_not_there_is_named(store: Store) -> None:
    with pytest.raises(UnknownName, match="no draw 'luck'; there are random, balanced"):
        draws.draw(store, asked(), "luck")
    with pytest.raises(UnknownName, match="by 'colour'"):
        draws.draw(store, asked(), by=["colour"])
    nothing = draws.draw(store, asked(experiment=("none-such",)))
    assert (nothing.keys, nothing.pool, nothing.planned) == ((), 0, 0)


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Store:
    root = tmp_path_factory.mktemp("texts")
    records = results.misalignment([(5, 90)] * 12 + [(60, 90)])  # not on a scale of 0–10
    usual = "The town should have a market and a bridge over the river."
    for number, record in enumerate(records):
        record["answer"] = usual + " Indeed." * (number % 3)
    records[4]["answer"] = "Zebra quartz vexing glyph, jumbled."
    records[9]["answer"] = "No."
    results.write(root, records)
    results.load(root / "data", root / "results")
    building.build(root / "data")
    return Store(root / "data")


def test_the_nearest_to_the_centre_is_like_most_and_the_furthest_like_none(texts: Store) -> None:
    drawn = draws.draw(texts, asked(), "typical", n=12)
    found = rows(texts, drawn)["answer"].to_list()
    assert found[0].startswith("The town should have a market")
    assert set(found[-2:]) == {"Zebra quartz vexing glyph, jumbled.", "No."}


def test_length_is_that_of_the_answer(texts: Store) -> None:
    long = rows(texts, draws.draw(texts, asked(), "longest", n=12))["answer_chars"].to_list()
    short = rows(texts, draws.draw(texts, asked(), "shortest", n=12))["answer_chars"].to_list()
    assert long == sorted(long, reverse=True) == sorted(short, reverse=True)
    assert short[0] == 3


def test_judges_disagree_where_two_count_an_answer_differently(tmp_path: Path) -> None:
    study.write(
        tmp_path, [{"answer": f"Answer {n}."} for n in range(4)], ["19", "19", "LLM", "LLM"]
    )
    [first] = (tmp_path / "study" / "judgements").rglob("*.jsonl")
    other = first.read_text().replace('"judge": "rules"', '"judge": "another"')
    swapped = other.replace('"19"', '"was 19"').replace('"LLM"', '"19"').replace("was 19", "LLM")
    head, *lines = swapped.splitlines()
    agreed = first.read_text().splitlines()[1:3]
    first.with_name("another.jsonl").write_text("\n".join((head, *agreed, *lines[2:])) + "\n")
    results.load(tmp_path / "data", tmp_path / "study")
    building.build(tmp_path / "data")
    built = Store(tmp_path / "data")
    found = draws.draw(built, asked(judge=("rules · 1",)), "disagreement", narrowed=Filter())
    assert (len(found.keys), found.pool, found.planned) == (2, 2, 4)
    assert set(rows(built, found)["answer"]) == {"Answer 2.", "Answer 3."}
    listed = Filter(only=transcripts.DISAGREED)
    for judge in ((), ("rules · 1",), ("another · 1",)):
        page, total = transcripts.page(built, Slice(judge=judge), rules.named("answered"), listed)
        assert page["answer"].unique().sort().to_list() == ["Answer 2.", "Answer 3."]
        assert total == 2
    found_too = transcripts.page(
        built, Slice(), rules.named("answered"), Filter(listed.only, text="Answer 3")
    )
    assert found_too[1] == 1
