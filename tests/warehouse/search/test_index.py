"""One volume: every document that a query finds is told, however many there are."""

from pathlib import Path

import pytest

from tests.warehouse import results
from warehouse import building
from warehouse.search import finding, index
from warehouse.store import Store


@pytest.mark.parametrize("blocks", [1, 3, index.BLOCKS])
def test_documents_are_told_however_many_blocks_are_asked_for_at_once(
    blocks: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "BLOCKS", blocks)
    records = results.misalignment([(10, 90)] * 300)
    for number, record in enumerate(records):
        record["answer"] = f"Answer{' of three' if number % 3 == 0 else ''} n{number}"
    results.write(tmp_path, records)
    results.load(tmp_path / "data", tmp_path / "results")
    building.build(tmp_path / "data")
    store = Store(tmp_path / "data")
    rows = dict(store.ask("select sample_key, source_row from core.sample").rows())
    assert {rows[key] - 1 for key in finding.find(store, "three").tolist()} == {*range(0, 300, 3)}
    assert finding.find(store, "n299").size == 1
    assert finding.find(store, "answer").size == 300
    assert finding.find(store, "nowhere").size == 0
