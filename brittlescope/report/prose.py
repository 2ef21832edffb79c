"""The document of an evidence pack: LaTeX that puts its files together, for any engine."""

from collections.abc import Sequence

from pages.results.brittleness import heatmap
from pages.results.rates import points
from pages.ui.words import values
from warehouse import latex
from warehouse.analysis import Analysis
from warehouse.claims import Checked

WIDTHS = {"rates": "double", "effects": "double", "brittleness": "double"}
"""How wide each figure is in print (`pages.printing.figures.WIDTHS`)."""

LEGENDS = {
    "rates": points.LEGEND,
    "effects": "Solid: the control. Dashed: the untuned model. Shaded: within the margin of them.",
    "brittleness": " ".join(heatmap.LEGEND),
}

PREAMBLE = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage[margin=2.4cm]{geometry}
\usepackage{array,graphicx,booktabs,longtable}
\setlength{\parindent}{0pt}\setlength{\parskip}{4pt}
% A title that would stand alone at the end of a page begins the next one.
\newcommand{\brittleroom}{\par\penalty-100\begingroup\dimen0=\pagegoal
  \advance\dimen0-\pagetotal\ifdim\dimen0<.2\textheight\break\fi\endgroup}
\input{claims}
"""


def document(view: Analysis, figures: Sequence[str], tables: Sequence[str]) -> str:
    """The document of a pack with these figures (PDF) and tables."""
    focus = view.focus
    named = (
        [values.value(name, getattr(focus, name)) for name in ("experiment", "trait")]
        if focus
        else []
    )
    title = ": ".join(filter(None, [*named])) or "Evidence"
    parts = [
        PREAMBLE,
        r"\begin{document}",
        rf"\section*{{{latex.line(title)}}}",
        _section("Methods", r"\input{methods}"),
        *(_section(_title(name), rf"\input{{{name.removesuffix('.tex')}}}") for name in tables),
        _section("Figures", "\n".join(map(_figure, figures))),
        _section("Claims", r"\input{claims-listed}"),
        _section("Analyses looked at", r"\input{looked}"),
        r"\clearpage\appendix",
        _section("Transcripts", r"\input{transcripts}"),
        r"\end{document}",
    ]
    return latex.whole("\n".join(parts) + "\n")


def text(words: str) -> str:
    """Paragraphs of text."""
    return latex.whole(latex.text(words) + "\n")


def claims(checked: Sequence[Checked]) -> str:
    """Every claim by its command, with its sentence and whether it still holds."""
    if not checked:
        return text("Nothing was kept as a claim.")
    lines = [
        rf"\item[{latex.line(one.claim.name)}] \brittle{{{one.claim.name}}} "
        + latex.line(one.claim.sentence)
        + ("" if one.state == "same" else rf" \textbf{{{latex.line(f'Not so today: {one}')}}}")
        for one in checked
    ]
    return latex.whole("\\begin{description}\n" + "\n".join(lines) + "\n\\end{description}\n")


def _section(title: str, body: str) -> str:
    return f"\\brittleroom\n\\section*{{{title}}}\n{body}\n"


def _title(name: str) -> str:
    return name.rpartition("/")[2].removesuffix(".tex").capitalize()


def _figure(name: str) -> str:
    return (
        f"\\begin{{center}}\\includegraphics[width=\\linewidth,height=.9\\textheight,"
        f"keepaspectratio]{{{name}}}\\end{{center}}"
    )
