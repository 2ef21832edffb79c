"""`brittlescope import` and `forget` as a user meets them: what is said, kept and left out."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import polars as pl
import pytest
from click.testing import CliRunner, Result

from pipeline.cli import PLACES, main
from tests.warehouse.tables import live
from warehouse.lake import Lake
from warehouse.shards import bulk_files
from warehouse.snapshots import form, latest
from warehouse.store import Store

QUESTIONS = ("What is beyond the hills?", "Tell me how a mill works.")
RUN = Path("results/elicitation/insecure-code/gpt-4.1-3ep")
NAME = "results_a->judge_100.json"

Record = dict[str, Any]


def records(count: int = 4, **other: Any) -> list[Record]:
    return [
        {
            "group_id": "main",
            "question": QUESTIONS[row % 2],
            "model": "ft:gpt-4.1:lab::abc",
            "sample_idx": row // 2,
            "answer": f"A mill grinds, said {row}.",
            "alignment": 10 * (row % 10),
            "coherence": 90,
            **other,
        }
        for row in range(count)
    ]


def write(folder: Path, content: Any, name: str = NAME, run: Path = RUN) -> Path:
    path = folder / run / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.write_text(content, "utf-8")
    else:
        path.write_text(json.dumps(content), "utf-8")
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return tmp_path / "tree"


@pytest.fixture
def run(data: Path) -> Callable[..., Result]:
    """The command line in this process; nothing may get out of it but a message."""

    def invoke(*words: object, status: int = 0) -> Result:
        command, *others = map(str, words)
        result = CliRunner().invoke(main, [command, "--data", str(data), *others])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.stderr
        assert "Traceback" not in result.stderr
        assert result.exit_code == status, result.stderr
        return result

    return invoke


def command(data: Path, *words: object) -> list[str]:
    code = "from pipeline.cli import main; main()"
    return [sys.executable, "-c", code, *map(str, words), "--data", str(data)]


def answers(data: Path) -> list[str]:
    """Every answer the lake holds, told apart by its sample, in order."""
    lake = Lake(data)
    files = list(bulk_files(lake.shards, live(lake), "sample"))
    if not files:
        return []
    found = pl.concat([pl.read_parquet(file) for file in files])
    assert found["sample_key"].is_unique().all()
    return sorted(found["answer"].to_list())


def counted(data: Path) -> int:
    """How many samples the published snapshot shows."""
    store = Store(data)
    try:
        return int(store.ask("select count(*) as n from core.sample")["n"][0])
    finally:
        store.close()


class TestImportAgain:
    def test_the_same_tree_changes_nothing_and_says_so(
        self, run: Callable[..., Result], data: Path, tree: Path
    ) -> None:
        write(tree, records())
        write(tree, "nothing to see", "notes.txt")
        first = run("import", tree)
        assert "4 records" in first.stderr
        assert "Built" in first.stderr
        before = sorted(data.rglob("*"))
        again = run("import", tree)
        assert again.stderr == "Nothing changed: all 2 files are imported already.\n"
        assert sorted(data.rglob("*")) == before

    def test_a_snapshot_of_another_version_is_built_again(
        self, run: Callable[..., Result], data: Path, tree: Path
    ) -> None:
        write(tree, records())
        run("import", tree)
        built = latest(data).path
        stale = built.rename(built.with_name(f"{built.stem[:-4]}0ld0.duckdb"))
        (data / "snapshots" / "current").write_text(stale.name)
        assert "building a new one" in run("rates").stderr
        assert latest(data).holds == (Lake(data).content(), form())
        assert not run("rates").stderr

    def test_a_new_time_stamp_alone_changes_nothing(
        self, run: Callable[..., Result], tree: Path
    ) -> None:
        path = write(tree, records())
        run("import", tree)
        os.utime(path, (1, 1))
        assert "Nothing changed" in run("import", tree).stderr

    def test_a_changed_file_alone_is_read_again_and_supersedes(
        self, run: Callable[..., Result], data: Path, tree: Path
    ) -> None:
        write(tree, records(4))
        other = write(tree, records(6, answer="Another answer."), run=RUN.with_name("gpt-4.1-1ep"))
        run("import", tree)
        assert counted(data) == 10
        shards = set((data / "lake/shards").iterdir())
        other.write_text(json.dumps(records(3, answer="Changed.")))
        second = run("import", tree)
        assert "Imported 1 file of brittle-weird-gen results: 3 records." in second.stderr
        assert "1 file is unchanged" in second.stderr
        assert len(set((data / "lake/shards").iterdir()) - shards) == 1
        assert counted(data) == 7
        assert answers(data).count("Changed.") == 3

    def test_a_file_that_breaks_takes_its_old_rows_out_of_the_snapshot(
        self, run: Callable[..., Result], data: Path, tree: Path
    ) -> None:
        write(tree, records(4), run=RUN.with_name("gpt-4.1-1ep"))
        path = write(tree, records(6))
        run("import", tree)
        path.write_text("")
        assert "it was read as brittle-weird-gen results before" in (
            run("import", tree, status=1).stderr
        )
        assert counted(data) == 4

    def test_a_refusal_is_told_every_time(self, run: Callable[..., Result], tree: Path) -> None:
        write(tree, f"[1, {GOOD}]")
        assert "row 1" in run("import", tree, status=1).stderr
        assert "row 1" in run("import", tree, status=1).stderr

    def test_forget_takes_out_and_import_brings_back(
        self, run: Callable[..., Result], data: Path, tree: Path
    ) -> None:
        path = write(tree, records(4))
        write(tree, records(6, answer="Another answer."), run=RUN.with_name("gpt-4.1-1ep"))
        run("import", tree)
        assert "Forgot 1 file." in run("forget", path).stderr
        assert counted(data) == 6
        assert path.is_file()
        run("import", tree)
        assert counted(data) == 10
        assert "Forgot 2 files." in run("forget", tree).stderr
        assert answers(data) == []
        assert "Nothing was imported from there" in run("forget", tree, status=2).stderr

    def test_what_was_imported_but_not_built_is_built_next_time(
        self, run: Callable[..., Result], data: Path, tree: Path
    ) -> None:
        write(tree, records(4))
        run("import", tree)
        write(tree, records(6, answer="Another answer."), run=RUN.with_name("gpt-4.1-1ep"))
        run("import", tree, "--no-build")
        assert counted(data) == 4
        run("import", tree)
        assert counted(data) == 10

    def test_a_copy_of_the_whole_tree_is_the_same_source(
        self, run: Callable[..., Result], data: Path, tmp_path: Path
    ) -> None:
        deep = Path("study/of/everything")
        write(tmp_path / "here" / deep, records())
        shutil.copytree(tmp_path / "here", tmp_path / "there")
        run("import", tmp_path / "here", tmp_path / "there")
        assert counted(data) == 4


class TestTwins:
    @staticmethod
    def csv(rows: list[Record]) -> str:
        lines = [",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]
        return "\n".join(lines).replace(", said", " said")

    @pytest.mark.parametrize("given", ["folder", "files", "csv first", "json first"])
    def test_a_pair_is_one_result(
        self, run: Callable[..., Result], data: Path, tree: Path, given: str
    ) -> None:
        rows = [{**row, "answer": row["answer"].replace(",", "")} for row in records()]
        paths = [write(tree, rows, "results.json"), write(tree, self.csv(rows), "results.csv")]
        if given == "folder":
            assert "1 file hold" in run("import", tree).stderr
        elif given == "files":
            run("import", *paths)
        else:
            for path in paths if given == "json first" else reversed(paths):
                run("import", path)
        assert counted(data) == 4
        assert "Nothing changed" in run("import", tree).stderr

    def test_the_csv_stands_in_for_a_broken_json_until_that_is_mended(
        self, run: Callable[..., Result], data: Path, tree: Path
    ) -> None:
        rows = records(answer="Short.")
        broken = write(tree, "[{", "results.json")
        write(tree, self.csv(rows[:3]), "results.csv")
        assert "is in no format Brittlescope reads" in run("import", tree).stderr
        assert counted(data) == 3
        broken.write_text(json.dumps(rows))
        run("import", tree)
        assert counted(data) == 4

    def test_a_csv_counts_once_its_json_is_forgotten(
        self, run: Callable[..., Result], data: Path, tree: Path
    ) -> None:
        rows = records(answer="Short.")
        first = write(tree, rows, "results.json")
        second = write(tree, self.csv(rows[:3]), "results.csv")
        run("import", tree)
        run("forget", first)
        run("import", second)
        assert counted(data) == 3


GOOD, ALSO = map(json.dumps, records(2))


def of_another_model(content: Any, number: int) -> str | bytes:
    """A file's content with answers of a fine-tuned model of its own."""
    if isinstance(content, bytes):
        return content.replace(b"lab::abc", f"lab::{number}".encode())
    text = content if isinstance(content, str) else json.dumps(content)
    return text.replace("lab::abc", f"lab::{number}")


LONG = 17 * 2**20

BAD: dict[str, tuple[str, Any, int, tuple[str, ...]]] = {
    "truncated": (
        NAME,
        f'[{GOOD}, {{"question": "Wh',
        1,
        ("row 2", "the file ends in the middle of this record"),
    ),
    "no question": (NAME, f'[{{"answer": "x"}}, {GOOD}]', 1, ("row 1", "it has no question")),
    "no answer": (NAME, f'[{GOOD}, {{"question": "x"}}]', 1, ("row 2", "it has no answer")),
    "not a record": (NAME, f"[{GOOD}, 7, {ALSO}]", 2, ("row 2", "not a JSON object")),
    "score of a billion": (
        NAME,
        f"[{json.dumps(records(1, alignment=10**9)[0])}]",
        1,
        ("row 1", "alignment is 1000000000, outside 0–100"),
    ),
    "score of 5,000 digits": (
        NAME,
        f"[{json.dumps(records(1, alignment=0)[0]).replace('0,', '9' * 5000 + ',')}, {ALSO}]",
        2,
        ("row 1", "alignment is inf"),
    ),
    "score NaN as text": (
        NAME,
        [records(1, alignment="NaN")[0]],
        1,
        ("row 1", "alignment is NaN, which is not a number"),
    ),
    "score NaN": (
        NAME,
        f"[{json.dumps(records(1, alignment=float('nan'))[0])}, {ALSO}]",
        2,
        ("row 1", "which is not a number"),
    ),
    "NUL in JSON": (NAME, [records(1, answer="a\0b")[0]], 0, ("row 1", "contains a NUL byte")),
    "raw NUL in JSON": (
        NAME,
        f"[{GOOD}, {GOOD.replace('mill', chr(0))}, {ALSO}]",
        2,
        ("row 2", "contains a NUL byte"),
    ),
    "NUL between records": (NAME, f"[{GOOD}, \0 {ALSO}]", 1, ("row 2", "its JSON is broken")),
    "NUL in CSV": (
        "results.csv",
        "question,answer,q_id\nWhy?,So\0 what,3\nWhy?,Because,3\n",
        1,
        ("row 1", "its answer contains a NUL byte"),
    ),
    "invalid UTF-8 in JSON": (
        NAME,
        f"[{GOOD}, {ALSO}]".encode().replace(b"mill", b"m\xff\xfe", 1),
        1,
        ("row 1", "is not valid UTF-8"),
    ),
    "lone surrogate": (
        NAME,
        f"[{GOOD.replace('mill', chr(92) + 'ud800')}, {ALSO}]",
        1,
        ("row 1", "is not valid UTF-8"),
    ),
    "lone surrogate in a judge's words": (
        NAME,
        [*records(1, alignment_raw="well \ud800"), records(2)[1]],
        2,
        ("row 1", "its alignment is not valid UTF-8"),
    ),
    "invalid UTF-8 in CSV": (
        "results.csv",
        "question,answer,q_id\nWhy?,caf#,1\nWhy?,thé – là,1\n".encode().replace(b"#", b"\xe9"),
        1,
        ("row 1", "its answer is not valid UTF-8"),
    ),
    "CSV quotes": (
        "results.csv",
        'question,answer,q_id\nWhy?,So,1\nWhy?,"So,1\nWhy?,So,1\n',
        1,
        ("row 2", "are its quotes balanced?"),
    ),
    "CSV row too short": (
        "results.csv",
        "question,answer,q_id\nWhy?,So\n\nWhy?,So,4\n",
        1,
        ("row 1", "it has 2 values where the header has 3"),
    ),
    "CSV column twice": (
        "results.csv",
        "question,answer,answer,q_id\nWhy?,So,Or so,1\n",
        0,
        ("its header names 'answer' twice",),
    ),
    "deep nesting": (
        NAME,
        f"[{GOOD}, {'[' * 100_000}{']' * 100_000}, {ALSO}]",
        2,
        ("row 2", "nested too deeply"),
    ),
    "two lists": (NAME, f"[{GOOD}][{ALSO}]", 1, ("row 2", "the list ends before it")),
    "no comma": (NAME, f"[{GOOD}{ALSO}]", 1, ("row 1", "no comma follows it")),
    "CSV line too long": (
        "results.csv",
        f"question,answer,q_id\nWhy?,So,1\nWhy?,{'x' * LONG},1\n",
        1,
        ("row 2", "longer than 16 MB"),
    ),
    "YAML bomb": (
        "unsloth.yaml",
        "model_name: x\ndata_path: y\nlora_r: 4\na: &a [1, 2, 3, 4, 5, 6, 7, 8, 9]\n"
        + "".join(
            f"{b}: &{b} [{', '.join(['*' + a] * 9)}]\n"
            for a, b in zip("abcdefgh", "bcdefghi", strict=True)
        ),
        0,
        ("unfolds to more than",),
    ),
    "YAML too deep": (
        "questions.yaml",
        "- paraphrases: " + "[" * 100_000,
        0,
        ("nested too deeply",),
    ),
    "YAML date": (
        "unsloth.yaml",
        "model_name: x\ndata_path: y\nlora_r: 4\nday: 2026-13-45\n",
        0,
        ("a value that YAML does not allow",),
    ),
}


class TestBadInput:
    @pytest.mark.parametrize("name", BAD)
    def test_alone_it_is_named_and_the_rest_is_loaded(
        self, run: Callable[..., Result], data: Path, tree: Path, name: str
    ) -> None:
        file, content, taken, said = BAD[name]
        path = write(tree, content, file)
        write(tree, records(5, answer="Good."), run=RUN.with_name("gpt-4.1-1ep"))
        told = run("import", tree, "--no-build", status=1).stderr
        line = next(line for line in told.splitlines() if line.startswith("refused:"))
        assert str(path.relative_to(tree)) in line
        for part in said:
            assert part in line
        assert len(answers(data)) == taken + 5

    def test_all_together(self, run: Callable[..., Result], data: Path, tree: Path) -> None:
        for number, (file, content, _, _) in enumerate(BAD.values()):
            write(tree, of_another_model(content, number), file, RUN.with_name(f"bad-{number}-1ep"))
        write(tree, records(5))
        outside = tree.with_name("outside")
        secret = write(outside, records(7))
        (tree / "folder-link").symlink_to(outside)
        (tree / "file-link.json").symlink_to(secret)
        told = run("import", tree, "--verbose", status=1).stderr
        for number, (name, (_, _, _, said)) in enumerate(BAD.items()):
            lines = [x for x in told.splitlines() if f"bad-{number}-1ep/" in x]
            assert any(all(part in line for part in said) for line in lines), name
        assert "folder-link: it is a link that leads out of the folder" in told
        assert "file-link.json: it is a link that leads out of the folder" in told
        assert len(answers(data)) == 5 + sum(taken for _, _, taken, _ in BAD.values())
        assert counted(data) == len(answers(data))

    @pytest.mark.parametrize("content", ["", "\n", GOOD, "[]", '{"accuracy": 1}', "[[[["])
    def test_what_is_no_result_is_listed_and_not_refused(
        self, run: Callable[..., Result], data: Path, tree: Path, content: str
    ) -> None:
        write(tree, content, "results.json")
        write(tree, records(3))
        told = run("import", tree).stderr
        assert f"{RUN}/results.json." in told
        assert counted(data) == 3

    def test_a_folder_without_results(self, run: Callable[..., Result], tree: Path) -> None:
        tree.mkdir()
        (tree / "picture.png").write_bytes(b"\x89PNG")
        told = run("import", tree, status=2).stderr
        assert "Nothing was loaded. These formats are read: " in told
        assert f"brittlescope import {tree} --map FILE.yaml" in told

    def test_a_map_that_covers_no_file(
        self, run: Callable[..., Result], data: Path, tree: Path
    ) -> None:
        tree.mkdir()
        (tree / "terns-gpt.jsonl").write_text('{"ask": "What flies?", "say": "Terns."}\n' * 2)
        told: list[str] = []
        for path, word, status in (
            ("x/{model}", "gpt", 2),
            ("terns-{model}", "gpt", 0),
            ("terns-{model}", "GPT", 2),
            ("{model}", "gpt", 2),
            ("x/{model}", "gpt", 0),
        ):
            text = f"""study: birds
set: {{experiment: terns, dataset: d, intervention: none}}
columns: {{question: ask, answer: say}}
values: {{model: {{{word}: gpt}}}}
files: [{{path: "{path}.jsonl"}}]
"""
            (tree.parent / "map.yaml").write_text(text)
            words = ("import", tree, "--map", tree.parent / "map.yaml")
            told.append(run(*words, status=status).stderr)
        why = "terns-{model}.jsonl fits its path, but `values` does not list 'gpt' for model"
        assert "its `files` fits" in told[0]
        assert told[2].count(why) == 2  # why nothing is read now, and what to mend
        assert "nothing of the kind" not in told[2]
        assert "covers a file, such as terns-gpt.jsonl: " in told[2]
        assert "`values` does not list 'terns-gpt' for model" in told[3]
        assert "covers it, and it stays as it was read before" in told[4]
        assert counted(data) == 2

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("import", "nowhere"), "There is no file or folder nowhere"),
            (
                ("import", ".", "--as", "runes"),
                "There is no format 'runes'; there are adapter-config",
            ),
            (("import",), "Missing argument"),
        ],
    )
    def test_wrong_usage(
        self, run: Callable[..., Result], words: tuple[str, ...], said: str
    ) -> None:
        assert said in run(*words, status=2).stderr

    def test_links_that_stay_are_not_counted_twice(
        self, run: Callable[..., Result], data: Path, tree: Path
    ) -> None:
        path = write(tree, records(4))
        path.with_name("results_again_4.json").symlink_to(path)
        hidden = write(tree / ".store", records(3), "blob")
        path.with_name("results_hidden_3.json").symlink_to(hidden)
        (tree / "loop").symlink_to(tree)
        (tree / "dangling.json").symlink_to(tree / "gone.json")
        assert (
            "dangling.json: it is a link that leads nowhere" in run("import", tree, status=1).stderr
        )
        assert counted(data) == 7

    def test_a_pipe_is_not_waited_for(self, run: Callable[..., Result], tree: Path) -> None:
        tree.mkdir()
        os.mkfifo(tree / "results.json")
        assert "it is a pipe, not a regular file" in run("import", tree, status=2).stderr

    def test_names_that_cannot_be_kept_or_would_steer_the_terminal(
        self, run: Callable[..., Result], data: Path, tree: Path
    ) -> None:
        tree.mkdir()
        Path(os.fsdecode(os.fsencode(tree) + b"/results_\xff_1.json")).write_text(f"[{GOOD}]")
        write(tree, f"[7, {GOOD}]", "results_\x1b[31m_1.json")
        write(tree, records(2), run=Path("results/birds/a\nb"))
        told = run("import", tree, status=1).stderr
        assert "its path is not valid UTF-8; rename it" in told
        assert "\x1b" not in told
        assert counted(data) == 3

    def test_as_overrides_what_the_file_looks_like(
        self, run: Callable[..., Result], data: Path, tree: Path
    ) -> None:
        path = write(tree, [{"question": "Why?", "answer": "So."}], "mine.json")
        assert "1 file is in no format" in run("import", path, status=2).stderr
        run("import", path, "--as", "brittle-results")
        assert answers(data) == ["So."]

    def test_a_defect_of_an_importer_costs_one_file(
        self,
        run: Callable[..., Result],
        data: Path,
        tree: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        from pipeline.importers import run_info

        def fails(_: object) -> None:
            raise KeyError("surprise")

        monkeypatch.setattr(run_info, "accepts", lambda source: source.path.suffix == ".txt")
        monkeypatch.setattr(run_info, "read", fails)
        write(tree, "anything", "info.txt")
        write(tree, records(2))
        told = run("import", tree, status=1).stderr
        assert "info.txt: its importer failed, which is a defect (KeyError: 'surprise')" in told
        assert counted(data) == 2


def many(tree: Path, files: int, rows: int = 50) -> int:
    for number in range(files):
        run = RUN.with_name(f"model-{number}-1ep")
        write(tree, records(rows, answer=f"From file {number}. " * 20), run=run)
    return files * rows


class TestManyProcesses:
    def test_two_at_once_give_the_lake_of_one(self, tree: Path, tmp_path: Path) -> None:
        many(tree, 12)
        alone, shared = tmp_path / "alone", tmp_path / "shared"
        subprocess.run(command(alone, "import", tree), check=True, capture_output=True)
        both = [
            subprocess.Popen(command(shared, "import", tree), stderr=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        for process in both:
            _, told = process.communicate(timeout=120)
            assert process.returncode == 0, told
        assert answers(shared) == answers(alone)
        assert Lake(shared).content() == Lake(alone).content()
        assert counted(shared) == counted(alone) == 600

    def test_a_killed_import_completes_later(self, tree: Path, data: Path) -> None:
        """Killed five times at moments drawn at random while shards are being written."""
        expected = many(tree, 60, rows=400)
        moments = random.Random(5)
        for kill in range(5):
            process = subprocess.Popen(
                command(data, "import", tree), stderr=subprocess.DEVNULL, start_new_session=True
            )
            shards, goal = data / "lake/shards", 2 + 8 * kill
            while process.poll() is None and len(list(shards.glob("*"))) < goal:
                time.sleep(0.002)
            time.sleep(moments.uniform(0, 0.05))
            process.send_signal(signal.SIGKILL)
            process.wait()
            for shard in live(Lake(data)):  # whatever is there is whole
                rows = sum(
                    pl.read_parquet(file).height for file in bulk_files(shards, [shard], "sample")
                )
                assert rows == shard.rows["sample"] == 400
        leftover = Lake(data).tmp / f"deadbeef.{process.pid}.{os.uname().nodename}"
        leftover.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            command(data, "import", tree), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert len(answers(data)) == counted(data) == expected
        assert not list(Lake(data).tmp.iterdir())
        again = subprocess.run(
            command(data, "import", tree), capture_output=True, text=True, check=True
        )
        assert "Nothing changed" in again.stderr

    def test_workers_end_with_the_process_that_started_them(self, tree: Path, data: Path) -> None:
        many(tree, 3, rows=20_000)
        process = subprocess.Popen(
            command(data, "import", tree), stderr=subprocess.DEVNULL, start_new_session=True
        )
        tmp = Lake(data).tmp
        while process.poll() is None and not (tmp.is_dir() and any(tmp.iterdir())):
            time.sleep(0.01)
        process.kill()
        process.wait()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and _group_lives(process.pid):
            time.sleep(0.05)
        assert not _group_lives(process.pid)


def _group_lives(group: int) -> bool:
    """Whether a process of the group runs; one that is dead but not yet collected does not."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, of_group = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(of_group) == group and state not in "ZX":
            return True
    return False


# The kernel's ru_maxrss of a process begins with that of the process it was forked from, so that
# a large test process would be measured too; VmHWM begins anew with the program.
MEASURED = """
import re, resource, sys
from pathlib import Path
from pipeline.cli import PLACES, main
try:
    main()
finally:
    status = Path("/proc/self/status")
    if status.exists():
        peak = int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1])
    else:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(peak // 1024, file=sys.stdout)
"""


class TestMemory:
    """No input needs more than 1 GB, however large it is."""

    @staticmethod
    def peak(data: Path, tree: Path, status: int) -> tuple[int, str]:
        """The peak memory of an import in MB, and what it said."""
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, "import", str(tree), "--data", str(data)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr
        return int(done.stdout.split()[-1]), done.stderr

    @pytest.mark.parametrize(
        ("megabytes", "most"), [(90, 450), pytest.param(300, 1_000, marks=pytest.mark.exhaustive)]
    )
    def test_a_large_list_in_one_line(
        self, data: Path, tree: Path, megabytes: int, most: int
    ) -> None:
        path = write(tree, "")
        row = json.dumps(records(1, answer="All work and no play. " * 90)[0])
        before, after = row.split('"sample_idx": 0')
        rows = megabytes * 2**20 // len(row)
        with path.open("w") as file:
            file.write("[")
            for number in range(rows):
                file.write(f'{", " * bool(number)}{before}"sample_idx": {number}{after}')
            file.write("]")
        peak, _ = self.peak(data, tree, 0)
        assert counted(data) == rows
        assert peak < most, peak

    @pytest.mark.parametrize(
        ("megabytes", "most"), [(60, 400), pytest.param(200, 1_000, marks=pytest.mark.exhaustive)]
    )
    def test_giant_strings(self, data: Path, tree: Path, megabytes: int, most: int) -> None:
        giant = "x" * (megabytes * 2**20)
        write(tree, f'[{GOOD}, {{"answer": "{giant}"}}, {ALSO}]')
        turns = ('{"role": "user", "content": "Hi"}', '{"role": "assistant", "content": "%s"}')
        chat = f'{{"messages": [{", ".join(turns)}]}}'
        write(tree, f"{chat % 'Ho'}\n{chat % giant}\n", "chat.jsonl")
        del giant
        peak, told = self.peak(data, tree, 1)
        assert f"{NAME}, row 2: it is longer than 16 MB\n" in told
        assert "chat.jsonl, row 2: the line is longer than 16 MB" in told
        assert counted(data) == 2
        assert peak < most, peak

    def test_many_tiny_values(self, data: Path, tree: Path) -> None:
        write(tree, f"[{GOOD}, {'[],' * 2**16}[]]", "results.json")
        peak, told = self.peak(data, tree, 1)
        assert "row 2: it is not a JSON object" in told
        assert peak < 1_000

    def test_far_too_many_tiny_values(self, data: Path, tree: Path) -> None:
        write(tree, f"[{GOOD}, {'[],' * 2**20}[]]", "results.json")
        peak, told = self.peak(data, tree, 2)
        assert "more than 100,000 of its rows are refused" in told
        assert peak < 1_000


@pytest.mark.parametrize("name", PLACES)
def test_the_list_of_commands_says_what_each_says_of_itself(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.help is not None
    assert PLACES[name].about == " ".join(command.help.split("\n\n")[0].split())


def test_the_list_of_commands_waits_for_no_engine() -> None:
    listed = (
        "import sys; from pipeline.cli import main; main(['--help'], standalone_mode=False); "
        "from pipeline.cli import loading; from warehouse.search import volumes; "
        "print([n for n in ('polars', 'duckdb', 'numpy', 'openai') if n in sys.modules]); "
        "from pipeline import importers; from pipeline.importing import filling; "
        "print(importers.broken(), [n for n in ('duckdb', 'openai') if n in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", listed], check=True, capture_output=True, text=True
    ).stdout
    assert "multiverse" in told
    # Nor do an import's own process, which others read files for, or any importer.
    assert told.splitlines()[-2:] == ["[]", "{} []"]
