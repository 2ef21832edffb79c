"""What an earlier import read of a file, where another reading of it yields nothing.

A map that is wrong, or that does not cover a file any more, must not cost what an earlier one read.
"""

from pathlib import Path
from shlex import quote

from pipeline import importers
from pipeline.importers import Source
from warehouse.lake import Lake
from warehouse.register import Pointer
from warehouse.shards import Shard

STAYS = "{}; what was read of it as {} before stays, and `brittlescope forget {}` takes it out"

NO_MORE = "it was read as {} before, and {}; what it held then is taken out"
NO_KIND = "is nothing of the kind now"
NO_READER = "without a map that covers it, nobody can say what it holds"
NO_RECORD = "no record of it was understood"


def earlier(lake: Lake, known: Pointer | None, source: Source) -> Shard | None:
    """What was read of a file before, if it is how it is read that is another now.

    A file that itself is another is read anew, whatever comes of it; so is one that an importer
    of an older version read, which may have read it wrongly.
    """
    importer = importers.named(known.importer) if known else None
    if known is None or importer is None or known.version != importer.VERSION:
        return None
    shard = lake.shard(str(known.shard)) if lake.stands(known) else None
    if shard is None or not shard.taken or shard.twin_of:
        return None
    told = shard.origin
    is_as_told = (told.importer, told.identity) == (importer.NAME, source.identity)
    return shard if told.sha256 == source.sha256 or not is_as_told else None


def without_reader(before: Shard | None, known: Pointer | None, source: Source) -> str | None:
    """Why nothing is taken of a file that nobody reads now, and was read before.

    It is refused where that is kept, too; None where nobody read it before.
    """
    importer = importers.named(known.importer) if known else None
    if importer is None:
        return None
    why = source.meaning.unclear if source.meaning else None
    if before is not None:
        return stays(source.path, why or NO_READER, importer.TITLE)
    return NO_MORE.format(importer.TITLE, why or NO_KIND)


def without_records(lake: Lake, before: Shard, shard: Shard, source: Source) -> str | None:
    """Why nothing was taken of a file of which something was before; None where something was.

    What a map leaves out is left out.
    """
    meaning = source.meaning
    if shard.taken or shard.twin_of or (meaning is not None and meaning.skipped is not None):
        return None
    refusals = (reason for _, reason in lake.refusals(shard, 1))
    why = shard.refused_file or next(refusals, NO_RECORD)
    return stays(source.path, why, before.origin.title)


def stays(path: Path, why: str, title: str) -> str:
    """A refusal that says what becomes of what was read."""
    return STAYS.format(why, title, quote(str(path)))
