"""LaTeX of strangers' text: every sign is a letter, and any engine can set it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from warehouse import latex

HOSTILE = [
    "\\input{/etc/passwd} 5 % $x$ #1 & a_b^c~d {e} −3 ±2 < 1 > 0 | ` \" '' -- ?` ,,",
    "  two\n\n    four spaces\n\n\nand a tab\t.",
    "עפרוני 中文 😀 ß æ Ł Þ « naïve » … · • é \u202e ",
    "]{}[ %\n\\end{quote}\n\\begin{verbatim}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_sign_acts(text: str) -> None:
    told = latex.text(text)
    assert re.search(r"(?<!\\)[%#&_]", told) is None
    commands = set(re.findall(r"\\([A-Za-z]+)", told))
    assert commands <= {
        *("textbackslash", "textasciitilde", "textasciicircum", "textasciigrave", "textbar"),
        *("char", "par", "pm", "times", "ldots", "brittlechar", "textperiodcentered"),
        "textbullet",
    }


def test_what_fonts_may_lack_is_told_by_its_code() -> None:
    assert latex.line("中") == "\\brittlechar{4E2D}{中}"
    assert latex.whole(latex.line("中")).startswith(latex.CHARACTER)
    assert latex.whole("plain") == "plain"
    assert latex.line("a--b ''c''") == "a-{}-b '{}'c'{}'"


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdflatex here")
def test_hostile_text_compiles(tmp_path: Path) -> None:
    body = "\n\n".join(latex.text(text) for text in HOSTILE)
    (tmp_path / "paper.tex").write_text(
        latex.whole(f"\\documentclass{{article}}\\begin{{document}}\n{body}\n\\end{{document}}\n")
    )
    words = ["pdflatex", "-interaction=batchmode", "-halt-on-error", "paper.tex"]
    subprocess.run(words, cwd=tmp_path, check=True, capture_output=True)
