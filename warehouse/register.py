"""The register: which shard each path stands for, one line a change, kept twice.

    lake/register.jsonl        {"path": …, "shard": …, …, "no": 17, "check": …}
    lake/register.copy.jsonl   the same

Lines are only ever added, and a change counts once it is on the disk in both. What one copy lost
the other has, be it a byte, a line, the end or the whole file; the next line to be added makes both
whole again. A line at the end of the first alone is of a writer that died before it could confirm
it: it stands where it is whole.

Lines that later ones made void are left out from time to time: the register is written again as
its next edition, with one line a path, one copy after the other. Only the latest edition counts,
so that a copy of the one before is nothing but a copy that lost all of it.

Writers take turns while they add a line; readers wait for nobody.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from warehouse import durable
from warehouse.seals import opened, sealed


class Pointer(msgspec.Struct, frozen=True):
    """Which shard a path stands for, and what the file looked like when that was decided."""

    path: str
    shard: str | None  # None once it is forgotten
    importer: str = ""
    version: int = 0
    sha256: str = ""
    size: int = 0
    mtime_ns: int = 0
    changed_ns: int = 0  # when the system last saw it change, which nobody can set back
    inode: int = 0
    no: int = 0  # the line's place in the register, from 1
    edition: int = 0  # which writing of the whole register the line belongs to
    options: tuple[str, ...] = ()  # what the import was told beside the path, to tell it again
    root: str | None = None  # the folder it was first imported by; "" by its own name alone


IDLE = 1_000
"""How many lines that later ones made void may stand in the register, at least."""


class Register:
    """The pointers of one lake."""

    def __init__(self, folder: Path) -> None:
        self.copies = (folder / "register.jsonl", folder / "register.copy.jsonl")
        self._lock = folder / "register.lock"
        self._latest: dict[str, Pointer] = {}
        self._last = 0
        self._edition = 0
        self._lost: list[int] = []
        self._equal = True  # whether both copies said the same when they were read
        self._read: tuple[int, int] | None = None  # the first copy's inode, and its size then

    def latest(self) -> dict[str, Pointer]:
        """The last line on every path, those that are forgotten included."""
        self._refresh()
        return self._latest

    def lost(self) -> list[int]:
        """The numbers of lines that are whole in neither copy."""
        self._refresh()
        return self._lost

    def begin(self, anew: bool) -> None:
        """Write the first line, which names nothing: a register without it is one that was lost.

        Where it is not `anew` there are shards already, and it is not written again.
        """
        if anew and not self._last and not self.latest():
            durable.folder(self._lock.parent)
            with durable.locked(self._lock):
                self._refresh()
                if not self._last:
                    self._write([Pointer(path="", shard=None, no=1)])

    def add(self, pointers: Sequence[Pointer]) -> None:
        """Let paths stand for shards from now on; on the disk when this returns."""
        durable.folder(self._lock.parent)
        with durable.locked(self._lock):
            self._mend()
            self._write(
                [
                    msgspec.structs.replace(pointer, no=number, edition=self._edition)
                    for number, pointer in enumerate(pointers, max(self._last, 1) + 1)
                ]
            )

    def _write(self, pointers: Sequence[Pointer]) -> None:
        lines = b"".join(map(_line, pointers))
        for copy in self.copies:
            durable.append(copy, lines)
        self._refresh()

    def mend(self) -> None:
        """Let each copy have what only the other kept."""
        if not self.is_whole():
            with durable.locked(self._lock):
                self._mend()

    def compact(self) -> bool:
        """Leave out what later lines made void, where it is most of the register; whether it was.

        Not where a line is lost: what is there may tell what it was about.
        """
        if not self._is_idle():
            return False
        with durable.locked(self._lock):
            self._mend()
            if not self._is_idle():
                return False
            lines = [Pointer(path="", shard=None), *self._latest.values()]
            content = b"".join(
                _line(msgspec.structs.replace(line, no=number, edition=self._edition + 1))
                for number, line in enumerate(lines, 1)
            )
            for copy in self.copies:
                durable.replace(copy, content)
            self._read = None
            self._refresh()
        return True

    def _is_idle(self) -> bool:
        needed = len(self.latest())
        return not self.lost() and self._last - needed > max(IDLE, needed)

    def is_whole(self) -> bool:
        """Whether both copies say the same, and all that was written."""
        self._read = None
        self._refresh()
        return self._equal

    def _refresh(self) -> None:
        """Read what was added since the last time; everything again where that is not clear."""
        try:
            state = self.copies[0].stat()
        except OSError:
            self._read_all(None)
            return
        if self._read == (state.st_ino, state.st_size):
            return
        before = self._read
        if before is not None and before[0] == state.st_ino and before[1] < state.st_size:
            with self.copies[0].open("rb") as file:
                file.seek(before[1])
                added = list(_whole(file.read(state.st_size - before[1])))
            numbers = [pointer.no for pointer, _ in added]
            length = sum(len(line) for _, line in added)
            editions = {pointer.edition for pointer, _ in added}
            if (
                editions <= {self._edition}
                and numbers == list(range(self._last + 1, self._last + 1 + len(numbers)))
                and before[1] + length == state.st_size
            ):
                self._apply(pointer for pointer, _ in added)
                self._read = (state.st_ino, state.st_size)
                return
        self._read_all((state.st_ino, state.st_size))

    def _read_all(self, state: tuple[int, int] | None) -> None:
        contents = self._contents()
        lines = _merged(contents)
        self._latest, self._last = {}, 0
        self._edition = max((pointer.edition for pointer, _ in lines.values()), default=0)
        self._apply(pointer for pointer, _ in lines.values())
        self._lost = [no for no in range(1, max(self._last, 1) + 1) if no not in lines]
        length = sum(len(line) for _, line in lines.values())
        self._equal = contents[0] == contents[1] and len(contents[0]) == length
        self._read = state if state is not None and state[1] == length else None

    def _apply(self, pointers: Iterable[Pointer]) -> None:
        for pointer in pointers:
            if pointer.path:
                self._latest[pointer.path] = pointer
            self._last = pointer.no

    def _mend(self) -> None:
        self._refresh()
        sizes = [copy.stat().st_size if copy.exists() else 0 for copy in self.copies]
        if (self._equal and sizes[0] == sizes[1]) or self.is_whole():
            return
        lines = _merged(self._contents())
        for copy in self.copies:
            durable.replace(copy, b"".join(line for _, line in lines.values()))
        self._read = None
        self._refresh()

    def _contents(self) -> list[bytes]:
        """What each copy holds; nothing where it cannot be read and the other can."""
        contents: list[bytes] = []
        errors: list[OSError] = []
        for copy in self.copies:
            try:
                contents.append(copy.read_bytes())
            except FileNotFoundError:
                contents.append(b"")
            except OSError as error:
                contents.append(b"")
                errors.append(error)
        if len(errors) == len(self.copies):
            raise errors[0]
        return contents


def _merged(contents: Sequence[bytes]) -> dict[int, tuple[Pointer, bytes]]:
    """The lines of the latest edition that are whole in either copy, by their number."""
    whole = [pair for content in set(contents) for pair in _whole(content)]
    edition = max((pointer.edition for pointer, _ in whole), default=0)
    found = {pointer.no: (pointer, line) for pointer, line in whole if pointer.edition == edition}
    return dict(sorted(found.items()))


def _line(pointer: Pointer) -> bytes:
    return sealed(msgspec.json.encode(pointer)) + b"\n"


def _whole(content: bytes) -> Iterable[tuple[Pointer, bytes]]:
    """The lines that are what was written."""
    for line in content.split(b"\n"):
        if opened(line) is not None:
            yield msgspec.json.decode(line, type=Pointer), line + b"\n"
