"""Which samples a search finds."""

from collections.abc import Sequence
from functools import reduce
from pathlib import Path

import numpy as np
import numpy.typing as npt

from warehouse.search import asked, index, words
from warehouse.search.asked import All, Any, Asked, Not, Text, Words
from warehouse.search.index import Query
from warehouse.search.volumes import Step, Volumes
from warehouse.store import Store

Keys = npt.NDArray[np.int64]

SHORT = 3
"""An end of a text with fewer letters narrows too little down to be looked up."""

PICKED = 20_000
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
    return _Finder(store, complete(store, step)).found(wanted)


def complete(store: Store, step: Step | None = None) -> list[Path]:
    """The volumes of the index, which hold all that the snapshot shows and was not forgotten."""
    return Volumes(store.lake).complete(store.query("shards")["shard"], step)


class _Finder:
    """Looks a search up in volumes, and in answers where words do not tell."""

    def __init__(self, store: Store, places: Sequence[Path]) -> None:
        self.store = store
        self.places = places

    def found(self, wanted: Asked) -> Keys:
        """The samples that a search finds."""
        if (query := _looked_up(wanted)) is not None:
            return self._keys(query)
        match wanted:
            case Text():
                return self._as_it_stands(wanted)
            case All():
                own = [self.found(part) for part in wanted.parts if not isinstance(part, Not)]
                found = reduce(_both, own or [self._keys(index.SAMPLES)])
                out = (self.found(part.part) for part in wanted.parts if isinstance(part, Not))
                return reduce(_without, out, found)
            case Any():
                return _joined([self.found(part) for part in wanted.parts])
            case Not():
                return _without(self._keys(index.SAMPLES), self.found(wanted.part))
            case Words():
                return self._keys(index.phrase(wanted.field, wanted.words, wanted.is_prefix))

    def _keys(self, query: Query) -> Keys:
        return _joined([index.keys(place, query) for place in self.places])

    def _as_it_stands(self, wanted: Text) -> Keys:
        """Samples whose words could hold the text, tested on their answers."""
        narrowing = _around(wanted.text)
        held = None if narrowing is None else self._keys(narrowing)
        candidates = None if held is None or held.size > PICKED else held.tolist()
        if candidates is None:
            named = self.store.query("shards")["shard"]
        else:
            named = self.store.query("sample_shards", keys=candidates)["shard"]
        lake = self.store.lake.shards
        files = [
            f"{shard}/{file.name}"
            for shard in named
            for file in sorted((lake / shard).glob("sample-*.parquet"))
        ]
        if not files:
            return NOTHING
        met = self.store.parts(
            "text_matches", files, text=wanted.text, is_exact=wanted.is_exact, keys=candidates
        )
        return NOTHING if met is None else _joined([met["sample_key"].to_numpy()])


def _looked_up(wanted: Asked) -> Query | None:
    """A search of samples' own words as one query of the index; None where it is more."""
    match wanted:
        case Words() if wanted.field != "judge":
            return index.phrase(wanted.field, wanted.words, wanted.is_prefix)
        case Not():
            part = _looked_up(wanted.part)
            return None if part is None else index.both([index.SAMPLES], [part])
        case All():
            own = [_looked_up(part) for part in wanted.parts if not isinstance(part, Not)]
            out = [_looked_up(part.part) for part in wanted.parts if isinstance(part, Not)]
            if None in own or None in out:
                return None
            return index.both([q for q in own if q] or [index.SAMPLES], [q for q in out if q])
        case Any():
            parts = [_looked_up(part) for part in wanted.parts]
            return None if None in parts else index.either(part for part in parts if part)
    return None


def _around(text: str) -> Query | None:
    """What every answer that holds a text has: its whole words, and words with its ends."""
    found = words.split(text)
    opens = (text[:1].isalnum(), text[-1:].isalnum())
    queries = []
    for place, piece in enumerate(found):
        ends = (place == 0 and opens[0], place == len(found) - 1 and opens[1])
        if len(piece) >= SHORT or len(found) == 1 or not any(ends):
            queries.append(index.within("answer", piece, ends))
    return index.both(queries) if queries else None


def _joined(sets: Sequence[Keys]) -> Keys:
    """What any of them holds, lowest first; sorted, which takes a tenth of `numpy.unique`."""
    found: Keys = np.sort(np.concatenate([NOTHING, *sets]))
    apart: Keys = found[np.diff(found, prepend=found[:1] - 1) != 0]
    return apart


def _both(one: Keys, other: Keys) -> Keys:
    return np.intersect1d(one, other, assume_unique=True)


def _without(one: Keys, other: Keys) -> Keys:
    return np.setdiff1d(one, other, assume_unique=True)
