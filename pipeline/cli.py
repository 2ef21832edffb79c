"""The command line: `brittlescope COMMAND`."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import click

from pipeline import importers, importing, mapping
from pipeline.commands import form_option, say, show, with_data
from pipeline.errors import UsageError
from pipeline.numbers import numbers
from pipeline.study.cli import study
from warehouse import building, doctor
from warehouse.errors import NoSnapshot
from warehouse.lake import Lake
from warehouse.snapshots import latest
from warehouse.store import Store

ROOT = Path(__file__).parent.parent
APP = ROOT / "app.py"
BUNDLED = ROOT / "examples" / "small-models" / "results"


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
main.commands.update(numbers.commands)


def _command(name: str) -> Callable[[Callable[..., None]], click.Command]:
    """Makes a command of the program, with `--data`."""
    return lambda function: main.command(name)(with_data(function))


@_command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--as", "chosen", metavar="FORMAT", help="Read every file as this format.")
@click.option(
    "--map",
    "meanings",
    metavar="FILE.yaml",
    type=click.Path(path_type=Path),
    help="What folder and file names mean, where files do not say it.",
)
@click.option("--no-build", is_flag=True, help="Leave the published snapshot as it is.")
def import_files(
    paths: tuple[Path, ...],
    chosen: str | None,
    meanings: Path | None,
    no_build: bool,
    data: Path,
) -> None:
    """Read files and folders into the lake, and build a snapshot of it."""
    told = mapping.load(meanings) if meanings else None
    found = importing.find(paths, skip=data)
    files = sum(len(unit) for unit in found.units)
    outcomes = list(found.refused)
    outcomes += _followed(importing.run(data, found.units, chosen, told), files, "Importing")
    refused = _reported(outcomes)
    if not no_build and not _is_built(data):
        say(f"Built {building.build(data).path.name}.")
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
            say(_printable(f"refused: {where}: {reason}"))
        if outcome.refused > len(outcome.refusals):
            more = outcome.refused - len(outcome.refusals)
            say(f"refused: {outcome.path}: and {more:,} more, listed on the Sources page")
        for text in outcome.notices if outcome.state == "imported" else ():
            say(_printable(f"notice: {outcome.path}: {text}"))
    states = Counter(outcome.state for outcome in outcomes)
    by_format: Counter[str] = Counter()
    for outcome in outcomes:
        if outcome.state == "imported":
            by_format[outcome.importer or ""] += 1
    if not states.keys() - {"unchanged"}:
        say(f"Nothing changed: all {states['unchanged']:,} files are imported as they are.")
    else:
        for name, count in sorted(by_format.items()):
            rows = sum(o.taken for o in outcomes if o.state == "imported" and o.importer == name)
            title = importers.available()[name].TITLE
            say(f"Imported {count:,} {_files(count)} of {title}: {rows:,} records.")
        for state, text in (
            ("twin", "hold the same result as the JSON beside them"),
            ("unchanged", "are unchanged"),
            ("unknown", "are in no format Brittlescope reads"),
        ):
            if states[state]:
                say(f"{states[state]:,} {_files(states[state])} {text}.")
    refused = sum(outcome.refused for outcome in outcomes)
    if refused:
        say(f"{refused:,} refused; everything else is loaded.")
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
    say(f"Forgot {len(gone):,} {_files(len(gone))}. Built {building.build(data).path.name}.")


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
    outcomes = list(importing.run(data, importing.find([BUNDLED], skip=data).units))
    _reported(outcomes)
    if not _is_built(data) or any(outcome.state == "imported" for outcome in outcomes):
        building.build(data)
    if not no_serve:
        _serve(data, port)


def _serve(data: Path, port: int) -> None:
    say(f"Open http://localhost:{port} (Ctrl-C stops it).")
    command = [sys.executable, "-m", "pages.ui.server", "run", str(APP), "--server.port", str(port)]
    environment = os.environ | {"BRITTLESCOPE_DATA": str(data.resolve())}
    # Streamlit reads its configuration from the folder it runs in.
    status = subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode
    raise click.exceptions.Exit(status)


@_command("doctor")
@form_option
def examine(form: str, data: Path) -> None:
    """List what is suspicious in what was loaded."""
    found = doctor.findings(Store(data))
    if form != "table":
        show(found, form)
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
