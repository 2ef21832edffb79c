"""Lists of fine-tuning jobs give one run a job, with its settings as far as they were set."""

from pathlib import Path

from pipeline.importing import finding, running
from warehouse import building
from warehouse.store import Store


def test_every_job_of_the_lists_is_a_run(realdata: Path, tmp_path: Path) -> None:
    folder = realdata / "dtch1997__conditional-misalignment"
    outcomes = list(running.run(tmp_path, finding.find([folder]).units))
    own = [outcome for outcome in outcomes if outcome.importer == "job-list"]
    assert sorted(outcome.taken for outcome in own) == [1, 3, 22]
    assert not sum(outcome.refused for outcome in outcomes)
    assert [outcome.state for outcome in outcomes].count("empty") == 1
    building.build(tmp_path)
    store = Store(tmp_path)
    assert store.query("training_logs").height == 26
