"""The commands that fill the lake and build snapshots: import, forget, build and demo."""

import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.commands import command, json_option, say, tell, tell_json
from pipeline.cli.serve import open_app, where
from pipeline.errors import UsageError
from pipeline.importing import finding, joining, running, telling, workers
from pipeline.importing.running import Outcome
from pipeline.terminal.progress import Bar
from warehouse.lake import Lake
from warehouse.programs import ROOT

if TYPE_CHECKING:
    from pipeline.maps.mapping import Mapping

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
@click.option("--dry-run", is_flag=True, help="Say what would be loaded, and write nothing.")
@click.option("--no-build", is_flag=True, help="Leave the published snapshot as it is.")
@click.option("--verbose", is_flag=True, help="Name every file and row that is told of.")
@json_option
def import_files(
    paths: tuple[Path, ...],
    chosen: str | None,
    meanings: Path | None,
    dry_run: bool,
    no_build: bool,
    verbose: bool,
    form: str,
    data: Path,
) -> None:
    """Read files and folders into the lake, and build a snapshot of it."""
    if dry_run:
        _preview(paths, chosen, meanings, data, form)
        return
    found = finding.find(paths, skip=data)
    with ExitStack() as stack:
        beside = None
        if count := workers.needed(len(found.units), sum(map(finding.size_of, found.files()))):
            beside = stack.enter_context(workers.Team(count))
            beside.call(running.READER)  # while this process finds out what there is to do
        outcomes = _imported(found, data, chosen, meanings, beside)
    if form == "json":
        _tell_program(outcomes, paths)
    _tell(outcomes, paths, data, no_build, verbose, meanings)


def _preview(
    paths: tuple[Path, ...], chosen: str | None, meanings: Path | None, data: Path, form: str
) -> None:
    """Say what an import would load."""
    from pipeline.importing import previewing

    preview = previewing.found(paths, _mapping(meanings), chosen, data)
    if form == "json":
        tell_json(preview.plain)
        return
    for line in previewing.told(preview):
        tell(line)


def _tell_program(outcomes: list[Outcome], paths: tuple[Path, ...]) -> None:
    """What came of the files, as one document."""
    from pipeline.importing import previewing

    said = list(telling.report(outcomes, paths, verbose=False))
    tell_json({"said": said} | previewing.counted(outcomes))


def _imported(
    found: finding.FilesFound,
    data: Path,
    chosen: str | None,
    meanings: Path | None,
    beside: workers.Team | None,
) -> list[Outcome]:
    """What became of every file that was found, and of importers that cannot be loaded."""
    told = _mapping(meanings)
    files = sum(len(unit) for unit in found.units)
    outcomes = [running.refusal(path, reason) for path, reason in found.refused]
    broken = beside.later(_broken) if beside else _broken
    outcomes += _followed(
        running.run(data, found.units, chosen, told, beside, found.roots), files, "Importing"
    )
    joining.keep(data, telling.with_others(outcomes, told))
    return telling.joined(outcomes, told) + [
        running.refusal(Path(*name.split(".")).with_suffix(".py"), f"it cannot be loaded ({why})")
        for name, why in broken().items()
    ]


def _broken() -> dict[str, str]:
    """The importers that cannot be loaded, with what is wrong with each; all are loaded for it."""
    from pipeline import importers

    return importers.broken()


def _mapping(meanings: Path | None) -> "Mapping | None":
    """The study map that was named."""
    if meanings is None:
        return None
    from pipeline.maps import mapping

    return mapping.load(meanings)


def _tell(
    outcomes: list[Outcome],
    paths: tuple[Path, ...],
    data: Path,
    no_build: bool,
    verbose: bool,
    meanings: Path | None,
) -> None:
    """Say what came of the files, and publish it.

    Raises:
        UsageError: where nothing was loaded.
        click.exceptions.Exit: with status 1, where something was refused.
    """
    from warehouse.search.volumes import Volumes

    told = _mapping(meanings)
    for line in telling.report(outcomes, paths, verbose):
        say(line)
    for line in telling.uncovered(outcomes, told, paths) if told else ():
        say(line)
    if no_build:
        lake = Lake(data)
        lake.tidy()
        Volumes(lake).tidy()
    else:
        _bring_up_to_date(data)
    if not any(outcome.loaded for outcome in outcomes):
        raise UsageError(telling.next_step(outcomes, paths, told))
    if refused := sum(outcome.refused for outcome in outcomes):
        say(f"{refused:,} refused; everything else is loaded.")
        raise click.exceptions.Exit(1)


def _bring_up_to_date(data: Path) -> None:
    """Publish a new snapshot where the lake is not what the published one shows."""
    from warehouse import building  # with DuckDB, which files are read without

    if not building.is_current(data):
        say(f"Built {building.build(data).path.name}.")
        _say_what_is_in_doubt(data)
    else:
        building.sweep(data)


def _say_what_is_in_doubt(data: Path) -> None:
    """What only all the files of a study together can tell."""
    from warehouse import doubts
    from warehouse.store import Store

    store = Store(data)
    for told in (*doubts.scales(store), *doubts.repeats(store)):
        say(told)
    store.close()


def _make_searchable(data: Path) -> None:
    """Add to the search index what it lacks, in the place of what the disk changed of it."""
    from pipeline.cli.search import ReadingShown
    from warehouse.search import finding, volumes
    from warehouse.store import Store

    store = Store(data)
    volumes.Volumes(store.lake).mend()
    with ReadingShown() as reading:
        finding.complete(store, reading.step)
    store.close()


def _followed(outcomes: Iterable[Outcome], length: int, label: str) -> Iterator[Outcome]:
    """The outcomes as they come, with how far that is."""
    bar, count, began = Bar(said=time.monotonic()), 0, False
    try:
        for count, outcome in enumerate(outcomes, 1):
            yield outcome
            began = bar.show(f"{label}: {count:,} of {length:,} files", count, length) or began
    finally:
        if began:
            bar.show(f"{label}: {count:,} of {length:,} files", count, length, last=True)


@command("forget", current=False)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
def forget(paths: tuple[Path, ...], data: Path) -> None:
    """Take files or folders out of the lake again; the files themselves stay."""
    from warehouse import building

    lake = Lake(data)
    gone = lake.forget(given.resolve() for given in paths)
    is_lake = lake.root.is_dir()
    is_done = not gone and (not is_lake or building.is_current(data))
    if gone:
        say(f"Forgot {telling.files(len(gone))}.")
    elif not is_done:  # it was forgotten before, by a command that could not finish
        say("Nothing is imported from there any more.")
    if is_lake:
        _bring_up_to_date(data)
    if is_done:
        raise UsageError("Nothing was imported from there.")


@command("build", current=False)
def build(data: Path) -> None:
    """Make and publish a new snapshot of everything imported so far, and the search index."""
    from warehouse import building

    tell(str(building.build(data).path))
    _say_what_is_in_doubt(data)
    _make_searchable(data)


@command("demo", current=False)
@where(opens=True)
@click.option("--no-serve", is_flag=True, help="Import and build only.")
def demo(port: int | None, no_token: bool, browser: bool, no_serve: bool, data: Path) -> None:
    """Import the bundled example, build a snapshot and open the app."""
    say(f"The bundled study, two small models with and without interventions, goes into {data}.")
    found = finding.find([BUNDLED], skip=data)
    outcomes = list(running.run(data, found.units, roots=found.roots))
    for line in telling.report(outcomes, [BUNDLED], verbose=False):
        say(line)
    _bring_up_to_date(data)
    if not no_serve:
        open_app(data, port, no_token, browser)
