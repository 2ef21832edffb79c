"""Which samples a search finds."""

import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from pathlib import Path

import numpy as np
import numpy.typing as npt

from warehouse.search import asked, index, words
from warehouse.search.asked import All, Any, Asked, Not, Text, Words
from warehouse.search.index import OpenedVolume
from warehouse.search.postings import Postings
from warehouse.search.volumes import Step, Volumes
from warehouse.store import Store

Keys = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

PICKED = 200_000
"""Of how many samples at most the answers are picked out one by one rather than all read."""

NOTHING: Keys = np.array([], np.int64)


def find(store: Store, text: str, step: Step | None = None) -> Keys:
    """The keys of the samples that a search finds in what was built, lowest first.

    What was imported since the last search joins the index first.

    Raises:
        InvalidSearch: for one that cannot be read.
        CannotWrite: where the index cannot be written.
    """
    wanted = asked.read(text)
    held = _held(tuple(complete(store, step)))
    found: Keys = held.keys[_Finder(store, held).found(wanted)[:-1]]
    return found


def complete(store: Store, step: Step | None = None) -> list[Path]:
    """The volumes of the index, which hold all that the snapshot shows and was not forgotten."""
    return Volumes(store.lake).complete(store.query("shards")["shard"], step)


@functools.lru_cache(2)
def _held(places: tuple[Path, ...]) -> "_Searched":
    return _Searched(places)


class _Searched:
    """The samples of some volumes, lowest first; what is found of them is a flag for each.

    The flag after the last is for what judges said of samples that are in no volume.
    """

    def __init__(self, places: Sequence[Path]) -> None:
        self.volumes = list(_opened(places))
        own = [volume.samples for volume in self.volumes]
        self.keys: Keys = np.unique(np.concatenate([NOTHING, *own]))
        self._sampled = [self.placed(keys) for keys in own]

    @functools.cached_property
    def _said(self) -> list[npt.NDArray[np.int32]]:
        return [self.placed(volume.said) for volume in self.volumes]

    def placed(self, keys: Keys) -> npt.NDArray[np.int32]:
        """Where samples stand among all; after the last, those that do not."""
        at = np.searchsorted(self.keys, keys)
        is_there = np.append(self.keys, 0)[at] == keys
        return np.where(is_there, at, self.keys.size).astype(np.int32)

    def flags(self, field: str, ask: Callable[[Postings], Flags]) -> Flags:
        """The samples of the rows of a field that are asked for in each volume."""
        places = self._said if field == "judge" else self._sampled
        found: Flags = np.zeros(self.keys.size + 1, bool)
        for volume, at in zip(self.volumes, places, strict=True):
            found[at[ask(volume.words[field])]] = True
        return found


def _opened(places: Iterable[Path]) -> Iterator[OpenedVolume]:
    for place in places:
        with contextlib.suppress(FileNotFoundError):
            yield index.opened(place)


class _Finder:
    """Looks a search up in volumes, and in answers where words do not tell."""

    def __init__(self, store: Store, held: _Searched) -> None:
        self.store = store
        self.held = held

    def found(self, wanted: Asked, among: Flags | None = None) -> Flags:
        """The samples that a search finds; of samples that are not `among` nothing is said."""
        match wanted:
            case Text():
                return self._as_it_stands(wanted, among)
            case All():
                for part in sorted(wanted.parts, key=_reads):
                    more = self.found(part, among)
                    among = more if among is None else among & more
                assert among is not None
                return among
            case Any():
                return reduce(np.bitwise_or, [self.found(part, among) for part in wanted.parts])
            case Not():
                return ~self.found(wanted.part, among)
            case Words(field, sought, is_prefix):
                return self.held.flags(field, lambda own: own.words(sought, is_prefix))

    def _as_it_stands(self, wanted: Text, among: Flags | None) -> Flags:
        """Samples whose words hold the text; where words do not tell, their answers are read."""
        text, sure = wanted.text, np.zeros(self.held.keys.size + 1, bool)
        if text.isascii() and text.isalnum():
            sure = self.held.flags("answer", lambda own: own.letters(text, wanted.is_exact))
            doubtful = self.held.flags("answer", lambda own: own.unspelled(text)) & ~sure
        else:
            doubtful = self._around(text)
        if among is not None:
            doubtful &= among
        return sure | self._read(wanted, doubtful)

    def _around(self, text: str) -> Flags:
        """Every answer with what one that holds a text has: its words, and words with its ends."""
        pieces = words.split(text)
        if not pieces:
            return np.ones(self.held.keys.size + 1, bool)
        is_open = (text[:1].isalnum(), text[-1:].isalnum())
        return self.held.flags("answer", lambda own: own.within(pieces, is_open))

    def _read(self, wanted: Text, doubtful: Flags) -> Flags:
        """Those of some samples whose answers hold a text."""
        found = np.zeros_like(doubtful)
        keys = self.held.keys[doubtful[:-1]]
        if not keys.size:
            return found
        if picked := keys.tolist() if keys.size <= PICKED else None:
            named = self.store.query("sample_shards", keys=picked)["shard"]
        else:
            named = self.store.query("shards")["shard"]
        lake = self.store.lake.shards
        files = [
            f"{shard}/{file.name}"
            for shard in named
            for file in sorted((lake / shard).glob("sample-*.parquet"))
        ]
        if files:
            met = self.store.parts(
                "text_matches", files, text=wanted.text, is_exact=wanted.is_exact, keys=picked
            )
            if met is not None:
                found[self.held.placed(met["sample_key"].to_numpy())] = True
        return found & doubtful


def _reads(wanted: Asked) -> bool:
    """Whether answers may have to be read for it."""
    match wanted:
        case Text():
            return True
        case Not():
            return _reads(wanted.part)
        case All() | Any():
            return any(map(_reads, wanted.parts))
    return False
