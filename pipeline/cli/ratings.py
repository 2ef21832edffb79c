"""The commands about ratings: make a task, see how far it is, take ratings out and in."""

from collections.abc import Sequence
from pathlib import Path

import click
import polars as pl

from pipeline.cli.asking import Asked, asking
from pipeline.cli.commands import form_option, say, show, tell, with_data
from pipeline.cli.numbers import names
from pipeline.errors import UsageError
from pipeline.files import texts
from pipeline.rating import files, foreign
from warehouse import ratings as kept
from warehouse import tasks, turns
from warehouse.journal import Entry, Fault
from warehouse.ratings import Rating
from warehouse.store import Store
from warehouse.tasks import Criterion, Example, Task

LONGEST = 2**18
"""The longest text of a rubric, in bytes: a task is one line of a journal."""

MANY = 10
"""How many refused rows are told one by one."""


@click.group("ratings")
def ratings() -> None:
    """People's judgements: tasks of answers to rate, and the ratings as files."""


@ratings.command("new")
@click.argument("name")
@click.option(
    "-n", "--n", "count", type=click.IntRange(1, tasks.MOST), default=100, show_default=True,
    help="How many answers.",
)  # fmt: skip
@click.option(
    "--criterion", "criteria", multiple=True, metavar="NAME[=LABEL,…]",
    help="What is asked: a score, or one of these labels; the trait's own unless given.",
)  # fmt: skip
@click.option(
    "--by", metavar="DIMENSION,…", default=",".join(tasks.BY), show_default=True,
    help="What answers are drawn evenly from; `found` is what judges found.",
)  # fmt: skip
@click.option(
    "--raters", type=click.IntRange(0, 99), default=0, show_default=True,
    help="How many people rate an answer; 0 for everybody.",
)  # fmt: skip
@click.option(
    "--repeats", type=click.FloatRange(0, 100), default=tasks.REPEATS, show_default=True,
    metavar="PERCENT",
    help="How many answers a rater is asked about twice.",
)  # fmt: skip
@click.option(
    "--rubric", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="A text that says how to rate; another text makes another judge.",
)  # fmt: skip
@click.option(
    "--examples", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="Rated answers to learn from: rows of question, answer, a value a criterion, why.",
)  # fmt: skip
@click.option(
    "--break-after", "rest", type=click.IntRange(5), default=50, show_default=True,
    help="After so many answers a break is proposed.",
)  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, help="What the draw hangs on.")
@asking
def new(
    asked: Asked, name: str, count: int, criteria: Sequence[str], by: str, raters: int,
    repeats: float, rubric: Path | None, examples: Path | None, rest: int, seed: int,
) -> None:  # fmt: skip
    """Draw the answers of a rating task, which people then rate on the Rate page."""
    journal = tasks.journal(asked.store.data)
    standing = {entry.body.name: entry.body for entry in journal.read().entries}
    wanted = [_criterion(asked.store, item) for item in criteria]
    task = tasks.drawn(
        asked.store,
        asked.analysis,
        name,
        count,
        criteria=wanted,
        by=names(by),
        seed=seed,
        raters=raters,
        repeats=repeats / 100,
        rest=rest,
        rubric=texts.of_file(rubric, LONGEST, say) if rubric else "",
        examples=_examples(examples, [one.name for one in wanted]) if examples else (),
    )
    if standing.get(task.name, task) != task:
        raise UsageError(f"There is a task {name!r} already; give this one another name.")
    if task.name not in standing:  # what the same command wrote down before it was killed
        journal.add(task)
    tell(f"{task.name}: {task.told}.")
    tell(f"Rate them in the app: brittlescope serve, then Rate (/rate?task={task.name}).")


@ratings.command("list")
@form_option
@with_data
def list_tasks(form: str, data: Path) -> None:
    """Every task, and how far each rater is."""
    entries = _ratings(data)
    rows = []
    for entry in _tasks(data):
        task = entry.body
        given = turns.of_task(entries, task)
        told = {
            "task": task.name,
            "answers": len(task.items),
            "asked": [criterion.name for criterion in task.criteria],
        }
        for rater in sorted({one.by for one in given}) or [""]:
            far = turns.progress(task, given, rater) if rater else None
            rows.append(
                told
                | {
                    "rater": rater or None,
                    "rated": far.done if far else 0,
                    "of": far.of if far else None,
                }
                | {"seconds_each": far.pace if far else None}
            )
    kinds = {
        "task": pl.String(), "answers": pl.Int64(), "asked": pl.List(pl.String()),
        "rater": pl.String(), "rated": pl.Int64(), "of": pl.Int64(), "seconds_each": pl.Float64(),
    }  # fmt: skip
    show(pl.DataFrame(rows, schema=kinds), form)


@ratings.command("export")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, metavar="FILE",
    help="Where to: a .csv or a .jsonl file.",
)  # fmt: skip
@click.option("--task", "name", default="", metavar="NAME", help="Only this task's.")
@click.option(
    "--blank", is_flag=True, help="The answers of the task instead, to be rated elsewhere."
)
@with_data
def export(out: Path, name: str, blank: bool, data: Path) -> None:
    """Write ratings, or a task's answers to be rated, for spreadsheets and other tools."""
    store = Store(data)
    if blank:
        found = files.blank(store, tasks.named(_tasks(data), name))
    else:
        entries = _ratings(data)
        if name:
            entries = turns.of_task(entries, tasks.named(_tasks(data), name))
        found = files.exported(store, entries)
    files.write(found, out)
    say(f"{found.height:,} rows in {out}.")


@ratings.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--task", "name", default="", metavar="NAME", help="The task they belong to.")
@click.option("--rater", default="", metavar="NAME", help="Who rated, where the file does not say.")
@click.option(
    "--criterion", "criteria", multiple=True, metavar="NAME[=LABEL,…]",
    help="A column that holds ratings; the task's unless given.",
)  # fmt: skip
@with_data
def take(file: Path, name: str, rater: str, criteria: Sequence[str], data: Path) -> None:
    """Read ratings from CSV, JSON Lines, Label Studio or Argilla; a changed one replaces."""
    store = Store(data)
    task = tasks.named(_tasks(data), name) if name else None
    wanted = [_criterion(store, item) for item in criteria] or list(task.criteria if task else ())
    done = files.take(
        store, foreign.rows(file, say), wanted, rater, name, task.version if task else ""
    )
    tell(f"{done.new:,} new, {done.changed:,} changed, {done.same:,} as before.")
    for told in done.refused[:MANY]:
        say(f"{file}, {told}")
    if len(done.refused) > MANY:
        say(f"{file}: {len(done.refused) - MANY:,} more rows were refused.")
    if done.refused:
        raise click.exceptions.Exit(1)


def _criterion(store: Store, item: str) -> Criterion:
    name, sign, labels = item.partition("=")
    if not sign:
        return tasks.criterion(store, name, store.traits.to_dicts())
    given = tuple(names(labels))
    if not 2 <= len(given) <= tasks.KEYS:
        raise UsageError(f"--criterion {name} takes 2 to {tasks.KEYS} labels, not {len(given)}.")
    return Criterion(name, given)


def _examples(file: Path, criteria: Sequence[str]) -> tuple[Example, ...]:
    known = {name for words in foreign.WORDS.values() for name in words} | {"why"}
    asked = {name.lower(): name for name in criteria}
    found = []
    for row in foreign.rows(file, say):
        given = {
            asked.get(name, name): str(value)
            for name, value in row.cells.items()
            if name not in known and value not in (None, "") and (not asked or name in asked)
        }
        if not row.get("answer"):
            raise UsageError(f"{file}, row {row.number:,}: an example needs an answer.")
        why = str(row.cells.get("why") or "")
        found.append(Example(row.get("question"), row.get("answer"), given, why))
    return tuple(found)


def _tasks(data: Path) -> list[Entry[Task]]:
    found = tasks.journal(data).read()
    _say(found.faults)
    return found.entries


def _ratings(data: Path) -> list[Entry[Rating]]:
    found = kept.journal(data).read()
    _say(found.faults)
    return found.entries


def _say(faults: Sequence[Fault]) -> None:
    for fault in faults:
        say(str(fault))
