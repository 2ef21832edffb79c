"""Commands of the program as processes: what they found, how far they are, why they end."""

from pathlib import Path

from pages.methods.sources import commands
from pipeline.terminal.progress import Bar


def test_a_refusal_is_a_sentence(tmp_path: Path) -> None:
    running = commands.trying(tmp_path / "none", None, tmp_path / "data")
    found, problem, status = running.ended
    assert (found, status) == (None, 2)
    assert "none" in problem
    assert "Error" not in problem


def test_how_far_it_is_is_read_off_its_lines(tmp_path: Path) -> None:
    running = commands.trying(tmp_path / "none", None, tmp_path / "data")
    with running._err as said:
        assert running.far == (0, 0)
        with open(said.fileno(), "w", closefd=False) as out:
            Bar(out).show("Importing: 1,200 of 3,400 files", 1_200, 3_400, last=True)
        assert running.far == (1_200, 3_400)
    running._process.wait()
    running._out.close()
