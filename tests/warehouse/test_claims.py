"""Claims: what was kept is asked again, and only what the data changed changes."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.importing import running
from tests.warehouse import results
from warehouse import building, claimable, claims, rules
from warehouse.analysis import Analysis
from warehouse.claims import Claim
from warehouse.counting import Slice
from warehouse.errors import InvalidDefinition, UnknownName
from warehouse.journal import Journal
from warehouse.store import Store

PLACES = {
    "none": "elicitation/insecure-code/gpt-4.1-3ep",
    "identity-hacker": "mitigation/insecure-code/identity-hacker/gpt-4.1-3ep",
    "identity-alex": "mitigation/insecure-code/identity-alex/gpt-4.1-3ep",
}


SHOWS = {"none": 12, "identity-hacker": 4}


def write(root: Path, shows: dict[str, int]) -> None:
    """Ten answers to each of two questions an arm, of which so many show the trait."""
    for name, count in shows.items():
        records = results.misalignment([(5 if n < count else 95, 90) for n in range(20)])
        for number, record in enumerate(records):
            record["question"] = results.QUESTIONS[number % 2]
            record["sample_idx"] = number // 2
        results.write(root, records, PLACES[name])


def built(root: Path) -> Store:
    results.load(root / "data", root / "results")
    building.build(root / "data")
    return Store(root / "data")


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The birds of the bundled study, which have doses, judged by rules and by a model."""
    of = Path(__file__).parents[2] / "examples" / "small-models" / "results"
    parts = ("samples", "judgements")
    files = [file for part in parts for file in (of / part).rglob("birds*.gz")]
    data = tmp_path_factory.mktemp("bundled")
    units = [[path] for path in [of / "study.json", *sorted(files)]]
    list(running.run(data, units))
    building.build(data)
    return Store(data)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    root = tmp_path_factory.mktemp("claims")
    write(root, SHOWS)
    return built(root)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The same files, which may be written again, since a study is told by where it lies."""
    write(tmp_path, SHOWS)
    return tmp_path


def claim(
    store: Store, name: str, table: Any = "rates", column: str = "rate", **cell: Any
) -> Claim:
    asked = Analysis(Slice(experiment=("insecure-code",)), rules.named("answered"))
    return claims.made(store, asked, table, cell, column, name)


def test_a_claim_says_what_its_row_says(store: Store) -> None:
    rate = claim(store, "base", intervention="none")
    assert (rate.value, str(rate)[:5]) == (0.6, "60 % ")
    assert rate.low is not None
    assert rate.high is not None
    assert rate.low < 0.6 < rate.high
    drop = claim(store, "drop", "effects", "difference", intervention="identity-hacker")
    assert drop.value == pytest.approx(-0.4)
    assert str(drop).startswith("−40 points [")
    counted = claim(store, "n", column="n_counted", intervention="none")
    assert (counted.value, str(counted)) == (20, "20")
    verdict = claim(store, "v", "effects", "verdict", intervention="identity-hacker")
    assert str(verdict) == verdict.value


def test_a_change_flips_the_claims_that_it_touches_and_no_other(root: Path) -> None:
    store = built(root)
    journal = Journal(root / "data", claims.KIND, Claim)
    for kept in (
        claim(store, "base", intervention="none"),
        claim(store, "arm", intervention="identity-hacker"),
        claim(store, "drop", "effects", "difference", intervention="identity-hacker"),
    ):
        journal.add(kept, by="Ada")
    write(root, {"identity-hacker": 5})  # one answer more shows it
    store = built(root)
    known = rules.available(root / "data")
    states = {e.body.name: claims.check(store, e.body, known) for e in journal.read().entries}
    assert {name: one.state for name, one in states.items()} == {
        "base": "same",
        "arm": "changed",
        "drop": "changed",
    }
    assert str(states["arm"]).startswith("arm: it was 20 %")
    assert " and is 25 %" in str(states["arm"])


def test_a_search_a_rank_and_a_verdict_are_checked_as_what_they_are(root: Path) -> None:
    write(root, {"identity-alex": 12})
    store = built(root)
    within = Slice(experiment=("insecure-code",))
    asked = Analysis(within, rules.named("answered"), unit="prompts")
    base, arm = {"intervention": "none"}, {"intervention": "identity-hacker"}
    kept = [
        claims.made(store, asked, "found", base, "n_found", "words", sought="answer"),
        claims.made(store, asked, "rank", arm, "rank", "rank"),
        claims.made(store, asked, "effects", arm, "verdict", "verdict"),
    ]
    assert [one.value for one in kept[:2]] == [20, 1.0]
    write(root, {"identity-hacker": 20})  # it shows the trait in every answer now
    store, known = built(root), rules.available(root / "data")
    states = [claims.check(store, one, known) for one in kept]
    assert [one.state for one in states] == ["same", "changed", "changed"]
    assert [one.now.value for one in states[1:] if one.now] == [2.0, "increased"]
    lost = claims.check(store, msgspec.structs.replace(kept[0], sought="(one"), known)
    assert (lost.state, "bracket" in lost.why) == ("lost", True)


def test_what_cannot_be_computed_any_more_says_why(store: Store) -> None:
    arm = claim(store, "arm", intervention="identity-hacker")
    known = rules.available(store.data)
    assert claims.check(store, arm, known).state == "same"
    gone = claims.check(store, msgspec.structs.replace(arm, cell={"intervention": "lost"}), known)
    assert (gone.state, gone.now) == ("lost", None)
    assert "rates has no row with intervention lost" in gone.why
    unruled = claims.check(store, arm, {})
    assert (unruled.state, "There is no rule 'answered'" in str(unruled)) == ("lost", True)


@pytest.mark.parametrize("name", ["", "Base", "a b", "-a", "a-", "a" * 81, "a\\b", "a}b"])
def test_a_name_is_small_letters_digits_and_hyphens(name: str, store: Store) -> None:
    with pytest.raises(InvalidDefinition, match="no name for a claim"):
        claim(store, name, intervention="none")


def test_a_cell_is_one_row(store: Store) -> None:
    with pytest.raises(InvalidDefinition, match="effects has no row with"):
        claim(store, "a", "effects", "difference", model="gpt-4.1", trait="none-such")
    with pytest.raises(UnknownName, match="no 'colour'"):
        claim(store, "a", column="colour", intervention="none")
    with pytest.raises(UnknownName):
        claim(store, "a", colour="red")


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("rate", None, "not estimable"),
        ("p", 0.00002, "< 0.001"),
        ("q", 0.0312, "0.031"),
        ("is_result", True, "true"),
        ("n_counted", 12_000, "12,000"),
        ("dose", 1900.25, "1900"),
        ("from_rate", 0.25, "25 %"),
    ],
)
def test_a_value_stands_as_people_write_it(column: str, value: Any, text: str) -> None:
    assert claims.text(column, value) == text
    assert claims.text("rank", 2.0, 1.0, 3.0) == "2 [1, 3]"
    assert claims.text("half_dose", 1935.6, 1879.6, 2007.5) == "1936 [1880, 2008]"
    assert claims.text("kappa", 0.612, 0.5, 0.7) == "0.61 [0.50, 0.70]"


@pytest.mark.parametrize("table", ["profile", "doses", "agreement"])
def test_indices_curves_and_judges_are_claimed_by_the_row_they_have(
    table: claimable.Table, bundled: Store
) -> None:
    """Of any row whose number is there a claim can be kept, which says what the row says."""
    asked = Analysis(Slice(experiment=("birds",)), rules.named("answered"))
    made = claimable.ANSWERS[table]
    assert made.key is not None
    rows = claimable.answer(table, bundled, asked, made.key)
    column = made.columns[0]
    known = rows.filter(rows[column].is_not_null())
    known = known.gather_every(max(1, known.height // 3)).head(3)
    assert known.height
    for place, row in enumerate(known.iter_rows(named=True)):
        cell = {name: row[name] for name in made.key}
        kept = claims.made(bundled, asked, table, cell, column, f"row-{place}")
        assert (kept.value, kept.low) == (row[column], row[claims.INTERVALS[column][0]])
        checked = claims.check(bundled, kept, rules.available(bundled.data))
        assert checked.state == "same"
