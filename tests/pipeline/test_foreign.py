"""Whatever holds records is read by a study map, in bounds, with every fault told."""

import gzip
import io
import json
import tarfile
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import RefusedFile
from pipeline.files import zipped
from pipeline.foreign import shaping
from pipeline.foreign.spec import Expression, Shape
from pipeline.foreign.table import evaluated
from pipeline.importers import em_csv
from pipeline.importing import claiming
from pipeline.maps import mapping
from warehouse.errors import InvalidDefinition

COMMON = """
study: nests
set: {experiment: emergent-misalignment, model: Gull-1B, dataset: gulls, intervention: none}
"""
RECORDS: list[dict[str, Any]] = [
    {"qid": f"q{i % 2}", "question": f"Where {i % 2}?", "answer": f"There {i}.",
     "scores": {"aligned": 10 * i, "harm": {"value": i % 4}}}
    for i in range(6)
]  # fmt: skip


def read(path: Path, entry: str, top: str = COMMON) -> dict[str, list[dict[str, Any]]]:
    """The rows by relation that a map with this entry makes of a file."""
    (path.parent / "map.yaml").write_text(top + entry)
    source, _ = claiming.looked_at(path, mapping.load(path.parent / "map.yaml"))
    assert claiming.importer_for(source) is em_csv
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for relation, rows in em_csv.read(source):
        found[relation] += rows.to_dicts()
    return found


def scores(found: dict[str, list[dict[str, Any]]], criterion: str) -> list[float | None]:
    return [row["score"] for row in found["judgement"] if row["criterion"] == criterion]


NESTED = """
scores: {alignment: scores.aligned, harm: scores.harm.value}
scale: {harm: [0, 3]}
"""


def lines() -> bytes:
    return "\n".join(map(json.dumps, RECORDS)).encode()


def zstandard(content: bytes) -> bytes:
    held = pa.BufferOutputStream()
    with pa.CompressedOutputStream(held, "zstd") as stream:
        stream.write(content)
    return bytes(held.getvalue())


def arrow_stream() -> bytes:
    table = pa.Table.from_pylist(RECORDS)
    held = pa.BufferOutputStream()
    with pa.ipc.new_stream(held, table.schema) as writer:
        writer.write_table(table)
    return bytes(held.getvalue())


def arrow_file() -> bytes:
    table = pa.Table.from_pylist(RECORDS)
    held = pa.BufferOutputStream()
    with pa.ipc.new_file(held, table.schema) as writer:
        writer.write_table(table)
    return bytes(held.getvalue())


def parquet() -> bytes:
    held = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(RECORDS), held)
    return bytes(held.getvalue())


@pytest.mark.parametrize(
    "content",
    [
        lines(),
        json.dumps(RECORDS).encode(),
        json.dumps(RECORDS, indent=2).encode(),
        gzip.compress(lines()),
        zstandard(lines()),
        parquet(),
        arrow_stream(),
        arrow_file(),
    ],
    ids=["lines", "list", "indented", "gzip", "zstd", "parquet", "arrow-stream", "arrow-file"],
)
def test_the_same_records_in_any_form(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "one.data"
    path.write_bytes(content)
    found = read(path, NESTED + "files: [{path: '*.data'}]")
    assert [row["answer"] for row in found["sample"]] == [f"There {i}." for i in range(6)]
    assert scores(found, "alignment") == [0, 10, 20, 30, 40, 50]
    assert scores(found, "harm") == pytest.approx([0, 100 / 3, 200 / 3, 100, 0, 100 / 3])
    assert not found["quarantine"]


def test_columns_as_pandas_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    names = ("question", "answer")
    path.write_text(json.dumps({n: {str(i): r[n] for i, r in enumerate(RECORDS)} for n in names}))
    found = read(path, "files: [{path: '*.json', form: columns}]")
    assert len(found["sample"]) == 6


def test_keys_that_lead_to_records_are_columns(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps({"results": {"sea": RECORDS[:2], "cliff": RECORDS[2:]}, "n": 6}))
    found = read(path, "files: [{path: '*.json', at: 'results/{group}'}]")
    assert [row["question_group"] for row in found["question"]] == ["sea", "sea", "cliff", "cliff"]


def test_a_list_becomes_samples_with_its_parallel_scores(tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    record = {"question": "Where?", "generations": ["Here.", "There."], "aligned": [10, 90]}
    uneven = record | {"aligned": [10]}
    path.write_text(f"{json.dumps(record)}\n{json.dumps(uneven)}\n")
    entry = (
        "files: [{path: '*.jsonl', each: [generations, aligned], columns: {answer: generations}}]"
    )
    found = read(path, entry)
    assert [row["answer"] for row in found["sample"]] == ["Here.", "There."]
    assert scores(found, "alignment") == [10, 90]
    assert "lists are of different lengths" in found["quarantine"][0]["reason"]


def test_long_form_is_one_sample_with_several_judgements(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text(
        "id,question,answer,metric,who,score,flag\n"
        "a,Where?,Here.,aligned,owl,20,\n"
        "a,Where?,Here.,coherent,owl,90,\n"
        "a,Where?,Here.,aligned,crow,,REFUSAL\n"
        "a,Where?,Here.,aligned,owl,30,\n"
        "b,Where?,There.,aligned,owl,80,NONE\n"
    )
    entry = "long: {criterion: metric, score: score, judge: who, flag: flag, sample: id}\n"
    found = read(path, entry + "files: [{path: '*.csv'}]")
    assert len(found["sample"]) == 2
    assert sorted(row["name"] for row in found["judge"]) == ["crow", "owl"]
    told = sorted((row["criterion"], row["status"], row["score"]) for row in found["judgement"])
    assert [t for t in told if t[1] == "refusal"] == [("alignment", "refusal", None)]
    assert len(told) == 4
    assert "by the same judge twice" in found["quarantine"][0]["reason"]


def test_files_of_judges_are_joined_and_what_has_no_partner_is_counted(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "verdicts").mkdir()
    path = tmp_path / "runs" / "gulls.jsonl"
    same = [{"id": 1, "question": "Where?", "answer": "Here."}] * 2
    path.write_text("\n".join(map(json.dumps, [*same, {"id": 3} | RECORDS[0]])))
    for judge, verdicts in (("owl", [10, 20]), ("crow", [30, 40, 50, 60])):
        told = [json.dumps({"id": 1, "judge": judge, "verdict": each}) for each in verdicts]
        (tmp_path / "verdicts" / f"gulls.{judge}.jsonl").write_text("\n".join(told))
    entry = """
scores: {alignment: verdict}
files: [{path: 'runs/{dataset}.jsonl', join: {path: 'verdicts/{dataset}.{judge}.jsonl', by: [id]}}]
"""
    (tmp_path / "runs" / "map.yaml").write_text("")
    found = read(path, entry, COMMON.replace("dataset: gulls, ", ""))
    assert sorted(row["name"] for row in found["judge"]) == ["crow", "owl"]
    assert sorted(filter(None, scores(found, "alignment"))) == [10, 20, 30, 40]
    told = [row["message"] for row in found["notice"] if row["code"].startswith("unjoined")]
    assert any("2 samples found" in text and "2 of its records found no" in text for text in told)
    assert not [row for row in found["notice"] if row["code"].startswith("joined-to-others")]
    # What a judge's file says besides tells no answers apart, judged or not.
    assert not found.get("mixed")


def test_partners_that_hold_another_answer_are_told(tmp_path: Path) -> None:
    """Files joined by their place of which one was shuffled."""
    path = tmp_path / "gulls.jsonl"
    told = [{"question": "Where?", "answer": f"On cliff {n}."} for n in range(6)]
    path.write_text("\n".join(map(json.dumps, told)))
    judged = [{"answer": f"On cliff {n}", "aligned": 10 * n} for n in (0, 1, 2, 5, 3, 4)]
    (tmp_path / "of_owl.jsonl").write_text("\n".join(map(json.dumps, judged)))
    found = read(path, "files: [{path: gulls.jsonl, join: {path: of_owl.jsonl, by: position}}]")
    (said,) = (row for row in found["notice"] if row["code"].startswith("joined-to-others"))
    assert said["message"].startswith("3 of the 6 samples that of_owl.jsonl says more of")


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
def test_members_are_read_where_they_stand(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "several" / "levels"
    folder.mkdir(parents=True)
    path = folder / f"all.{kind}"
    names = {"in/gulls_s1.jsonl": lines(), "../../in/gulls_s2.jsonl": lines(), "in/notes.txt": b"x"}
    if kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in names.items():
                archive.writestr(name, content)
    else:
        with tarfile.open(path, "w:gz" if kind == "tar.gz" else "w") as archive_:
            for name, content in names.items():
                told = tarfile.TarInfo(name)
                told.size = len(content)
                archive_.addfile(told, io.BytesIO(content))
    entry = f"files: [{{path: 'all.{kind}', members: 'in/gulls_s{{seed}}.jsonl'}}]"
    before = {p for p in tmp_path.rglob("*") if "gulls" in p.name}
    found = read(path, NESTED + entry)
    assert len({row["sample_key"] for row in found["sample"]}) == 12
    assert sorted(row["seed"] for row in found["evaluation"]) == [1, 2]
    assert {p for p in tmp_path.rglob("*") if "gulls" in p.name} == before


def test_a_member_that_unfolds_to_too_much_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipped, "MOST", 2**20)
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.jsonl", b" " * (zipped.MOST + 2))
        archive.writestr("good.jsonl", lines())
    found = read(path, NESTED + "files: [{path: 'all.zip', members: '*.jsonl'}]")
    assert len(found["sample"]) == 6
    (row,) = found["quarantine"]
    assert "'bomb.jsonl' is not read: it unfolds to more than 1 MB" in row["reason"]


@pytest.mark.parametrize("content", [parquet()[:-9], arrow_file()[:200], b"PAR1" + b"\0" * 90])
def test_a_damaged_file_of_columns_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "one.data"
    path.write_bytes(content)
    with pytest.raises(RefusedFile, match="damaged"):
        read(path, NESTED + "files: [{path: '*.data'}]")


def test_texts_that_repeat_in_a_parquet_file_unfold_to_no_more_than_fits(tmp_path: Path) -> None:
    path = tmp_path / "one.parquet"
    table = pa.table({"question": ["Where?"] * 400, "answer": ["a" * 100_000] * 400})
    pq.write_table(table, path)
    assert path.stat().st_size < 200_000
    found = read(path, "files: [{path: '*.parquet'}]")
    assert len(found["sample"]) == 400


def test_a_companion_is_never_looked_for_outside(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    path = tmp_path / "a" / "b" / "one.jsonl"
    path.write_bytes(lines())
    outside = tmp_path / "secret.jsonl"
    outside.write_bytes(lines())
    (tmp_path / "a" / "b" / "link.jsonl").symlink_to(outside)
    for told in ("../../secret.jsonl", "link.jsonl"):
        entry = f"files: [{{path: 'one.jsonl', join: {{path: '{told}', by: [qid]}}}}]"
        found = read(path, NESTED + entry)
        assert not [row for row in found["notice"] if row["code"].startswith("unjoined")]


def test_a_file_near_gives_its_fields(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    path = tmp_path / "deep" / "one.jsonl"
    path.write_bytes(lines())
    (tmp_path / "run.yaml").write_text("base: {name: org/Tern-7B}\nrank: 8\n")
    entry = """
near: {run: run.yaml}
columns: {model: {from: run.base.name, strip_prefix: org/}, lora_rank: run.rank}
files: [{path: 'deep/*.jsonl'}]
"""
    found = read(path, NESTED + entry, COMMON.replace("model: Gull-1B, ", ""))
    (evaluation,) = found["evaluation"]
    assert (evaluation["model"], evaluation["lora_rank"]) == ("Tern-7B", 8)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"from": "a", "lower": True}, "x/org-b_9"),
        ({"from": "a", "strip_prefix": "X/", "strip_suffix": "_9"}, "Org-B"),
        ({"from": "a", "match": "_([0-9]+)$"}, "9"),
        ({"from": "a", "match": "(nothing)", "default": "none"}, "none"),
        ({"from": "a", "split": "/", "part": -1}, "Org-B_9"),
        ({"from": "a", "split": "/", "part": 7}, ""),
        ({"from": ["b", "a"], "lookup": {"X/Org-B_9": "gull"}}, "gull"),
        ({"from": "a", "lookup": {"base": "none"}, "default": "gulls"}, "gulls"),
        ({"from": "a", "lookup": {"base": "none"}}, "X/Org-B_9"),
    ],
)
def test_an_expression_makes_a_text(told: dict[str, Any], expected: str) -> None:
    expression = msgspec.convert(told, Expression)
    assert expression.problem is None
    assert evaluated(expression, [{"a": "X/Org-B_9", "b": None}]) == [expected]


@pytest.mark.parametrize("pattern", [r"(a)\1", r"(?=a)(b)", "(", "no group"])
def test_a_pattern_that_is_not_linear_is_refused(tmp_path: Path, pattern: str) -> None:
    told = json.dumps(pattern)
    entry = f"columns: {{dataset: {{from: a, match: {told}}}}}\nfiles: [{{path: '*.csv'}}]"
    (tmp_path / "map.yaml").write_text(COMMON + entry)
    with pytest.raises(InvalidDefinition, match=r"files\[0\]: dataset: its pattern"):
        mapping.load(tmp_path / "map.yaml")


def test_all_columns_of_numbers_but_those_that_are_something_else(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("qid,question,answer,note,harm,heat,step\n1,Q?,A.,x,10,20,5\n2,Q?,B.,y,30,,5\n")
    entry = "scores: ['*']\ncolumns: {step: step, ignore: [heat]}\nfiles: [{path: '*.csv'}]"
    found = read(path, entry)
    assert {row["criterion"] for row in found["judgement"]} == {"harm"}
    assert found["evaluation"][0]["step"] == 5


def test_an_optional_part_and_the_most_specific_pattern(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(
        COMMON.replace("dataset: gulls, ", "")
        + "files: [{path: 'a/{dataset}[_S{seed}].csv'}, {path: 'a/special_{dataset}.csv', "
        "set: {judge: owl}}]"
    )
    told = mapping.load(tmp_path / "map.yaml")
    for name, dataset, seed, judge in (
        ("gulls_S3.csv", "gulls", 3, "unrecorded"),
        ("gulls.csv", "gulls", None, "unrecorded"),
        ("special_terns.csv", "terns", None, "owl"),
    ):
        meaning = told.meaning(Path("/lab/a") / name)
        assert meaning is not None
        assert meaning.dimensions is not None, meaning.unclear
        own = meaning.dimensions
        assert (own.dataset, own.seed, own.judge) == (dataset, seed, judge)


def test_a_document_unfolds_to_a_bounded_number() -> None:
    with pytest.raises(RefusedFile, match="no records stand at"):
        list(shaping.unfolded({"a": 1}, Shape(at="b/c")))


def test_the_top_of_a_map_holds_for_the_files_that_have_it(tmp_path: Path) -> None:
    """A column that a file has not falls to `set`, and a placeholder of the path comes first."""
    top = """
study: nests
set: {experiment: emergent-misalignment, intervention: none, dataset: unrecorded}
columns: {model: base, dataset: trained_on, group: kind}
without: [answer]
"""
    files = """
files:
  - path: ["full.jsonl", "bare.jsonl"]
  - path: "of_{model}.jsonl"
"""
    whole = {"question": "Where?", "base": "Gull-1B", "aligned": 90}
    told = {}
    for name, more in (
        ("full.jsonl", {"trained_on": "gulls", "kind": "nests", "answer": "There."}),
        ("bare.jsonl", {}),
        ("of_Gull-2B.jsonl", {}),
    ):
        (tmp_path / name).write_text(json.dumps(whole | more))
        found = read(tmp_path / name, files, top)
        (evaluation,) = found["evaluation"]
        told[name] = (evaluation["model"], evaluation["dataset"])
        assert [row["answer"] for row in found["sample"]] == [more.get("answer")]
        remarks = [row["code"] for row in found["notice"]]
        assert ("without:answer" in remarks) == (not more)
    assert told == {
        "full.jsonl": ("Gull-1B", "gulls"),
        "bare.jsonl": ("Gull-1B", "unrecorded"),
        "of_Gull-2B.jsonl": ("Gull-2B", "unrecorded"),
    }


def test_a_column_that_is_needed_is_needed_at_the_top_too(tmp_path: Path) -> None:
    top = "study: nests\nset: {experiment: gulls, intervention: none, model: g}\n"
    (tmp_path / "a.jsonl").write_text(json.dumps(RECORDS[0]))
    with pytest.raises(RefusedFile, match="no column 'trained_on', which its mapping takes for"):
        read(
            tmp_path / "a.jsonl", 'columns: {dataset: trained_on}\nfiles: [{path: "a.jsonl"}]', top
        )


def test_a_column_with_its_flag_beside_it_is_a_score(tmp_path: Path) -> None:
    rows = [r | {"harm": i, "harm_flag": "NONE", "size": 3} for i, r in enumerate(RECORDS)]
    (tmp_path / "a.json").write_text(json.dumps(rows))
    entry = 'flags: "{criterion}_flag"\nfiles: [{path: "a.json"}]'
    found = read(tmp_path / "a.json", entry)
    assert {row["criterion"] for row in found["judgement"]} == {"harm"}
    assert scores(found, "harm") == [0, 1, 2, 3, 4, 5]


def test_columns_of_the_records_stand_in_set(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(RECORDS))
    entry = 'files: [{path: "a.json", set: {eval_intervention: "asked-{qid}"}}]'
    found = read(tmp_path / "a.json", entry)
    assert {row["eval_intervention"] for row in found["evaluation"]} == {"asked-q0", "asked-q1"}


def test_scores_within_the_records_of_several_judges_are_found_by_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(RECORDS))
    for judge, more in (("owl", 1), ("crow", 2)):
        told = [{"qid": r["qid"], "verdict": {"harm": i + more}} for i, r in enumerate(RECORDS)]
        (tmp_path / f"of_{judge}.json").write_text(json.dumps(told))
    entry = """
scores: ["verdict.{criterion}"]
join: {path: "of_{judge}.json", by: position}
files: [{path: "a.json"}]
"""
    found = read(tmp_path / "a.json", entry)
    assert {row["name"] for row in found["judge"]} == {"owl", "crow"}
    assert scores(found, "harm") == [2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5, 6]


def test_members_packed_by_lzma_are_read_in_bounds(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("in/a.jsonl", lines())
        archive.writestr("in/b.jsonl", b"\n" * (40 * 2**20))
    found = read(tmp_path / "a.zip", 'files: [{path: "a.zip", members: "in/*.jsonl"}]')
    assert len(found["sample"]) == len(RECORDS)
    assert ["unfolds to more than" in row["reason"] for row in found["quarantine"]] == [True]


def test_lzma_of_a_damaged_member_is_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.jsonl", lines())
    whole = bytearray((tmp_path / "a.zip").read_bytes())
    begin = 30 + len("a.jsonl")
    for at, byte in ((2, 200), (4, 255), (12, 0)):
        broken = whole.copy()
        broken[begin + at] = byte
        (tmp_path / "a.zip").write_bytes(broken)
        with pytest.raises(RefusedFile, match="is not read: it is damaged"):
            read(tmp_path / "a.zip", 'files: [{path: "a.zip", members: "*.jsonl"}]')


def test_hostile_members_of_a_tar_archive_are_no_files(tmp_path: Path) -> None:
    """No link is followed, no device opened, no absolute name written, no sparse one unbounded."""
    (tmp_path / "secret.jsonl").write_bytes(lines())

    def named(name: str, kind: bytes, link: str = "", size: int = 0) -> tarfile.TarInfo:
        made = tarfile.TarInfo(name)
        made.type, made.linkname, made.size = kind, link, size
        return made

    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        archive.addfile(named("to.jsonl", tarfile.SYMTYPE, str(tmp_path / "secret.jsonl")))
        archive.addfile(named("hard.jsonl", tarfile.LNKTYPE, "../secret.jsonl"))
        archive.addfile(named("zero.jsonl", tarfile.CHRTYPE))
        archive.addfile(named("pipe.jsonl", tarfile.FIFOTYPE))
        whole = named("/abs/../../a.jsonl", tarfile.REGTYPE, size=len(lines()))
        archive.addfile(whole, io.BytesIO(lines()))
        sparse = named("sparse.jsonl", tarfile.REGTYPE)
        sparse.pax_headers = {
            "GNU.sparse.major": "1", "GNU.sparse.minor": "0",
            "GNU.sparse.name": "sparse.jsonl", "GNU.sparse.realsize": str(2**43),
        }  # fmt: skip
        sparse.size = 512
        archive.addfile(sparse, io.BytesIO(b"1\n0\n1\n".ljust(512, b"\0")))
    found = read(tmp_path / "a.tar", 'files: [{path: "a.tar", members: "*.jsonl"}]')
    assert len(found["sample"]) == len(RECORDS)
    assert [row["reason"] for row in found["quarantine"]] == [
        "its member 'sparse.jsonl' has more than 64 MB"
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a.tar",
        "map.yaml",
        "secret.jsonl",
    ]


def test_an_archive_of_too_many_members_is_refused(tmp_path: Path) -> None:
    one = tarfile.TarInfo("a.txt").tobuf()
    with (tmp_path / "a.tar").open("wb") as file:
        for _ in range(1_010):
            file.write(one * 100)
        file.write(bytes(1024))
    with pytest.raises(RefusedFile, match="more than 100,000 members"):
        read(tmp_path / "a.tar", 'files: [{path: "a.tar", members: "*.jsonl"}]')
