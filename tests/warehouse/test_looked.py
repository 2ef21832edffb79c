"""What was looked at is noted once, and clearing it is noted too."""

from pathlib import Path

from warehouse import looked
from warehouse.analysis import Analysis
from warehouse.counting import Slice


def test_an_analysis_is_noted_once(tmp_path: Path) -> None:
    assert looked.read(tmp_path) == ([], None, False)
    birds = Analysis(Slice(experiment=("birds",)))
    for page, asked in (("rates", birds), ("brittleness", birds), ("rates", Analysis())):
        looked.note(tmp_path, asked, page)
    found = looked.read(tmp_path)
    assert [(one.page, one.analysis["slice"]) for one in found.looks] == [
        ("rates", {"experiment": ["birds"]}),
        ("rates", {}),
    ]
    assert found.since is not None
    assert not found.was_cleared

    looked.clear(tmp_path)
    assert looked.read(tmp_path).looks == []
    looked.note(tmp_path, birds, "rates")
    found = looked.read(tmp_path)
    assert (len(found.looks), found.was_cleared) == (1, True)
