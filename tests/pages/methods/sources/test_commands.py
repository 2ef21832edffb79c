"""Commands of the program as processes: what they found, how far they are, why they end."""

import io
from pathlib import Path

import pytest

from pages.methods.sources import commands
from pipeline.terminal.progress import Bar
from warehouse.programs import Program


def test_a_refusal_is_a_sentence(tmp_path: Path) -> None:
    ended = commands.trying(tmp_path / "none", None, tmp_path / "data").ended
    assert (ended.document, ended.status) == (None, 2)
    assert "none" in ended.problem
    assert "Error" not in ended.problem


def test_how_far_it_is_is_read_off_its_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with commands.trying(tmp_path / "none", None, tmp_path / "data") as running:
        _ = running.ended
        assert commands.far(running) == (0, 0)
        out = io.StringIO()
        Bar(out).show("Importing: 1,200 of 3,400 files", 1_200, 3_400, last=True)
        monkeypatch.setattr(Program, "said", out.getvalue())
        assert commands.far(running) == (1_200, 3_400)
