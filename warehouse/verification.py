"""Whether everything that was written is still what was written: the lake, and the snapshot."""

from pathlib import Path

from warehouse import snapshots
from warehouse.building import is_current
from warehouse.lake import Damage, Lake
from warehouse.search.volumes import Volumes


def damages(data: Path) -> list[Damage]:
    """The files of a data folder that are not what was written; every byte is read."""
    lake = Lake(data)
    return lake.survey(lake.pointers())[1]


def doubts(data: Path) -> list[str]:
    """What `brittlescope build` mends: the snapshot, and what the lake keeps twice."""
    lake = Lake(data)
    if not lake.root.is_dir():
        return []
    found = []
    if not lake.register.is_whole() and not lake.register.lost():
        found.append(f"{lake.register.copies[0]} and its copy do not say the same")
    published = snapshots.published(data)
    if published is None:
        found.append(f"no snapshot is published in {snapshots.folder(data)}")
    elif not snapshots.is_whole(data):
        found.append(f"{published.path} is not what was written")
    elif not is_current(data):
        found.append(f"{published.path} does not show what the lake holds now")
    found += [f"{file} {what}" for file, what in Volumes(lake).faults()]
    return found
