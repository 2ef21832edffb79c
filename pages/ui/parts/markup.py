"""Plain text as Markdown that shows it as it is: names in data, rules and links are not markup.

Streamlit reads Markdown in nearly everything it draws: headings, captions, labels, messages,
help. Its dialect (1.67) has CommonMark, GitHub's additions, formulas, directives (`:red[x]`), icons
(`:material/x:`), emoji (`:x:`) and typographic arrows. Two kinds of character stand against it:

- Where the dialect's grammar reads a sign, a backslash makes it a letter.
- Bare addresses, icons, emoji and arrows are looked for once the grammar is done, when backslashes
  are gone, within each run of text. A sign that could be part of one is put into a run of its own:
  `:color[…]` without a colour changes nothing in what is seen, and nothing in what is copied.
"""

import re

from warehouse import harmless

_SPECIAL = re.compile(
    r"""(?P<joint> :(?!\d\d:)(?=[\w+/-]+:)        # an icon or emoji, not the minutes of a time
                 | (?<=http):(?=//) | (?<=https):(?=//) | (?<=www)\. | @       # an address
                 | -(?=[->]) | <(?=[-=]) | [>~](?==) )                         # an arrow
      | (?P<number> \A\d+(?=[.)]) )                                            # a list
      | (?P<sign> \A[-+=] | [\\`*_{}\[\]<>#|~$:!&] )""",
    re.IGNORECASE | re.VERBOSE,
)

_JOINED = re.compile(r"(?<=\d) (?=%)|(?<=\bn) (?==)|(?<=\bn =) (?=\d)|(?<=\d,) (?=[−+]?[\d.]+\\\])")
"""Spaces at which no line of a sentence ends: those of `12 %`, `n = 100` and `[−33, −14]`."""


def escaped(text: str) -> str:
    """The text on one line, for any place where Streamlit reads Markdown."""
    return _SPECIAL.sub(_as_letter, harmless.line(" ".join(text.split())))


def prose(text: str) -> str:
    """The same for a sentence of ours, whose numbers stay on one line with their units."""
    return _JOINED.sub("\u00a0", escaped(text))


def _as_letter(found: re.Match[str]) -> str:
    if found["number"]:
        return f"{found[0]}\\"
    letter = f"\\{found[0]}"
    return f":color[{letter}]" if found["joint"] else letter
