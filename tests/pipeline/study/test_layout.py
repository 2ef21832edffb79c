from pathlib import Path

import pytest

from pipeline.study import layout
from pipeline.study.errors import FolderConflict
from pipeline.study.layout import Folder


def test_sample_keys_are_stable_and_63_bits() -> None:
    key = layout.sample_key("0123456789abcdef", "run/eval", "question", 3)
    assert key == layout.sample_key("0123456789abcdef", "run/eval", "question", 3)
    assert key == 8_750_967_379_456_151_234
    keys = {layout.sample_key("s", "e", f"q{q}", i) for q in range(100) for i in range(100)}
    assert len(keys) == 10_000
    assert all(0 <= key < 2**63 for key in keys)


def test_a_folder_is_worked_in_by_one_process(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    with (
        folder.locked(),
        pytest.raises(FolderConflict, match="Another process"),
        folder.locked(),
    ):
        pass
    with folder.locked():
        assert folder.path.is_dir()


def test_only_its_owner_may_look_into_a_folder(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "data" / "studies" / "out")
    with folder.locked():
        made = [folder.path, *folder.path.parents[:2]]
        assert {path.stat().st_mode & 0o777 for path in made} == {0o700}
