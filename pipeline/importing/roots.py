"""By which folder a file was imported: what lies in one is one study, where nobody says which."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from warehouse.lake import Lake
from warehouse.register import Pointer


def rooted(
    lake: Lake, pointers: Iterable[Pointer], roots: Sequence[Path] | None
) -> Iterator[Pointer]:
    """The pointers that have another root than before.

    Args:
        lake: Knows by which folder a path was imported first, which stays.
        pointers: What paths are to stand for.
        roots: The folders that are named now; of two the inner one. None where nobody can say.
    """
    if roots is None:
        return
    for pointer in pointers:
        known = lake.pointer(Path(pointer.path))
        held = [str(root) for root in roots if Path(pointer.path).is_relative_to(root)]
        root = (known and known.root) or max(held, key=len, default="")
        if root != pointer.root:
            yield msgspec.structs.replace(pointer, root=root)
