"""Write-ups: every place where a claim stands is found, and what is set is only its text."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.cli import writeups
from pipeline.errors import UsageError
from warehouse import latex

TEXT = r"""The rate was \brittle{base-rate} and \brittle{drop}
<!-- brittle: drop -->−94 points [−98, −73]<!-- /brittle --> it fell.
"""


def test_uses_are_found_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "paper.md"
    file.write_text(TEXT)
    assert [(use.line, use.name, use.text) for use in writeups.uses(file)] == [
        (1, "base-rate", None),
        (1, "drop", None),
        (2, "drop", "−94 points [−98, −73]"),
    ]


def test_a_comment_that_is_not_closed_is_named(tmp_path: Path) -> None:
    file = tmp_path / "paper.md"
    file.write_text("One.\n\n<!-- brittle: drop -->−94 points\n")
    with pytest.raises(UsageError, match="line 3: this comment is not closed"):
        list(writeups.uses(file))


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    file = tmp_path / "paper.tex"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="line 1 is not UTF-8 text: save it"):
        list(writeups.uses(file))
    with pytest.raises(UsageError, match="cannot be read"):
        list(writeups.uses(tmp_path / "none.tex"))


def test_long_files_are_read_in_linear_time(tmp_path: Path) -> None:
    file = tmp_path / "paper.md"
    file.write_text("<!-- brittle: " * 20_000)
    with pytest.raises(UsageError, match="line 1: this comment is not closed"):
        list(writeups.uses(file))


def test_latex_sets_the_text_and_nothing_else() -> None:
    hostile = "\\input{/etc/passwd} 5 % $x$ #1 & a_b^c~d {e} −3 ±2 < 1"
    told = latex.line(hostile)
    assert re.search(r"(?<!\\)[%#&_]", told) is None
    assert "\\input" not in told
    written = writeups.tex({"drop": "−94 points [−98, −73]"})
    assert "\\csname brittle@drop\\endcsname{$-$94 points [$-$98, $-$73]}" in written


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdflatex here")
def test_a_paper_with_it_compiles(tmp_path: Path) -> None:
    (tmp_path / "claims.tex").write_text(writeups.tex({"drop": "−94 points [−98, −73] < 5 %"}))
    (tmp_path / "paper.tex").write_text(
        "\\documentclass{article}\\begin{document}\\input{claims}\n\\brittle{drop}\\end{document}"
    )
    words = ["pdflatex", "-interaction=batchmode", "-halt-on-error", "paper.tex"]
    subprocess.run(words, cwd=tmp_path, check=True, capture_output=True)
