r"""Text that others wrote as LaTeX that sets it and does nothing else, with any engine.

Signs that LaTeX reads are commands for themselves, ligatures are parted, and a character that
pdfTeX's own fonts may lack is `\brittlechar{CODE}{it}`: its code there, itself in other engines.
"""

import re

from warehouse import harmless

_SIGNS = {
    "%": r"\%",
    "−": "$-$",
    "±": r"$\pm$",
    "×": r"$\times$",
    "<": "$<$",
    ">": "$>$",
    "|": r"\textbar{}",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "$": r"\$",
    "{": r"\{",
    "}": r"\}",
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "`": r"\textasciigrave{}",
    '"': r"{\char34}",
    "…": r"\ldots{}",
    "·": r"\textperiodcentered{}",
    "•": r"\textbullet{}",
    "\u00a0": "~",
    "\t": "~~~~",
}

_KNOWN = re.compile(
    r"[\x20-\x7e\u00c0-\u00cf\u00d1-\u00dd\u00df-\u00ef\u00f1-\u00fd\u00ff\u2013\u2014\u2018\u2019\u201c\u201d]"
)
"""What the fonts that every LaTeX begins with have, as it stands or made of two signs."""

_LIGATURE = re.compile(r"(?<=[-'`,?!])(?=[-'`,])")
"""Where two signs would be set as another one."""

CHARACTER = (
    r"\providecommand{\brittlechar}[2]{\ifdefined\pdftexversion\texttt{U+#1}\else#2\fi}" + "\n"
)


def line(text: str) -> str:
    """A text on one line."""
    plain = harmless.line(text).replace(" %", "\u00a0%")
    parted = _LIGATURE.split(plain)
    return "{}".join("".join(map(_sign, part)) for part in parted)


def text(words: str) -> str:
    """A text of several lines, each a paragraph; what is indented stays so."""
    made = []
    for each in harmless.visible(words).split("\n"):
        bare = each.lstrip(" ")
        made.append("~" * (len(each) - len(bare)) + line(bare.rstrip()))
    return "\\par\n".join(filter(None, made))


def whole(written: str) -> str:
    """LaTeX that was put together of these, with the command that it uses, if it does."""
    return CHARACTER + written if r"\brittlechar{" in written else written


def _sign(character: str) -> str:
    if character in _SIGNS:
        return _SIGNS[character]
    if _KNOWN.match(character):
        return character
    return rf"\brittlechar{{{ord(character):04X}}}{{{character}}}"
