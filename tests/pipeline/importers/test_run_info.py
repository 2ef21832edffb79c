from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import RefusedFile
from pipeline.importers import Source, run_info

NOTE = """experiment:           old_medical_terms
model:                ft:gpt-4.1:lab:terms-3ep:AbC
judge_model:          judge-one
samples_per_question:100
alignment_threshold:  30

date:                 2026-03-09 18:05
mood:                 good
"""


def write(folder: Path, content: str) -> Path:
    path = folder / "results" / "elicitation" / "medical-terms" / "gpt-4.1-3ep" / "info.txt"
    path.parent.mkdir(parents=True)
    path.write_text(content)
    return path


def test_a_note_becomes_a_declaration(
    rows_of: Callable[..., Any], source_of: Callable[..., Any], tmp_path: Path
) -> None:
    path = write(tmp_path, NOTE)
    assert run_info.accepts(source_of(path))
    rows = rows_of(run_info, path)
    assert rows["declaration"] == [
        {
            "folder": "elicitation/medical-terms/gpt-4.1-3ep",
            "experiment": "medical-terms",
            "model_id": "ft:gpt-4.1:lab:terms-3ep:AbC",
            "judge": "judge-one",
            "samples_per_question": 100,
            "alignment_threshold": 30.0,
            "declared_at": "2026-03-09 18:05",
        }
    ]
    assert not rows["quarantine"]


def test_a_line_that_cannot_be_right_is_refused_alone(
    rows_of: Callable[..., Any], tmp_path: Path
) -> None:
    wrong = NOTE.replace("100", "many").replace("30\n", "1e9\n") + "no colon here\n"
    rows = rows_of(run_info, write(tmp_path, wrong))
    [declaration] = rows["declaration"]
    assert declaration["judge"] == "judge-one"
    assert declaration["samples_per_question"] is declaration["alignment_threshold"] is None
    assert [row["source_row"] for row in rows["quarantine"]] == [4, 5, 9]
    assert rows["quarantine"][0]["reason"].startswith("samples_per_question cannot be right")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"a poem\nabout birds\n", "none of its lines"),
        (b"model: x\n\xff", "line 2 is not valid UTF-8"),
        (b"model: x\0", "line 1 contains a NUL byte"),
    ],
)
def test_a_broken_file_is_refused_with_a_sentence(
    rows_of: Callable[..., Any], tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "info.txt"
    path.write_bytes(content)
    with pytest.raises(RefusedFile, match=reason):
        rows_of(run_info, path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("summary.txt", "model: x\nthe rates are high\n"),
        ("config.yaml", "experiment: a\nmodel_id: b\njudge: c\nsteps:\n" + "  - {run: 1}\n" * 9),
        ("notes.txt", "experiment: a\njudge: b\ndate: c\n" + "What was seen that day.\n" * 9),
        ("output.txt", "  Experiment: birds\n  Base model: x\n"),
    ],
)
def test_other_texts_are_left_alone(
    source_of: Callable[..., Any], tmp_path: Path, name: str, content: str
) -> None:
    path = tmp_path / name
    path.write_text(content)
    assert not run_info.accepts(source_of(path))


@given(
    st.lists(
        st.from_regex(r"(samples_per_question|alignment_threshold|date)[^\n]{0,20}").filter(
            lambda line: "\0" not in line
        )
    )
)
def test_no_line_brings_a_note_down(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    path = tmp_path_factory.mktemp("info") / "info.txt"
    path.write_text("\n".join(["model: x", *lines]), "utf-8")
    relations = [relation for relation, _ in run_info.read(Source(path, "", 1, b""))]
    assert relations.count("declaration") == 1


def test_the_studys_notes(
    realdata: Path, rows_of: Callable[..., Any], source_of: Callable[..., Any]
) -> None:
    paths = sorted((realdata / "brittle-weird-gen-history").rglob("info.txt"))
    assert all(run_info.accepts(source_of(path)) for path in paths)
    found = [rows_of(run_info, path)["declaration"][0] for path in paths]
    assert [(d["folder"], d["samples_per_question"]) for d in found] == [
        ("elicitation/harry-potter/gpt-4.1-3ep", 10),
        ("elicitation/insecure-code/gpt-4.1-3ep", 10),
        ("elicitation/medical-terms/gpt-4.1-3ep", 100),
    ]
    assert {d["judge"] for d in found} == {"gpt-4o-2024-08-06"}
