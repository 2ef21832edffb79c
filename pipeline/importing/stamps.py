"""Whether a file still holds what it held when it was imported, mostly without reading it.

Size and modification time are not enough: a copy can be given those of another file. The time at
which the system itself saw the last change cannot be set. Where that, or the file's number, is
another than it was, or was too recent to tell, the content decides.
"""

import hashlib
import os
import time
from pathlib import Path

from warehouse.register import Pointer
from warehouse.shards import Origin

RECENT = 2 * 10**9
"""Nanoseconds: what changed so shortly before it was read may change again at the same time."""


def pointer(
    origin: Origin, state: os.stat_result, shard: str, options: tuple[str, ...] = ()
) -> Pointer:
    """What a path stands for, with what its file looked like before it was read."""
    changed = max(state.st_ctime_ns, state.st_mtime_ns)
    return Pointer(
        path=origin.path,
        shard=shard,
        importer=origin.importer,
        version=origin.version,
        sha256=origin.sha256,
        size=origin.size,
        mtime_ns=state.st_mtime_ns,
        changed_ns=state.st_ctime_ns if time.time_ns() - changed > RECENT else 0,
        inode=state.st_ino,
        options=options,
    )


def is_as_it_was(path: Path, pointer: Pointer) -> bool:
    """Whether a file holds what the pointer's shard was read from."""
    try:
        state = path.stat()
        if (state.st_size, state.st_mtime_ns) != (pointer.size, pointer.mtime_ns):
            return False
        if (state.st_ctime_ns, state.st_ino) == (pointer.changed_ns, pointer.inode):
            return True
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == pointer.sha256
    except OSError:
        return False
