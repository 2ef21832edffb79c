"""What mends a damaged lake: the commands to run, each as its files were imported."""

import shlex
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from warehouse.errors import DamagedLake
from warehouse.lake import Damage, Lake

NAMED = 10
"""How many files, or folders, a message names unless it is asked for all of them."""


def refuse(damages: Sequence[Damage], data: Path) -> None:
    """End a build of a damaged lake.

    Raises:
        DamagedLake: where there is any damage, naming the files and what mends them.
    """
    if damages:
        raise DamagedLake(
            f"The lake in {data} is damaged; nothing was published, and what was before stays.\n"
            + described(damages, data)
        )


def described(damages: Sequence[Damage], data: Path, verbose: bool = False) -> str:
    """What is damaged, and the commands that mend it, a line each."""
    named = len(damages) if verbose else NAMED
    lines = [f"{damage.file} {damage.what}" for damage in damages[:named]]
    if more := len(damages) - named if len(damages) > named else 0:
        lines.append(f"and {more:,} more; brittlescope verify --verbose names them all")
    sources = sorted({damage.source for damage in damages} - {""})
    lines += commands(sources, data, verbose)
    if not sources:
        lines.append("Import again whatever was imported here.")
    return "\n".join(lines)


def commands(sources: Sequence[str], data: Path, verbose: bool = False) -> list[str]:
    """A line for each command that brings back what was lost of these files."""
    lake = Lake(data)
    there, gone = defaultdict(list), []
    for source in sources:
        pointer = lake.pointer(Path(source))
        if Path(source).exists():
            there[pointer.options if pointer else ()].append(source)
        else:
            gone.append(source)
    program = shlex.join(["brittlescope", "--data", str(data)])
    lines = []
    for options, paths in there.items():
        places = paths if verbose else _places(lake, paths, options)
        words = shlex.join([*places, *options])
        lines.append(f"Import again what was lost: {program} import {words}")
        lines += _rest(paths, places)
    if gone:
        places = gone if verbose else gone[:NAMED]
        why = "These files are gone too: bring them back and import them, or forget"
        lines.append(f"{why}: {program} forget {shlex.join(places)}")
        lines += _rest(gone, places)
    return lines


def _places(lake: Lake, paths: Sequence[str], options: tuple[str, ...]) -> Sequence[str]:
    """Few folders that hold many files, where an import of them brings nothing else about.

    Else the first of the files.
    """
    if len(paths) <= NAMED:
        return paths
    folders = {str(Path(path).parent) for path in paths}
    while len(folders) > NAMED:
        deepest = max(len(Path(folder).parts) for folder in folders)
        folders = {
            str(Path(folder).parent) if len(Path(folder).parts) == deepest else folder
            for folder in folders
        }
    others = (
        path
        for path, pointer in lake.register.latest().items()
        if pointer.shard is None or pointer.options != options
    )
    if any(not folders.isdisjoint(map(str, Path(path).parents)) for path in others):
        return paths[:NAMED]
    return sorted(folders)


def _rest(paths: Sequence[str], places: Sequence[str]) -> list[str]:
    """How to name every file, where folders or the first of them were named."""
    if places[:NAMED] == paths[:NAMED] and len(places) < len(paths):
        left = len(paths) - len(places)
        return [f"and {left:,} more files; brittlescope verify --verbose names them all"]
    if places != paths:
        return [f"These are {len(paths):,} files; brittlescope verify --verbose names each."]
    return []


def again(lake: Lake, path: str) -> str:
    """What to do for one file whose text the disk lost, within a sentence."""
    pointer = lake.pointer(Path(path))
    options = f" with {shlex.join(pointer.options)}" if pointer and pointer.options else ""
    return f"import {path} again{options}"
