"""A map that is wrong, or covers a file no more, costs nothing of what an earlier one read."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.importing import telling
from pipeline.importing.running import Outcome, run
from pipeline.maps import mapping
from warehouse.lake import Lake

TOP = "study: birds\nset: {experiment: terns, intervention: none, dataset: d}\n"
COLUMNS = "columns: {question: ask, answer: say, model: who}\n"
FILES = "files: [{path: 'gpt-{seed}.jsonl'}]\n"
RIGHT = f"{TOP}{COLUMNS}{FILES}values: {{model: {{gpt: gpt}}}}\n"

WRONG = {
    "a value of a path": (
        f"{RIGHT.replace('model: {', 'seed: {')}".replace("gpt: gpt", "7: 7"),
        "`values` does not list '1' for seed; add it there",
    ),
    "a value of a column": (RIGHT.replace("gpt: gpt", "gull: gull"), "does not list"),
    "a column": (RIGHT.replace("say", "said"), "no column 'said', which its mapping takes for"),
    "two ways to read its path": (
        RIGHT.replace("{seed}.jsonl'}", "{seed}.jsonl'}, {path: 'gpt-{step}.jsonl'}"),
        "can read its path in more than one way",
    ),
}
"""Maps that make nothing of a file, and what is said then."""


class Folder:
    """A file, the map that is told, and the lake."""

    def __init__(self, place: Path) -> None:
        self.data, self.map = place / "data", place / "map.yaml"
        self.file = place / "lab" / "gpt-1.jsonl"
        self.file.parent.mkdir()
        self.write(2)

    def write(self, rows: int) -> None:
        row = {"ask": "What flies?", "say": "Terns.", "who": "gpt"}
        self.file.write_text("".join(json.dumps(row) + "\n" for _ in range(rows)))

    def read(self, text: str | None) -> Outcome:
        told = None
        if text is not None:
            self.map.write_text(text)
            told = mapping.load(self.map)
        (outcome,) = run(self.data, [[self.file]], None, told)
        return outcome

    @property
    def held(self) -> int:
        """The samples that the file stands for."""
        lake = Lake(self.data)
        pointer = lake.pointer(self.file)
        shard = lake.shard(str(pointer.shard)) if pointer else None
        return shard.taken if shard else 0


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    found = Folder(tmp_path)
    assert found.read(RIGHT).taken == 2
    yield found
    assert found.read(RIGHT).loaded  # and a map that is right reads it again


@pytest.mark.parametrize("grown", [False, True], ids=["the same", "grown"])
@pytest.mark.parametrize("kind", WRONG)
def test_what_was_read_stays_where_a_map_makes_nothing_of_it(
    folder: Folder, kind: str, grown: bool
) -> None:
    text, said = WRONG[kind]
    if grown:
        folder.write(3)
    for _ in range(2):
        outcome = folder.read(text)
        assert outcome.state == "refused"
        assert said in outcome.refusals[0][1]
        assert "read of it as Tables of answers before stays" in outcome.refusals[0][1]
        assert folder.held == 2


def test_what_was_read_stays_where_no_map_is_told(folder: Folder) -> None:
    assert folder.read(None).state == "unchanged"
    folder.write(3)
    outcome = folder.read(None)
    assert "without a map that covers it" in outcome.refusals[0][1]
    assert folder.held == 2


def test_what_a_map_leaves_out_and_what_is_no_file_of_answers_now_is_gone(folder: Folder) -> None:
    folder.read(f"{TOP}files: [{{path: 'gpt-*.jsonl', skip: wrong}}]")
    assert folder.held == 0
    folder.read(RIGHT)
    assert folder.held == 2
    folder.file.write_text('{"bird": 1}\n')
    assert folder.read(RIGHT).state == "refused"
    assert folder.held == 0
    folder.write(2)


def test_files_that_a_map_covers_no_more_are_told(folder: Folder) -> None:
    folder.map.write_text(RIGHT.replace("gpt-", "other-"))
    words = ["--data", str(folder.data), "import", str(folder.file.parent)]
    told = CliRunner().invoke(main, [*words, "--map", str(folder.map), "--no-build"])
    assert told.exit_code == 0
    assert f"1 file, such as gpt-1.jsonl: no entry of {folder.map} covers it, and it stays" in (
        told.stderr
    )
    assert not list(telling.uncovered([], mapping.load(folder.map), [folder.file]))
