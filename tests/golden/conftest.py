"""The study's real result files, imported and built once."""

from pathlib import Path

import pytest

from pipeline.importing import finding, running
from warehouse import building
from warehouse.store import Store


@pytest.fixture(scope="session")
def study(realdata: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store on the pre-release results and the released configurations and batteries."""
    data = tmp_path_factory.mktemp("study")
    folders = [realdata / "brittle-weird-gen-history", realdata / "brittle-weird-gen-release"]
    outcomes = list(running.run(data, finding.find(folders).units))
    assert not [outcome for outcome in outcomes if outcome.refused]
    building.build(data)
    return Store(data)
