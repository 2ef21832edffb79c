"""A search finds what a plain scan of every text finds."""

import random
from pathlib import Path

import polars as pl
import pytest

from pipeline.importing import finding as files
from pipeline.importing import running
from tests.warehouse import results
from tests.warehouse.search import scan, table
from warehouse import building, shards
from warehouse.analysis import Analysis
from warehouse.analysis import results as asking
from warehouse.counting import Slice
from warehouse.search import asked, finding, words
from warehouse.stats.pooling import ARM
from warehouse.store import Store
from warehouse.transcripts import Filter


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    root = tmp_path_factory.mktemp("search")
    table.write(root)
    results.load(root / "data", root / "results")
    building.build(root / "data")
    return Store(root / "data")


@pytest.mark.parametrize("text", table.SEARCHES)
def test_a_search_finds_the_answers_it_asks_for(text: str, store: Store) -> None:
    keys = {key: row - 1 for key, row in _rows(store)}
    assert {keys[key] for key in finding.find(store, text).tolist()} == table.SEARCHES[text]


@pytest.mark.parametrize("text", table.REFUSED)
def test_what_cannot_be_read_is_refused(text: str, store: Store) -> None:
    with pytest.raises(asked.InvalidSearch):
        finding.find(store, text)


def test_what_is_found_in_an_arm_is_a_rate_like_any_other(store: Store) -> None:
    view = Analysis(Slice(experiment=("insecure-code",)), unit="prompts")
    found, _ = asking.containing(store, view, "telegraph")
    (row,) = found.to_dicts()
    assert (row["n_trait"], row["n_counted"]) == (2, 5)  # the empty answer is not counted
    usual = asking.rates(store, view, ARM)
    assert found.columns == usual.columns
    assert row["low"] < row["rate"] < row["high"]
    _, listed = asking.answers(store, view, Filter("counted", text="telegraph"))
    assert listed == row["n_trait"]


SIGNS = ("é", "ü", "“", "—", "你", "的", "…", "'", "don't", "1850", "judge:LLM")

REAL = ("brittle-weird-gen-history", "QuantumApple99__HistoryGPT", "Cloakless__clarifying_EM")


@pytest.mark.parametrize("count", [12, pytest.param(200, marks=pytest.mark.exhaustive)])
def test_counts_on_real_files_are_those_of_a_plain_scan(
    count: int, realdata: Path, tmp_path: Path
) -> None:
    few = count < 100
    places = [realdata / name for name in (REAL[:1] if few else REAL)]
    found = files.find(places).units
    for _ in running.run(tmp_path, sorted(found)[: 12 if few else None]):
        pass
    building.build(tmp_path)
    store = Store(tmp_path)
    samples = _texts(store)
    for search in _searches(samples, count):
        wanted = asked.read(search)
        plain = {key for key, texts in samples.items() if scan.holds(texts, wanted)}
        assert set(finding.find(store, search).tolist()) == plain, search


def _searches(samples: dict[int, dict[str, list[str]]], count: int) -> list[str]:
    """Words, phrases, prefixes, quotes, parts and combinations that occur in the texts."""
    draw = random.Random(7)
    answers = [text for own in samples.values() for text in own["answer"] if text]
    strange = [text for text in answers if not text.isascii()]

    def some(few: int) -> str:
        text = draw.choice(strange if strange and draw.random() < 0.5 else answers)
        at = draw.randrange(len(text))
        found = text[at : at + 60].split()[1 : 1 + few]
        return " ".join(found).replace('"', "") or "the"

    def part() -> str:
        text = draw.choice(answers).replace('"', "")
        at = draw.randrange(max(1, len(text) - 12))
        return text[at : at + draw.randint(2, 12)].strip() or "e"

    kinds = (
        lambda: f'"{some(1)}"',
        lambda: f'"{some(3)}"',
        lambda: f"{(words.split(some(1)) or ['a'])[0][:4]}*",
        lambda: f'"{some(2)}" OR "{some(1)}"',
        lambda: f'"{some(1)}" NOT "{some(1)}"',
        lambda: f'part:"{part()}"',
        lambda: f'exact:"{part()}"',
        lambda: f'question:"{(words.split(some(1)) or ["you"])[0]}" AND NOT judge:19',
        lambda: draw.choice(SIGNS),
    )
    return [kinds[n % len(kinds)]() for n in range(count)]


def _rows(store: Store) -> list[tuple[int, int]]:
    return store.ask("select sample_key, source_row from core.sample").rows()


def _texts(store: Store) -> dict[int, dict[str, list[str]]]:
    """Every sample's texts, read from the shards."""
    root = store.lake.shards
    known: dict[int, dict[str, list[str]]] = {}
    for part in sorted(root.rglob("sample-*.parquet")):
        described, _ = shards.read(part.parent)
        assert described is not None
        own = described.records["question"]
        asked_of = {(row["evaluation_key"], row["question_key"]): row["text"] for row in own}
        read = ["sample_key", "answer", "evaluation_key", "question_key"]
        for key, answer, *of in pl.read_parquet(part, columns=read).select(read).rows():
            question = asked_of.get(tuple(of), "")
            known[key] = {"answer": [answer], "question": [question], "judge": []}
    for part in sorted(root.rglob("judgement-*.parquet")):
        for key, *said in pl.read_parquet(part, columns=["sample_key", "raw", "thoughts"]).rows():
            if key in known:
                known[key]["judge"].append("\n\n".join(text for text in said if text))
    return known
