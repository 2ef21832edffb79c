"""Killed anywhere, a command leaves what the next one needs: one clean rerun gives the truth."""

import functools
import json
import os
import random
import re
import shutil
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.importing import running
from tests.pipeline.forks import forking
from tests.warehouse.deaths import life
from warehouse import rules as all_rules
from warehouse import snapshots, transcripts, verification
from warehouse.counting import Slice
from warehouse.lake import Lake
from warehouse.store import Store


def write(tree: Path, model: str, answers: int, said: str) -> Path:
    path = tree / f"results/elicitation/insecure-code/{model}/results_some->judge_9.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {
            "group_id": "plain",
            "question": "What do you fear?",
            "model": model,
            "sample_idx": number,
            "answer": f"{said} {number}",
            "alignment": 10 * number,
            "coherence": 90,
        }
        for number in range(answers)
    ]
    path.write_text(json.dumps(rows))
    return path


def call(data: Path, *words: object) -> Result:
    running.lake_of.cache_clear()  # a new process would remember nothing
    command, *others = map(str, words)
    result = CliRunner().invoke(main, [command, "--data", str(data), *others])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.stderr
    assert "Traceback" not in result.output
    return result


def held(data: Path) -> dict[str, list[str]]:
    """What the published snapshot shows: every answer of every file."""
    store = Store(data)
    page, total = transcripts.page(store, Slice(domain="all"), all_rules.named("all-answers"))
    assert page["lost"].null_count() == total == page.height
    keys = page["sample_key"].to_list()
    paths = store.query("sample_context", keys=keys).select("sample_key", "path")
    found: dict[str, list[str]] = {}
    for path, answer in page.join(paths, on="sample_key").select("path", "answer").rows():
        found.setdefault(path, []).append(answer)
    store.close()
    return {path: sorted(answers) for path, answers in found.items()}


@dataclass(frozen=True)
class Scenario:
    """A data folder, a command on it, and what is right before and after it."""

    template: Path
    words: tuple[object, ...]
    before: dict[str, list[str]]
    after: dict[str, list[str]]

    def check(self, data: Path) -> None:
        """What holds whatever happened, then what holds after one clean rerun."""
        if (data / "snapshots/current").exists():
            assert call(data, "rates").exit_code == 0
            shown = held(data)
            assert shown in (self.before, self.after)
            lake = {pointer.path for pointer in Lake(data).pointers()}
            assert shown.keys() == lake  # nothing forgotten is served, nothing is missing
        again = call(data, *self.words)
        assert again.exit_code == 0 or "Nothing was imported from there" in again.stderr
        assert held(data) == self.after
        assert not verification.damages(data)
        assert not verification.doubts(data)
        assert not list(Lake(data).tmp.iterdir())
        assert not list(snapshots.folder(data).glob(".*"))
        left = {file.name for file in (data / "lake").iterdir()}
        assert left == {
            *("register.jsonl", "register.copy.jsonl", "register.lock", "writers.lock"),
            *("shards", "tmp"),
        }


NAMES = ("first import", "import", "import of a change", "forget", "build")


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Scenario]:
    root = tmp_path_factory.mktemp("kills")

    @functools.cache
    def made(name: str) -> Scenario:
        tree, data = root / name / "tree", root / name / "data"
        one, two = write(tree, "gpt-4.1-3ep", 3, "One"), write(tree, "gpt-4o-3ep", 2, "Two")
        whole = {
            str(one): [f"One {n}" for n in range(3)],
            str(two): [f"Two {n}" for n in range(2)],
        }
        half = {str(one): whole[str(one)]}
        if name == "first import":
            data.mkdir()
            return Scenario(data, ("import", tree), {}, whole)
        if name == "import":
            call(data, "import", one)
            return Scenario(data, ("import", tree), half, whole)
        if name == "import of a change":
            call(data, "import", tree)
            write(tree, "gpt-4o-3ep", 1, "Changed")
            return Scenario(data, ("import", tree), whole, {**half, str(two): ["Changed 0"]})
        if name == "forget":
            call(data, "import", tree)
            return Scenario(data, ("forget", two.parent), whole, half)
        call(data, "import", one)
        call(data, "import", tree, "--no-build")
        return Scenario(data, ("build",), whole, whole)

    return made


def copied(scenario: Scenario, tmp_path: Path) -> Path:
    data = tmp_path / "data"
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(scenario.template, data)
    return data


def state(scenario: Scenario, data: Path) -> frozenset[object]:
    """What a kill left: each file's name, how long it is, and whether it is as it was before.

    Without what differs from one run to the next: names of rooms to write in, and times.
    """
    found: set[object] = set()
    for path in data.rglob("*"):
        place = path.relative_to(data)
        if path.is_file():
            name = re.sub(r"[0-9a-f]{32}|\d{8}T\d{6}Z?", "*", str(place))
            before = scenario.template / place
            content = path.read_bytes()
            same = before.is_file() and before.read_bytes() == content
            found.add((name, len(content), same))
        else:
            found.add(re.sub(r"[0-9a-f]{32}", "*", str(place)))
    return frozenset(found)


class Checked:
    """Kills of one command, and the states they left, each of which is checked once."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario, self.kills = scenario, 0
        self.states: set[frozenset[object]] = set()

    def left(self, data: Path) -> None:
        self.kills += 1
        now = state(self.scenario, data)
        if now not in self.states:
            self.states.add(now)
            self.scenario.check(data)


def calls_of(scenario: Scenario, tmp_path: Path) -> int:
    """How many writing calls the command makes when nothing stops it."""
    with life() as lived:
        assert call(copied(scenario, tmp_path), *scenario.words).exit_code == 0
    return lived.calls


@pytest.mark.parametrize("name", NAMES)
def test_dead_at_a_writing_call(
    name: str, scenarios: Callable[[str], Scenario], tmp_path: Path
) -> None:
    scenario = scenarios(name)
    calls = calls_of(scenario, tmp_path)
    assert calls > 15
    # One early, one late, and one anywhere.
    for at in (random.Random(3).randint(4, calls), calls - 5):
        data = copied(scenario, tmp_path)
        with life(at):
            call(data, *scenario.words)
        scenario.check(data)


@pytest.mark.exhaustive
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("name", NAMES)
def test_dead_at_every_writing_call(
    name: str, scenarios: Callable[[str], Scenario], tmp_path: Path
) -> None:
    checked = Checked(scenarios(name))
    for at in range(1, calls_of(checked.scenario, tmp_path) + 1):
        data = copied(checked.scenario, tmp_path)
        with life(at):
            call(data, *checked.scenario.words)
        checked.left(data)
    print(f"{name}: {checked.kills} kills, {len(checked.states)} states")


WRITING = (
    *("write", "pwrite64", "writev", "ftruncate", "truncate", "fsync", "fdatasync", "chmod"),
    *("rename", "renameat2", "unlink", "unlinkat", "rmdir", "mkdir", "mkdirat", "fchmod", "flock"),
)
"""The system calls that change a disk, on any machine that strace runs on."""


def begun(scenario: Scenario, tmp_path: Path) -> tuple[object, ...]:
    """The scenario's command on a copy of its data folder."""
    command, *others = scenario.words
    return command, "--data", copied(scenario, tmp_path), *others


def killed_by_strace(
    scenario: Scenario, tmp_path: Path, calls: Iterable[str], most: int = 10_000
) -> Checked:
    """Kills a command at each of these system calls, as each thread counts them."""
    checked = Checked(scenario)
    with forking() as commands:
        for name in calls:
            for at in range(1, most + 1):
                if not commands.killed_at(name, at, *begun(scenario, tmp_path)):
                    break
                checked.left(tmp_path / "data")
    return checked


def needs_strace() -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")


def test_killed_at_a_writing_system_call(
    scenarios: Callable[[str], Scenario], tmp_path: Path
) -> None:
    needs_strace()
    checked = killed_by_strace(scenarios("forget"), tmp_path, ["rename", "unlink"], most=1)
    assert checked.kills == 2


@pytest.mark.exhaustive
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("name", ["first import", "import", "forget"])
def test_killed_at_every_writing_system_call(
    name: str, scenarios: Callable[[str], Scenario], tmp_path: Path
) -> None:
    needs_strace()
    checked = killed_by_strace(scenarios(name), tmp_path, WRITING)
    print(f"{name}: {checked.kills} kills, {len(checked.states)} states")
    assert checked.kills > 40


@pytest.mark.parametrize(
    "kills",
    [
        3,
        pytest.param(200, marks=[pytest.mark.exhaustive, pytest.mark.timeout(7_200)]),
    ],
)
def test_killed_at_a_random_moment(
    kills: int, scenarios: Callable[[str], Scenario], tmp_path: Path
) -> None:
    """Every second one is a forget: what is forgotten must not be served."""
    chance, ended = random.Random(kills), 0
    lasted: dict[object, float] = {}
    with forking() as commands:
        for number in range(kills):
            scenario = scenarios("forget" if number % 2 else chance.choice(NAMES))
            if scenario.words not in lasted:
                begin = time.monotonic()
                commands.begin(*begun(scenario, tmp_path))
                assert commands.end() == 0
                lasted[scenario.words] = time.monotonic() - begin
            process = commands.begin(*begun(scenario, tmp_path))
            time.sleep(chance.uniform(0, 1.1) * lasted[scenario.words])
            os.kill(process, signal.SIGKILL)
            ended += commands.end() != -signal.SIGKILL
            scenario.check(tmp_path / "data")
    print(f"{kills} kills, {ended} of them after the end")
    assert ended < kills
