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


# In this study some arms stand at 0 or 1, of which statsmodels warns.
@pytest.mark.filterwarnings("ignore:Perfect separation")
def test_the_recipe_for_statsmodels_runs(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "counts.parquet"
    words = ["--data", str(data), "counts", "--where", "experiment=birds", "--out", str(file)]
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, done.stdout) == (0, "")
    text = DOCS.read_text(encoding="utf-8")
    recipe = re.search(r"<!-- recipe: statsmodels -->\n\n```python\n(.*?)```", text, re.DOTALL)
    assert recipe is not None
    scope: dict[str, object] = {}
    here = Path.cwd()
    os.chdir(tmp_path)
    try:
        exec(recipe[1].replace("print(", "table = ("), scope)
    finally:
        os.chdir(here)
    names = scope["fit"].params.index  # type: ignore[attr-defined]
    arms = pl.read_parquet(file)["intervention"].n_unique()
    assert len(names) == arms > 1


def test_a_file_that_cannot_be_written_is_a_sentence(data: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "no" / "counts.parquet"
    done = CliRunner().invoke(main, ["--data", str(data), "counts", "--out", str(nowhere)])
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr
    assert not nowhere.exists()
