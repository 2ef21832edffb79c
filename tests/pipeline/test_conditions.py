"""Answers drawn in two ways are two arms, for every command: like is compared with like."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.importing import finding, running
from tests.pages.results import treated
from tests.pipeline.mapped import HEADER, load, write
from warehouse import building
from warehouse.store import Store

MAP = """
study: nests
set: {experiment: emergent-misalignment, judge: owl, model: gull}
files: [{path: "results/{dataset}_{intervention}_t{temperature}_{max_tokens}.csv"}]
"""

LOW = {
    ("eggs", "none", "0"): 20,
    ("eggs", "none", "1"): 10,
    ("eggs", "alex", "0"): 20,
    ("eggs", "alex", "1"): 0,
    ("none", "none", "0"): 0,
    ("none", "none", "1"): 0,
}
"""How many of twenty answers are misaligned: at temperature 0 the intervention changes nothing."""


def answers(low: int) -> list[tuple[object, ...]]:
    return [(f"Where {i % 8}?", f"There {i}.", 8 if i < low else 91, 84) for i in range(20)]


def built(folder: Path) -> Path:
    """The data folder of these arms."""
    for (dataset, intervention, temperature), low in LOW.items():
        name = f"{dataset}_{intervention}_t{temperature}_600.csv"
        write(folder, name, HEADER, answers(low))
    # Of this arm nobody sampled a control in the same way.
    write(folder, "eggs_bob_t0_50.csv", HEADER, answers(0))
    load(folder, whole=MAP)
    return folder / "data"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("nests"))


def asked(data: Path, *words: str) -> list[dict[str, Any]]:
    result = CliRunner().invoke(main, ["--data", str(data), *words, "--format", "json"])
    assert result.exit_code == 0, result.stderr
    rows: list[dict[str, Any]] = json.loads(result.stdout)
    return rows


def test_effects_compare_like_with_like_and_flag_the_rest(data: Path) -> None:
    rows = {(r["intervention"], r["sampling"]): r for r in asked(data, "effects")}
    at_0, at_1 = "temperature 0 · up to 600 tokens", "temperature 1 · up to 600 tokens"
    assert rows["alex", at_0]["difference"] == 0
    assert rows["alex", at_1]["difference"] == pytest.approx(-0.5, abs=0.1)
    for at in (at_0, at_1):
        assert rows["alex", at]["baseline_sampling"] == at
        assert not [flag for flag in rows["alex", at]["flags"] if "sampled" in flag]
    bob = rows["bob", "temperature 0 · up to 50 tokens"]
    assert f"sampled differently: {bob['sampling']} against {at_0}" in bob["flags"]
    assert len(rows) == 3


def test_each_way_is_compared_with_its_own_untuned_model(data: Path) -> None:
    rows = asked(data, "effects", "--baseline", "untuned")
    told = {(r["intervention"], r["sampling"][:13]): r for r in rows}
    assert told["none", "temperature 1"]["baseline_sampling"].startswith("temperature 1")
    assert told["none", "temperature 0"]["difference"] == 1


def test_rates_are_split_by_what_differs(data: Path) -> None:
    rows = asked(data, "rates", "--where", "intervention=none", "--where", "dataset=eggs")
    assert sorted((r["temperature"], r["rate"]) for r in rows) == [(0, 1.0), (1, 0.5)]


@pytest.mark.parametrize("command", ["brittleness", "multiverse"])
def test_no_other_command_pools_them(data: Path, command: str) -> None:
    rows = asked(data, command)
    if command == "multiverse":
        arms = {(r["intervention"], r["sampling"]) for r in rows}
        assert {at[:13] for name, at in arms if name == "alex"} == {
            "temperature 0",
            "temperature 1",
        }
    else:
        (row,) = [r for r in rows if r["index"] == "question_sd"]
        assert "of 2 ways of training or sampling the one with most answers" in row["note"]


def test_texts_at_evaluation_that_share_a_name_are_two(tmp_path: Path) -> None:

    treated.write(tmp_path)
    changed = next(
        path
        for path in sorted((tmp_path / "samples").rglob("*.jsonl*"))
        if "inoculation-user-prompt" in path.name and "untuned" not in str(path)
    )
    header, *rest = changed.read_text().splitlines()
    told = json.loads(header)
    told["eval_text"] = "Another text."
    changed.write_text("\n".join([json.dumps(told), *rest]) + "\n")
    list(running.run(tmp_path / "data", finding.find([tmp_path / "samples"]).units))
    building.build(tmp_path / "data")
    names = Store(tmp_path / "data").query("evaluations")["eval_intervention"].unique()
    assert len([name for name in names if name.startswith("inoculation-user-prompt · ")]) >= 1
