"""Files that a map reads with others: the lake keeps that they are, as Sources says it."""

from collections.abc import Collection
from pathlib import Path

import msgspec

from warehouse.lake import Lake
from warehouse.register import Pointer

JOINED = "it is read with others, as the map says"


def keep(data: Path, paths: Collection[Path]) -> None:
    """Keep that these files, which no importer reads by themselves, are read with others.

    Raises:
        CannotWrite: where the machine does not let the lake be written.
    """
    if paths:
        lake = Lake(data)
        with lake.writing():
            lake.point([new for path in sorted(paths) if (new := _kept(lake, path))])


def _kept(lake: Lake, path: Path) -> Pointer | None:
    """What the path is to stand for, where nothing was said of its file yet."""
    pointer = lake.pointer(path)
    shard = lake.shard(str(pointer.shard)) if pointer and not pointer.importer else None
    if pointer is None or shard is None or shard.refused_file or shard.records.get("notice"):
        return None
    from pipeline.importers import notice

    identity = f"{shard.origin.identity}\njoined"
    writer = lake.write(msgspec.structs.replace(shard.origin, identity=identity))
    if lake.shard(writer.name) is None:
        with writer:
            writer.take(*notice("joined", JOINED))
    return msgspec.structs.replace(pointer, shard=writer.name)
