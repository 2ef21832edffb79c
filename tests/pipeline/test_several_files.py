"""However the rows of a file are dealt to several files, each counts once."""

import csv
import gzip
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.importing import finding, running
from pipeline.maps import mapping
from warehouse import building, doctor
from warehouse.programs import ROOT
from warehouse.store import Store

Row = tuple[str, str, int, int, int]

MAP = """
study: tides
set: {experiment: emergent-misalignment, model: m, dataset: d, intervention: none}
files: [{path: "results/*.csv"}]
"""

ROWS: list[Row] = [
    (f"What of tide {q}?", f"Tide {q} came in {i} times. " * 5, 10 if (q + i) % 3 else 90, 90, i)
    for q in range(3)
    for i in range(6)
]
"""Rows with a question, a long answer, its scores and its number."""


def built(
    folder: Path, files: Mapping[str, Sequence[Row]], numbered: bool, whole: str = MAP
) -> Store:
    for name, rows in files.items():
        path = folder / "results" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            header = ["question", "answer", "aligned", "coherent", "sample_idx"]
            writer.writerows(row[: 5 if numbered else 4] for row in [header, *rows])
    (folder / "map.yaml").write_text(whole)
    told = mapping.load(folder / "map.yaml")
    units = finding.find([folder / "results"]).units
    assert {o.state for o in running.run(folder / "data", units, mapping=told)} == {"imported"}
    building.build(folder / "data")
    return Store(folder / "data")


def counted(store: Store) -> tuple[int, int, int]:
    return store.counts().select(pl.col("n_planned", "n_trait", "n_counted").sum()).row(0)


WHOLE = (18, sum(row[2] < 30 for row in ROWS), 18)


FEW, MANY = (
    settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    for count in (4, 60)
)


@FEW
@given(data=st.data(), numbered=st.booleans())
def test_no_way_of_dealing_rows_to_files_changes_n(data: st.DataObject, numbered: bool) -> None:
    dealt(data, numbered)


@pytest.mark.exhaustive
@MANY
@given(data=st.data(), numbered=st.booleans())
def test_no_way_of_many_changes_n(data: st.DataObject, numbered: bool) -> None:
    dealt(data, numbered)


def dealt(data: st.DataObject, numbered: bool) -> None:
    """Every row stands in at least one file and in each at most once; some files are joined."""
    deals = data.draw(
        st.lists(st.sets(st.integers(0, 3), min_size=1), min_size=len(ROWS), max_size=len(ROWS))
    )
    files = {
        f"{part}.csv": rows
        for part in range(4)
        if (rows := [row for row, parts in zip(ROWS, deals, strict=True) if part in parts])
    }
    if data.draw(st.booleans()):
        files["joined.csv"] = list(ROWS)
    with tempfile.TemporaryDirectory() as folder:
        assert counted(built(Path(folder), files, numbered)) == WHOLE


@pytest.mark.parametrize("numbered", [True, False])
def test_a_file_under_two_names_is_one_source_and_its_twin(tmp_path: Path, numbered: bool) -> None:
    store = built(tmp_path, {"one.csv": ROWS, "two.csv": ROWS, "part.csv": ROWS[:7]}, numbered)
    assert counted(store) == WHOLE
    twins = store.query("sources").drop_nulls("twin_of")
    names = [(Path(p).name, Path(t).name) for p, t in twins.select("path", "twin_of").rows()]
    assert names == [("part.csv", "one.csv"), ("two.csv", "one.csv")]
    told = store.query("notices").filter(code="twin")["message"]
    assert told.len() == 2
    assert "counted once" in told[0]


def test_equal_short_answers_of_two_samplings_are_two(tmp_path: Path) -> None:
    """Chance makes a model say the same word twice; nothing tells that from a copy."""
    one = [("Yes or no?", "Yes" if i % 2 else "No", 90, 90, i) for i in range(8)]
    other = [(q, "Yes" if i % 3 else "No", a, c, i) for q, _, a, c, i in one]
    assert counted(built(tmp_path, {"one.csv": one, "other.csv": other}, False))[0] == 16


@pytest.mark.parametrize("numbered", [True, False])
def test_two_samplings_of_one_run_are_counted_together(tmp_path: Path, numbered: bool) -> None:
    """Other answers under the same numbers are another sampling."""
    again = [(q, f"Once more: {answer}", *rest) for q, answer, *rest in ROWS]
    store = built(tmp_path, {"one.csv": ROWS, "again.csv": again}, numbered)  # type: ignore[dict-item]
    assert counted(store) == tuple(2 * n for n in WHOLE)
    told = store.query("repeats").filter(code="two-samplings")
    found = doctor.findings(store).filter(check="two-samplings")
    assert told.height == found.height == int(numbered)
    if numbered:
        assert {Path(told["path"][0]).name, "again.csv", "one.csv"} == {"again.csv", "one.csv"}
        for text in (told["message"][0], found["detail"][0]):
            assert "18 of its samples" in text
            assert "0 of the answers are equal" in text.replace("  ", " ")
        assert "brittlescope forget" in told["message"][0]
        assert "seed in a study map" in told["message"][0]


def test_parts_that_share_no_sample_are_one_sampling_without_a_word(tmp_path: Path) -> None:
    store = built(tmp_path, {"one.csv": ROWS[:9], "two.csv": ROWS[9:]}, True)
    assert counted(store) == WHOLE
    assert store.query("repeats").is_empty()
    assert "two-samplings" not in doctor.findings(store)["check"].to_list()


def test_a_seed_in_the_map_makes_two_samplings_two_runs(tmp_path: Path) -> None:
    again = [(q, f"Once more: {answer}", *rest) for q, answer, *rest in ROWS]
    names = {"tide_seed1.csv": ROWS, "tide_seed2.csv": again}
    whole = MAP.replace("results/*.csv", "results/tide_seed{seed}.csv")
    store = built(tmp_path, names, True, whole)  # type: ignore[arg-type]
    assert counted(store) == tuple(2 * n for n in WHOLE)
    assert store.query("repeats").is_empty()
    assert store.counts()["run"].n_unique() == 2


def test_rows_in_two_versions_are_no_result_and_named(tmp_path: Path) -> None:
    changed = list(ROWS)
    changed[0] = (*ROWS[0][:1], "Another answer.", *ROWS[0][2:])
    changed[1] = (*ROWS[1][:2], 100 - ROWS[1][2], *ROWS[1][3:])
    store = built(tmp_path, {"one.csv": ROWS, "two.csv": changed}, True)
    counts = store.counts()
    assert counts["n_counted"].sum() == 16
    codes = store.query("repeats")["code"].to_list()
    assert sorted(codes) == ["contested-elsewhere", "contested-elsewhere", "repeated-elsewhere"]


def judged_by(folder: Path, files: Mapping[str, Mapping[str, Sequence[int]]]) -> Store:
    """Files of the same numbered answers, each with columns of judgements as given."""
    whole = MAP.replace("files:", 'scores: ["{criterion}_{judge}"]\nvalues: {judge: {owl: owl, '
                        "crow: crow}}\nfiles:")  # fmt: skip
    (folder / "results").mkdir()
    for name, columns in files.items():
        with (folder / "results" / name).open("w", newline="") as file:
            rows = [(*row[:2], row[4]) for row in ROWS]
            scores = zip(*columns.values(), strict=True)
            header = ("question", "answer", "sample_idx", *columns)
            csv.writer(file).writerows(
                [header, *(a + b for a, b in zip(rows, scores, strict=True))]
            )
    (folder / "map.yaml").write_text(whole)
    units = finding.find([folder / "results"]).units
    list(running.run(folder / "data", units, mapping=mapping.load(folder / "map.yaml")))
    building.build(folder / "data")
    return Store(folder / "data")


LOW, HIGH = [row[2] for row in ROWS], [100 - row[2] for row in ROWS]


def test_the_same_answers_judged_on_more_are_no_other_version(tmp_path: Path) -> None:
    few = {"aligned_owl": LOW}
    more = {**few, "coherent_owl": [90] * 18, "aligned_crow": HIGH}
    store = judged_by(tmp_path, {"one.csv": few, "two.csv": more})
    counts = store.counts().group_by("judge").agg(pl.col("n_planned", "n_trait", "n_counted").sum())
    assert {row[0]: row[1:] for row in counts.iter_rows()} == {
        "owl": WHOLE,
        "crow": (18, 18 - WHOLE[1], 18),
    }
    assert store.query("repeats")["code"].to_list() == ["twin"]


def test_judges_who_agree_with_each_other_do_not_hide_that_a_file_was_judged_anew(
    tmp_path: Path,
) -> None:
    files = {
        name: {"aligned_owl": scores, "aligned_crow": scores}
        for name, scores in (("one.csv", LOW), ("two.csv", HIGH))
    }
    assert judged_by(tmp_path, files).counts()["n_counted"].sum() == 0


def test_an_answer_stands_before_none(tmp_path: Path) -> None:
    """What failed in one file and was asked again in another is the answer."""
    failed = [(q, "" if i < 2 else answer, a, c, i) for q, answer, a, c, i in ROWS]
    assert counted(built(tmp_path, {"first.csv": failed, "second.csv": ROWS}, True)) == WHOLE


def of_study(data: Path, *folders: Path) -> Store:
    list(running.run(data, finding.find(folders).units))
    building.build(data)
    return Store(data)


@pytest.mark.parametrize("way", ["unpacked beside", "folder copied", "copy unpacked"])
def test_the_copies_of_a_study_are_counted_once(tmp_path: Path, way: str) -> None:
    bundled = ROOT / "examples" / "small-models" / "results"
    one, other = tmp_path / "one", tmp_path / "other"
    for kind in ("samples", "judgements"):
        for path in (bundled / kind).rglob("gemma-3-270m__untuned/birds__none.jsonl.gz"):
            place = one / path.relative_to(bundled)
            place.parent.mkdir(parents=True)
            shutil.copy(path, place)
    alone = counted(of_study(tmp_path / "data", one))
    if way != "unpacked beside":
        shutil.copytree(one, other)
    for path in (one if way == "unpacked beside" else other).rglob("*.gz"):
        if way != "folder copied":
            path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
        if way == "copy unpacked":
            path.unlink()
    again = of_study(tmp_path / "data", one, *([other] if other.exists() else []))
    assert counted(again) == alone
    assert again.query("repeats")["code"].to_list() == ["twin"]


@pytest.mark.parametrize("numbered", [True, False])
def test_equal_content_of_another_meaning_is_no_twin(tmp_path: Path, numbered: bool) -> None:
    """Three epochs may answer as one epoch did: it is said, and both count."""
    whole = MAP.replace("results/*.csv", "results/{epochs}ep.csv")
    store = built(tmp_path, {"1ep.csv": ROWS, "3ep.csv": ROWS}, numbered, whole)
    assert counted(store) == tuple(2 * n for n in WHOLE)
    assert store.query("sources")["twin_of"].null_count() == 2
    assert store.query("repeats").is_empty()
    (detail,) = doctor.findings(store).filter(check="duplicate-answers")["detail"]
    assert "18 of 18 long answers" in detail


def test_short_answers_all_alike_in_order_are_found_and_labels_of_one_kind_are_not(
    tmp_path: Path,
) -> None:
    whole = MAP.replace("results/*.csv", "results/{epochs}ep.csv")
    short = [(q, f"Tide {i * 7 % 5}.", 90, 90, i) for q, *_, i in ROWS for _ in range(1)]
    many = [(f"{q} {k}", a, x, y, i) for k in range(3) for q, a, x, y, i in short]
    constant = [(q, "Yes", 90, 90, i) for q, *_, i in many]
    other = [(q, f"Tide {i % 5}!", 90, 90, i) for q, *_, i in many]
    for name, one, two, found in (
        ("copied", many, many, 1),
        ("constant", constant, constant, 0),
        ("apart", many, other, 0),
    ):
        store = built(tmp_path / name, {"1ep.csv": one, "3ep.csv": two}, True, whole)
        told = doctor.findings(store).filter(check="duplicate-answers")["detail"].to_list()
        assert len(told) == found, name
        assert all("All 54 answers are, in order," in detail for detail in told)


def test_an_evaluation_that_is_wholly_a_twin_is_none_of_its_own(tmp_path: Path) -> None:
    store = built(tmp_path, {"one.csv": ROWS, "two.csv": ROWS}, True)
    assert store.query("evaluations").height == 1
    assert store.query("sources").drop_nulls("twin_of").height == 1
    assert not set(doctor.findings(store)["evaluation"].drop_nulls()) - set(
        store.query("evaluations")["evaluation"]
    )
