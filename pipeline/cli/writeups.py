r"""Write-ups that use claims: `\brittle{name}` in LaTeX, a comment around the text in Markdown.

The drop was \brittle{birds-drop}.
The drop was <!-- brittle: birds-drop -->−94 points [−98, −73]<!-- /brittle -->.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from pipeline.cli.commands import say
from pipeline.errors import UsageError
from pipeline.files import texts
from warehouse import latex

LARGEST = 32 * 2**20
"""The largest write-up that is read, in bytes."""

_USE = re.compile(
    r"\\brittle\{(?P<tex>[^{}\n]{1,200})\}"
    r"|<!--[ \t]{0,20}brittle:[ \t]{0,20}(?P<md>[^\s<>]{1,200})[ \t]{0,20}-->"
    r"(?P<text>[^<]{0,2000})<!--[ \t]{0,20}/brittle[ \t]{0,20}-->"
)
_OPENED = re.compile(r"<!--[ \t]{0,20}brittle:")
PREAMBLE = r"""% Written by brittlescope claims export: \input this file, and write \brittle{name}.
\providecommand{\brittle}[1]{%
  \ifcsname brittle@#1\endcsname\csname brittle@#1\endcsname
  \else\textbf{??}\PackageWarning{brittlescope}{There is no claim #1}\fi}
"""


class Use(NamedTuple):
    """A place where a claim stands: the file, the line, the claim, and what is written there."""

    file: Path
    line: int
    name: str
    text: str | None  # None in LaTeX, where the number is put in when it is set

    def __str__(self) -> str:
        return f"{self.file}, line {self.line:,}"


def uses(file: Path) -> Iterator[Use]:
    """The places in a write-up where claims stand.

    Raises:
        UsageError: where it cannot be read, is no text, or a comment is not closed.
    """
    content = texts.of_file(file, LARGEST, say)
    whole = {match.start() for match in _USE.finditer(content)}
    for match in _OPENED.finditer(content):
        if match.start() not in whole:
            line = content.count("\n", 0, match.start()) + 1
            raise UsageError(
                f"{file}, line {line:,}: this comment is not closed; a claim stands as "
                "<!-- brittle: NAME -->TEXT<!-- /brittle -->."
            )
    for match in _USE.finditer(content):
        line = content.count("\n", 0, match.start()) + 1
        yield Use(file, line, match["tex"] or match["md"], match["text"])


def tex(texts: Mapping[str, str]) -> str:
    """A LaTeX file that gives every claim its text."""
    lines = (
        rf"\expandafter\def\csname brittle@{name}\endcsname{{{latex.line(text)}}}"
        for name, text in texts.items()
    )
    return latex.whole(PREAMBLE + "".join(f"{line}\n" for line in lines))
