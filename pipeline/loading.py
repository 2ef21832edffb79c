"""The commands that fill the lake and build snapshots: import, forget, build and demo."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from pipeline import importers, importing, mapping
from pipeline.commands import command, say, tell
from pipeline.errors import UsageError
from pipeline.serving import ROOT, open_app, where
from warehouse.lake import Lake

BUNDLED = ROOT / "examples" / "small-models" / "results"


@command("import", current=False)
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
    if no_build:
        Lake(data).tidy()
    else:
        _bring_up_to_date(data)
    if refused:
        raise click.exceptions.Exit(1)


def _bring_up_to_date(data: Path) -> None:
    """Publish a new snapshot where the lake is not what the published one shows."""
    from warehouse import building  # with DuckDB, which files are read without

    if not building.is_current(data):
        say(f"Built {building.build(data).path.name}.")
    else:
        building.sweep(data)


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
        count = states["unchanged"]
        what = "the file is" if count == 1 else f"all {count:,} files are"
        say(f"Nothing changed: {what} imported already.")
    else:
        for name, count in sorted(by_format.items()):
            rows = sum(o.taken for o in outcomes if o.state == "imported" and o.importer == name)
            title = importers.available()[name].TITLE
            say(f"Imported {count:,} {_files(count)} of {title}: {rows:,} records.")
        for state, singular, plural, what in (
            ("twin", "holds", "hold", "the same result as a JSON file of that name"),
            ("unchanged", "is", "are", "unchanged"),
            ("unknown", "is", "are", "in no format Brittlescope reads"),
        ):
            if count := states[state]:
                verb = singular if count == 1 else plural
                say(f"{count:,} {_files(count)} {verb} {what}.")
    refused = sum(outcome.refused for outcome in outcomes)
    if refused:
        say(f"{refused:,} refused; everything else is loaded.")
    return refused


def _printable(text: str) -> str:
    # A file's name or content must not steer the terminal.
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _files(count: int) -> str:
    return "file" if count == 1 else "files"


@command("forget", current=False)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
def forget(paths: tuple[Path, ...], data: Path) -> None:
    """Take files or folders out of the lake again; the files themselves stay."""
    from warehouse import building

    lake = Lake(data)
    gone = lake.forget(given.resolve() for given in paths)
    if not gone and (not lake.root.is_dir() or building.is_current(data)):
        raise UsageError("Nothing was imported from there.")
    if gone:
        say(f"Forgot {len(gone):,} {_files(len(gone))}.")
    else:  # it was forgotten before, by a command that could not finish
        say("Nothing is imported from there any more.")
    _bring_up_to_date(data)


@command("build", current=False)
def build(data: Path) -> None:
    """Make and publish a new snapshot of everything imported so far."""
    from warehouse import building

    tell(str(building.build(data).path))


@command("demo", current=False)
@where
@click.option("--no-serve", is_flag=True, help="Import and build only.")
def demo(port: int | None, no_token: bool, no_serve: bool, data: Path) -> None:
    """Import the bundled example, build a snapshot and open the app."""
    outcomes = list(importing.run(data, importing.find([BUNDLED], skip=data).units))
    _reported(outcomes)
    _bring_up_to_date(data)
    if not no_serve:
        open_app(data, port, no_token)
