"""What commands share: the data folder, errors as sentences, and output in three formats.

Everything a command prints goes through here, since names come from strangers' files: no control
character reaches the terminal, and no cell of a CSV acts as a formula.
"""

import contextlib
import functools
import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from warehouse import harmless
from warehouse.errors import BrittlescopeError

if TYPE_CHECKING:
    import polars as pl

FORMATS = ("table", "json", "csv")

INTERRUPTED = 130
"""The shell's exit status for a command that Ctrl-C ended."""

WIDEST = 200
"""How many letters a cell of a table has at most; JSON and CSV have all of them."""


def form_option_of(*forms: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The option that says how a command prints what it found: as a table, else in these forms."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(("table", *forms)),
        default="table",
        show_default=True,
        help="How it is printed: for people, or for programs.",
    )


form_option = form_option_of(*FORMATS[1:])


json_option = click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="How it is printed: for people, or for programs.",
)


class Unusable(click.ClickException):
    """Wrong usage, or nothing could be done."""

    def __init__(self, message: str, status: int = 2) -> None:
        super().__init__(harmless.visible(message))
        self.status = status

    @property
    def exit_code(self) -> int:  # type: ignore[override]
        """What the command exits with."""
        return self.status


@contextlib.contextmanager
def sentences() -> Iterator[None]:
    """Whatever stops a command ends it with a sentence and a status, never a traceback."""
    try:
        yield
    except BrittlescopeError as error:
        raise Unusable(str(error), error.status) from None
    except BrokenPipeError:  # who read the output went away, and needs no word
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.exceptions.Exit(INTERRUPTED) from None
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        raise Unusable(f"{place}{error.strerror or error}.") from None
    except KeyboardInterrupt:
        say("Stopped; what was imported before stays.")
        raise click.exceptions.Exit(INTERRUPTED) from None


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """A context in which a request to end, as `kill` sends it, does what Ctrl-C does."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def with_data(function: Callable[..., None], current: bool = True) -> Callable[..., None]:
    """A command with `--data`, whose errors are sentences and whose Ctrl-C is quiet.

    A `current` one finds the published snapshot as the lake is now.
    """

    @click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        help="The data folder; it may also stand before the command.",
    )
    @functools.wraps(function)
    def wrapped(**options: Any) -> None:
        if options["data"] is None:
            options["data"] = click.get_current_context().find_root().params["data"]
        with sentences():
            if current:
                _brought_up_to_date(options["data"])
            function(**options)

    return wrapped


def command(name: str, current: bool = True) -> Callable[[Callable[..., None]], click.Command]:
    """Makes a command of the program, with `--data`."""
    return lambda function: click.command(name)(with_data(function, current))


def _brought_up_to_date(data: Path) -> None:
    """Publish a new snapshot where the lake has changed: who changed it may have been killed.

    Where that cannot be done the one before stays, and the reason is told.
    """
    if not (data / "lake").is_dir():
        return
    from warehouse import building  # with DuckDB, which `study` does not wait for

    if building.is_current(data):
        return
    say("What was imported or rated has changed since the snapshot was built; building a new one.")
    try:
        building.build(data)
    except (BrittlescopeError, OSError) as error:
        say(f"It could not be built: {error}")


def say(text: str) -> None:
    """A line for the user, beside the output."""
    click.echo(harmless.visible(text), err=True)


def tell(text: str) -> None:
    """A line of the output itself."""
    click.echo(harmless.visible(text))


def tell_json(found: object) -> None:
    """One document of JSON, for programs."""
    text = json.dumps(found, ensure_ascii=False, allow_nan=False, indent=1)
    click.echo(harmless.json_text(text))


def show(found: "pl.DataFrame", form: str) -> None:
    """Print a frame: one JSON list of rows, CSV, or a table.

    What is undefined is null in JSON, empty in CSV and a dash in a table. Lists of texts are joined
    by semicolons where they are not JSON; what has fields of its own stays JSON.
    """
    import polars as pl  # which `study` waits for only where it prints a table
    import polars.selectors as cs

    if form == "json":
        finite = found.with_columns(
            pl.when(cs.float().is_finite()).then(cs.float()).otherwise(None).name.keep()
        )
        tell_json(finite.to_dicts())
        return
    if form == "csv":
        click.echo(harmless.csv(flat(found)), nl=False)
    else:
        click.echo(table(flat(found), sys.stdout.isatty(), room()))


def flat(found: "pl.DataFrame") -> "pl.DataFrame":
    """A frame without lists and objects, which are texts then."""
    import polars as pl
    import polars.selectors as cs

    return found.with_columns(
        column.list.join("; ") if column.dtype == pl.List(pl.String) else _as_texts(column)
        for column in found.select(cs.nested()).iter_columns()
    )


def print_table(lines: Iterable[str]) -> None:
    """The lines of a table, whose cells are texts that do nothing."""
    for line in lines:
        click.echo(line)


def _as_texts(column: "pl.Series") -> "pl.Series":
    """A column of lists and objects as the JSON text of each."""
    import polars as pl

    texts = [
        None if value is None else json.dumps(value, ensure_ascii=False, default=str)
        for value in column.to_list()
    ]
    return pl.Series(column.name, texts, dtype=pl.String())


def as_json(found: "pl.DataFrame") -> str:
    """A frame as a JSON list of its rows; what is undefined is null."""
    import polars as pl
    import polars.selectors as cs

    finite = found.with_columns(
        pl.when(cs.float().is_finite()).then(cs.float()).otherwise(None).name.keep()
    )
    text = json.dumps(finite.to_dicts(), ensure_ascii=False, allow_nan=False, indent=1)
    return harmless.json_text(text)


def table(found: "pl.DataFrame", styled: bool, room: int | None = None) -> str:
    """A frame as a table for people, as wide as it is or as there is room for."""
    from pipeline.terminal import tables  # with rich, which only tables wait for

    cells = _cells(found)
    return tables.aligned(found.columns, cells, _numbers(found), styled=styled, room=room)


def width(found: "pl.DataFrame", room: int | None = None) -> int:
    """How wide a frame is as a table that has as much room as it needs, or so much."""
    from pipeline.terminal import tables

    return tables.width(found.columns, _cells(found), _numbers(found), room)


def room() -> int | None:
    """How wide a table may be: as the terminal is, anything where nobody looks at one."""
    from pipeline.terminal import tables

    return tables.room()


def _numbers(found: "pl.DataFrame") -> list[int]:
    """The places of the columns that stand to the right."""
    return [at for at, kind in enumerate(found.dtypes) if kind.is_numeric()]


def _cells(found: "pl.DataFrame") -> list[list[str]]:
    return [[_cell(value) for value in row] for row in found.rows()]


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3f}" if isinstance(value, float) else harmless.short(str(value), WIDEST)
