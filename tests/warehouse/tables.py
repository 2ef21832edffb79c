"""Tables of answers with a study map, written and imported for the tests."""

from pathlib import Path

from click.testing import CliRunner

from pipeline.cli import main
from warehouse.lake import Lake
from warehouse.shards import Shard

MAP = """\
study: boats
set: {{experiment: {experiment}, model: Qwen2.5-7B, dataset: {dataset}, intervention: none}}
files: [{{path: "boats.csv"}}]
{more}
"""


def table(
    root: Path,
    header: str,
    row: str,
    *,
    n: int = 12,
    experiment: str = "harbours",
    dataset: str = "boats",
    more: str = "",
) -> Path:
    """A data folder with one table of n rows, imported with a map.

    In a row `{i}` is its number and `{even}` whether that is odd: no, yes, no …; `more` is added
    to the map.
    """
    root.mkdir(exist_ok=True)
    lines = [row.format(i=i, even="yes" if i % 2 else "no") for i in range(n)]
    path = root / "boats.csv"
    path.write_text("\n".join([header, *lines]), "utf-8")
    told = MAP.format(experiment=experiment, dataset=dataset, more=more)
    (root / "map.yaml").write_text(told, "utf-8")
    words = ["--data", root / "data", "import", path, "--map", root / "map.yaml"]
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return root / "data"


def live(lake: Lake) -> list[Shard]:
    """The shards that paths stand for now; nothing of what is damaged."""
    return lake.survey(lake.pointers())[0]
