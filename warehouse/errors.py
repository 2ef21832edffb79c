"""The root of the project's exceptions, and those of the warehouse."""

import errno
import os
import re
from pathlib import Path
from typing import Self


class BrittlescopeError(Exception):
    """Anything the project raises on purpose; its text is a sentence for the user."""

    status = 2
    """What a command that it ends exits with: 2 is for "nothing could be done"."""


class NoSnapshot(BrittlescopeError):
    """Nothing has been built yet."""


class StaleSnapshot(BrittlescopeError):
    """What was built has another form than this version of the program reads."""


class DamagedSnapshot(BrittlescopeError):
    """What was built cannot be read any more."""


class UnknownName(BrittlescopeError):
    """A rule, experiment, query or option of that name does not exist."""


class InvalidDefinition(BrittlescopeError):
    """A rule, experiment or other definition file is not valid."""


class BrokenBuild(BrittlescopeError):
    """The lake's content contradicts itself; no snapshot was published."""


class DamagedLake(BrittlescopeError):
    """The disk lost or changed something of the lake; no snapshot was published."""

    status = 1  # as for input that was refused: the rest is there


class RefusedByEngine(Exception):
    """The engine refused what it was asked.

    A mistake of ours, unless a file or the disk is to blame: no sentence for users, whom those who
    ask tell what it means.
    """

    def __init__(self, text: str, is_damage: bool = False) -> None:
        super().__init__(text)
        self.is_damage = is_damage


class CannotWrite(BrittlescopeError):
    """The machine would not let something be written."""

    @classmethod
    def because(cls, place: Path, error: BaseException) -> Self:
        """The same, for the failure of a write in a folder."""
        number = error_number(error)
        reason = os.strerror(number) if number else str(error)
        return cls(f"{place} cannot be written ({reason}). {_ADVICE.get(number or 0, _OTHERWISE)}")


_FULL = "Free some room and run the command again; what was imported before stays."
_FORBIDDEN = "Get the right to write there, or name another data folder with --data."
_OTHERWISE = "What was imported before stays; run the command again once that is mended."
_ADVICE = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), _FULL),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), _FORBIDDEN),
}


def error_number(error: BaseException) -> int | None:
    """The system's number of an error, though a library passed on its words alone."""
    if isinstance(error, OSError):
        return error.errno
    text = str(error)
    if found := re.search(r"\(os error (\d+)\)", text):
        return int(found[1])
    known = (*_ADVICE, errno.EIO, errno.EMFILE)
    return next((number for number in known if os.strerror(number) in text), None)
