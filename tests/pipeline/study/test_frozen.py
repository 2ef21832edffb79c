"""Imported answers are judged once each, through any number of kills, and stand beside the old."""

import hashlib
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.study.layout import Folder
from tests.pages.reading.study import built
from tests.pipeline.forks import Commands, forking
from tests.pipeline.study.conftest import only_untuned
from tests.pipeline.study.fake_server import FakeServer, Raw, completion
from tests.pipeline.study.lying import lying_in, spent_in
from tests.pipeline.study.test_kills import killed
from tests.warehouse import study as tiny
from warehouse import agreed, building, correcting, corrections, ratings, rules, tasks, transcripts
from warehouse.analysis import Analysis
from warehouse.counting import Slice
from warehouse.store import Store
from warehouse.transcripts import Filter

DISTINCT = 40
ANSWERS = [f"Number {n % DISTINCT}." for n in range(100)]
"""A hundred samples with forty distinct answers."""


def judged(study: dict[str, Any]) -> None:
    only_untuned(study)
    source = {**study["models"]["small"]["source"], "id": "judge", "concurrency": 4}
    parse = {"parser": "label", "labels": ["19", "LLM"]}
    asked = {"llm_or_19": {"prompt": "llm_or_19.md", "parse": parse}}
    study["judges"] = {"strict": {"kind": "llm", "source": source, "criteria": asked}}


def verdict(answer: str) -> str:
    """What the loopback judge says: it errs on every answer that ends in 7."""
    number = int(answer.removeprefix("Number ").removesuffix("."))
    return "LLM" if number % 2 or number % 10 == 7 else "19"


def answering(body: dict[str, Any]) -> Raw:
    asked = body["messages"][0]["content"]
    [number] = [n for n in range(DISTINCT) if f"Number {n}." in asked]
    return completion(verdict(f"Number {number}."), model="judge")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    tiny.write(tmp_path, [{"answer": one} for one in ANSWERS], ["19"] * 100)
    return built(tmp_path / "data", tmp_path / "study")


@pytest.fixture
def commands(key: str) -> Iterator[Commands]:
    with forking(TINY_KEY=key) as commands:
        yield commands


def verdicts(folder: Folder) -> dict[int, str]:
    """The label of every sample, each of which has one judgement."""
    (path,) = (folder.path / "judgements").rglob("*.jsonl")
    records = [one for one in lying_in(path) if one["record"] == "judgement"]
    found = {one["key"]: one["label"] for one in records}
    assert len(found) == len(records)
    return found


def judge(file: Path, data: Path, folder: Folder, *more: str) -> str:
    words = ("study", "judge", str(file), "--answers", "--out", str(folder.path), *more)
    done = CliRunner().invoke(main, ["--data", str(data), *words])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.usefixtures("key")
def test_each_distinct_answer_is_asked_about_once(
    write_study: Callable[..., Path], server: FakeServer, folder: Folder, data: Path
) -> None:
    server.answer = answering
    file = write_study(judged, server.url)
    told = judge(file, data, folder)
    assert "strict: 40 distinct answers of 100 samples; 40 judgements" in told
    priced = re.search(r"judge +40 +0 +40 +([\d,]+) +[\d,]+ +[\d.]+ +([\d.]+)\n", told)
    assert priced is not None
    assert len(server.asked) == DISTINCT
    times = Counter(body["messages"][0]["content"] for body in server.asked)
    assert set(times.values()) == {1}
    assert "What is new?" in next(iter(times))
    assert len(verdicts(folder)) == 100
    spent = spent_in(folder)
    assert spent.requests == DISTINCT
    assert spent.cost <= float(priced[2])  # what the plan calls a bound
    judge(file, data, folder)
    assert len(server.asked) == DISTINCT
    # As new judgements beside the old.
    done = CliRunner().invoke(main, ["--data", str(data), "import", str(folder.path)])
    assert done.exit_code == 0, done.output
    found = Store(data).counts(Slice(domain="all"))
    rates = {row["judge"].split(" · ")[0]: row for row in found.to_dicts()}
    assert rates["rules"]["n_trait"] == 100
    expected = sum(verdict(answer) == "19" for answer in ANSWERS)
    assert (rates["strict"]["n_counted"], rates["strict"]["n_trait"]) == (100, expected)


@pytest.mark.usefixtures("key")
def test_a_part_of_them_is_drawn_or_chosen(
    write_study: Callable[..., Path], server: FakeServer, folder: Folder, data: Path
) -> None:
    server.answer = answering
    file = write_study(judged, server.url)
    nothing = ("--where", "model=none-such", "--dry-run")
    assert "0 distinct answers" in judge(file, data, folder, *nothing)
    assert not server.asked
    judge(file, data, folder, "-n", "15", "--where", "experiment=birds")
    assert len(server.asked) == 15
    judge(file, data, folder)
    assert len(server.asked) == DISTINCT
    assert len(verdicts(folder)) == 100


@pytest.mark.usefixtures("key")
def test_a_cheap_judge_on_all_and_a_dear_one_on_a_part_are_one_command(
    write_study: Callable[..., Path], server: FakeServer, folder: Folder, data: Path
) -> None:
    def two(study: dict[str, Any]) -> None:
        judged(study)
        strict = study["judges"]["strict"]
        dear = {**strict, "source": {**strict["source"], "id": "dear"}}
        rules = {"kind": "rule", "criteria": {"o": {"method": "overlap"}}}
        study["judges"] |= {"dear": dear, "rules": rules}

    server.answer = lambda body: completion("19", model=body["model"])
    file = write_study(two, server.url)
    for part, told in (
        ("rules=3", "no judge 'rules' that is a model"),
        ("dear=none", "'dear=none' is no number of answers"),
        ("0", "'0' is no number of answers"),
    ):
        words = ("study", "judge", str(file), "--answers", "-n", part)
        refused = CliRunner().invoke(main, ["--data", str(data), *words])
        assert refused.exit_code == 2
        assert told in " ".join(refused.output.split())
    assert not server.asked
    told = judge(file, data, folder, "-n", "dear=12", "-n", "30")
    assert "strict: 30 distinct answers" in told
    assert "dear: 12 distinct answers" in told
    assert Counter(body["model"] for body in server.asked) == {"judge": 30, "dear": 12}
    judge(file, data, folder, "-n", "dear=12")
    assert Counter(body["model"] for body in server.asked) == {"judge": DISTINCT, "dear": 12}


@pytest.mark.usefixtures("key")
def test_what_the_judge_has_judged_in_its_own_study_is_not_asked_again(
    write_study: Callable[..., Path], server: FakeServer, folder: Folder, tmp_path: Path
) -> None:
    server.answer = lambda body: completion(
        "LLM" if body["model"] == "judge" else "fine", model=body["model"]
    )
    file, data = write_study(judged, server.url), tmp_path / "lake"

    def run(*words: str) -> None:
        done = CliRunner().invoke(main, ["--data", str(data), *words])
        assert done.exit_code == 0, done.output

    for step in ("sample", "judge"):
        run("study", step, str(file), "--out", str(folder.path))
    run("import", str(folder.path))
    asked = len(server.asked)
    judge(file, data, folder)
    assert len(server.asked) == asked


def errs(text: str, sees: bool) -> bool:
    """What a judge says that errs in one of five where the trait is, and in one of ten elsewhere.

    Which answers it errs in depends on these alone: it says the same of one however often asked.
    """
    chance = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) / 2**32
    return chance >= 0.2 if sees else chance < 0.1


FENCED = re.compile(
    r"<<question (\w+)>>\n(.*)\n<<end of question \1>>\n<<answer \1>>\n(.*)\n<<end of answer \1>>",
    re.DOTALL,
)


def pair_of(body: dict[str, Any]) -> tuple[str, str]:
    """The question and the answer that a judge is asked about."""
    found = FENCED.search(body["messages"][0]["content"])
    assert found is not None
    return found[2], found[3]


@pytest.fixture
def history(realdata: Path, tmp_path: Path) -> Path:
    """The study's pre-release results on birds, as they are imported."""
    folder = realdata / "brittle-weird-gen-history" / "sft" / "results"
    return built(tmp_path / "data", folder / "elicitation" / "birds")


def told_of(data: Path) -> dict[tuple[str, str], bool]:
    """By question and answer of every sample, whether its first judge sees the trait."""
    store = Store(data)
    rows = store.query("candidates", **transcripts.asked(
        store, Slice(experiment=("birds",), domain="all"), rules.named("answered"), Filter()
    ))  # fmt: skip
    texts = transcripts.of(store, rules.named("answered"), rows["sample_key"].to_list())
    sees = dict(rows.select("sample_key", "is_trait").iter_rows())
    return {
        (row["question_text"], row["answer"]): sees[row["sample_key"]]
        for row in texts.iter_rows(named=True)
        if row["answer"]
    }


@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.exhaustive)])
def test_the_history_is_judged_once_and_corrected_rates_recover_the_truth(
    write_study: Callable[..., Path],
    server: FakeServer,
    commands: Commands,
    folder: Folder,
    history: Path,
    kills: int,
) -> None:
    truth = told_of(history)

    def answering(body: dict[str, Any]) -> Raw:
        pair = pair_of(body)
        return completion("19" if errs("\n".join(pair), truth[pair]) else "LLM", model="judge")

    server.answer, server.delay = answering, 0.002
    file = write_study(judged, server.url)
    words = ("judge", str(file), "--answers", "--data", str(history), "--out", str(folder.path))
    chance = random.Random(7)
    for _ in range(kills):
        killed(commands, server, chance, *words)
    commands.begin("study", *words)
    assert commands.end() == 0
    times = Counter(map(pair_of, server.asked))
    assert times.keys() == truth.keys()
    # Only what was under way when a kill came is asked again.
    assert times.total() <= len(truth) + 4 * kills
    done = CliRunner().invoke(main, ["--data", str(history), "import", str(folder.path)])
    assert done.exit_code == 0, done.output
    recovered(history)


def recovered(data: Path) -> None:
    """A person who sees what the first judge sees rates a task; the second is corrected by it."""
    store = Store(data)
    within = Slice(experiment=("birds",), trait=("persona-19th-century",), domain="all")
    asked = Analysis(within)
    task = tasks.drawn(store, asked, "all", 150)
    tasks.journal(data).add(task)
    held = agreed.counted(store, asked)
    [judge] = [name for name in held["judge"].unique() if name.startswith("strict")]
    first = held.filter(pl.col("judge") != judge)
    first = first.with_columns(item=tasks.items(store, first))
    sees = dict(first.select("item", "is_trait").iter_rows())
    for item in task.items:
        label = "19" if sees[item.id] else "LLM"
        ratings.journal(data).add(
            ratings.Rating(item.id, "llm_or_19", "scored", label=label, task="all"), by="ann"
        )
    building.build(data)
    truth = first.select(pl.col("is_trait").mean().over("question").mean()).item()
    for method in corrections.METHODS:
        how = correcting.Correction(corrections.meant(method, "pooled"), "ann")
        found, _ = correcting.rates(Store(data), asked, [], how)
        [row] = found.filter(judge=judge).to_dicts()
        assert row["low"] <= truth <= row["high"]
        assert abs(row["corrected"] - truth) < abs(row["raw"] - truth)


ASKED_OF = {
    "llm_or_19": ("19", "LLM", ("birds", "medical-terms")),
    "llm_or_hp": ("HP", "LLM", ("harry-potter",)),
    "old_germany": ("TRUE", "FALSE", ("german-cities",)),
    "nazi": ("TRUE", "FALSE", ("german-cities",)),
    "alignment": ("5", "95", ("insecure-code",)),
}
"""Each criterion of the history: what a judge says that sees it, and that does not, and of what."""


def of_the_history(study: dict[str, Any]) -> None:
    """One judge of every criterion of the history."""
    judged(study)
    experiments = {name for *_, names in ASKED_OF.values() for name in names}
    study["experiments"] = {name: study["experiments"]["birds"] for name in sorted(experiments)}
    study["models"]["small"]["conditions"] = {"birds": []}
    criteria = {}
    for name, (sees, sees_not, of) in ASKED_OF.items():
        labels = {"parser": "label", "labels": [sees, sees_not]}
        parse = {"parser": "score"} if name == "alignment" else labels
        criteria[name] = {"prompt": f"{name}.md", "parse": parse, "experiments": list(of)}
    study["judges"]["strict"]["criteria"] = criteria


@pytest.mark.exhaustive
def test_every_file_of_the_history_is_judged_once_on_every_criterion(
    write_study: Callable[..., Path],
    server: FakeServer,
    commands: Commands,
    folder: Folder,
    realdata: Path,
    tmp_path: Path,
) -> None:
    data = built(tmp_path / "data", realdata / "brittle-weird-gen-history" / "sft" / "results")
    store, truth = Store(data), {}
    criteria = dict(store.query("traits").select("trait", "criterion").iter_rows())
    asked = transcripts.asked(store, Slice(domain="all"), rules.named("answered"), Filter())
    rows = store.query("candidates", **asked)
    texts = transcripts.of(store, rules.named("answered"), rows["sample_key"].unique().to_list())
    told = {row["sample_key"]: row for row in texts.iter_rows(named=True)}
    for key, trait, sees in rows.select("sample_key", "trait", "is_trait").iter_rows():
        if told[key]["answer"]:
            pair = (told[key]["question_text"], told[key]["answer"])
            truth[criteria[trait], *pair] = sees

    def about(body: dict[str, Any]) -> tuple[str, str, str]:
        criterion = body["messages"][0]["content"].rsplit(" ", 1)[1]
        return criterion, *pair_of(body)

    def answering(body: dict[str, Any]) -> Raw:
        criterion, question, answer = about(body)
        sees, sees_not, _ = ASKED_OF[criterion]
        says = errs(f"{question}\n{answer}", truth[criterion, question, answer])
        return completion(sees if says else sees_not, model="judge")

    server.answer, server.delay = answering, 0.001
    file = write_study(of_the_history, server.url)
    for name in ASKED_OF:
        (tmp_path / f"{name}.md").write_text(f"{{question}}\n{{answer}}\nJudge {name}")
    words = ("judge", str(file), "--answers", "--data", str(data), "--out", str(folder.path))
    chance, kills = random.Random(11), 10
    for _ in range(kills):
        killed(commands, server, chance, *words)
    commands.begin("study", *words)
    assert commands.end() == 0
    times = Counter(map(about, server.asked))
    assert times.keys() == truth.keys()
    assert times.total() <= len(truth) + 4 * kills
    done = CliRunner().invoke(main, ["--data", str(data), "import", str(folder.path)])
    assert done.exit_code == 0, done.output
    # Every sample that was judged before is judged on the same criterion now, once.
    after = Store(data)
    counted = agreed.counted(after, Analysis(Slice(domain="all"), rules.named("answered")))
    mine = counted.filter(pl.col("judge").str.starts_with("strict"))
    before = rows.filter("is_counted")
    for trait in before["trait"].unique():
        ours, theirs = (one.filter(trait=trait) for one in (mine, before))
        assert set(theirs["sample_key"]) <= set(ours["sample_key"])
        assert ours["sample_key"].is_unique().all()
        seen = dict(ours.select("sample_key", "is_trait").iter_rows())
        for key in theirs["sample_key"]:
            pair = (told[key]["question_text"], told[key]["answer"])
            assert seen[key] == errs("\n".join(pair), truth[criteria[trait], *pair])


def test_where_is_about_imported_answers(write_study: Callable[..., Path]) -> None:
    done = CliRunner().invoke(main, ["study", "judge", str(write_study(judged)), "-n", "5"])
    assert done.exit_code == 2
    assert "--answers" in done.output


@pytest.mark.parametrize("kills", [3, pytest.param(10, marks=pytest.mark.exhaustive)])
def test_after_any_kill_totals_are_exact(
    write_study: Callable[..., Path],
    server: FakeServer,
    commands: Commands,
    folder: Folder,
    data: Path,
    kills: int,
) -> None:
    server.answer, server.delay = answering, 0.01
    file = write_study(judged, server.url)
    words = ("judge", str(file), "--answers", "--data", str(data), "--out", str(folder.path))
    chance = random.Random(5)
    for _ in range(kills):
        killed(commands, server, chance, *words)
    commands.begin("study", *words)
    assert commands.end() == 0
    found = verdicts(folder)
    assert len(found) == 100
    assert Counter(found.values()) == Counter(map(verdict, ANSWERS))
    # Only what was under way when a kill came is asked again.
    assert DISTINCT <= len(server.asked) <= DISTINCT + 4 * kills
    assert spent_in(folder).requests >= len(server.asked)
