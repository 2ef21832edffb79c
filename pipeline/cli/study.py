"""`brittlescope study`: the commands that carry a study out.

The steps are imported where they are used: the openai client takes a second to load, and every
other command of the program would wait for it.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.commands import Unusable, form_option, say, show, tell, with_data
from pipeline.study import lines
from pipeline.study.plan import Plan
from warehouse import datafolder, studies
from warehouse.errors import BrittlescopeError

if TYPE_CHECKING:
    from pipeline.study.steps import Session

INTERRUPTED = 130


@click.group()
def study() -> None:
    """Run a study: render training sets, fine-tune, sample answers, judge them."""


def _step(command: Callable[..., None]) -> Callable[..., None]:
    """What the commands that work on a study file have in common."""

    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--dry-run", is_flag=True, help="Show the plan and stop.")
    @click.option(
        "--out",
        metavar="DIR",
        type=click.Path(file_okay=False, path_type=Path),
        help="Where the outputs go; DATA/studies/NAME by default.",
    )
    @click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        help="The data folder; ./data by default.",
    )
    @functools.wraps(command)
    def wrapped(**options: Any) -> None:
        try:
            command(**options)
        except BrittlescopeError as error:
            raise Unusable(str(error)) from None
        except KeyboardInterrupt:
            say("\nStopped; the same command goes on where it was.")
            raise click.exceptions.Exit(INTERRUPTED) from None

    return wrapped


def _carry_out(
    steps: tuple[str, ...],
    file: Path,
    dry_run: bool,
    out: Path | None,
    data: Path | None,
    judge: str | None = None,
) -> None:
    from pipeline.study.steps import require_endpoints, session, table

    plan = Plan(file)
    if judge is not None and judge not in plan.study.judges:
        raise click.BadParameter(f"{file} has no judge {judge!r}.", param_hint="--judge")
    if dry_run:
        tell(table(plan))
        return
    say(table(plan))
    require_endpoints(plan, steps, judge)
    folder = _folder(plan, out, data)
    with session(plan, folder) as work:
        left = work.carry(steps, judge)
        stopped = work.stopped
    for arm in stopped:
        say(f"{arm.arm}: stopped at {arm.samples} samples of each question: {arm.why}.")
    for reason in left:
        say(f"left: {reason}")
    say(f"Outputs are in {folder}; load them with: brittlescope import {folder}")
    if left:
        raise click.exceptions.Exit(1)


def _folder(plan: Plan, out: Path | None, data: Path | None) -> Path:
    """Where the outputs go; `--data` may also stand before `study`."""
    if out is not None:
        return out
    return _data(data) / studies.FOLDER / plan.study.name


def _data(data: Path | None) -> Path:
    chosen = data or click.get_current_context().find_root().params.get("data")
    return Path(chosen or datafolder.chosen())


@study.command("render")
@_step
def render_command(**options: Any) -> None:
    """Write the training sets, with a manifest of what they are."""
    _carry_out(("render",), **options)


@study.command("tune")
@click.option("--cancel", is_flag=True, help="Cancel the jobs under way at endpoints.")
@_step
def tune_command(cancel: bool, **options: Any) -> None:
    """Fine-tune every run that is not fine-tuned yet."""
    if not cancel:
        _carry_out(("render", "tune"), **options)
        return
    with _cancelling(**options) as work:
        for run in work.cancel():
            tell(f"cancelled: {run}")


@contextmanager
def _cancelling(
    file: Path, dry_run: bool, out: Path | None, data: Path | None
) -> "Iterator[Session]":
    """The study's folder, in which something is cancelled."""
    from pipeline.study.steps import session

    if dry_run:
        raise click.UsageError("--cancel does what it says at once; leave --dry-run out.")
    plan = Plan(file)
    with session(plan, _folder(plan, out, data)) as work:
        yield work


def _cancel_batches(step: str, **options: Any) -> None:
    """Cancel the batches of a step, say which, and what is left under way."""
    with _cancelling(**options) as work:
        done = work.cancel_batches(step)
    for batch in done.batches:
        tell(f"cancelled: {batch}")
    for reason in done.left:
        say(f"left: {reason}")
    if done.batches:
        say("What they answered before is billed; the same command without --cancel keeps it.")
    elif not done.left:
        say("No batch is under way.")
    if done.left:
        raise click.exceptions.Exit(1)


_cancel_option = click.option(
    "--cancel", is_flag=True, help="Cancel the batches under way at endpoints."
)


@study.command("sample")
@_cancel_option
@_step
def sample_command(cancel: bool, **options: Any) -> None:
    """Draw the answers that are missing."""
    if cancel:
        _cancel_batches("sample", **options)
    else:
        _carry_out(("sample",), **options)


@study.command("judge")
@click.option("--judge", metavar="NAME", help="Only this judge.")
@click.option(
    "--answers", is_flag=True,
    help="Judge what was imported, from whichever tool, in place of the study's own answers.",
)  # fmt: skip
@click.option(
    "--where", multiple=True, metavar="KEY=VALUE",
    help="Of imported answers only those with one value of a dimension.",
)  # fmt: skip
@click.option(
    "-n", "--n", "counts", multiple=True, metavar="[JUDGE=]N",
    help="Of imported answers so many for each judge, or for one; drawn evenly over arms and "
    "what judges found.",
)  # fmt: skip
@_cancel_option
@_step
def judge_command(
    judge: str | None, answers: bool, where: tuple[str, ...], counts: tuple[str, ...],
    cancel: bool, **options: Any,
) -> None:  # fmt: skip
    """Judge the answers that are not judged yet, or those that were imported."""
    if cancel:
        if judge or answers or where or counts:
            raise click.UsageError("--cancel cancels every batch of judges; leave the rest out.")
        _cancel_batches("judge", **options)
    elif answers:
        _judge_answers(judge, where, counts, **options)
    elif where or counts:
        raise click.UsageError("--where and --n are about imported answers; add --answers.")
    else:
        _carry_out(("judge",), judge=judge, **options)


def _judge_answers(
    judge: str | None, where: tuple[str, ...], counts: tuple[str, ...], file: Path, dry_run: bool,
    out: Path | None, data: Path | None,
) -> None:  # fmt: skip
    from pipeline.cli.asking import slice_of
    from pipeline.study import frozen, imported
    from pipeline.study.steps import batched, costs, require_endpoints, session
    from warehouse.analysis import Analysis

    plan = Plan(file)
    most = _most(counts, plan, file)
    if judge is not None and judge not in most:
        raise click.BadParameter(
            f"{file} has no judge {judge!r} that is a model.", param_hint="--judge"
        )
    if judge is not None:
        most = {judge: most[judge]}
    asked = Analysis(slice_of(where, (), "all"))
    drawn = {n: imported.answers(_data(data), asked, n) for n in {*most.values()}}
    wanted = {name: drawn[n] for name, n in most.items()}
    for name, found in wanted.items():
        samples = sum(len(one.keys) for one in found)
        say(
            f"{name}: {len(found):,} distinct answers of {samples:,} samples; "
            f"{frozen.planned(plan, {name: found}):,} judgements, one for each answer "
            "and criterion."
        )
    for line in (*batched(plan), *costs(plan, [frozen.estimate(plan, wanted)])):
        say(line)
    if dry_run:
        return
    require_endpoints(plan, ("judge",), judge)
    folder = _folder(plan, out, data)
    with session(plan, folder) as work:
        left = work.judge_answers(wanted, judge)
    for reason in left:
        say(f"left: {reason}")
    say(f"Judgements are in {folder}; load them with: brittlescope import {folder}")
    if left:
        raise click.exceptions.Exit(1)


def _most(counts: tuple[str, ...], plan: Plan, file: Path) -> dict[str, int | None]:
    """How many answers each judge that is a model is shown at most; None for all."""
    from pipeline.study import frozen

    most: dict[str, int | None] = dict.fromkeys(frozen.judges(plan))
    # What is said of one judge wins over what is said of all.
    for told in sorted(counts, key=lambda one: "=" in one):
        name, _, number = told.rpartition("=")
        if name and name not in most:
            raise click.BadParameter(
                f"{file} has no judge {name!r} that is a model.", param_hint="-n"
            )
        if not number.isascii() or not number.isdecimal() or int(number) < 1:
            raise click.BadParameter(
                f"{told!r} is no number of answers; write 300, or JUDGE=300.", param_hint="-n"
            )
        most |= dict.fromkeys([name] if name else most, int(number))
    return most


@study.command("reparse")
@click.argument(
    "folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option(
    "--parser", required=True, metavar="YAML",
    help="Another parser, as a study file tells of it: '{parser: score}'.",
)  # fmt: skip
@click.option("--criterion", required=True, metavar="NAME", help="Whose replies are read again.")
@click.option("--judge", default="", metavar="NAME", help="Only this judge's.")
@click.option(
    "--where", multiple=True, metavar="KEY=VALUE",
    help="Of imported replies only those with one value of a dimension.",
)  # fmt: skip
@form_option
@with_data
def reparse_command(
    folder: Path | None, parser: str, criterion: str, judge: str, where: tuple[str, ...],
    form: str, data: Path,
) -> None:  # fmt: skip
    """Read stored replies, a study's or those imported, again; list what is read otherwise."""
    from pipeline.cli.asking import slice_of
    from pipeline.study import replay
    from warehouse.analysis import Analysis
    from warehouse.store import Store

    other = replay.parser(parser)
    if folder is not None:
        kept = replay.of_folder(folder)
    else:
        kept = replay.of_lake(Store(data), Analysis(slice_of(where, (), "all")))
    found = replay.replayed(kept, other, criterion, judge)
    say(f"{found.differing.height:,} of {found.n:,} replies to {criterion} are read otherwise.")
    show(found.differing, form)


@study.command("run")
@_step
def run_command(**options: Any) -> None:
    """Render, fine-tune, sample and judge, as far as it is not done."""
    _carry_out(studies.STEPS, **options)


@study.command("pack")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def pack_command(folder: Path) -> None:
    """Compress a finished study's samples and judgements, to be kept or passed on."""
    packed = lines.pack(folder)
    size = sum(path.stat().st_size for path in packed)
    tell(f"{len(packed)} files packed, {size / 1e6:.1f} MB")
