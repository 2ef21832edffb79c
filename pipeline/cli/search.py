"""The command that looks for words in answers, questions and what judges said."""

import time
from types import TracebackType

import click
import polars as pl

from pipeline.cli.asking import Asked, asking
from pipeline.cli.commands import say, tell
from pipeline.terminal.progress import Bar
from warehouse import harmless
from warehouse.analysis import results
from warehouse.search import asked as searches
from warehouse.search import finding
from warehouse.transcripts import ONLY, Filter

SHOWN = 120
"""How many characters around a find a table shows."""

MOST = 10_000
"""How many answers are printed at most."""

OF_RATES = (
    *("experiment", "trait", "judge", "study", "unit"),
    *("model", "dataset", "intervention", "eval_intervention", "settings", "sampling"),
    *("rate", "low", "high", "n_found", "n_counted", "questions", "runs"),
)


class ReadingShown:
    """Shows how much of what is new for the search was read, where that takes a while."""

    def __init__(self) -> None:
        self._bar = Bar(said=time.monotonic())
        self._last: tuple[int, int] | None = None

    def __enter__(self) -> "ReadingShown":
        return self

    def step(self, done: int, of: int) -> None:
        """So many of so many bytes were read."""
        if self._bar.show(_read(done, of), done, of) or self._last:
            self._last = done, of

    def __exit__(
        self, kind: type[BaseException] | None, error: object, where: TracebackType | None
    ) -> None:
        if self._last is not None:
            self._bar.show(_read(*self._last), *self._last, last=True)


def _read(done: int, of: int) -> str:
    return f"Making answers searchable: {done / 1e6:,.0f} of {of / 1e6:,.0f} MB"


@click.command("search")
@click.argument("text")
@click.option(
    "-n", "--n", "count", type=click.IntRange(1, MOST), default=20, show_default=True,
    help="How many answers are printed.",
)  # fmt: skip
@click.option(
    "--only", type=click.Choice(ONLY), default="planned", show_default=True,
    help="Which answers are looked through.",
)  # fmt: skip
@click.option("--counts", is_flag=True, help="How many there are in each arm, as rates.")
@asking
def search(asked: Asked, text: str, count: int, only: str, counts: bool) -> None:
    """The answers that hold words, phrases or exact text."""
    searches.read(text)  # what cannot be read is said before anything is done
    with ReadingShown() as reading:
        finding.complete(asked.store, reading.step)
    if counts:
        found, _ = results.containing(asked.store, asked.analysis, text)
        told = found.rename({"n_trait": "n_found"}).select(OF_RATES)
        say("Of the counted answers of each arm, those found; rates and intervals as ever.")
        asked.show(told, _rates)
        return
    rows, total = results.answers(asked.store, asked.analysis, Filter(only, text=text), count)
    heading = f"{total:,} {'answer holds' if total == 1 else 'answers hold'} {text}"
    (tell if asked.form == "table" else say)(f"{heading}.")
    if total > count:
        say(f"The first {count:,} are printed; --n {min(total, MOST)} prints more.")
    asked.show(rows, lambda listed: _readable(listed, text), parted=False)


def _rates(found: pl.DataFrame) -> pl.DataFrame:
    return found.sort("rate", descending=True, nulls_last=True)


def _readable(rows: pl.DataFrame, text: str) -> pl.DataFrame:
    terms = list(searches.sought(searches.read(text)))
    return rows.select(
        "sample_key",
        *("experiment", "model", "dataset", "intervention"),
        pl.col("question_text").alias("question"),
        pl.Series("answer", [_around(a or "", terms) for a in rows["answer"]], pl.String()),
    )


def _around(answer: str, terms: list[searches.Words | searches.Text]) -> str:
    spans = searches.spans(answer, terms)
    start = max(0, spans[0][0] - SHOWN // 3) if spans else 0
    shown = harmless.line(" ".join(answer[start : start + SHOWN].split()))
    return f"{'… ' if start else ''}{shown}{' …' if start + SHOWN < len(answer) else ''}"
