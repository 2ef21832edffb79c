"""What a command that prints numbers is asked: which answers, counted how, printed how."""

import functools
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import polars as pl

from pipeline.cli import commands, sections
from pipeline.cli.commands import FORMATS, form_option_of, say, show, with_data
from pipeline.errors import UsageError
from warehouse import defaults, judges, rules, uncounted
from warehouse.analysis import DOMAINS, Analysis, results, told, written
from warehouse.analysis.family import CHOOSING
from warehouse.counting import Slice
from warehouse.stats.units import UNITS
from warehouse.store import Store

margin_option = click.option(
    "--margin",
    metavar="POINTS",
    type=click.FloatRange(0, 100, min_open=True, max_open=True),
    default=float(written.points(defaults.MARGIN)),
    show_default=True,
    help="Points; a smaller difference does not matter in practice.",
    callback=lambda _, __, points: written.share(points),
)

COUNTED = ("where", "judge", "questions", "rule", "unit", "trait_cut", "coherence_cut")
"""The options of an analysis that every command has."""

COMPARED = ("margin", "adjustment", "baseline", "intervals")
"""The options of an analysis that not every command has."""


@dataclass(frozen=True)
class Asked:
    """What every one of these commands is asked: an analysis of a snapshot, printed how."""

    store: Store
    analysis: Analysis
    form: str

    def say_what_to_know(self) -> None:
        """Say what is asked for in vain, what no rate counts, what is in doubt, what mends it."""
        if self.store.query("evaluations").is_empty():
            say(
                "This snapshot holds no evaluation results. Import some: brittlescope import PATH; "
                "what was refused, and why, says brittlescope doctor."
            )
        for sentence in results.not_there(self.store, self.analysis):
            say(sentence)
        left_over = results.uncounted(self.store, self.analysis)
        for one in left_over:
            say(one.sentence if one.lines else f"{one.sentence} {one.remedy}")
        for remedy, lines in uncounted.remedies(left_over):
            say(remedy)
            say(textwrap.indent(lines, "    "))
        for sentence in results.in_doubt(self.store, self.analysis):
            say(sentence)

    def hidden(self) -> str:
        """What `--where` leaves out, in a sentence; empty where it leaves nothing out."""
        held = self.analysis.slice
        names = [name.replace("_", "-") for name in CHOOSING if getattr(held, name)]
        if not (names or held.question):
            return ""
        return told.left_out(results.hidden(self.store, self.analysis), names)

    def show(
        self,
        found: pl.DataFrame,
        readable: Callable[[pl.DataFrame], pl.DataFrame],
        *,
        parted: bool = True,
    ) -> None:
        """Print what was found; as a table, only what fits on a terminal, as people call it.

        Rows whose order tells something are not `parted` by what they are about.
        """
        if self.form != "table":
            show(found, self.form)
            return
        told = sections.called(commands.flat(readable(found)), self.store.judges)
        commands.print_table(sections.lines(told, sys.stdout.isatty(), parted))


_CHOOSING = (
    click.option(
        "--where", multiple=True, metavar="KEY=VALUE", help="Keep one value of a dimension."
    ),
    click.option(
        "--rule", metavar="NAME", default=defaults.RULE, show_default=True, help="How to count."
    ),
    click.option(
        "--unit",
        type=click.Choice(UNITS),
        default=defaults.UNIT,
        show_default=True,
        help="What the intervals are about.",
    ),
    click.option("--judge", multiple=True, metavar="NAME", help="Keep one judge."),
    click.option(
        "--questions",
        type=click.Choice(DOMAINS),
        default=defaults.DOMAIN,
        show_default=True,
        help="Questions outside the training domain, inside it, or all.",
    ),
    click.option(
        "--trait-cut", type=float, metavar="SCORE", help="Another cut for the trait's score."
    ),
    click.option("--coherence-cut", type=float, metavar="SCORE", help="Another cut for coherence."),
)
"""The options of every command that asks an analysis, in the order of its help."""


def asking(
    function: Callable[..., None], forms: Sequence[str] = FORMATS[1:]
) -> Callable[..., None]:
    """A command with the options that choose a slice, a rule and a unit, given as `asked`.

    It prints a table, or one of the forms.
    """

    @functools.wraps(function)
    def wrapped(data: Path, form: str, **given: Any) -> None:
        for problem in rules.refused(data).values():
            say(f"A rule is left out: {problem}")
        store = Store(data)
        asked = Asked(store, _analysis(store, data, given), form)
        asked.say_what_to_know()
        function(asked=asked, **given)

    options = (*_CHOOSING, form_option_of(*forms), with_data)
    return functools.reduce(lambda command, option: option(command), reversed(options), wrapped)


def _analysis(store: Store, data: Path, given: dict[str, Any]) -> Analysis:
    """The analysis that options ask for, which are taken out of those given."""
    taken = {name: given.pop(name) for name in (*COUNTED, *COMPARED) if name in given}
    within = slice_of(*(taken.pop(name) for name in ("where", "judge", "questions")))
    return Analysis(
        replace(within, judge=judges.meant(within.judge, store.judges)),
        rules.named(taken.pop("rule"), data),
        **taken,
    )


def slice_of(where: Sequence[str], judge: Sequence[str], questions: str) -> Slice:
    """The slice that `--where`, `--judge` and `--questions` ask for."""
    wanted: dict[str, list[str]] = {}
    for item in where:
        key, sign, value = item.partition("=")
        if not sign or not value:
            raise UsageError(f"--where takes KEY=VALUE, not {item!r}.")
        wanted.setdefault(key.replace("-", "_"), []).append(value)
    if judge:
        wanted["judge"] = list(judge)
    return Slice(domain=questions).narrowed(**wanted)  # type: ignore[arg-type]


def counted(part: str, whole: str) -> pl.Expr:
    """Two counts of a row as `3 of 10`."""
    return pl.format("{} of {}", part, whole)
