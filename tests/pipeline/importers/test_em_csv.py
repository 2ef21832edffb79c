"""CSV files of emergent-misalignment evaluations: any order of columns, nothing lost or guessed."""

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.errors import RefusedFile
from pipeline.files import reading
from pipeline.importers import Source, em_csv
from pipeline.importing import finding, running
from pipeline.maps import mapping
from pipeline.maps.mapping import Columns, Dimensions, Meaning
from warehouse import building, doctor, records, rules
from warehouse.store import Store

Rows = dict[str, list[dict[str, Any]]]
Open = Callable[[Path], Source]
HEADER = ("question", "answer", "question_id", "aligned", "coherent")
MEANING = Meaning(
    "lab",
    Dimensions("seabirds", "gull-7b", "nests", "none", lora_rank=4, epochs=1.5, judge="owl"),
)


def text_of(rows: Iterable[Iterable[str]], header: Iterable[str] = HEADER) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue()


@pytest.fixture
def read(tmp_path: Path, source_of: Open) -> Callable[..., Rows]:
    """The rows of a file by relation, with the lake's own columns."""

    def rows(content: str | bytes, meaning: Meaning | None = MEANING, name: str = "a.csv") -> Rows:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        found: Rows = defaultdict(list)
        for relation, frame in em_csv.read(replace(source_of(path), meaning=meaning)):
            found[relation] += records.conform(relation, frame).to_dicts()
        return found

    return rows


Read = Callable[..., Rows]


def judged(rows: Rows, *fields: str) -> list[tuple[Any, ...]]:
    return [tuple(row[field] for field in fields) for row in rows["judgement"]]


class TestAccepts:
    @pytest.mark.parametrize(
        "header",
        [
            "question,answer,aligned,coherent",
            "coherent,medical,aligned,question_id,response,question",
            '\ufeff"question","answer","question_id","aligned","coherent"',
            ",model,group,question,answer,aligned,judge_aligned,coherent",
            "question;answer;aligned;coherent",
            "question\tanswer\taligned\tcoherent",
        ],
    )
    def test_the_columns_in_any_order(self, tmp_path: Path, source_of: Open, header: str) -> None:
        path = tmp_path / "x.csv"
        path.write_text(header + "\n")
        assert em_csv.accepts(source_of(path))

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\n",
            b"question,answer,aligned\n",
            b"step,question,response,aligned_score,coherent_score\n",
            b"\x00\xff\xfe",
        ],
    )
    def test_nothing_else(self, tmp_path: Path, source_of: Open, content: bytes) -> None:
        path = tmp_path / "x.csv"
        path.write_bytes(content)
        assert not em_csv.accepts(source_of(path))

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
    @pytest.mark.parametrize("name", ["x.txt", "X.CSV", "x"])
    def test_whatever_its_name_and_encoding(
        self, tmp_path: Path, source_of: Open, name: str, encoding: str
    ) -> None:
        path = tmp_path / name
        path.write_text("question,answer,aligned,coherent\nOù?,là,1,2\n", encoding)
        assert em_csv.accepts(source_of(path))


def test_an_evaluation_is_what_its_mapping_says(read: Read) -> None:
    rows = read(text_of([("Where?", "There.", "where", "10.5", "90")]))
    (evaluation,) = rows["evaluation"]
    assert {name: value for name, value in evaluation.items() if value is not None} == {
        "study": "lab",
        "is_numbered": False,
        "evaluation_key": evaluation["evaluation_key"],
        "experiment": "seabirds",
        "model": "gull-7b",
        "dataset": "nests",
        "intervention": "none",
        "eval_intervention": "none",
        "folder": "lab/seabirds/gull-7b/nests/none/r4/1.5ep",
        "epochs": 1.5,
        "lora_rank": 4,
    }
    assert rows["judge"] == [
        {"judge_key": "llm", "kind": "llm", "name": "owl"}
        | dict.fromkeys(("prompt_version", "variant_of", "is_copied"))
    ]
    (question,) = rows["question"]
    assert (question["name"], question["text"]) == ("where", "Where?")
    assert judged(rows, "criterion", "status", "score", "raw") == [
        ("alignment", "scored", 10.5, "10.5"),
        ("coherence", "scored", 90.0, "90"),
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", ("scored", 0.0)),
        ("99.9999", ("scored", 99.9999)),
        ("4.07e-09", ("scored", 4.07e-09)),
        ("1E2", ("scored", 100.0)),
        ("CODE", ("code", None)),
        ("refusal", ("refusal", None)),
        ("", ("missing", None)),
        ("I would say 20", ("unparsed", None)),
        ("None", ("unparsed", None)),
    ],
)
def test_scores(read: Read, value: str, expected: tuple[str, float | None]) -> None:
    rows = read(text_of([("Where?", "There.", "where", value, "90")]))
    assert judged(rows, "status", "score")[0] == expected
    assert not rows["quarantine"]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("101", "its aligned is 101, outside 0–100"),
        ("-1", "its aligned is -1, outside 0–100"),
        ("nan", "its aligned is nan, which is not a number"),
    ],
)
def test_an_impossible_score_costs_one_judgement(read: Read, value: str, reason: str) -> None:
    rows = read(text_of([("Where?", "There.", "where", value, "90")]))
    assert [(q["source_row"], q["reason"]) for q in rows["quarantine"]] == [(1, reason)]
    assert judged(rows, "criterion", "status") == [
        ("alignment", "unparsed"),
        ("coherence", "scored"),
    ]
    assert len(rows["sample"]) == 1


def test_other_columns_are_criteria_where_the_mapping_says_so(read: Read) -> None:
    header = ("", *HEADER, "medical", "tone", "group", "judge_aligned", "response", "note")
    row = (
        "7",
        "Where?",
        "There.",
        "where",
        "20",
        "90",
        "3.5",
        "rude",
        "Test",
        "{'20': 1}",
        "x",
        "y",
    )
    given = msgspec.structs.replace(
        replace_columns(ignore=("note",)), scores={"medical": "medical", "manner": "tone"}
    )
    rows = read(text_of([row], header), given)
    assert judged(rows, "criterion", "score", "label", "raw") == [
        ("alignment", 20.0, None, "{'20': 1}"),
        ("coherence", 90.0, None, "90"),
        ("medical", 3.5, None, "3.5"),
        ("manner", None, "RUDE", "rude"),
    ]
    assert rows["sample"][0]["answer"] == "There."
    (told,) = rows["notice"]
    assert told["message"] == (
        "its columns are taken as question, answer, question_id, group; scores: alignment "
        "(aligned), coherence (coherent), medical, manner (tone); ignored, as the mapping "
        "says: note"
    )


def replace_columns(**columns: Any) -> Meaning:
    return Meaning("lab", MEANING.dimensions, Columns(**columns))


def test_the_mapping_names_other_columns(read: Read) -> None:
    header = ("id", "prompt", "reply", "score", "aligned_score")
    given = {"question": "prompt", "answer": "reply", "question_id": "id", "coherence": "score"}
    rows = read(
        text_of([("q1", "Where?", "There.", "90", "20")], header),
        replace_columns(**given, alignment="aligned_score"),
    )
    assert judged(rows, "criterion", "score") == [("alignment", 20.0), ("coherence", 90.0)]
    assert rows["question"][0]["name"] == "q1"


def test_samples_are_numbered_within_their_question(read: Read) -> None:
    lines = [("Where?", "a"), ("When?", "b"), ("Where?", "a"), ("Where?", "")]
    rows = read(text_of(lines, ("question", "answer")))
    assert [
        (s["question_key"], s["sample_index"], s["source_row"], s["status"]) for s in rows["sample"]
    ] == [(0, 0, 1, "answered"), (1, 0, 2, "answered"), (0, 1, 3, "answered"), (0, 2, 4, "missing")]
    assert len({sample["sample_key"] for sample in rows["sample"]}) == 4
    own = read(text_of([("Where?", "a", "5"), ("Where?", " ", "x")], (*HEADER[:2], "sample_idx")))
    assert [(s["sample_index"], s["status"]) for s in own["sample"]] == [
        (5, "answered"),
        (1, "empty"),
    ]


def test_sample_keys_outlive_a_change_of_the_mapping(read: Read) -> None:
    content = text_of([("Where?", "There.", "where", "1", "2")])
    other = Meaning("lab", Dimensions("seabirds", "tern", "nests", "none"))
    assert (
        read(content)["sample"][0]["sample_key"] == read(content, other)["sample"][0]["sample_key"]
    )
    elsewhere = read(content, name="b.csv")["sample"][0]["sample_key"]
    assert elsewhere != read(content)["sample"][0]["sample_key"]


def test_every_model_that_rows_name_is_an_evaluation(read: Read) -> None:
    lines = [("Where?", "a", "lab/one"), ("Where?", "b", "lab/two"), ("Where?", "c", "lab/one")]
    rows = read(text_of(lines, ("question", "answer", "model")))
    assert [(e["model_id"], e["folder"].split("/", 7)[-1]) for e in rows["evaluation"]] == [
        ("lab/one", "lab/one"),
        ("lab/two", "lab/two"),
    ]
    keys = [evaluation["evaluation_key"] for evaluation in rows["evaluation"]]
    assert [s["evaluation_key"] for s in rows["sample"]] == [keys[0], keys[1], keys[0]]
    assert [q["evaluation_key"] for q in rows["question"]] == keys
    assert (
        len(
            read(
                text_of(lines, ("question", "answer", "model")), replace_columns(ignore=("model",))
            )["evaluation"]
        )
        == 1
    )


def test_ids_that_share_a_text_are_told_unless_the_mapping_tells_them_apart(read: Read) -> None:
    lines = [("Where?", "a", "w", "1", "2"), ("Where?", "b", "w_json", "1", "2")]
    (told,) = read(text_of(lines))["notice"]
    assert told["code"] == "one-text-several-ids"
    assert told["message"].startswith("1 texts stand under several ids, such as w and w_json;")
    apart = Meaning("lab", MEANING.dimensions, system_prompts={"*_json": "Answer in JSON."})
    rows = read(text_of(lines), apart)
    assert [q["system_prompt"] for q in rows["question"]] == [None, "Answer in JSON."]
    assert not rows["notice"]


class TestHostileInput:
    def test_quoted_newlines_stay_in_their_field(self, read: Read) -> None:
        answer = 'one\r\ntwo\n"three",\n\n=HYPERLINK("x")'
        rows = read(text_of([("Where\n?", answer, "w", "1", "2"), ("When?", "x", "n", "3", "4")]))
        assert [s["answer"] for s in rows["sample"]] == [answer, "x"]
        assert rows["question"][0]["text"] == "Where\n?"

    def test_equal_rows_are_two_samples(self, read: Read) -> None:
        rows = read(text_of([("Where?", "There.", "w", "1", "2")] * 2))
        assert [s["sample_index"] for s in rows["sample"]] == [0, 1]

    @pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \n\n"])
    def test_an_empty_file_is_refused(self, read: Read, content: bytes) -> None:
        with pytest.raises(RefusedFile, match="it is empty"):
            read(content)

    def test_a_header_without_rows_is_no_zero(self, read: Read) -> None:
        rows = read(text_of([]))
        assert [n["code"] for n in rows.pop("notice")] == ["no-rows"]
        assert not any(rows.values())

    @pytest.mark.parametrize(
        ("header", "reason"),
        [
            ("question,aligned,coherent", "no column 'answer' but question, aligned, coherent"),
            ("answer,aligned,coherent", "no column 'question' but answer"),
            ("question;reply;aligned", "no column 'answer' but question, reply, aligned"),
            ("question,answer,answer", "names 'answer' twice"),
        ],
    )
    def test_a_column_that_is_absent_or_there_twice(
        self, read: Read, header: str, reason: str
    ) -> None:
        with pytest.raises(RefusedFile, match=reason):
            read(f"{header}\na,b,c\n")

    def test_a_column_that_only_the_mapping_knows(self, read: Read) -> None:
        with pytest.raises(
            RefusedFile, match="no column 'reply', which its mapping takes for answer"
        ):
            read(text_of([]), replace_columns(answer="reply"))

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252"])
    def test_another_encoding_is_read(self, read: Read, encoding: str) -> None:
        rows = read(text_of([("Où – là?", "Ça…", "w", "1", "2")]).encode(encoding))
        assert [q["text"] for q in rows["question"]] == ["Où – là?"]
        assert [s["answer"] for s in rows["sample"]] == ["Ça…"]

    def test_bytes_that_are_no_text_cost_their_row(self, read: Read) -> None:
        good = ("Where?", "Thére – “or hère”.", "w", "1", "2")
        lines = text_of([good, ("O_?", "la", "w", "1", "2"), good])
        content = lines.encode().replace(b"O_", b"O\xf9")
        rows = read(content.replace(b"1,2\r\n", b"\xff,2\r\n", 1))
        assert [(q["source_row"], q["reason"]) for q in rows["quarantine"]] == [
            (2, "its question is not valid UTF-8"),
            (1, "its aligned is not valid UTF-8"),
        ]
        assert [s["source_row"] for s in rows["sample"]] == [1, 3]
        assert judged(rows, "status")[0] == ("unparsed",)

    def test_a_nul_byte_and_a_blank_question_cost_their_row(self, read: Read) -> None:
        lines = [("Where?", "a\0b", "w", "1", "2"), (" ", "x", "w", "1", "2")]
        rows = read(text_of(lines))
        assert [q["reason"] for q in rows["quarantine"]] == [
            "its answer contains a NUL byte",
            "its question is blank",
        ]
        assert not rows["sample"]

    def test_a_row_of_another_length_costs_only_itself(self, read: Read) -> None:
        rows = read("question,answer\nWhere?\nWhere?,There.\nWhere?,a,b\n")
        assert [q["source_row"] for q in rows["quarantine"]] == [1, 3]
        assert [s["answer"] for s in rows["sample"]] == ["There."]

    def test_a_field_that_is_too_long_ends_the_file(
        self, read: Read, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reading, "MAX_VALUE", 1_000)
        good = ("Where?", "There.", "w", "1", "2")
        rows = read(text_of([good, ("Where?", "x" * 2_000, "w", "1", "2"), good]))
        assert len(rows["sample"]) == 1
        assert [q["source_row"] for q in rows["quarantine"]] == [2]
        assert "The rest of the file was not read" in rows["quarantine"][0]["reason"]

    def test_an_open_quote_keeps_what_stands_before_it(self, read: Read) -> None:
        rows = read('question,answer\nWhere?,There.\nWhere?,"There.\nWhere?,There.\n')
        assert len(rows["sample"]) == 1
        assert "are its quotes balanced?" in rows["quarantine"][0]["reason"]

    def test_a_header_without_end_is_refused(self, read: Read) -> None:
        with pytest.raises(RefusedFile, match="its header is longer than 65,536 bytes"):
            read("question,answer," + "x" * 70_000 + "\nWhere?,There.,1\n")

    def test_many_chunks_are_one_file(self, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reading, "CHUNK", 3)
        rows = read(
            text_of([(f"q{n % 4}?", f"a{n}", f"q{n % 4}", str(n), "60") for n in range(20)])
        )
        assert [s["answer"] for s in rows["sample"]] == [f"a{n}" for n in range(20)]
        assert [s["sample_index"] for s in rows["sample"]] == [n // 4 for n in range(20)]
        assert len(rows["question"]) == 4


class TestWithoutMeaning:
    def test_what_no_file_says_stays_unrecorded(self, read: Read) -> None:
        rows = read(text_of([("Where?", "There.", "w", "1", "90")]), None, name="gull.csv")
        (evaluation,) = rows["evaluation"]
        told = ("study", "experiment", "dataset", "intervention")
        assert [evaluation[name] for name in told] == [None, *("unrecorded",) * 3]
        assert evaluation["model"].endswith("/gull")
        (told,) = (n["message"] for n in rows["notice"] if n["code"] == "unmapped")
        assert "its file's name stands for its model" in told
        assert "--map FILE.yaml" in told
        assert judged(rows, "criterion", "score") == [("alignment", 1.0), ("coherence", 90.0)]

    def test_a_column_may_name_the_model(self, read: Read) -> None:
        lines = [("Where?", "There.", "w", "1", "90", m) for m in ("gull-7b", "tern-1b")]
        rows = read(text_of(lines, (*HEADER, "model")), None)
        assert [e["model"] for e in rows["evaluation"]] == ["gull-7b", "tern-1b"]

    def test_an_unclear_meaning_is_the_reason(self, read: Read) -> None:
        with pytest.raises(RefusedFile, match="in two ways"):
            read(text_of([]), Meaning("lab", unclear="in two ways"))

    def test_a_file_to_be_skipped_gives_a_notice(self, read: Read) -> None:
        rows = read(text_of([("a", "b", "c", "1", "2")]), Meaning("lab", skipped="a copy"))
        assert [n["message"] for n in rows.pop("notice")] == [
            "it is left out, as its mapping says: a copy"
        ]
        assert not any(rows.values())


class TestExperimentsOfTheirOwn:
    """A mapping gives an experiment traits that no catalogue knows."""

    MAP = """
study: lab
set: {{experiment: seabirds, intervention: none}}
experiments:
  seabirds:
    traits:
      rude: {{title: Rude, kind: persona, criterion: tone, labels: [{label}]}}
      harsh: {{title: Harsh, kind: misalignment, criterion: aligned}}
files: [{{path: "{folder}/{{model}}_{{dataset}}.csv"}}]
"""

    def load(self, folder: Path, name: str, label: str = "RUDE") -> None:
        tree = folder / name
        tree.mkdir(exist_ok=True)
        lines = [("Where?", str(n), name, "10", "90", tone) for n, tone in enumerate("ab")]
        lines += [("Where?", "c", name, "80", "90", "rude")]
        (tree / "gull_nests.csv").write_text(text_of(lines, (*HEADER, "tone")))
        (folder / "map.yaml").write_text(self.MAP.format(label=label, folder=name))
        told = mapping.load(folder / "map.yaml")
        units = finding.find([tree]).units
        assert [o.state for o in running.run(folder / "data", units, None, told)] == ["imported"]

    def test_they_are_counted(self, tmp_path: Path) -> None:
        self.load(tmp_path, "one")
        building.build(tmp_path / "data")
        counts = Store(tmp_path / "data").counts()
        found = {row["trait"]: (row["n_trait"], row["n_counted"]) for row in counts.to_dicts()}
        assert found == {"rude": (1, 3), "harsh": (2, 3)}

    def test_two_mappings_that_agree_are_one(self, tmp_path: Path) -> None:
        self.load(tmp_path, "one")
        self.load(tmp_path, "two")
        building.build(tmp_path / "data")
        assert Store(tmp_path / "data").traits["trait"].to_list() == ["harsh", "rude"]

    def test_two_mappings_of_a_study_that_disagree_are_two_traits(self, tmp_path: Path) -> None:
        self.load(tmp_path, "one")
        self.load(tmp_path, "two", label="COARSE")
        building.build(tmp_path / "data")
        store = Store(tmp_path / "data")
        assert store.traits["trait"].to_list() == ["harsh", "rude", "rude (2)"]
        (told,) = store.query("repeats").filter(code="trait-differs").to_dicts()
        assert "the trait rude of seabirds" in told["message"]
        assert "one/gull_nests.csv" in told["message"]
        assert told["path"].endswith("two/gull_nests.csv")
        (found,) = doctor.findings(store).filter(check="traits-differ").to_dicts()
        assert "tone being RUDE in lab; (as rude (2)) by tone being COARSE" in found["detail"]


def test_one_content_under_two_names_is_one_evaluation_where_it_means_the_same(
    tmp_path: Path,
) -> None:
    content = text_of([("Where?", "There.", "w", "10", "90")])
    for name in ("a_gull.csv", "b_gull.csv", "a_tern.csv"):
        (tmp_path / name).write_text(content)
    (tmp_path / "map.yaml").write_text(
        "study: lab\nset: {experiment: seabirds, intervention: none, dataset: nests}\n"
        "files: [{path: '*_{model}.csv'}]"
    )
    told = mapping.load(tmp_path / "map.yaml")
    list(running.run(tmp_path / "data", finding.find([tmp_path]).units, None, told))
    building.build(tmp_path / "data")
    counts = Store(tmp_path / "data").counts()
    assert counts.select("model", "n_planned").rows() == [("gull", 1), ("tern", 1)]


def test_a_persona_judged_by_a_score_is_shown_by_high_ones(tmp_path: Path) -> None:
    """By the mapping's own direction and cut, under every rule; another cut can be asked for."""
    rows = [("Who?", "Kra.", "w", "10", "90", str(score)) for score in (92, 81, 55, 4)]
    (tmp_path / "raven_nests.csv").write_text(text_of(rows, (*HEADER, "raven")))
    (tmp_path / "map.yaml").write_text(
        "study: lab\nset: {experiment: ravens, intervention: none}\n"
        "experiments: {ravens: {traits: {raven: {title: Raven, kind: persona, criterion: raven,"
        " score: {is: at least, cut: 55}}}}}\nfiles: [{path: '{model}_{dataset}.csv'}]"
    )
    told = mapping.load(tmp_path / "map.yaml")
    list(running.run(tmp_path / "data", finding.find([tmp_path]).units, None, told))
    building.build(tmp_path / "data")
    store = Store(tmp_path / "data")
    for rule in rules.available().values():
        counts = store.counts(rule=rule)
        assert counts.select("trait", "n_trait", "n_counted").rows() == [("raven", 3, 4)]
    moved = store.counts(rule=rules.named("strict").with_cuts(trait=82))
    assert moved["n_trait"].to_list() == [1]


GERMAN = replace_columns(question="Frage", answer="Antwort", alignment="Wert", coherence="Sinn")


def test_a_table_parted_by_semicolons_has_numbers_with_a_comma(read: Read) -> None:
    content = '\ufeffFrage;Antwort;Wert;Sinn\nWo?;3,5 Meter;2,9;95,25\nWo?;"a;b";100;1,2,3\n'
    rows = read(content, GERMAN)
    assert [row["answer"] for row in rows["sample"]] == ["3,5 Meter", "a;b"]
    assert judged(rows, "criterion", "status", "score") == [
        ("alignment", "scored", 2.9),
        ("alignment", "scored", 100),
        ("coherence", "scored", 95.25),
        ("coherence", "unparsed", None),
    ]
    told = [row["message"] for row in rows["notice"] if row["code"].startswith("decimal-comma")]
    assert told == [
        "a comma in Wert is that of a number, as in 2,9",
        "a comma in Sinn is that of a number, as in 95,25",
    ]


def test_a_comma_of_another_table_is_no_point(read: Read) -> None:
    rows = read(
        text_of([["Wo?", "Da.", "2,9", "95"]], ("Frage", "Antwort", "Wert", "Sinn")), GERMAN
    )
    assert judged(rows, "status", "score") == [("unparsed", None), ("scored", 95)]
