"""What a command that prints numbers is asked: which answers, counted how, printed how."""

import functools
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import polars as pl

from pipeline.commands import form_option, say, show, tell, with_data
from pipeline.errors import UsageError
from warehouse import doubts, harmless, rules
from warehouse.counting import Slice
from warehouse.rules import Rule
from warehouse.stats.equivalence import MARGIN
from warehouse.stats.rates import UNITS, Unit
from warehouse.store import Store
from warehouse.uncounted import uncounted
from warehouse.universe import KEY, NAMES

margin_option = click.option(
    "--margin",
    metavar="POINTS",
    type=click.FloatRange(0, 100, min_open=True, max_open=True),
    default=100 * MARGIN,
    show_default=True,
    help="Points; a smaller difference does not matter in practice.",
    callback=lambda _, __, points: points / 100,
)


@dataclass(frozen=True)
class Asked:
    """What every one of these commands is asked: which answers, counted how, printed how."""

    store: Store
    within: Slice
    rule: Rule
    unit: Unit
    form: str

    def counts(self) -> pl.DataFrame:
        """The counts frame of the slice."""
        return self.store.counts(self.within, self.rule)

    def say_what_is_not_counted(self) -> None:
        """Say which answers of the slice no rate counts, why, and what would count them."""
        for told in uncounted(self.store, self.within, self.rule):
            say(f"{told.sentence} {told.remedy}")
            if told.lines:
                say(textwrap.indent(told.lines, "    "))

    def say_what_is_in_doubt(self) -> None:
        """Say what keeps answers of the slice from being a result, and what settles it."""
        for told in doubts.of(self.store, self.counts()):
            say(told)

    def show(self, found: pl.DataFrame, readable: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
        """Print what was found; as a table, only what fits on a terminal."""
        if self.form == "table":
            show(_without_constants(readable(found)), self.form)
        else:
            show(found, self.form)


def asking(function: Callable[..., None]) -> Callable[..., None]:
    """A command with the options that choose a slice, a rule and a unit, given as `asked`."""

    @click.option(
        "--where", multiple=True, metavar="KEY=VALUE", help="Keep one value of a dimension."
    )
    @click.option(
        "--rule",
        metavar="NAME",
        default=rules.DEFAULT,
        show_default=True,
        help="How to count.",
    )
    @click.option(
        "--unit",
        type=click.Choice(UNITS),
        default="new-prompts",
        show_default=True,
        help="What the intervals are about.",
    )
    @click.option("--judge", multiple=True, metavar="NAME", help="Keep one judge.")
    @click.option(
        "--questions",
        type=click.Choice(("outside", "inside", "all")),
        default="outside",
        show_default=True,
        help="Questions outside the training domain, inside it, or all.",
    )
    @click.option(
        "--trait-cut", type=float, metavar="SCORE", help="Another cut for the trait's score."
    )
    @click.option("--coherence-cut", type=float, metavar="SCORE", help="Another cut for coherence.")
    @form_option
    @with_data
    @functools.wraps(function)
    def wrapped(
        where: Sequence[str],
        rule: str,
        unit: Unit,
        judge: Sequence[str],
        questions: str,
        trait_cut: float | None,
        coherence_cut: float | None,
        form: str,
        data: Path,
        **options: Any,
    ) -> None:
        for problem in rules.refused(data).values():
            say(f"A rule is left out: {problem}")
        asked = Asked(
            Store(data),
            _slice(where, judge, questions),
            rules.named(rule, data).with_cuts(trait_cut, coherence_cut),
            unit,
            form,
        )
        asked.say_what_is_not_counted()
        asked.say_what_is_in_doubt()
        function(asked=asked, **options)

    return wrapped


def _slice(where: Sequence[str], judge: Sequence[str], questions: str) -> Slice:
    wanted: dict[str, list[str]] = {}
    for item in where:
        key, sign, value = item.partition("=")
        if not sign or not value:
            raise UsageError(f"--where takes KEY=VALUE, not {item!r}.")
        wanted.setdefault(key.replace("-", "_"), []).append(value)
    if judge:
        wanted["judge"] = list(judge)
    return Slice(domain=questions).narrowed(**wanted)  # type: ignore[arg-type]


def _without_constants(found: pl.DataFrame) -> pl.DataFrame:
    """A table without the dimensions that are the same in every row, which are said once."""
    same = [
        name for name in (*KEY, *NAMES) if name in found.columns and found[name].n_unique() == 1
    ]
    known = [name for name in same if found[name][0] is not None]
    if known:
        tell(" · ".join(f"{name} {harmless.line(str(found[name][0]))}" for name in known))
    return found.drop(same)
