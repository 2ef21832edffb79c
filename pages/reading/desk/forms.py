"""Quotes in the forms that papers and pages take: whatever an answer holds is text in each."""

import html as markup
import json
import re
from collections.abc import Callable, Iterable, Sequence

import polars as pl

from pages.reading.desk.quoted import Quoted
from warehouse import harmless, latex

_SIGN = re.compile(r"([\\`*_{}\[\]#|~$!])|(?<=http)(:)|(?<=https)(:)|(?<=www)(\.)")
_OPENING = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))")


def plain(quotes: Sequence[Quoted]) -> str:
    """As plain text."""
    return "\n\n\n".join("\n\n".join(_parts(quote)) for quote in quotes) + "\n"


def markdown(quotes: Sequence[Quoted]) -> str:
    """As Markdown: a block quote, and its caption below it."""
    return "\n\n".join(_markdown(quote) for quote in quotes) + "\n"


def html(quotes: Sequence[Quoted]) -> str:
    """As HTML: a figure of a block quote, with its caption."""
    return "\n".join(_html(quote) for quote in quotes) + "\n"


def latex_long(quotes: Sequence[Quoted]) -> str:
    """As LaTeX: prompt and answer in a quote, and the caption in small letters below it."""
    return latex.whole("\n".join(map(_latex, quotes)))


def latex_short(quotes: Sequence[Quoted]) -> str:
    """As LaTeX for running text: how the answer begins, and a caption of one line."""
    return latex.whole("".join(f"{_short(quote)}\n" for quote in quotes))


def as_json(quotes: Sequence[Quoted]) -> str:
    """As a JSON list."""
    text = json.dumps([quote.record for quote in quotes], ensure_ascii=False, indent=1)
    return harmless.json_text(text) + "\n"


def csv(quotes: Sequence[Quoted]) -> str:
    """As CSV, in which no cell can act as a formula."""
    rows = [
        {
            name: json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
            for name, value in quote.record.items()
        }
        for quote in quotes
    ]
    return harmless.csv(pl.DataFrame(rows, infer_schema_length=None))


FORMS: dict[str, tuple[str, str, Callable[[Sequence[Quoted]], str]]] = {
    "latex": ("LaTeX", "tex", latex_long),
    "latex-short": ("LaTeX, short", "tex", latex_short),
    "markdown": ("Markdown", "md", markdown),
    "html": ("HTML", "html", html),
    "plain": ("Plain text", "txt", plain),
    "json": ("JSON", "json", as_json),
    "csv": ("CSV", "csv", csv),
}
"""Every form by its name: what it is called, how its file's name ends, what makes it."""


def _parts(quote: Quoted) -> Iterable[str]:
    if quote.warning:
        yield f"[{quote.warning}]"
    for name, text in quote.prompt:
        yield f"{name}: {harmless.visible(text)}"
    yield f"{harmless.visible(quote.by)}: {harmless.visible(quote.answer)}"
    yield f"— {harmless.line(quote.caption)}"


def _markdown(quote: Quoted) -> str:
    blocks = [f"*{_marked(quote.warning)}*"] if quote.warning else []
    blocks += [f"**{_marked(name)}:** {_marked(text)}" for name, text in quote.prompt]
    blocks.append(f"**{_marked(quote.by)}:** {_marked(quote.answer)}")
    body = "\n\n".join(blocks)
    quoted = "\n".join(f"> {line}".rstrip() for line in body.split("\n"))
    return f"{quoted}\n\n{_marked(quote.caption)}"


def _marked(text: str) -> str:
    """A text as Markdown that shows it as it is."""
    lines = []
    for line in harmless.visible(text).split("\n"):
        plain = _SIGN.sub(lambda found: f"\\{found[0]}", line.strip())
        plain = markup.escape(plain, quote=False)  # which every reader of Markdown understands
        lines.append(_OPENING.sub(_as_letter, plain))
    return "  \n".join(lines)


def _as_letter(found: re.Match[str]) -> str:
    sign = found[2]
    return f"{found[1]}{sign}\\" if sign[0].isdigit() else f"{found[1]}\\{sign}"


def _html(quote: Quoted) -> str:
    said = [(quote.by, quote.answer)]
    blocks = [
        f'<p><b>{_text(name)}</b></p>\n<p dir="auto" style="white-space:pre-wrap">{_text(text)}</p>'
        for name, text in (*quote.prompt, *said)
    ]
    body = "\n".join(blocks)
    if quote.warning:
        body = f"<details><summary>{_text(quote.warning)}</summary>\n{body}\n</details>"
    return (
        f"<figure>\n<blockquote>\n{body}\n</blockquote>\n"
        f"<figcaption>{_text(quote.caption)}</figcaption>\n</figure>"
    )


def _text(text: str) -> str:
    return markup.escape(harmless.visible(text))


def _latex(quote: Quoted) -> str:
    said = [*quote.prompt, (quote.by, quote.answer)]
    blocks = [rf"\textit{{{latex.line(quote.warning)}}}\par"] if quote.warning else []
    blocks += [rf"\textbf{{{latex.line(name)}:}} {latex.text(text)}\par" for name, text in said]
    body = "\n".join(blocks)
    return (
        f"\\begin{{quote}}\n{body}\n{{\\footnotesize {latex.line(quote.caption)}\\par}}\n"
        "\\end{quote}\n"
    )


def _short(quote: Quoted) -> str:
    return f"``{latex.line(' '.join(quote.beginning.split()))}'' ({latex.line(quote.short)})"
