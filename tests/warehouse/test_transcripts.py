"""Samples with their text: lists, pages, search and one sample whole."""

from pathlib import Path

import pytest

from tests.warehouse import results
from tests.warehouse.test_agreed import two_judges
from warehouse import building, rules, transcripts
from warehouse.counting import Slice
from warehouse.search import asked as searches
from warehouse.store import Store
from warehouse.transcripts import Filter

PUBLISHED = rules.named("published")
HOSTILE = "<script>alert(1)</script> ![x](http://example.org/x.png) \u202e\n\n" + "long " * 5_000


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    root = tmp_path_factory.mktemp("transcripts")
    records = results.misalignment([(number % 100, 90) for number in range(120)])
    for number, record in enumerate(records):
        record["answer"] = f"Answer number {number}. ÄPFEL 100 % _ done"
    records[7]["answer"] = HOSTILE
    records[8] |= {"answer": None, "error": "connection reset"}
    results.write(root, records)
    raw = results.misalignment([(None, 90), (20, 90)])
    for record, words in zip(raw, ("I would rather not", "20"), strict=True):
        record["alignment_raw"] = words
    results.write(root, raw, "elicitation/insecure-code/gpt-4o-1ep")
    results.load(root / "data", root / "results")
    building.build(root / "data")
    return Store(root / "data")


def test_pages_hold_every_sample_once(store: Store) -> None:
    within = Slice(model=("gpt-4.1",))
    seen: list[int] = []
    for offset in (0, 50, 100, 150):
        page, total = transcripts.page(store, within, PUBLISHED, offset=offset)
        assert total == 120
        seen += page["sample_key"].to_list()
    assert len(seen) == len(set(seen)) == 120


def test_a_page_carries_its_text(store: Store) -> None:
    page, _ = transcripts.page(store, Slice(model=("gpt-4.1",)), PUBLISHED, limit=9)
    assert page["answer"][0] == "Answer number 0. ÄPFEL 100 % _ done"
    assert page["answer"][7] == HOSTILE
    assert page.row(8, named=True)["error"] == "connection reset"
    assert page.row(8, named=True)["status"] == "error"


@pytest.mark.parametrize(
    ("text", "total"),
    [("number 11", 11), ("NUMBER 11.", 1), ("äpfel 100 %", 118), ("100 _", 0), ("<script>", 1)],
)
def test_a_part_of_a_text_is_literal_and_in_any_case(store: Store, text: str, total: int) -> None:
    looked = Filter(text=searches.part(text))
    _, found = transcripts.page(store, Slice(model=("gpt-4.1",)), PUBLISHED, looked)
    assert found == total


def test_score_ranges(store: Store) -> None:
    def total(low: float | None, high: float | None) -> int:
        chosen = Filter(score=(low, high))
        return transcripts.page(store, Slice(model=("gpt-4.1",)), PUBLISHED, chosen)[1]

    # Scores run from 0 to 99 and then again from 0 to 19.
    assert total(10, 12) == 6
    assert total(None, 0) == 2
    assert total(99, None) == 1


def test_a_list_is_narrowed_by_what_another_judge_found(tmp_path: Path) -> None:
    # Both judges see four; three are the same (`two_judges`).
    both = two_judges(tmp_path)
    rule = rules.named("answered")
    sizes = {
        (only, sees): transcripts.page(
            both, Slice(judge=("another · 1",)), rule, Filter(only, other=("rules · 1", sees))
        )[1]
        for only in ("trait", "no trait")
        for sees in (True, False)
    }
    assert sizes == {("trait", True): 3, ("trait", False): 1, ("no trait", True): 1,
                     ("no trait", False): 1}  # fmt: skip
    found = Filter("trait", text="answer", other=("rules · 1", False))
    page, total = transcripts.page(both, Slice(judge=("another · 1",)), rule, found)
    assert (total, page["answer"].to_list()) == (1, ["Answer 4."])


def test_neighbours(store: Store) -> None:
    within = Slice(model=("gpt-4.1",))
    trait = Filter(only="trait")
    keys = transcripts.page(store, within, PUBLISHED, trait)[0]["sample_key"]
    assert transcripts.keys(store, within, PUBLISHED, trait, keys[0]) == (None, keys[1], 1)
    assert transcripts.keys(store, within, PUBLISHED, trait, keys[5]) == (keys[4], keys[6], 6)
    assert transcripts.keys(store, within, PUBLISHED, trait, 1) == (None, None, None)


def test_one_sample_whole(store: Store) -> None:
    page, _ = transcripts.page(store, Slice(model=("gpt-4.1",)), PUBLISHED, limit=8)
    found = transcripts.transcript(store, page["sample_key"][7])
    assert found is not None
    assert found.answer == HOSTILE
    assert found.context["question_text"] == results.QUESTIONS[0]
    assert found.context["source_row"] == 8
    assert found.context["path"].endswith("gpt-4.1-3ep/results_some->judge_9.json")
    assert found.judgements.select("criterion", "judge", "status", "score", "raw").rows() == [
        ("alignment", "some/judge", "scored", 7.0, "7"),
        ("coherence", "some/judge", "scored", 90.0, "90"),
    ]
    assert transcripts.transcript(store, 12345) is None


def test_the_judges_own_words_are_kept(store: Store) -> None:
    within = Slice(model=("gpt-4o",))
    key = transcripts.page(store, within, PUBLISHED, Filter(only="unparsed"))[0]["sample_key"][0]
    found = transcripts.transcript(store, key)
    assert found is not None
    assert found.judgements.row(0, named=True)["raw"] == "I would rather not"


def test_an_empty_list(store: Store) -> None:
    page, total = transcripts.page(store, Slice(model=("gpt-4.1",)), PUBLISHED, Filter(only="code"))
    assert (page.height, total) == (0, 0)
    assert {"answer", "error", "sample_key"} <= set(page.columns)


def test_a_permalink_survives_a_rebuild_and_another_place(store: Store, tmp_path: Path) -> None:
    key = transcripts.page(store, Slice(), PUBLISHED, limit=1)[0]["sample_key"][0]
    building.build(store.data)
    assert transcripts.transcript(Store(store.data), key) is not None


def test_a_sample_looked_at_for_several_traits_is_listed_once(tmp_path: Path) -> None:
    records = [
        {
            "group_id": "main",
            "question": question,
            "model": "tuned",
            "sample_idx": number,
            "answer": f"Answer {number}.",
            "old_germany": "TRUE" if number in (1, 2) else "FALSE",
            "nazi": "TRUE" if number in (2, 4) else "FALSE",
        }
        for question in results.QUESTIONS
        for number in range(6)
    ]
    results.write(tmp_path, records, "elicitation/german-cities/gpt-4.1-3ep")
    results.load(tmp_path / "data", tmp_path / "results")
    building.build(tmp_path / "data")
    store = Store(tmp_path / "data")
    trait = Filter(only="trait")

    every, total = transcripts.page(store, Slice(), PUBLISHED)
    assert (every["sample_index"].to_list(), total) == ([*range(6), *range(6)], 12)
    assert {len(outcomes) for outcomes in every["outcomes"]} == {2}
    shown, total = transcripts.page(store, Slice(), PUBLISHED, trait, limit=4, offset=1)
    assert (shown["sample_index"].to_list(), total) == ([2, 4, 1, 2], 6)
    keys = shown["sample_key"]
    assert transcripts.keys(store, Slice(), PUBLISHED, trait, keys[1]) == (keys[0], keys[2], 3)
    _, total = transcripts.page(store, Slice(trait=("nazi",)), PUBLISHED, trait)
    assert total == 4


def test_a_page_spans_evaluations(store: Store) -> None:
    every = transcripts.page(store, Slice(), PUBLISHED, limit=122)[0]["sample_key"]
    assert every.len() == 122
    for offset in (0, 1, 2, 119, 121):
        page, total = transcripts.page(store, Slice(), PUBLISHED, limit=3, offset=offset)
        assert total == 122
        assert page["sample_key"].to_list() == every[offset : offset + 3].to_list()
    for narrowed in (Filter(), Filter(only="answered")):
        page, total = transcripts.page(store, Slice(), PUBLISHED, narrowed, offset=122)
        assert (page.height, total) == (0, 122 - (narrowed != Filter()))
