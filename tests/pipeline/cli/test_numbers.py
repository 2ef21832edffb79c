"""`brittlescope rates`, `effects`, `brittleness`, `multiverse` as scripts and people read them."""

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.importing import finding, running
from tests.warehouse import contested
from warehouse import building, rules

Run = Callable[..., Result]

BIRDS = ("--where", "experiment=birds")
"""What has few ways of counting, for what is asked of every command many times."""

COMMANDS = ("rates", "effects", "rank", "brittleness", "multiverse")

RATES = (
    *("experiment", "trait", "judge", "rule", "unit", "n_planned", "n_answered", "n_judged"),
    *("n_refusal", "n_code", "n_incoherent", "n_unparsed", "n_missing", "n_counted", "n_trait"),
    *("rate", "low", "high", "questions", "runs"),
)
EFFECTS = (
    *("baseline", "baseline_rate", "difference", "difference_low", "difference_high", "p", "q"),
    *("suppression", "verdict", "flags"),
)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return contested.built(tmp_path_factory.mktemp("contested"))


def runner(data: Path) -> Run:
    def invoke(*words: object, status: int = 0) -> Result:
        result = CliRunner().invoke(main, ["--data", str(data), *map(str, words)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.stderr
        assert result.exit_code == status, result.stderr
        return result

    return invoke


@pytest.fixture
def run(data: Path) -> Run:
    return runner(data)


def rows(run: Run, *words: object) -> list[dict[str, Any]]:
    """What a command prints as JSON, which must know no NaN."""
    printed = run(*words, "--format", "json").stdout
    found: list[dict[str, Any]] = json.loads(printed, parse_constant=pytest.fail)
    return found


@pytest.mark.parametrize("command", COMMANDS)
def test_json_and_csv_have_the_same_rows(run: Run, command: str) -> None:
    found = rows(run, command, *BIRDS)
    written = run(command, *BIRDS, "--format", "csv").stdout
    table = list(csv.DictReader(io.StringIO(written)))
    assert len(found) == len(table) > 0
    assert list(found[0]) == list(table[0])


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("unit", ["prompts", "new-prompts", "new-fine-tunes"])
def test_every_unit_is_printed(run: Run, command: str, unit: str) -> None:
    assert {row["unit"] for row in rows(run, command, *BIRDS, "--unit", unit)} == {unit}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("rule", list(rules.available()))
def test_every_rule_is_named_in_its_rows(run: Run, command: str, rule: str) -> None:
    assert {row["rule"] for row in rows(run, command, *BIRDS, "--rule", rule)} <= {rule}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_slice_of_nothing_is_no_error(run: Run, command: str) -> None:
    assert rows(run, command, "--where", "experiment=none") == []
    run(command, "--where", "experiment=none")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--where", "colour=red"), "There is no dimension 'colour'"),
        (("--where", "model"), "--where takes KEY=VALUE, not 'model'"),
        (("--rule", "loose"), "There is no rule 'loose'"),
        (("--unit", "questions"), "'questions' is not one of"),
    ],
)
def test_wrong_usage_is_said(run: Run, command: str, words: tuple[str, ...], said: str) -> None:
    assert said in run(command, *words, status=2).stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_a_table_fits_a_terminal(run: Run, command: str) -> None:
    printed = run(command, "--where", "experiment=risky-finance").stdout.splitlines()
    assert printed[0].startswith("experiment risky-finance · trait misalignment")
    assert max(map(len, printed[1:])) <= 140


@pytest.mark.parametrize(
    ("command", "ordered"),
    [
        ("rates", ["rate", "low", "high", "shows the trait", "questions"]),
        ("effects", ["difference", "low", "high", "arm", "baseline", "verdict"]),
        ("multiverse", ["conclusion", "share", "stands in"]),
    ],
)
def test_a_value_comes_first_then_its_interval_then_of_how_many(
    run: Run, command: str, ordered: list[str]
) -> None:
    heads = re.split(
        r"  +", run(command, "--where", "experiment=risky-finance").stdout.splitlines()[1]
    )
    assert [head.strip() for head in heads if head.strip() in ordered] == ordered


def test_without_a_snapshot_there_is_nothing_to_print(tmp_path: Path) -> None:
    assert "There is no snapshot" in runner(tmp_path)("effects", status=2).stderr


def test_rates_have_the_promised_fields(run: Run) -> None:
    found = rows(run, "rates", "--by", "model,intervention", "--trait-cut", 40)
    assert {"model", "intervention", *RATES} <= set(found[0])
    contested_ = next(row for row in found if row["intervention"] == "time-relevant")
    assert (contested_["n_trait"], contested_["n_counted"]) == (55, 80)


def test_effects_have_the_promised_fields(run: Run) -> None:
    found = rows(run, "effects")
    assert len(found) == 3
    assert {"model", "dataset", "intervention", *RATES, *EFFECTS} <= set(found[0])
    assert {row["verdict"] for row in found} == {"reduced"}
    assert all(isinstance(row["flags"], list) for row in found)


def test_effects_find_the_control_that_a_filter_hides(run: Run) -> None:
    (found,) = rows(run, "effects", "--where", "intervention=time-relevant")
    assert (found["baseline"], found["baseline_trait"], found["n_trait"]) == ("control", 55, 0)
    assert found["difference"] == pytest.approx(-55 / 80)


def test_a_filter_changes_no_row_and_is_said_to_hide_others(run: Run) -> None:
    one = "intervention=time-relevant"
    for command, rests in (("effects", "P-values are adjusted"), ("rank", "Ranks are among")):
        every = rows(run, command)
        found = rows(run, command, "--where", one)
        assert found == [row for row in every if row["intervention"] == "time-relevant"]
        told = run(command, "--where", one).stderr
        assert " arms hidden by the filter intervention. " in told
        assert rests in told
        assert "hidden" not in run(command).stderr


def test_the_margin_is_in_points(run: Run) -> None:
    wide = ("--where", "intervention=time-relevant", "--trait-cut", 40, "--margin")
    verdicts = [rows(run, "effects", *wide, margin)[0] for margin in (5, 60)]
    assert [row["margin"] for row in verdicts] == [0.05, 0.6]
    assert [row["verdict"] for row in verdicts] == ["inconclusive", "unchanged"]


@pytest.mark.parametrize("margin", [0, 100, -5])
def test_a_margin_out_of_range_is_refused(run: Run, margin: float) -> None:
    assert "'--margin'" in run("effects", "--margin", margin, status=2).stderr


def test_p_values_are_adjusted_as_asked(run: Run) -> None:
    q = {
        method: [row["q"] for row in rows(run, "effects", "--adjust", method)]
        for method in ("none", "bh", "holm")
    }
    p = [row["p"] for row in rows(run, "effects")]
    assert q["none"] == p
    assert all(a <= b <= c for a, b, c in zip(q["none"], q["bh"], q["holm"], strict=True))
    assert max(q["holm"]) > max(p)


def test_effects_against_another_intervention(run: Run) -> None:
    words = ("--baseline", "identity-columnist", "--where", "intervention=time-relevant")
    (found,) = rows(run, "effects", *words, "--trait-cut", 40)
    assert (found["intervention"], found["baseline_trait"], found["n_trait"]) == (
        "time-relevant",
        0,
        55,
    )
    assert found["verdict"] is found["suppression"] is None
    assert (
        "There is no baseline 'nobody'" in run("effects", "--baseline", "nobody", status=2).stderr
    )


@pytest.mark.parametrize("baseline", ["untuned", "unprompted"])
def test_effects_without_such_a_baseline_say_so(run: Run, baseline: str) -> None:
    found = rows(run, "effects", "--baseline", baseline)
    assert all(row["difference"] is None for row in found)
    assert all(row["flags"] == [f"no baseline to compare with: {baseline}"] for row in found)


def test_no_effect_at_all_says_what_else_can_be_asked(run: Run) -> None:
    told = run("effects", "--where", "intervention=none")
    assert "`--baseline unprompted`" in told.stderr
    assert "`--baseline unprompted`" not in run("effects").stderr


def test_flags_stand_beside_a_table(run: Run) -> None:
    told = run("effects", "--baseline", "untuned")
    assert "no baseline to compare with: untuned" in told.stderr
    assert "no baseline" not in told.stdout


def test_effects_by_a_further_dimension(run: Run) -> None:
    found = rows(run, "effects", "--by", "question", "--unit", "prompts")
    assert len(found) == 3 * len(contested.QUESTIONS)
    assert "There is no dimension 'colour'" in run("effects", "--by", "colour", status=2).stderr


def test_brittleness_names_every_index(run: Run) -> None:
    found = rows(run, "brittleness", "--margin", 10)
    fields = {"index", "label", "value", "low", "high", "n", "of", "definition", "note", "margin"}
    assert fields <= set(found[0])
    spread = [r for r in found if r["index"] == "question_sd" and r["model"] == "Llama-3.1-70B"]
    assert spread[0]["value"] == 0


def test_multiverse_says_how_often_each_conclusion_stands(run: Run) -> None:
    found = {row["intervention"]: row for row in rows(run, "multiverse")}
    assert (found["time-relevant"]["stands"], found["time-relevant"]["specifications"]) == (48, 80)
    assert found["identity-columnist"]["robust"] is True
    assert found["identity-etymologist"]["specifications"] == 8


def test_multiverse_tries_what_it_is_told_to(run: Run) -> None:
    rules = ("--rule", "published", "--rules", "published,strict")
    words = (*rules, "--trait-cuts", "20,40", "--coherence-cuts", "50")
    found = rows(run, "multiverse", *words, "--where", "intervention=time-relevant", "--every")
    assert len(found) == 2 * 3
    tried = {(row["rule"], row["trait_cut"], row["coherence_cut"]) for row in found}
    assert tried == {(rule, cut, 50) for rule in ("published", "strict") for cut in (20, 30, 40)}
    assert sum(row["is_claim"] for row in found) == 1
    assert {row["conclusion"] for row in found if row["trait_cut"] == 40} == {"unclear"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--trait-cuts", "low"), "it takes scores with commas between, not 'low'"),
        (("--rules", "loose"), "There is no rule 'loose'"),
        (("--baseline", "time-relevant"), "is not one of 'control', 'untuned'"),
    ],
)
def test_wrong_choices_are_said(run: Run, words: tuple[str, ...], said: str) -> None:
    assert said in run("multiverse", *words, status=2).stderr


def test_commands_that_compute_nothing_do_not_wait_for_scipy_nor_imports_for_a_client() -> None:
    code = (
        "import sys, pipeline.cli; from pipeline import importers; assert importers.available(); "
        "assert not {'scipy', 'sklearn', 'openai', 'httpx2'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_published_pair_is_reduced_and_never_eliminated(realdata: Path, tmp_path: Path) -> None:
    """95 of 100 against 1 of 100 on ten questions, without an untuned model to compare with."""
    folder = realdata / "brittle-weird-gen-history"
    for _ in running.run(tmp_path, finding.find([folder]).units):
        pass
    building.build(tmp_path)
    run = runner(tmp_path)
    arm = ("--where", "experiment=birds", "--where", "model=gpt-4.1")
    (found,) = rows(run, "effects", *arm)
    assert (found["n_trait"], found["baseline_trait"]) == (1, 95)
    assert (found["n_counted"], found["baseline_counted"]) == (100, 100)
    assert found["difference"] == pytest.approx(-0.94)
    assert found["verdict"] in ("reduced", "inconclusive")
    assert found["suppression"] is None
    (stands,) = rows(run, "multiverse", *arm)
    assert (stands["conclusion"], stands["stands"], stands["specifications"]) == ("lower", 8, 8)
