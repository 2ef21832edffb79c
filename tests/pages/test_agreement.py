"""Numbers that count the same thing agree over pages and commands, on the bundled study."""

import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from pages.frame import filters
from pipeline.cli import main
from tests.pages.reading.study import built, linked, opened, told
from warehouse import rules
from warehouse.analysis import Analysis, Focus
from warehouse.analysis.written import line, link

FOCUS = {
    "experiment": "harry-potter",
    "trait": "bare-names",
    "judge": "rules · e4ea3c7eae62",
}
"""Few answers, and a trait that some arms show and others do not."""

WHERE = [word for key, value in FOCUS.items() for word in ("--where", f"{key}={value}")]


@pytest.fixture(scope="module")
def bundled(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("bundled") / "data"
    results = root / "examples" / "small-models" / "results"
    parts = ("samples", "judgements/rules")
    files = [
        path
        for part in parts
        for path in (results / part).rglob("*.gz")
        if path.name.startswith("harry-potter")
    ]
    return built(data, results / "study.json", *files)


@pytest.fixture
def here(bundled: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(bundled))
    return bundled


def printed(data: Path, command: str, *words: str) -> list[dict[str, Any]]:
    asked = ["--data", str(data), command, *WHERE, "--format", "json", *words]
    done = CliRunner().invoke(main, asked)
    assert done.exit_code == 0, done.output
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


def table(page: str, **asked: str) -> pl.DataFrame:
    """The table of a page, the first that is no ledger."""
    app = opened(page, **FOCUS, **asked)
    assert not app.exception
    return pl.from_pandas(app.dataframe[0].value)


def steps(page: str) -> dict[str, int]:
    """The ledger of a page, over all of its cells."""
    app = opened(page, **FOCUS)
    ledger = pl.from_pandas(app.dataframe[-1].value)
    summed = ledger.group_by("step").agg(pl.col("n").sum())
    return dict(summed.iter_rows())


def listed(**asked: str) -> int:
    """How many answers the list has."""
    found = re.search(r"([\d,]+) answers?:", told(opened("reading/transcripts", **FOCUS, **asked)))
    assert found
    return int(found[1].replace(",", ""))


def test_every_page_and_command_counts_the_same_answers(here: Path) -> None:
    rates = printed(here, "rates", "--by", "model")
    planned, counted, trait = (
        sum(row[name] for row in rates) for name in ("n_planned", "n_counted", "n_trait")
    )
    assert planned == 3000
    assert f"{planned:,} planned answers" in told(opened("results/overview", **FOCUS))
    assert (listed(), listed(only="counted"), listed(only="trait")) == (planned, counted, trait)
    assert listed(only="left out") == planned - counted
    shown = table("results/rates")
    assert [shown[name].sum() for name in ("n_planned", "n_counted", "n_trait")] == [
        *(planned, counted, trait)
    ]


@pytest.mark.parametrize(
    "page",
    [
        *("results/rates", "results/brittleness", "results/interventions"),
        "results/robustness",
    ],
)
def test_every_ledger_is_the_same_and_sums_up(here: Path, page: str) -> None:
    found = steps(page)
    (row,) = printed(here, "rates", "--by", "model")
    assert (found["Planned"], found["Counted"]) == (row["n_planned"], row["n_counted"])
    assert found["Show the trait"] == row["n_trait"]
    left_out = {step: n for step, n in found.items() if step.startswith("−")}
    assert sum(left_out.values()) == row["n_planned"] - row["n_counted"]
    assert left_out["− Empty"] == row["out_empty"] > 0


def test_an_arm_has_one_rate_everywhere(here: Path) -> None:
    by = "model,dataset,intervention"
    told_by_rates = {row["intervention"]: row for row in printed(here, "rates", "--by", by)}
    effects = {row["intervention"]: row for row in printed(here, "effects")}
    ways = printed(here, "multiverse", "--every", "--rules", "answered")
    claim = {row["intervention"]: row for row in ways if row["is_claim"]}
    shown = table("results/interventions")
    assert set(effects) <= set(claim)
    assert len(effects) == shown.height == 6
    for name, effect in effects.items():
        alike = [told_by_rates[name], claim[name]]
        for other in alike:
            assert (other["n_trait"], other["n_counted"]) == (
                effect["n_trait"],
                effect["n_counted"],
            )
            assert other["rate"] == pytest.approx(effect["rate"])
        at_page = shown.filter(
            pl.col("n_trait") == effect["n_trait"],
            pl.col("n_counted") == effect["n_counted"],
            (pl.col("rate") - 100 * effect["rate"]).abs() < 1e-6,
            (pl.col("difference") - 100 * effect["difference"]).abs() < 1e-6,
        )
        assert at_page.height >= 1, name
        assert listed(intervention=name, only="counted") == effect["n_counted"]


def test_the_control_has_one_rate_everywhere(here: Path) -> None:
    (control,) = printed(
        here, "rates", "--by", "model", "--where", "intervention=none",
        "--where", "dataset=small-potter-characters",
    )  # fmt: skip
    effects = printed(here, "effects")
    assert {(row["baseline_trait"], row["baseline_counted"]) for row in effects} == {
        (control["n_trait"], control["n_counted"])
    }
    grid = table("results/brittleness", grid="models", measure="rate").filter(
        pl.col("n_planned") == control["n_planned"]
    )
    assert grid.select("n_trait", "n_counted").rows() == [
        (control["n_trait"], control["n_counted"])
    ]
    assert grid["rate"].to_list() == [pytest.approx(100 * control["rate"])]


USUAL = Analysis().focused(Focus(**FOCUS))
TREATED = USUAL.slice.narrowed(intervention=("identity-reader", "time-relevant"))

ANALYSES = {
    "as usual": USUAL,
    "counted otherwise": replace(
        USUAL, rule=rules.named("strict"), unit="prompts", margin=0.125, adjustment="holm"
    ),
    "controls out of sight": replace(USUAL, slice=replace(TREATED, domain="all")),
}

IN_PERCENT = ("rate", "low", "high", "difference", "difference_low", "difference_high")

COMPARED = ("n_trait", "n_counted", "rate", "difference", "difference_low", "difference_high", "q")


def rounded(rows: Sequence[dict[str, Any]], names: Sequence[str], times: int) -> list[list[Any]]:
    """Some columns of rows, shares in percent, in an order that is theirs alone."""
    found = []
    for row in rows:
        scaled = [(row[n], times if n in IN_PERCENT else 1) for n in names]
        found.append([None if v is None else round(v * by, 6) + 0.0 for v, by in scaled])
    return sorted(found, key=str)


@pytest.mark.parametrize(
    ("page", "command", "asked", "names"),
    [
        ("rates", "rates", "as usual", ("n_trait", "n_counted", "n_planned", *IN_PERCENT[:3])),
        ("rates", "rates", "counted otherwise", ("n_trait", "n_counted", *IN_PERCENT[:3])),
        ("interventions", "effects", "as usual", COMPARED),
        ("interventions", "effects", "counted otherwise", COMPARED),
        ("interventions", "effects", "controls out of sight", COMPARED),
        ("robustness", "multiverse", "controls out of sight", ("stands", "specifications")),
    ],
)
def test_a_page_shows_what_the_command_it_names_prints(
    here: Path, page: str, command: str, asked: str, names: Sequence[str]
) -> None:
    analysis = ANALYSES[asked]
    part = {"part": ["arms"]} if page == "robustness" else {}
    app = linked(f"results/{page}", link(analysis) | part)
    assert not app.exception
    assert not app.warning
    (said,) = [one.value for one in app.code if one.value.startswith("brittlescope")]
    assert said == line(analysis, command)
    words = ["--data", str(here), *shlex.split(said)[1:], "--format", "json"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)
    shown = pl.from_pandas(app.dataframe[0].value).to_dicts()
    assert rows
    assert rounded(shown, names, 1) == rounded(rows, names, 100)


def test_a_judge_is_shown_and_asked_for_by_its_name(here: Path) -> None:
    named = printed(here, "rates", "--by", "model", "--judge", "rules")
    assert named == printed(here, "rates", "--by", "model")
    assert {row["judge"] for row in named} == {FOCUS["judge"]}
    for asked in ("rules", FOCUS["judge"]):
        app = opened("results/rates", **(FOCUS | {"judge": asked}))
        assert app.session_state[filters.VIEW].focus.judge == FOCUS["judge"]
        said = " ".join(part.value for part in [*app.markdown, *app.caption]).replace("\\", "")
        assert "judge: rules" in said.lower()
        assert "e4ea3c" not in said  # a command, which is to mean the same later, has it whole
        assert app.warning.values == []
