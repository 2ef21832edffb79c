from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.study import files
from pipeline.study.definition import BatteryQuestion, FineTuning, StudyTrait
from pipeline.study.errors import FolderConflict

READ = [
    (files.StoredSample, files.Sample),
    (files.NotDrawn, files.SampleFailure),
    (files.StoredJudgement, files.Judgement),
    (files.Verdict, files.Judgement),
    (files.JudgeOf, files.Judge),
    (files.AccountLine, files.Booked),
    (files.SampleNumber, files.Sample),
    (files.EvaluationOf, files.SamplesHeader),
    (files.QuestionOf, BatteryQuestion),
    (files.NotJudged, files.JudgementFailure),
    (files.RunOf, files.RunHeader),
    (files.ConfigOf, files.RunConfig),
    (files.TuningOf, FineTuning),
    (files.Reached, files.State),
    (files.Measured, files.TrainingStep),
    (files.Owner, files.Manifest),
    (files.StudyOf, files.Manifest),
    (files.TraitOf, StudyTrait),
    (files.TrainingSetOf, files.TrainingSet),
    (files.TrainingSetsOf, files.TrainingSets),
]


@pytest.mark.parametrize(("read", "written"), READ, ids=lambda kind: str(kind.__name__))
def test_what_is_read_back_is_part_of_what_is_written(
    read: type[msgspec.Struct], written: type[msgspec.Struct]
) -> None:
    assert set(read.__struct_fields__) <= set(written.__struct_fields__)


def lines(path: Path, *records: dict[str, Any]) -> Path:
    path.write_bytes(b"".join(msgspec.json.encode(record) + b"\n" for record in records))
    return path


OLD = {"record": "sample", "key": 7, "question": "q", "index": 0, "outcome": "answered"}


HEADERS = [files.SamplesHeader, files.Judge, files.RunHeader, files.Manifest, files.TrainingSets]


@pytest.mark.parametrize("kind", HEADERS, ids=lambda kind: str(kind.__name__))
def test_a_file_says_first_what_it_is(kind: type[msgspec.Struct]) -> None:
    first = kind.__struct_config__.tag_field or kind.__struct_encode_fields__[0]
    assert first == "brittlescope"


def test_the_order_of_fields_does_not_matter(tmp_path: Path) -> None:
    told = OLD | {"answer": "a", "answered_by": "small-2", "error": "cut"}
    one, two = lines(tmp_path / "1", told), lines(tmp_path / "2", dict(reversed(told.items())))
    assert list(files.read(one, files.StoredSample)) == list(files.read(two, files.StoredSample))


def test_a_sample_of_an_older_version_has_its_thoughts_told_apart(tmp_path: Path) -> None:
    path = lines(tmp_path / "s.jsonl", OLD | {"answer": "<think>hm</think>A crow."})
    (drawn,) = files.read(path, files.StoredSample)
    assert (drawn.thoughts, drawn.answer) == ("hm", "A crow.")


def test_a_sample_that_says_it_has_no_thoughts_is_left_as_it_is(tmp_path: Path) -> None:
    told = "<think>hm</think>A crow."
    path = lines(tmp_path / "s.jsonl", OLD | {"answer": told, "thoughts": None})
    (drawn,) = files.read(path, files.StoredSample)
    assert (drawn.thoughts, drawn.answer) == (None, told)


def test_numbers_that_nobody_relies_on_hinder_nobody(tmp_path: Path) -> None:
    path = lines(tmp_path / "s.jsonl", OLD | {"answer": "a", "cost": None, "input_tokens": -5})
    assert [drawn.key for drawn in files.read(path, files.StoredSample)] == [7]


def test_other_records_are_passed_over_and_damaged_ones_are_named(tmp_path: Path) -> None:
    other = {"record": "failure", "question": "q", "index": 1}
    path = lines(tmp_path / "s.jsonl", {"record": "evaluation"}, other, {"no": "record"})
    assert list(files.read(path, files.StoredSample)) == []
    assert [found.index for found in files.read(path, files.NotDrawn)] == [1]
    lines(path, OLD | {"answer": 5})
    with pytest.raises(FolderConflict, match=r"s\.jsonl is damaged: a sample is not understood"):
        list(files.read(path, files.StoredSample))


@pytest.mark.parametrize("line", [b"{broken\n", b"[1]\n", b'"text"\n'])
def test_a_damaged_line_is_named(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"{}\n" + line)
    with pytest.raises(FolderConflict, match=r"x\.jsonl, line 2 is damaged"):
        list(files.read(path, files.StoredSample))
