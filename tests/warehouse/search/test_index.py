"""One volume: arrays in a file, which are read back as they were written, or refused."""

from pathlib import Path

import numpy as np
import pytest

from warehouse.search import index


def test_arrays_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    held = {"a": np.array([1, 2, 70_000], "<u4"), "none": np.array([], "<u2"), "b": np.arange(5.0)}
    index.pack(tmp_path / "words", held)
    read = index.unpack(tmp_path / "words")
    assert {name: array.tolist() for name, array in read.items()} == {
        name: array.tolist() for name, array in held.items()
    }
    # There are more volumes of a large lake than files that a process may have open.
    links = [one.readlink() for one in Path("/dev/fd").iterdir() if one.is_symlink()]
    assert tmp_path / "words" not in links
    (tmp_path / "words").unlink()
    assert read["b"].tolist() == [0, 1, 2, 3, 4]


def test_a_volume_that_cannot_be_read_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        index.opened(tmp_path / "gone")
    (tmp_path / "words").write_bytes(b"not what was written")
    with pytest.raises(index.UnreadableIndex, match="run brittlescope build"):
        index.opened(tmp_path)
