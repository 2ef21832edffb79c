"""What came of an import, on a page: grouped by kind, with a count, an example and what to do."""

import re
import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from os.path import commonpath
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pipeline.importing.running import Outcome
from warehouse import harmless

if TYPE_CHECKING:
    from pipeline.maps.mapping import Mapping

KINDS = 12
"""How many kinds of refusals, and of notices, are told on one page."""

FEW = 3
"""Up to so many messages of one kind are told one by one."""

MAP = "--map"
"""What a refusal says where a mapping would help."""

RECORDS = frozenset({".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet", ".arrow"})
"""How files are called that may hold records a study map can describe."""

LONGEST = 1_000
"""How much of a path is shown."""

LONG = 300
"""How much of one message is shown on the page."""

_CHANGING = re.compile(
    r"'[^']{0,200}'|\"[^\"]{0,200}\"|`[^`]{0,200}`|\([^()]{0,500}\)|\S{0,200}/\S{0,200}|\d[\d.,:]{0,40}"
)
"""What differs between two messages of one kind: names, paths, numbers, a library's words."""


class ToTell(NamedTuple):
    """One thing to be told of a file, or of a row of it."""

    path: Path
    row: int | None
    text: str
    code: str = ""


class MessageGroup(NamedTuple):
    """Messages of one kind, of so many files."""

    messages: list[ToTell]
    files: int


def report(outcomes: Sequence[Outcome], named: Sequence[Path], verbose: bool) -> Iterator[str]:
    """The lines that tell of an import, the most pressing first."""
    top = _top(named)
    refusals = [
        ToTell(outcome.path, row, reason)
        for outcome in outcomes
        for row, reason in outcome.refusals
    ]
    notices = [
        ToTell(outcome.path, None, text, code)
        for outcome in outcomes
        if outcome.state in ("imported", "twin", "unread")
        for code, text in outcome.notices
    ]
    yield from _told("refused", refusals, top, verbose, _hidden(outcomes))
    yield from _told("notice", notices, top, verbose, 0)
    yield from _passed(outcomes, top, verbose)
    yield from _summary(outcomes)
    yield from _unmapped(outcomes, named)


def joined(outcomes: Sequence[Outcome], mapping: "Mapping | None") -> list[Outcome]:
    """The outcomes, those of files that the mapping read with others told apart."""
    beside = with_others(outcomes, mapping)
    return [
        replace(one, state="joined") if one.state == "unknown" and one.path in beside else one
        for one in outcomes
    ]


def with_others(outcomes: Iterable[Outcome], mapping: "Mapping | None") -> set[Path]:
    """The files that the mapping read with those that are loaded."""
    mapped = [outcome.path for outcome in outcomes if mapping and outcome.loaded]
    return {path for own in mapped for path in mapping.companions(own)} if mapping else set()


def uncovered(
    outcomes: Iterable[Outcome], mapping: "Mapping", named: Sequence[Path]
) -> Iterator[str]:
    """That files stay as another map had them read, since this one says nothing of them."""
    from pipeline import importers  # with all that reads files, only where a map was named

    left = [
        outcome.path
        for outcome in outcomes
        if outcome.state == "unchanged"
        and getattr(importers.named(outcome.importer or ""), "MAPPABLE", False)
        and mapping.meaning(outcome.path) is None
    ]
    if left:
        stay = (
            "it, and it stays as it was" if len(left) == 1 else "them, and they stay as they were"
        )
        yield (
            f"{files(len(left))}, such as {relative(left[0], _top(named))}: no entry of "
            f"{harmless.line(mapping.name)} covers {stay} read before."
        )


def _unmapped(outcomes: Sequence[Outcome], named: Sequence[Path]) -> Iterator[str]:
    """The one command that looks at files nobody could read, where some were read."""
    left = [o for o in outcomes if o.state == "unknown" and o.path.suffix.lower() in RECORDS]
    if left and any(outcome.loaded for outcome in outcomes):
        folder = harmless.line(shlex.quote(str(named[0])))
        yield f"A study map may say what they hold: brittlescope map {folder}"


def _top(named: Sequence[Path]) -> Path | None:
    """The folder that paths are told relative to: what the user named, or what holds it all."""
    folders = [path if path.is_dir() else path.parent for path in (p.resolve() for p in named)]
    return Path(commonpath(folders)) if folders else None


def _hidden(outcomes: Iterable[Outcome]) -> int:
    """How many refused rows are not even held here, because their file has many."""
    return sum(outcome.refused - len(outcome.refusals) for outcome in outcomes)


def _told(
    what: str, messages: Sequence[ToTell], top: Path | None, verbose: bool, hidden: int
) -> Iterator[str]:
    if verbose:
        for message in messages:
            yield f"{what}: {_place(message, top)}: {harmless.line(message.text)}"
    else:
        groups = grouped(messages)
        for group in groups[:KINDS]:
            yield from _lines(what, group, top)
        if left := groups[KINDS:]:
            count = sum(len(group.messages) for group in left)
            yield f"{what}: {count:,} more of {len(left)} other kinds; --verbose names them all"
    if hidden:
        yield f"{what}: {hidden:,} more rows of these files; the Sources page lists them all"


def grouped(messages: Iterable[ToTell]) -> list[MessageGroup]:
    """Messages that differ only in names and numbers together, the most frequent first."""
    kinds: dict[tuple[str, str], list[ToTell]] = defaultdict(list)
    for message in messages:
        alike = message.code not in ("", "unread")
        kind = "" if alike else _CHANGING.sub("…", message.text[:2_000])
        code = message.code.partition(":")[0]  # what follows tells one of a kind from another
        kinds[code, kind].append(message)
    found = [MessageGroup(own, len({message.path for message in own})) for own in kinds.values()]
    return sorted(found, key=lambda group: (-group.files, -len(group.messages)))


def _lines(what: str, group: MessageGroup, top: Path | None) -> Iterator[str]:
    """A line for a kind, or one for each message where they are few."""
    count = len(group.messages)
    times = "" if count == group.files else f"{count:,} times in "
    many = f"{times}{files(group.files)}, such as " if count > FEW else ""
    for message in group.messages[: 1 if many else FEW]:
        text = harmless.short(message.text, LONG)
        yield f"{what}: {many}{_place(message, top)}: {text}"


def _place(message: ToTell, top: Path | None) -> str:
    name = relative(message.path, top)
    return f"{name}, row {message.row}" if message.row is not None else name


def relative(path: Path, top: Path | None) -> str:
    """A path as the user would say it, on one line."""
    inside = top is not None and path.is_relative_to(top) and path != top
    return harmless.short(str(path.relative_to(top) if inside and top else path), LONGEST)


def _passed(outcomes: Sequence[Outcome], top: Path | None, verbose: bool) -> Iterator[str]:
    """The files that were looked at and hold nothing for us."""
    for state, one, many in (
        ("unknown", "is in no format Brittlescope reads", "are in no format Brittlescope reads"),
        ("empty", "is empty", "are empty"),
        ("joined", "is read with others, as the map says", "are read with others, as the map says"),
    ):
        found = [outcome.path for outcome in outcomes if outcome.state == state]
        if verbose:
            yield from (f"{relative(path, top)} {one}" for path in found)
        elif found:
            such = f": {relative(found[0], top)}"
            if len(found) > 1:
                endings = Counter(path.suffix.lower() or "no ending" for path in found)
                kinds = ", ".join(f"{n:,} {ending}" for ending, n in endings.most_common(6))
                such = f" ({kinds}), such as {relative(found[0], top)}"
            yield f"{files(len(found))} {one if len(found) == 1 else many}{such}."


def _summary(outcomes: Sequence[Outcome]) -> Iterator[str]:
    states = Counter(outcome.state for outcome in outcomes)
    if states and not states.keys() - {"unchanged"}:
        count = states["unchanged"]
        what = "the file is" if count == 1 else f"all {count:,} files are"
        yield f"Nothing changed: {what} imported already."
        return
    by_format: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.state == "imported":
            by_format[outcome.importer or ""].append(outcome)
    for name, own in sorted(by_format.items()):
        title = own[0].title or name
        records = sum(outcome.taken for outcome in own)
        one = "record" if records == 1 else "records"
        yield f"Imported {files(len(own))} of {title}: {records:,} {one}."
    for state, one, many in (
        ("twin", "holds the same result as a", "hold the same result as a"),
        ("unchanged", "is unchanged", "are unchanged"),
    ):
        if count := states[state]:
            end = " JSON file of that name" if state == "twin" else ""
            yield f"{files(count)} {one if count == 1 else many}{end}."


def files(count: int) -> str:
    """So many files."""
    return f"{count:,} file" if count == 1 else f"{count:,} files"


def next_step(
    outcomes: Sequence[Outcome], named: Sequence[Path], mapping: "Mapping | None" = None
) -> str:
    """What to do where nothing was loaded: one command, fit for what was found."""
    given = " ".join(map(harmless.line, map(shlex.quote, map(str, named))))
    command = f"brittlescope import {given} --map FILE.yaml"
    drafted = f"brittlescope map {harmless.line(shlex.quote(str(named[0])))} --out FILE.yaml"
    if any(MAP in reason for outcome in outcomes for _, reason in outcome.refusals):
        return (
            "Nothing was loaded: what some of these files hold stands only in their paths. Say it "
            f"in a mapping, which `{drafted}` drafts, then run: {command}"
        )
    if {outcome.state for outcome in outcomes} == {"unread"}:
        return (
            "Nothing was loaded. Do what is said above, then run: brittlescope import "
            "with the path of what you have then"
        )
    refused = [outcome.state == "refused" and outcome.importer for outcome in outcomes]
    if refused and all(refused):
        return "Nothing was loaded. What is wrong with each file, and what to do, is said above."
    if mapping and (why := _uncovered(outcomes, mapping, _top(named))):
        return (
            f"Nothing was loaded: no entry of {harmless.line(mapping.name)} covers a file, {why}."
        )
    from pipeline import importers  # with all that reads files, only where nothing was

    titles = "; ".join(importer.TITLE for importer in importers.each())
    return (
        f"Nothing was loaded. These formats are read: {titles}. A table of questions and answers "
        f"under other names is read with a mapping, which `{drafted}` drafts: {command}"
    )


def _uncovered(outcomes: Iterable[Outcome], mapping: "Mapping", top: Path | None) -> str:
    """A file that the mapping nearly covers, and what keeps it from it; empty if it covers one."""
    met = [(outcome.path, mapping.meaning(outcome.path)) for outcome in outcomes]
    if not met or any(meaning and meaning.covered for _, meaning in met):
        return ""
    path, near = next((pair for pair in met if pair[1]), met[0])
    why = near.unclear if near else "none of the paths in its `files` fits"
    return f"such as {relative(path, top)}: {harmless.short(str(why), LONG)}"
