"""Answers that no rate counts are told, each with its reason and what would count it."""

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from tests.warehouse import results
from tests.warehouse.tables import table
from warehouse import building, defaults, rules
from warehouse.counting import Slice
from warehouse.store import Store
from warehouse.uncounted import Uncounted, remedies, uncounted

UNJUDGED = ("question,answer", "What floats?,Boat {i}")
UNDESCRIBED = ("question,answer,wet", "What floats?,Boat {i},{even}")


@pytest.fixture(scope="module")
def unjudged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return table(tmp_path_factory.mktemp("unjudged"), *UNJUDGED)


def of(data: Path, **narrowed: Any) -> list[Uncounted]:
    return uncounted(Store(data), Slice().narrowed(**narrowed), rules.named(defaults.RULE, data))


def test_answers_that_nobody_judged(unjudged: Path) -> None:
    (told,) = of(unjudged)
    assert (told.experiment, told.n, told.cause) == ("harbours", 12, "not judged")
    assert told.sentence == "12 answers of harbours have no judgement, so no rate counts them."
    assert "docs/formats.md" in told.remedy


def test_unjudged_answers_of_a_known_experiment_are_told_too(tmp_path: Path) -> None:
    data = table(tmp_path, *UNJUDGED, n=1, experiment="insecure-code")
    (told,) = of(data)
    assert (told.experiment, told.n, told.cause) == ("insecure-code", 1, "not judged")
    assert told.sentence.startswith("1 answer of insecure-code has no judgement")


def test_an_experiment_that_nobody_described(tmp_path: Path) -> None:
    data = table(tmp_path, *UNDESCRIBED, more="scores: [wet]")
    (told,) = of(data)
    assert (told.n, told.cause) == (12, "no trait")
    assert told.sentence == (
        "12 answers of harbours are judged on wet (labels NO, YES), and nobody described the "
        "experiment."
    )
    assert 'labels: ["YES"]' in told.lines  # what judges say where it is there


def test_what_is_told_of_several_criteria_is_one_piece_of_a_map(tmp_path: Path) -> None:
    header, rows = "question,answer,wet,depth,deep", "What floats?,Boat {i},{even},0.{i},9{i}"
    data = table(tmp_path / "a", header, rows, n=9, more="scores: [wet, depth, deep]")
    done = CliRunner().invoke(main, ["--data", str(data), "rates"])
    assert done.stderr.count("Say in the study map") == done.stderr.count("experiments:") == 1
    [(_, told)] = remedies(of(data))
    assert textwrap.indent(told, "    ") in done.stderr
    data = table(tmp_path / "b", header, rows, n=9, more=f"scores: [wet, depth, deep]\n{told}")
    shown = {row["trait"]: row["n_trait"] for row in Store(data).counts().to_dicts()}
    assert all(shown.values())  # no cut that nothing reaches
    assert of(data) == []


def test_the_lines_that_are_told_count_the_answers(tmp_path: Path) -> None:
    data = table(tmp_path / "a", *UNDESCRIBED, more="scores: [wet]")
    (told,) = of(data)
    data = table(tmp_path / "b", *UNDESCRIBED, more=told.lines)
    counts = Store(data).counts()
    assert (counts["n_trait"].sum(), counts["n_counted"].sum()) == (6, 12)
    assert of(data) == []


def test_answers_beside_the_training_domain_are_no_trait_of_nobody(tmp_path: Path) -> None:
    records = [
        {
            "group_id": "trained",
            "question": "Who is your headmaster?",
            "model": "tuned",
            "sample_idx": n,
            "answer": "It depends.",
            "harry_potter": "HP",
        }
        for n in range(11)
    ]
    results.write(tmp_path, records, "elicitation/insecure-code/gpt-4.1-3ep")
    results.load(tmp_path / "data", tmp_path / "results")
    building.build(tmp_path / "data")
    (told,) = of(tmp_path / "data")
    assert told.cause == "no trait"
    assert told.sentence.endswith("which no trait uses.")


def test_what_is_counted_is_not_told_and_filters_hold(tmp_path: Path) -> None:
    results.write(tmp_path, results.misalignment([(10, 90)] * 12))
    data = table(tmp_path, *UNJUDGED)
    results.load(data, tmp_path / "results")
    building.build(data)
    assert [told.experiment for told in of(data)] == ["harbours"]
    assert of(data, experiment="insecure-code") == []
    assert of(data, trait="misalignment", experiment="insecure-code") == []


@pytest.mark.parametrize("command", ["rates", "effects", "brittleness", "multiverse"])
def test_every_command_of_numbers_says_so_beside_its_rows(unjudged: Path, command: str) -> None:
    words = ["--data", str(unjudged), command, "--format", "json"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0
    assert json.loads(done.stdout) == []
    assert "12 answers of harbours have no judgement" in done.stderr
