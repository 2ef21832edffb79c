"""The command line: `brittlescope COMMAND`."""

import functools
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import polars as pl

from pipeline import importers, importing
from pipeline.errors import UsageError
from pipeline.study.cli import study
from warehouse import building, doctor, rules
from warehouse.counting import Slice
from warehouse.errors import BrittlescopeError, NoSnapshot
from warehouse.lake import Lake
from warehouse.snapshots import latest
from warehouse.stats import rates as rate_statistics
from warehouse.store import Store

ROOT = Path(__file__).parent.parent
APP = ROOT / "app.py"
EXAMPLES = ROOT / "examples"

DEFAULT_BY = "model,dataset,intervention"
CONDITIONS = ("dataset", "intervention", "eval_intervention", "settings")
"""What makes answers different things; a cell that pools several values of one says so."""

FORMATS = ("table", "json", "csv")
INTERRUPTED = 130
"""The shell's exit status for a command that Ctrl-C ended."""


class Unusable(click.ClickException):
    """Wrong usage, or nothing could be done."""

    exit_code = 2


@click.group()
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="BRITTLESCOPE_DATA",
    default=Path("data"),
    show_default=True,
    help="The data folder.",
)
@click.version_option(package_name="brittlescope")
def main(data: Path) -> None:
    """Results of fine-tuning studies in, honest numbers and the transcripts behind them out."""


main.add_command(study)


def _command(name: str) -> Callable[[Callable[..., None]], click.Command]:
    """Makes a command with `--data`, whose errors are sentences and whose Ctrl-C is quiet."""

    def make(function: Callable[..., None]) -> click.Command:
        @click.option(
            "--data",
            type=click.Path(file_okay=False, path_type=Path),
            help="The data folder; it may also stand before the command.",
        )
        @functools.wraps(function)
        def wrapped(**options: Any) -> None:
            if options["data"] is None:
                options["data"] = click.get_current_context().find_root().params["data"]
            try:
                function(**options)
            except BrittlescopeError as error:
                raise Unusable(str(error)) from None
            except KeyboardInterrupt:
                _say("Stopped; what was imported before stays.")
                raise click.exceptions.Exit(INTERRUPTED) from None

        return main.command(name)(wrapped)

    return make


def _say(text: str) -> None:
    click.echo(text, err=True)


@_command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--as", "chosen", metavar="FORMAT", help="Read every file as this format.")
@click.option("--no-build", is_flag=True, help="Leave the published snapshot as it is.")
def import_files(paths: tuple[Path, ...], chosen: str | None, no_build: bool, data: Path) -> None:
    """Read files and folders into the lake, and build a snapshot of it."""
    found = importing.find(paths, skip=data)
    files = sum(len(unit) for unit in found.units)
    outcomes = list(found.refused)
    outcomes += _followed(importing.run(data, found.units, chosen), files, "Importing")
    refused = _reported(outcomes)
    if not no_build and not _is_built(data):
        _say(f"Built {building.build(data).path.name}.")
    if refused:
        raise click.exceptions.Exit(1)


def _is_built(data: Path) -> bool:
    """Whether the published snapshot shows what the lake holds now."""
    try:
        published = latest(data).path.stem
    except NoSnapshot:
        return False
    return published.split("-")[1].rstrip("x") == Lake(data).content()


def _followed(
    outcomes: Iterable[importing.Outcome], length: int, label: str
) -> Iterator[importing.Outcome]:
    """The outcomes as they come, with a bar on a terminal."""
    if not sys.stderr.isatty():
        yield from outcomes
        return
    with click.progressbar(outcomes, length=length, label=label, file=sys.stderr) as bar:
        yield from bar


def _reported(outcomes: Sequence[importing.Outcome]) -> int:
    """Say what came of an import; how many records or files were refused."""
    for outcome in outcomes:
        for row, reason in outcome.refusals:
            where = f"{outcome.path}, row {row}" if row is not None else str(outcome.path)
            _say(_printable(f"refused: {where}: {reason}"))
        if outcome.refused > len(outcome.refusals):
            more = outcome.refused - len(outcome.refusals)
            _say(f"refused: {outcome.path}: and {more:,} more, listed on the Sources page")
        for text in outcome.notices if outcome.state == "imported" else ():
            _say(_printable(f"notice: {outcome.path}: {text}"))
    states = Counter(outcome.state for outcome in outcomes)
    by_format: Counter[str] = Counter()
    for outcome in outcomes:
        if outcome.state == "imported":
            by_format[outcome.importer or ""] += 1
    if not states.keys() - {"unchanged"}:
        _say(f"Nothing changed: all {states['unchanged']:,} files are imported as they are.")
    else:
        for name, count in sorted(by_format.items()):
            rows = sum(o.taken for o in outcomes if o.state == "imported" and o.importer == name)
            title = importers.available()[name].TITLE
            _say(f"Imported {count:,} {_files(count)} of {title}: {rows:,} records.")
        for state, text in (
            ("twin", "hold the same result as the JSON beside them"),
            ("unchanged", "are unchanged"),
            ("unknown", "are in no format Brittlescope reads"),
        ):
            if states[state]:
                _say(f"{states[state]:,} {_files(states[state])} {text}.")
    refused = sum(outcome.refused for outcome in outcomes)
    if refused:
        _say(f"{refused:,} refused; everything else is loaded.")
    return refused


def _printable(text: str) -> str:
    # A file's name or content must not steer the terminal.
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _files(count: int) -> str:
    return "file" if count == 1 else "files"


@_command("forget")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
def forget(paths: tuple[Path, ...], data: Path) -> None:
    """Take files or folders out of the lake again; the files themselves stay."""
    lake = Lake(data)
    gone = [path for given in paths for path in lake.forget(given.resolve())]
    if not gone:
        raise UsageError("Nothing was imported from there.")
    _say(f"Forgot {len(gone):,} {_files(len(gone))}. Built {building.build(data).path.name}.")


@_command("build")
def build(data: Path) -> None:
    """Make and publish a new snapshot of everything imported so far."""
    snapshot = building.build(data)
    click.echo(str(snapshot.path))


@_command("serve")
@click.option("--port", default=8501, show_default=True, help="The port to listen on.")
def serve(port: int, data: Path) -> None:
    """Open the app on the loopback address."""
    _serve(data, port)


@_command("demo")
@click.option("--port", default=8501, show_default=True, help="The port to listen on.")
@click.option("--no-serve", is_flag=True, help="Import and build only.")
def demo(port: int, no_serve: bool, data: Path) -> None:
    """Import the bundled example, build a snapshot and open the app."""
    outcomes = list(importing.run(data, importing.find([EXAMPLES], skip=data).units))
    _reported(outcomes)
    if not _is_built(data) or any(outcome.state == "imported" for outcome in outcomes):
        building.build(data)
    if not no_serve:
        _serve(data, port)


def _serve(data: Path, port: int) -> None:
    _say(f"Open http://localhost:{port} (Ctrl-C stops it).")
    command = [sys.executable, "-m", "pages.ui.server", "run", str(APP), "--server.port", str(port)]
    environment = os.environ | {"BRITTLESCOPE_DATA": str(data.resolve())}
    # Streamlit reads its configuration from the folder it runs in.
    status = subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode
    raise click.exceptions.Exit(status)


def _slicing(function: Callable[..., None]) -> Callable[..., None]:
    """The options that choose a slice and a rule."""
    for option in reversed(
        (
            click.option(
                "--by", default=DEFAULT_BY, show_default=True, help="The dimensions of a row."
            ),
            click.option(
                "--where", multiple=True, metavar="KEY=VALUE", help="Keep one value of a dimension."
            ),
            click.option("--rule", default=rules.DEFAULT, show_default=True, help="How to count."),
            click.option(
                "--unit",
                type=click.Choice(rate_statistics.UNITS),
                default="new-prompts",
                show_default=True,
                help="What the interval is about.",
            ),
            click.option("--judge", multiple=True, help="Keep one judge."),
            click.option(
                "--questions",
                type=click.Choice(("outside", "inside", "all")),
                default="outside",
                show_default=True,
                help="Questions outside the training domain, inside it, or all.",
            ),
            click.option("--trait-cut", type=float, help="Another cut for the trait's score."),
            click.option("--coherence-cut", type=float, help="Another cut for coherence."),
            click.option("--format", "form", type=click.Choice(FORMATS), default="table"),
        )
    ):
        function = option(function)
    return function


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


@_command("rates")
@_slicing
def rates(
    by: str,
    where: tuple[str, ...],
    rule: str,
    unit: rate_statistics.Unit,
    judge: tuple[str, ...],
    questions: str,
    trait_cut: float | None,
    coherence_cut: float | None,
    form: str,
    data: Path,
) -> None:
    """Rates of each trait with intervals and denominators, one row per cell."""
    store = Store(data)
    chosen = rules.named(rule, data).with_cuts(trait_cut, coherence_cut)
    counts = store.counts(_slice(where, judge, questions), chosen)
    dimensions = [name.strip() for name in by.split(",") if name.strip()]
    found = rate_statistics.rates(counts, dimensions, unit)
    if mixed := rate_statistics.mixed(counts, dimensions, CONDITIONS):
        _say(
            f"Some cells pool several values of {', '.join(mixed)}; add them to --by to tell apart."
        )
    found.insert_column(found.columns.index("unit"), pl.lit(rule).alias("rule"))
    _show(_readable(found, dimensions) if form == "table" else found, form)


@_command("doctor")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table")
def examine(form: str, data: Path) -> None:
    """List what is suspicious in what was loaded."""
    found = doctor.findings(Store(data))
    if form != "table":
        _show(found, form)
        return
    for finding in found.partition_by("check", maintain_order=True):
        first = finding.row(0, named=True)
        click.echo(f"{first['severity']}: {first['title']} ({finding.height})")
        click.echo(f"  {first['why']}")
        for row in finding.iter_rows(named=True):
            about = " · ".join(
                str(row[k]) for k in ("experiment", "model", "intervention") if row[k]
            )
            click.echo(f"  - {about + ': ' if about else ''}{row['detail']}")
    if found.is_empty():
        click.echo("Nothing suspicious was found.")


def _readable(found: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """The columns of a rate that fit on a terminal."""
    dimensions = dict.fromkeys((*by, "experiment", "trait", "judge"))
    return found.select(
        *dimensions,
        pl.format("{} of {}", "n_trait", "n_counted").alias("shows the trait"),
        "rate",
        "low",
        "high",
        "questions",
        "runs",
        pl.when("is_result").then("note").otherwise(pl.lit("not a result")).alias("note"),
    )


def _show(found: pl.DataFrame, form: str) -> None:
    if form == "json":
        click.echo(json.dumps(found.to_dicts(), ensure_ascii=False, allow_nan=False, indent=1))
    elif form == "csv":
        click.echo(found.write_csv(), nl=False)
    else:
        click.echo(_table(found))


def _table(found: pl.DataFrame) -> str:
    names = found.columns
    rows = [[_cell(value) for value in row] for row in found.rows()]
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (names, *rows)
    )


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
