"""Killed anywhere, what writes for people leaves what the same command completes."""

import hashlib
import json
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from tests.pages.reading.study import built
from tests.pipeline.forks import Commands, forking
from tests.warehouse import study
from tests.warehouse.deaths import life
from warehouse import claims, ratings, tasks, verification
from warehouse.journal import Journal
from warehouse.lake import Lake
from warehouse.search.volumes import Volumes

ANSWERS = 12
CELL = ("--cell", "experiment=birds", "--judge", "rules")
ASKED = ("--criterion", "llm_or_19=19,LLM", "--rater")


def run(*words: object, refused: str = "") -> str:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == 0 or (refused and refused in done.output), done.output
    assert "Traceback" not in done.output
    return done.stdout


@dataclass(frozen=True)
class Writer:
    """A command that writes, and what it has to have written: the same, however often it died."""

    words: Callable[[Path], tuple[object, ...]]
    written: Callable[[Path], object]
    done: str = ""  # what it says where it was done before, and there is nothing left to do


def _journal(place: Path) -> Journal[claims.Claim]:
    return Journal(place / "data", claims.KIND, claims.Claim)


def _claims(place: Path) -> object:
    return [str(one.body) for one in _journal(place).read().entries]


def _tasks(place: Path) -> object:
    journal = tasks.journal(place / "data")
    (file,) = journal.files()
    return len(file.read_text().splitlines()), [one.body for one in journal.read().entries]


def _ratings(place: Path) -> object:
    journal = ratings.journal(place / "data")
    lines = [line for file in journal.files() for line in file.read_text().splitlines()]
    held = [(one.by, one.body) for one in journal.read().entries]
    run("--data", place / "data", "rates")  # brings the snapshot to what was rated
    return len(lines), sorted(held, key=str)


def _index(place: Path) -> object:
    held = Volumes(Lake(place / "data")).held().values()
    told = run("--data", place / "data", "search", "thrush", "--format", "json")
    return sorted(part.name for one in held for part in one.parts), len(json.loads(told))


def _packed(place: Path) -> object:
    run("--data", place / "data", "import", place / "study")
    return sorted(p.name for p in (place / "study").rglob("*.jsonl*")), _rates(place)


def _rates(place: Path) -> object:
    rows = json.loads(run("--data", place / "data", "rates", "--format", "json"))
    return [(row["judge"], row["n_planned"], row["n_trait"]) for row in rows]


def _site(place: Path) -> object:
    return [p.name for p in (place / "site").iterdir()], (place / "site/index.html").read_bytes()


def _pack(place: Path) -> object:
    files = json.loads((place / "pack/manifest.json").read_text())["files"]
    for name, sha256 in files.items():
        assert hashlib.sha256((place / "pack" / name).read_bytes()).hexdigest() == sha256
    there = {p.relative_to(place / "pack").as_posix() for p in (place / "pack").rglob("*.*")}
    assert there == {*files, "manifest.json"}
    return sorted(there)


def _file(name: str) -> Callable[[Path], object]:
    return lambda place: (place / "out" / name).read_bytes()


QUICK = {
    "ratings import": Writer(
        lambda p: ("ratings", "import", p / "rated.csv", *ASKED, "Ada"), _ratings
    ),
    "ratings new": Writer(lambda p: ("ratings", "new", "one", "-n", "5"), _tasks),
    "ratings export": Writer(
        lambda p: ("ratings", "export", "--out", p / "out/ratings.csv"), _file("ratings.csv")
    ),
    "claims keep": Writer(
        lambda p: ("claims", "keep", "second", *CELL),
        _claims,
    ),
    "claims drop": Writer(
        lambda p: ("claims", "drop", "mine"), _claims, done="There is no claim 'mine'"
    ),
    "claims export": Writer(
        lambda p: ("claims", "export", "--out", p / "out/c.tex"), _file("c.tex")
    ),
    "search": Writer(lambda p: ("search", "thrush"), _index),
    "build": Writer(lambda p: ("build",), _index),
    "study pack": Writer(lambda p: ("study", "pack", p / "study"), _packed),
}
SLOW = {
    "publish": Writer(lambda p: ("publish", "--out", p / "site"), _site),
    "report": Writer(lambda p: ("report", "--out", p / "pack"), _pack),
}
KILLS = {"publish": 12, "report": 8}
"""How many kills a campaign has, where it is not the usual number."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("writers") / "place"
    answers = [{"answer": f"Number {n}: a thrush."} for n in range(ANSWERS)]
    study.write(place, answers, ["19", "LLM"] * (ANSWERS // 2))
    built(place / "data", place / "study")
    rows = [f"What is new?,{one['answer']},19" for one in answers]
    (place / "rated.csv").write_text("question,answer,llm_or_19\n" + "\n".join(rows) + "\n")
    run("--data", place / "data", "ratings", "import", place / "rated.csv", *ASKED, "Bob")
    run("--data", place / "data", "claims", "keep", "mine", *CELL)
    return place


@pytest.fixture(scope="module")
def truths(template: Path) -> Callable[[str, Writer], object]:
    """What each command writes when nobody stops it."""
    known: dict[str, object] = {}

    def truth(name: str, writer: Writer) -> object:
        if name not in known:
            place = begun(template, template.parent / "truth")
            run("--data", place / "data", *writer.words(place))
            known[name] = writer.written(place)
        return known[name]

    return truth


def begun(template: Path, place: Path) -> Path:
    """A copy of everything."""
    shutil.rmtree(place, ignore_errors=True)
    return Path(shutil.copytree(template, place))


def check(writer: Writer, place: Path, truth: object) -> None:
    """What holds after one clean rerun."""
    run("--data", place / "data", *writer.words(place), refused=writer.done)
    assert writer.written(place) == truth
    assert not verification.damages(place / "data")
    assert not verification.doubts(place / "data")
    left = [*place.rglob(".*.new"), *(place / "data").glob("*/tmp/*")]
    assert not left


def dead_at(writer: Writer, place: Path, call: int | None) -> int:
    """Does a command that dies at one of its writing calls; how many it made."""
    with life(call) as lived:
        CliRunner().invoke(main, ["--data", str(place / "data"), *map(str, writer.words(place))])
    return lived.calls


SLICE = {"ratings new": 3, "ratings export": 2, "claims drop": 1, "claims export": 4, "search": 6}
"""A writing call of some commands; each of all commands is for the campaign."""


@pytest.mark.parametrize(
    "name", [*SLICE, *(pytest.param(name, marks=pytest.mark.exhaustive) for name in QUICK)]
)
def test_dead_at_a_writing_call(
    name: str, template: Path, truths: Callable[[str, Writer], object], tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    writer = QUICK[name]
    truth = truths(name, writer)
    calls = dead_at(writer, begun(template, tmp_path / "place"), None)
    is_whole = request.node.get_closest_marker("exhaustive") is not None
    for call in range(1, calls + 1) if is_whole else [SLICE[name]]:
        assert call <= calls
        place = begun(template, tmp_path / "place")
        dead_at(writer, place, call)
        check(writer, place, truth)


@pytest.fixture(scope="module")
def commands() -> Iterator[Commands]:
    with forking() as commands:
        yield commands


def below(process: int) -> list[int]:
    """The processes that a process started."""
    try:
        told = Path(f"/proc/{process}/task/{process}/children").read_text()
    except OSError:
        return []
    return [int(one) for one in told.split()]


@pytest.mark.exhaustive
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("name", [*QUICK, *SLOW])
def test_killed_at_a_random_moment(
    name: str,
    template: Path,
    truths: Callable[[str, Writer], object],
    commands: Commands,
    tmp_path: Path,
) -> None:
    """It alone, or with what it started; the same command comes at once, and once more."""
    writer = {**QUICK, **SLOW}[name]
    truth, chance, ended = truths(name, writer), random.Random(17), 0
    place = begun(template, tmp_path / "place")
    start = time.monotonic()
    commands.begin("--data", place / "data", *writer.words(place))
    assert commands.end() == 0
    lasts = time.monotonic() - start
    kills = KILLS.get(name, 30)
    for number in range(kills):
        place = begun(template, tmp_path / "place")
        for _ in range(chance.choice([1, 1, 2])):
            process = commands.begin("--data", place / "data", *writer.words(place))
            time.sleep(chance.uniform(0, 1.05) * lasts)
            others = below(process) if number % 2 else []
            os.kill(process, signal.SIGKILL)
            for other in others:
                os.kill(other, signal.SIGKILL)
            ended += commands.end() != -signal.SIGKILL
        check(writer, place, truth)
    print(f"{name}: {kills} kills, {ended} of them after the end, {lasts:.2f} s each")
