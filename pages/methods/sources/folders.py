"""The folders that results may be added from: the allowed ones, and what is below."""

import os
from collections import deque
from collections.abc import Sequence
from pathlib import Path

MOST = 500
"""How many folders are offered; a path that is typed may be any other."""

DEEPEST = 6


def below(allowed: Sequence[Path]) -> list[Path]:
    """The allowed folders and those in them, the nearest first; links and hidden ones are none."""
    found: list[Path] = []
    waiting = deque((folder, 0) for folder in allowed)
    while waiting and len(found) < MOST:
        folder, depth = waiting.popleft()
        found.append(folder)
        if depth < DEEPEST:
            waiting.extend((inside, depth + 1) for inside in _inside(folder))
    return sorted(dict.fromkeys(found))


def _inside(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            names = sorted(e.name for e in entries if e.is_dir(follow_symlinks=False))
    except OSError:
        return []
    return [folder / name for name in names if not name.startswith(".") and name.isprintable()]


def settled(text: str, allowed: Sequence[Path]) -> Path | str:
    """The folder that a path means, or why nothing may be added from there."""
    try:
        path = Path(text).expanduser().resolve()
        is_there = path.is_dir()
    except (OSError, RuntimeError, ValueError):
        return f"{text} is no path that this machine can follow."
    if not any(path.is_relative_to(folder.resolve()) for folder in allowed):
        return f"{text} leads out of the folders that are allowed. Restart with --allow to add it."
    return path if is_there else f"{text} is no folder of this machine."


def called(folder: Path, allowed: Sequence[Path]) -> str:
    """A folder as people say it: the allowed one by its name, and what is below it."""
    base = next((one for one in allowed if folder.is_relative_to(one)), None)
    if base is None:
        return str(folder)
    same = [one for one in allowed if one.name == base.name]
    top = str(base) if len(same) > 1 else base.name
    return "/".join((top, *folder.relative_to(base).parts))
