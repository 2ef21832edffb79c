from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.importing import finding, running
from pipeline.study import steps
from pipeline.study.layout import Folder
from pipeline.study.plan import Plan
from tests.pipeline.study.conftest import only_untuned
from tests.pipeline.study.fake_server import FakeServer, completion
from tests.warehouse.tables import live
from warehouse import building, studies
from warehouse.lake import Lake
from warehouse.store import Store


@pytest.mark.usefixtures("key")
def test_what_a_study_writes_is_loaded_whole(
    write_study: Callable[..., Path], folder: Folder, server: FakeServer, tmp_path: Path
) -> None:
    def change(study: dict[str, Any]) -> None:
        only_untuned(study)
        curious = {"name": "overlap", "criterion": "o", "labels": ["LOW"]}
        study["experiments"]["birds"]["traits"].append(curious)
        study["judges"] = {"words": {"kind": "rule", "criteria": {"o": {"method": "overlap"}}}}

    server.answer = lambda body: completion("A mavis, of course")
    plan = Plan(write_study(change, server.url))
    with steps.session(plan, folder.path) as session:
        assert [reason for step in studies.STEPS for reason in session.do(step)] == []
    data = tmp_path / "data"
    outcomes = list(running.run(data, finding.find([folder.path]).units))
    assert {outcome.importer for outcome in outcomes} == {"study"}
    assert "STUDY.yaml" in {outcome.path.name for outcome in outcomes}
    assert {outcome.refused for outcome in outcomes} == {0}
    counts: dict[str, int] = {}
    for shard in live(Lake(data)):
        for relation, rows in shard.rows.items():
            counts[relation] = counts.get(relation, 0) + rows
    assert (counts["evaluation"], counts["sample"], counts["judgement"]) == (2, 16, 16)
    building.build(data)
    # The first trait of the study is one that the catalogue knows by another name.
    assert set(Store(data).traits["trait"]) == {"persona-19th-century", "overlap"}
