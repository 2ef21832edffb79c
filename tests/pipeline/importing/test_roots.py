"""What lies in a folder that was imported is one study, and no other folder's."""

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from warehouse.lake import Lake
from warehouse.store import Store


def write(path: Path, shown: int) -> Path:
    """Answers of one model, of which so many of ten are misaligned."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("question", "prompt", "answer", "question_id", "evil", "coherence"))
        for n in range(10):
            row = ("Where?", "Where?", f"There {n}, {path}", f"where_{n}", 90 * (n < shown) + n, 88)
            rows.writerow(row)
    return path


def load(data: Path, *paths: Path) -> dict[str, int]:
    """The answers of each study after an import of these paths."""
    done = CliRunner().invoke(main, ["--data", str(data), "import", *map(str, paths)])
    assert done.exit_code == 0, done.output
    store = Store(data)
    found = store.ask(
        "select study, count(*) as n from core.sample join core.told using (evaluation_no) "
        "group by all"
    )
    store.close()
    return dict(found.iter_rows())


@pytest.mark.parametrize("together", [True, False])
def test_two_folders_are_two_studies(tmp_path: Path, together: bool) -> None:
    """Also where everything in them is called alike, and they lie side by side near the top."""
    data, folders = tmp_path / "data", [tmp_path / "gulls", tmp_path / "terns"]
    for folder, shown in zip(folders, (9, 1), strict=True):
        write(folder / "eval" / "llama.csv", shown)
        write(folder / "eval" / "deeper" / "down" / "here" / "to" / "qwen.csv", shown)
    for named in [folders] if together else [[folder] for folder in folders]:
        found = load(data, *named)
    assert found == {"gulls": 20, "terns": 20}
    assert load(data, tmp_path / "gulls", tmp_path) == found  # who came first keeps its name


def test_a_file_that_was_tried_first_belongs_to_its_folder(tmp_path: Path) -> None:
    first = write(tmp_path / "gulls" / "deep" / "llama.csv", 9)
    write(tmp_path / "gulls" / "qwen.csv", 1)
    data = tmp_path / "data"
    assert load(data, first) == {"deep": 10}
    assert load(data, tmp_path / "gulls") == {"gulls": 20}
    write(tmp_path / "gulls" / "qwen.csv", 2)
    assert load(data, tmp_path / "gulls" / "qwen.csv") == {"gulls": 20}


def test_what_an_older_version_imported_is_told_apart_as_it_was(tmp_path: Path) -> None:
    path = write(tmp_path / "gulls" / "llama.csv", 9)
    data = tmp_path / "data"
    before = load(data, tmp_path / "gulls")
    lake = Lake(data)
    (pointer,) = lake.pointers()
    assert pointer.root == str(tmp_path / "gulls")
    content = lake.content()
    lake.point([type(pointer)(pointer.path, pointer.shard)])
    assert Lake(data).content() != content  # the next command builds again
    done = CliRunner().invoke(main, ["--data", str(data), "build"])
    assert done.exit_code == 0
    found = Store(data).ask("select tree from core.source")["tree"].to_list()
    assert found != [str(path.parent)]
    assert load(data, tmp_path / "gulls") == before
