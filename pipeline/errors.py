"""What can go wrong, as sentences a user can act on.

Each is a BrittlescopeError. A UsageError ends the command (exit status 2); a Refused, be it a
RefusedFile or a RefusedRow of a file, leaves everything else loaded (exit status 1).
"""

from warehouse.errors import BrittlescopeError


class UsageError(BrittlescopeError):
    """The request is wrong or nothing could be done."""


class Refused(BrittlescopeError):
    """Some input was not understood; the rest is loaded."""


class RefusedFile(Refused):
    """A whole file was not understood."""


class RefusedRow(Refused):
    """One record was not understood; the file's other records are loaded."""

    def __init__(self, row: int | None, reason: str, raw: str = "") -> None:
        super().__init__(reason)
        self.row = row
        self.raw = raw
