"""Rates and effects as LaTeX tables with booktabs rules, over as many pages as they take."""

from collections.abc import Iterable, Sequence

from pages.ui.view import arms
from pages.ui.words import armnames, numbers, verdicts
from warehouse import latex
from warehouse.analysis import Analysis


def every(view: Analysis) -> dict[str, str]:
    """Every table that there is of a view, by the name of its file."""
    found = {"tables/rates.tex": rates(view)}
    if (made := effects(view)) is not None:
        found["tables/effects.tex"] = made
    return found


def rates(view: Analysis) -> str:
    """A line an arm: its rate with the interval, and what it was counted of."""
    found = arms.rates(view).sort("rate", descending=True, nulls_last=True)
    rows = zip(armnames.names(found), found.iter_rows(named=True), strict=True)
    return _table(
        (6.6, (4.2, 2.2, 1.8)),
        ("Arm", r"Rate, 95\,\% interval", "Shown", "Questions"),
        (
            (
                name,
                numbers.percent(row["rate"], row["low"], row["high"])
                + ("" if row["is_result"] else " (not a result)"),
                f"{row['n_trait']:,}/{row['n_counted']:,}",
                f"{row['questions']:,}",
            )
            for name, row in rows
        ),
    )


def effects(view: Analysis) -> str | None:
    """A line an intervention: how its rate differs from the control's, and what that is called."""
    found = arms.effects(view).sort("difference", nulls_last=True)
    if found.is_empty():
        return None
    rows = zip(armnames.names(found), found.iter_rows(named=True), strict=True)
    return _table(
        (4.0, (1.1, 1.1, 3.8, 1.2), 2.7),
        ("Arm", "Control", "Rate", r"Difference, 95\,\% interval", "$p$", "Verdict"),
        (
            (
                name,
                numbers.percent(row["baseline_rate"], digits=0),
                numbers.percent(row["rate"], digits=0),
                numbers.points(row["difference"], row["difference_low"], row["difference_high"]),
                _chance(row["p"]),
                verdicts.name(row["verdict"]),
            )
            for name, row in rows
        ),
    )


def _chance(p: float | None) -> str:
    return "–" if p is None else "< 0.001" if p < 0.001 else f"{p:.2g}"


def _table(
    widths: Sequence[float | Sequence[float]], head: Sequence[str], rows: Iterable[Sequence[str]]
) -> str:
    """A long table, which one run of LaTeX sets; `head` is LaTeX, rows are text.

    The widths of its columns are in cm; those of numbers stand in a group of their own.
    """
    columns = "".join(
        rf">{{\{side}\arraybackslash}}p{{{width}cm}}"
        for group in widths
        for side, several in [
            ("raggedright", [group]) if isinstance(group, float) else ("raggedleft", group)
        ]
        for width in several
    )
    body = "\n".join(" & ".join(map(latex.line, row)) + r" \\" for row in rows)
    return latex.whole(
        "\\begingroup\\footnotesize\n"
        f"\\begin{{longtable}}{{@{{}}{columns}@{{}}}}\n\\toprule\n"
        f"{' & '.join(head)} \\\\\n\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\n"
        f"{body}\n\\end{{longtable}}\n\\endgroup\n"
    )
