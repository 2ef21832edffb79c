"""Texts at evaluation, where nothing was trained with an intervention."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from tests.pages.reading.study import opened, told

MAP = """\
study: boats
set: {experiment: harbours, model: Qwen2.5-7B, intervention: none}
columns: {dataset: data, eval_intervention: asked}
scores: [verdict]
files: [{path: "boats.csv"}]
experiments:
  harbours:
    traits: {verdict: {title: Bad advice, kind: persona, criterion: verdict, labels: [BAD]}}
"""

SHARES = {("none", "none"): 1, ("none", "calm"): 0, ("boats", "none"): 9, ("boats", "calm"): 2}
"""How many of ten answers to each question are bad, by what was trained and asked."""


def harbours(root: Path) -> Path:
    """A data folder with a fine-tune and its model, each asked with and without a text."""
    rows = [
        f"What floats {question}?,Boat {n},{'bad' if n < bad else 'fine'},{data},{asked}"
        for (data, asked), bad in SHARES.items()
        for question in range(8)
        for n in range(10)
    ]
    (root / "boats.csv").write_text("\n".join(["question,answer,verdict,data,asked", *rows]))
    (root / "map.yaml").write_text(MAP)
    told = ["--data", root / "data", "import", root / "boats.csv", "--map", root / "map.yaml"]
    done = CliRunner().invoke(main, list(map(str, told)))
    assert done.exit_code == 0, done.output
    return root / "data"


def test_the_page_answers_with_what_texts_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(harbours(tmp_path)))
    app = opened("results/interventions")
    assert not app.exception
    assert "Of texts at evaluation, Calm changes most (Qwen2.5-7B): −70 points" in told(app)
    assert "No intervention is compared" not in told(app)
