"""The lists of the documentation, read from what they list: `make docs` writes them again.

Each function prints Markdown, and is called from a comment of the page that shows it (see
https://cog.readthedocs.io). `make check` fails where a page is not what its lists say.
"""

import ast
import re
import tempfile
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import click

from pipeline import importers
from pipeline.cli import main
from warehouse import building, defaults, doctor, published, records, rules
from warehouse.errors import BrittlescopeError
from warehouse.rules import Coherence, Terms
from warehouse.stats import indices, units
from warehouse.store import Store

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = ROOT / "warehouse" / "schema"
WIDTH = 100

FATES = {"exclude": "excluded", "negative": "negative", "keep": "as judged"}
"""What a rule's word for a kind of answer says."""


def command(words: str) -> None:
    """How a command is called, and a table of its options."""
    found = _command(words.split()[1:])
    _block(_usage(words, found))
    if options := _special(found):
        _table(
            ("option", "means", "default"),
            [(f"`{_spelled(one)}`", _meaning(one), _default(one)) for one in options],
        )


def checks() -> None:
    """Every check of the doctor, with its grade and what it finds."""
    _table(
        ("check", "grade", "finds"),
        [(f"`{one.name}`", one.severity, _grain(one.text)) for one in doctor.checks()],
    )


def formats() -> None:
    """Every format that is imported, with a link to what is said of it."""
    known = sorted(importers.available().values(), key=lambda one: one.TITLE.lower())
    _table(
        ("format", "`--as`", "files"),
        [
            (f"[{title}](#{_anchor(title)})", f"`{one.NAME}`", one.FILES)
            for one in known
            for title in [one.TITLE.partition(" (")[0]]
        ],
    )


def built_in_rules(kind: str) -> None:
    """What every built-in rule makes of the answers on one kind of trait."""
    known = rules.available().items()
    names = sorted(known, key=lambda item: item[0] != defaults.RULE)
    _table(
        ("rule", "coherence", "refusal, code", "unparsed, missing", "failed answer", "broken off"),
        [(f"`{name}`", *_fates(rule.terms(kind))) for name, rule in names],
    )


def statistics() -> None:
    """Every module of statistics, with what it says of itself."""
    stats = ROOT / "warehouse" / "stats"
    modules = sorted([*stats.glob("[!_]*.py"), *stats.glob("*/__init__.py")])
    _table(("module", "what it computes"), [(f"`{_from_root(m)}`", _first(m)) for m in modules])


def intervals() -> None:
    """Every unit, with the question that its intervals answer."""
    _table(
        ("unit", "`--unit`", "the question it answers", "n and quantile"),
        [(one.about, f"`{name}`", one.asks, one.worth) for name, one in units.UNITS.items()],
    )


def brittleness() -> None:
    """Every index of the brittleness profile, with what its n counts."""
    _table(
        ("index", "n counts", "what it is"),
        [(one.label, one.of, one.definition) for one in indices.INDICES.values()],
    )


def figures() -> None:
    """Every metric of published figures, with the rule that counts the same here."""
    _table(
        ("metric", "what it counts", "counted here by"),
        [
            (one.title, one.definition, f"`{one.rule}`" if one.traits else "—")
            for one in published.metrics().values()
        ],
    )


def errors() -> None:
    """Every error whose text is a sentence for the user, below what it is one of."""
    below: dict[str, list[_ErrorClass]] = {}
    for part in ("warehouse", "pipeline", "pages"):
        for module in sorted((ROOT / part).rglob("*.py")):
            for found in _errors(module):
                for base in found.bases:
                    below.setdefault(base, []).append(found)
    _table(
        ("error", "a command then ends with", "says", "defined in"),
        [
            (f"{'· ' * depth}`{one.name}`", str(status), one.says, f"`{one.module}`")
            for depth, status, one in _hierarchy(below, "Exception", None, 0)
        ],
    )


def lake() -> None:
    """Every relation that an importer may write."""
    _table(
        ("relation", "one row per", "columns"),
        [
            (f"`{name}`", grain, ", ".join(f"`{column}`" for column in records.RELATIONS[name]))
            for name, grain in _written_grains()
        ],
    )


def snapshot() -> None:
    """Every relation of a snapshot: what a row is, its key, and its columns with their types."""
    with tempfile.TemporaryDirectory() as folder:
        building.build(Path(folder))
        store = Store(Path(folder))
        columns = store.ask(
            "select table_schema || '.' || table_name as relation, column_name, data_type "
            "from information_schema.columns order by ordinal_position"
        )
        store.close()
    for schema in ("core", "marts"):
        for path in sorted((SCHEMA / schema).glob("*.sql")):
            name, text = f"{schema}.{path.stem}", path.read_text("utf-8")
            mine = columns.filter(relation=name).select("column_name", "data_type").rows()
            if mine:
                told = ", ".join(f"`{column}` {_type(kind)}" for column, kind in mine)
                _print(f"### {name}", "", f"One row per {_grain(text)}.{_key(text)}", "", told, "")


class _ErrorClass(NamedTuple):
    """A class of errors as its module defines it."""

    name: str
    bases: list[str]
    status: int | None  # where it says another than that it inherits
    says: str
    module: str


def _errors(module: Path) -> Iterator[_ErrorClass]:
    """The public classes of a module, each of which may be an error."""
    for node in ast.parse(module.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            told = {
                target.id: line.value.value
                for line in node.body
                if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant)
                for target in line.targets
                if isinstance(target, ast.Name)
            }
            bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
            says = (ast.get_docstring(node) or "").split("\n\n")[0].replace("\n", " ")
            status = told.get("status")
            yield _ErrorClass(
                node.name,
                bases,
                status if isinstance(status, int) else None,
                says,
                _from_root(module),
            )


def _hierarchy(
    below: Mapping[str, list[_ErrorClass]], name: str, status: int | None, depth: int
) -> Iterator[tuple[int, int | None, _ErrorClass]]:
    """Whatever is one of these errors, each after what it is one of, with its exit status."""
    for one in below.get(name, []):
        own = status if one.status is None else one.status
        if depth or one.name == BrittlescopeError.__name__:
            yield depth, own, one
            yield from _hierarchy(below, one.name, own, depth + 1)


def _command(words: Sequence[str]) -> click.Command:
    found: click.Command = main
    for word in words:
        assert isinstance(found, click.Group)
        below = found.get_command(click.Context(found), word)
        if below is None:
            raise LookupError(f"There is no command {' '.join(words)}.")
        found = below
    return found


def _usage(words: str, found: click.Command) -> list[str]:
    """The command with its arguments and options, wrapped below its first argument."""
    arguments = [_argument(one) for one in found.params if isinstance(one, click.Argument)]
    options = [
        f"[{_spelled(one)}{' …' if one.multiple else ''}]".replace(" ", "\0")
        for one in _special(found)
    ]
    lead = " " * (len(words) + 1)
    lines = textwrap.wrap(
        " ".join([words, *arguments, *options]),
        WIDTH - 4,
        subsequent_indent=lead,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace("\0", " ") for line in lines]


def _argument(argument: click.Argument) -> str:
    name = argument.metavar or (argument.name or "").upper().removesuffix("S")
    return f"{name}…" if argument.nargs == -1 else name


def _special(found: click.Command) -> list[click.Option]:
    """A command's own options: those of every command are told once."""
    everywhere = {option.name for option in main.params}
    options = (one for one in found.params if isinstance(one, click.Option))
    return [one for one in options if not one.hidden and one.name not in everywhere]


def _spelled(option: click.Option) -> str:
    names = "/".join((", ".join(option.opts), *option.secondary_opts))
    if option.is_flag:
        return names
    shown = option.metavar
    if shown is None and isinstance(option.type, click.Choice):
        shown = "|".join(map(str, option.type.choices))
    return f"{names} {shown or option.type.name.upper()}"


def _meaning(option: click.Option) -> str:
    if not option.help:
        raise LookupError(f"{', '.join(option.opts)} does not say what it means.")
    return option.help + (" May be repeated." if option.multiple else "")


def _default(option: click.Option) -> str:
    if isinstance(option.show_default, str):
        return option.show_default
    value = option.to_info_dict()["default"]
    if option.secondary_opts:
        return f"`{(option.opts if value else option.secondary_opts)[0]}`"
    if not option.show_default or option.is_flag:
        return ""
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def _fates(line: Terms) -> tuple[str, ...]:
    return (
        _coherence(line.coherence),
        _both(line.refusal, line.code),
        _both(line.unparsed, line.missing),
        FATES[line.unanswered],
        FATES[line.broken_off],
    )


def _both(one: str, other: str) -> str:
    return FATES[one] if one == other else f"{FATES[one]}, {FATES[other]}"


def _coherence(asked: Coherence | None) -> str:
    if asked is None:
        return "none"
    what = {"keep": "keeps the answer", "exclude": "excludes it", "negative": "makes it negative"}
    judged = " where it was judged" if asked.absent == "keep" and asked.missing != "keep" else ""
    failing = ", anything below is negative" if asked.failing == "negative" else ""
    return (
        f"{asked.comparison} {asked.cut:g}{judged}{failing}; a missing score {what[asked.missing]}"
    )


def _grain(text: str) -> str:
    """What a row of a relation is, by the first line of its file."""
    return text.splitlines()[0].removeprefix("-- One row per ").removesuffix(".")


def _key(text: str) -> str:
    found = re.search(r"^-- Key: (.+)$", text, re.M)
    return f" Its key is {found[1]}." if found else ""


def _written_grains() -> Iterator[tuple[str, str]]:
    """What a row of each relation of the lake is, by the comments of `warehouse/records.py`."""
    text = Path(records.__file__).read_text("utf-8")
    for grain, name in re.findall(r"# One row per (.+)\.\n    \"(\w+)\": \{", text):
        yield name, grain


def _first(module: Path) -> str:
    told = ast.get_docstring(ast.parse(module.read_text("utf-8"))) or ""
    return told.split("\n\n")[0].replace("\n", " ")


def _from_root(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _type(kind: str) -> str:
    return kind.lower() if len(kind) < 40 else f"`{kind.lower()}`"


def _block(lines: Iterable[str]) -> None:
    _print("", *(f"    {line}" for line in lines), "")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    for cells in (head, ["---"] * len(head), *rows):
        _print(f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in cells)} |")


def _print(*lines: str) -> None:
    print(*lines, sep="\n")
