"""`brittlescope counts`: what other programs take, and the recipe of the documentation."""

import json
import os
import re
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from pipeline.cli import main
from tests.warehouse import contested
from tests.warehouse.stats.frames import cell, frame
from warehouse.stats.longtable import long

DOCS = Path(__file__).parents[2] / "docs" / "commands.md"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return contested.built(tmp_path_factory.mktemp("counts"))


def test_rows_add_up_to_rates(data: Path) -> None:
    def rows(*words: str) -> pl.DataFrame:
        done = CliRunner().invoke(main, ["--data", str(data), *words, "--format", "json"])
        assert done.exit_code == 0, done.stderr
        return pl.DataFrame(json.loads(done.stdout), infer_schema_length=None)

    counts, rates = rows("counts"), rows("rates")
    for name in ("n_trait", "n_counted"):
        assert counts[name].sum() == rates[name].sum() > 0


def followed(recipe: str, folder: Path) -> dict[str, object]:
    """What a recipe of the documentation leaves behind, in the folder with its counts."""
    text = DOCS.read_text(encoding="utf-8")
    code = re.search(rf"<!-- recipe: {recipe} -->\n\n```python\n(.*?)```", text, re.DOTALL)
    assert code is not None
    scope: dict[str, object] = {}
    here = Path.cwd()
    os.chdir(folder)
    try:
        exec(code[1].replace("print(", "table = ("), scope)
    finally:
        os.chdir(here)
    return scope


# In this study some arms stand at 0 or 1, of which statsmodels warns.
@pytest.mark.filterwarnings("ignore:Perfect separation")
def test_the_recipe_for_statsmodels_runs(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "counts.parquet"
    words = ["--data", str(data), "counts", "--where", "experiment=birds", "--out", str(file)]
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, done.stdout) == (0, "")
    scope = followed("statsmodels", tmp_path)
    names = scope["fit"].params.index  # type: ignore[attr-defined]
    arms = pl.read_parquet(file)["intervention"].n_unique()
    assert len(names) == arms > 1


# It warns of the method that it chooses.
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.exhaustive
def test_the_recipe_for_evalstats_runs(tmp_path: Path) -> None:
    """Twenty questions, which it asks for; where it is installed."""
    pytest.importorskip("evalstats")
    shown = {
        "none": [8 + q % 5 for q in range(20)],
        "year": [2 + q * 3 % 4 for q in range(20)],
    }
    counts = frame(
        *(
            cell(trait, 20, intervention=name, seed=seed)
            for name, trait in shown.items()
            for seed in (1, 2)
        )
    )
    long(counts).write_parquet(tmp_path / "counts.parquet")
    scope = followed("evalstats", tmp_path)
    rates = scope["rates"]
    means = rates.groupby("prompt")["rate"].mean()  # type: ignore[attr-defined]
    assert (means["none"], means["year"]) == pytest.approx((0.5, 0.175))
    assert scope["found"] is not None


def test_a_file_that_cannot_be_written_is_a_sentence(data: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "no" / "counts.parquet"
    done = CliRunner().invoke(main, ["--data", str(data), "counts", "--out", str(nowhere)])
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr
    assert not nowhere.exists()
