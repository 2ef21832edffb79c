import hashlib
from pathlib import Path

import pytest

from tests.warehouse.study_folder import NOW, finished, plan, progress, step, write
from warehouse import studies
from warehouse.studies import ProgressFile, State

ROOT = Path(__file__).resolve().parents[2]


def test_a_finished_study_is_read_whole(tmp_path: Path) -> None:
    study = studies.read(write(tmp_path / "tiny", plan(), finished()), {})
    assert (study.name, study.troubles, study.state(NOW)) == ("tiny", (), "done")
    assert [(s.name, s.done, s.share) for s in study.steps] == [
        ("render", 1, 1.0),
        ("tune", 1, 1.0),
        ("sample", 20, 1.0),
        ("judge", 20, 1.0),
    ]
    assert study.updated == NOW


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (progress(), "waiting"),
        (progress(render=step(1, 1)), "stopped"),
        (progress(sample=step(20, 5, running=True)), "running"),
        (progress(sample=step(20, 5, running=True, ago=600)), "silent"),
        (progress(sample=step(20, 5, running=True, ago=600), judge=step(9, 1, running=True)),
         "running"),
        (progress(sample=step(20, 19, failed=1)), "stopped"),
    ],
)  # fmt: skip
def test_the_state_goes_by_the_last_sign_of_life(
    tmp_path: Path, told: ProgressFile, expected: State
) -> None:
    assert studies.read(write(tmp_path, plan(), told), {}).state(NOW) == expected


def test_a_study_at_work_is_heard_of_before_it_is_taken_for_dead() -> None:
    assert 3 * studies.BEAT < studies.SILENCE


def test_a_plan_that_has_grown_leaves_its_step_open(tmp_path: Path) -> None:
    told = finished()
    told.steps["sample"] = step(10, 10)
    sample = studies.read(write(tmp_path, plan(), told), {}).steps[2]
    assert (sample.planned, sample.state(NOW)) == (20, "stopped")


def test_judging_knows_how_many_answers_there_are(tmp_path: Path) -> None:
    told = finished()
    told.steps["judge"] = step(17, 17)
    study = studies.read(write(tmp_path, plan(), told), {})
    assert (study.steps[3].planned, study.state(NOW)) == (17, "done")


def test_one_judge_alone_does_not_finish_the_judging(tmp_path: Path) -> None:
    told = finished()
    told.steps["judge"] = step(10, 10, only="judge-a")
    assert studies.read(write(tmp_path, plan(), told), {}).state(NOW) == "stopped"


def test_an_empty_folder_has_a_name_and_a_sentence(tmp_path: Path) -> None:
    study = studies.read(tmp_path, {})
    assert study.name == tmp_path.name
    assert study.troubles == (f"{tmp_path / 'plan.json'} is missing, so nothing says what was "
                              "planned.",)  # fmt: skip
    assert (study.steps, study.updated, study.state(NOW)) == ([], None, "stopped")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"brittlescope": "progress/1", "study": "ti',
        b'{"brittlescope": "progress/2", "study": "tiny", "steps": {}}',
        b'{"brittlescope": "progress/1", "study": "tiny", "steps": []}',
        b"[" * 100_000,
        b"\xff\xfe",
        b"null",
    ],
)
def test_a_broken_file_is_a_sentence_and_the_other_is_read(tmp_path: Path, content: bytes) -> None:
    write(tmp_path, plan())
    (tmp_path / "progress.json").write_bytes(content)
    study = studies.read(tmp_path, {})
    (trouble,) = study.troubles
    assert trouble.startswith(f"{tmp_path / 'progress.json'} is not understood: ")
    assert len(study.steps) == 4
    assert study.state(NOW) == "waiting"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"planned":20', b'"planned":-1'),
        (b'"done":20', b'"done":"all"'),
        (b"T12:00:00Z", b"T12:00:00"),
    ],
)
def test_figures_that_cannot_be_are_not_drawn(tmp_path: Path, old: bytes, new: bytes) -> None:
    path = write(tmp_path, plan(), finished()) / "progress.json"
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))
    study = studies.read(tmp_path, {})
    assert study.progress is None
    assert len(study.troubles) == 1


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "plan.json").mkdir()
    (trouble,) = studies.read(tmp_path, {}).troubles
    assert trouble == f"{tmp_path / 'plan.json'} cannot be read: Is a directory."


def test_the_study_file_is_found_from_the_folder(tmp_path: Path) -> None:
    folder = write(tmp_path / "out", plan())
    assert studies.read(folder, {}).file is None
    (tmp_path / "STUDY.yaml").touch()
    assert studies.read(folder, {}).file == tmp_path / "STUDY.yaml"


def test_a_bare_name_is_no_copy_within_the_folder(tmp_path: Path) -> None:
    folder = write(tmp_path / "out", plan(study_file="STUDY.yaml"))
    (folder / "STUDY.yaml").touch()
    assert studies.read(folder, {}).file is None
    (tmp_path / "STUDY.yaml").touch()
    assert studies.read(folder, {}).file == tmp_path / "STUDY.yaml"


def test_studies_are_found_in_the_data_folder_and_among_what_was_imported(tmp_path: Path) -> None:
    data = tmp_path / "data"
    here = write(data / "studies" / "here", plan(study="here"))
    there = write(tmp_path / "there", plan(study="there"), finished())
    gone = tmp_path / "gone"
    digest = hashlib.sha256((there / "progress.json").read_bytes()).hexdigest()
    imported = {
        str(there / "plan.json"): "0",
        str(there / "progress.json"): digest,
        str(gone / "progress.json"): "0",
        str(here / "samples" / "a.jsonl"): "0",
    }
    found = studies.known(data, imported)
    assert [(study.name, study.folder, study.imported) for study in found] == [
        ("there", there, "as it is"),
        ("here", here, "no"),
        ("gone", gone, "before"),
    ]


def test_a_study_that_went_on_is_not_imported_as_it_is(tmp_path: Path) -> None:
    folder = write(tmp_path, plan(), finished())
    assert studies.read(folder, {str(folder / "progress.json"): "0"}).imported == "before"


def test_a_data_folder_without_studies_has_none(tmp_path: Path) -> None:
    assert studies.known(tmp_path / "nowhere", {}) == []


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59.4, "59 s"), (60, "1 min 0 s"), (3599.6, "1 h 0 min"), (90_000, "25 h 0 min")],
)
def test_spans_of_time_read_as_people_say_them(seconds: float, said: str) -> None:
    assert studies.duration(seconds) == said


@pytest.mark.parametrize(
    "folder", [p.parent for p in sorted((ROOT / "examples").glob("**/plan.json"))], ids=str
)
def test_the_bundled_studies_are_read(folder: Path) -> None:
    study = studies.read(folder, {})
    assert study.troubles == ()
    assert study.state(NOW) == "done"
    assert study.file is not None
