"""The commands about claims: keep one, list them, and hold a write-up's against the data."""

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec
import polars as pl

from pipeline.cli import writeups
from pipeline.cli.asking import Asked, asking
from pipeline.cli.commands import form_option, say, show, tell, with_data
from pipeline.errors import UsageError
from warehouse import claimable, durable, rules
from warehouse import claims as kept
from warehouse.claims import Checked, Claim
from warehouse.journal import Entry, Journal
from warehouse.store import Store


@click.group("claims")
def claims() -> None:
    """Sentences of a write-up, each bound to a number of the data."""


@claims.command("keep")
@click.argument("name")
@click.option(
    "--of", "table", type=click.Choice(claimable.TABLES), default="rates", show_default=True,
    help="The answer whose row it is.",
)  # fmt: skip
@click.option(
    "--cell", multiple=True, required=True, metavar="KEY=VALUE",
    help="A dimension of the row; as many as tell it from all others.",
)  # fmt: skip
@click.option(
    "--value", "column", default="rate", show_default=True, metavar="COLUMN",
    help="What is claimed: a column, such as difference or verdict.",
)  # fmt: skip
@click.option(
    "--search", "sought", default="", metavar="TEXT", help="Of found: what is looked for."
)
@click.option("--says", "sentence", default="", metavar="TEXT", help="The sentence it stands in.")
@asking
def keep(
    asked: Asked,
    name: str,
    table: claimable.Table,
    cell: Sequence[str],
    column: str,
    sought: str,
    sentence: str,
) -> None:
    """Keep a number, an interval or a verdict under a name; an earlier one of that name goes."""
    if bool(sought) != (table == "found"):
        raise UsageError("--search goes with --of found, and with nothing else.")
    told = dict(map(_dimension, cell))
    claim = kept.made(asked.store, asked.analysis, table, told, column, name, sentence, sought)
    journal = _journal(asked.store.data)
    before = next((e.id for e in journal.read().entries if e.body.name == name), None)
    journal.add(claim, thing=before)
    tell(f"{name}: {claim}")


@claims.command("drop")
@click.argument("name")
@with_data
def drop(name: str, data: Path) -> None:
    """Take a claim out again."""
    journal = _journal(data)
    journal.drop(_named(journal, name).id)


@claims.command("list")
@form_option
@with_data
def list_claims(form: str, data: Path) -> None:
    """Every claim with what it was when it was kept."""
    entries = _entries(data)
    rows = [_row(entry.body) | {"by": entry.by, "at": entry.at} for entry in entries]
    found = pl.DataFrame(rows, schema=_SCHEMA | {"by": pl.String(), "at": pl.String()})
    show(found.select("name", "claim", "sentence", "by") if form == "table" else found, form)


@claims.command("show")
@click.argument("name")
@with_data
def show_claim(name: str, data: Path) -> None:
    """One claim whole, as JSON."""
    body = _named(_journal(data), name).body
    tell(msgspec.json.format(msgspec.json.encode(body)).decode())


@claims.command("check")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@form_option
@with_data
def check(files: tuple[Path, ...], form: str, data: Path) -> None:
    """Ask every claim of today's data again, and hold what write-ups say against it."""
    store = Store(data)
    journal = _journal(data).read()
    checked = {
        entry.body.name: kept.check(store, entry.body, rules.available(data))
        for entry in journal.entries
    }
    wrong = [*map(str, journal.faults)]
    wrong += (told for file in files for told in _misused(file, checked))
    rows = [
        _row(one.claim) | {"state": one.state, "now": str(one.now) if one.now else one.why}
        for one in checked.values()
    ]
    found = pl.DataFrame(rows, schema=_SCHEMA | {"state": pl.String(), "now": pl.String()})
    show(found.select("name", "state", "claim", "now") if form == "table" else found, form)
    for told in wrong:
        say(told)
    moved = [one for one in checked.values() if one.state != "same"]
    for one in moved:
        say(str(one))
    if wrong or moved:
        raise click.exceptions.Exit(1)


@claims.command("export")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, metavar="FILE",
    help="Where to: a .tex file to \\input, or a .json file.",
)  # fmt: skip
@with_data
def export(out: Path, data: Path) -> None:
    """Write every claim as it was kept into a file that a paper is set with."""
    texts = {entry.body.name: str(entry.body) for entry in _entries(data)}
    if out.suffix == ".tex":
        content = writeups.tex(texts).encode()
    elif out.suffix == ".json":
        content = msgspec.json.format(msgspec.json.encode(texts)) + b"\n"
    else:
        raise UsageError(f"--out takes a .tex or a .json file, not {out.name}.")
    with durable.told(out.parent):
        durable.folder(out.absolute().parent)
        durable.replace(out, content)


_SCHEMA = {name: pl.String() for name in ("name", "claim", "sentence", "of", "cell", "column")}


def _row(claim: Claim) -> dict[str, str]:
    cell = ", ".join(f"{name} {value}" for name, value in claim.cell.items())
    return {
        "name": claim.name,
        "claim": str(claim),
        "sentence": claim.sentence,
        "of": claim.table,
        "cell": cell,
        "column": claim.column,
    }


def _journal(data: Path) -> Journal[Claim]:
    return Journal(data, kept.KIND, Claim)


def _entries(data: Path) -> list[Entry[Claim]]:
    found = _journal(data).read()
    for fault in found.faults:
        say(str(fault))
    return found.entries


def _named(journal: Journal[Claim], name: str) -> Entry[Claim]:
    for entry in journal.read().entries:
        if entry.body.name == name:
            return entry
    raise UsageError(f"There is no claim {name[:80]!r}; brittlescope claims list names them.")


def _dimension(item: str) -> tuple[str, str | float | None]:
    """A dimension of a cell: a number where it is written as one, `none` as it stands."""
    key, sign, value = item.partition("=")
    if not sign:
        raise UsageError(f"--cell takes KEY=VALUE, not {item!r}.")
    name = key.replace("-", "_")
    if name in _NUMBERS:
        try:
            return name, None if not value else float(value)
        except ValueError:
            raise UsageError(f"--cell {key} takes a number, not {value!r}.") from None
    return name, value


_NUMBERS = frozenset({"dose", "epochs", "lora_rank", "seed", "temperature", "size", "figure"})
"""The dimensions whose values are numbers."""


def _misused(file: Path, checked: dict[str, Checked]) -> list[str]:
    """What is wrong with the places of a write-up where claims stand, a sentence each."""
    told = []
    for use in writeups.uses(file):
        found = checked.get(use.name)
        if found is None:
            told.append(f"{use}: there is no claim {use.name!r}.")
        elif use.text is not None and use.text.strip() != str(found.claim):
            told.append(f"{use}: it says {use.text.strip()!r}, and the claim is {found.claim}.")
    return told
