"""Draws: which transcripts are shown for all the others, chosen by a declared rule and a seed.

The same draw of the same answers gives the same transcripts on every machine: chance comes from a
hash of the seed and the sample's key, and what a rule leaves open is settled by it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl
from xxhash import xxh3_64_intdigest

from warehouse import transcripts
from warehouse.analysis import Analysis
from warehouse.errors import UnknownName
from warehouse.rules import Rule, Score, shown_by
from warehouse.store import Store
from warehouse.transcripts import Filter

MOST = 1_000
"""How many transcripts are drawn at most."""

READ = 2_000
"""How many answers are read to find those nearest to the centre; of more, a random part."""

SHOWING = Filter(only="trait")
"""What is drawn from unless something else is said: the answers that show the trait."""

LOT = "_lot"
ORDER = "_order"

MEET = {
    "planned": "were planned",
    "answered": "were answered",
    "judged": "were judged",
    "counted": "are counted",
    "trait": "show the trait",
    "no trait": "are counted and do not show the trait",
    "incoherent": "are incoherent",
    "left out": "are left out",
}
"""What is true of the samples that a draw is made from, where it is asked for by these words."""


class Candidates(NamedTuple):
    """What a way of drawing orders: one row a sample, and how each trait shows in its score."""

    samples: pl.DataFrame
    shows: Mapping[tuple[str, str], Score | tuple[str, ...]]
    store: Store
    seed: int


@dataclass(frozen=True)
class WayToDraw:
    """A way to draw: its name, what it does in a few words, and the order it puts samples in.

    `order` gives a number for each sample, lowest first and null where it cannot be drawn.
    """

    title: str
    told: str
    order: Callable[[Candidates], pl.Series]
    between_judges: bool = False
    reads: bool = False  # whether it reads answers, of many only a random part
    lacks: str = "no answer fits what is asked for"  # why nothing can be drawn, where it is so


@dataclass(frozen=True)
class Drawn:
    """What was drawn: the samples' keys in their order, and how, in a sentence.

    `pool` samples could have been drawn, of `planned` that there are.
    """

    keys: tuple[int, ...]
    told: str
    way: str
    seed: int
    pool: int
    planned: int


def _at_random(found: Candidates) -> pl.Series:
    return found.samples[LOT]


def _balanced(found: Candidates) -> pl.Series:
    """The first of each question, then the second of each, questions in the order of chance."""
    ranked = found.samples.select(
        turn=pl.col(LOT).rank("ordinal").over("experiment", "question"),
        first=pl.col(LOT).min().over("experiment", "question"),
    )
    return ranked.select(pl.struct("turn", "first").rank("ordinal"))["turn"]


def _distance(found: Candidates) -> pl.Series:
    """How far each score is beyond its cut, where the trait shows; null for labels."""
    keys = zip(found.samples["experiment"], found.samples["trait"], strict=True)
    cuts = [found.shows.get(key) for key in keys]
    return pl.Series(
        "distance",
        [
            None
            if not isinstance(cut, Score) or score is None
            else (score - cut.cut) * (1 if cut.comparison in ("above", "at least") else -1)
            for cut, score in zip(cuts, found.samples["score"], strict=True)
        ],
        pl.Float64(),
    )


def _nearest(found: Candidates) -> pl.Series:
    return _distance(found).abs()


def _strongest(found: Candidates) -> pl.Series:
    return -_distance(found)


def _disagreed(found: Candidates) -> pl.Series:
    return found.samples.select(pl.when("differs").then(LOT))[LOT]


def _longest(found: Candidates) -> pl.Series:
    return -found.samples["answer_chars"]


def _shortest(found: Candidates) -> pl.Series:
    return found.samples["answer_chars"]


def _typical(found: Candidates) -> pl.Series:
    """One less the cosine to the mean of all answers, each as TF-IDF weights of its words.

    Sublinear term frequencies, inverse document frequencies of the answers themselves, unit length
    (scikit-learn's TfidfVectorizer); the mean of unit vectors is what is nearest to all.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer  # slow to load

    samples = found.samples
    part = samples.sort(LOT).head(READ)
    texts = transcripts.texts(found.store, part["sample_key"].to_list(), part["shard"].unique())
    told = dict(texts.select("sample_key", "answer").iter_rows())
    answers = [told.get(key) or "" for key in part["sample_key"]]
    if not any(answer.strip() for answer in answers):
        return pl.Series("centre", [None] * samples.height, pl.Float64())
    weigh = TfidfVectorizer(sublinear_tf=True, token_pattern=r"(?u)\w+|[^\w\s]")
    weights = weigh.fit_transform(answers)
    centre = np.asarray(weights.mean(axis=0)).ravel()
    length = float(np.linalg.norm(centre)) or 1.0
    near = 1 - np.asarray(weights @ centre).ravel() / length
    known = dict(zip(part["sample_key"], near.tolist(), strict=True))
    return pl.Series("centre", [known.get(key) for key in samples["sample_key"]], pl.Float64())


NO_SCORE = "no answer has a score with a cut: what shows the trait are labels"

WAYS: dict[str, WayToDraw] = {
    "random": WayToDraw("At random", "at random", _at_random),
    "balanced": WayToDraw(
        "Balanced over questions",
        "at random, one of each question before a second of any",
        _balanced,
    ),
    "nearest": WayToDraw(
        "Nearest the cut", "nearest to the cut of the trait’s score", _nearest, lacks=NO_SCORE
    ),
    "strongest": WayToDraw(
        "Strongest", "furthest on the trait’s side of the cut", _strongest, lacks=NO_SCORE
    ),
    "disagreement": WayToDraw(
        "Where judges disagree",
        "at random among those where judges disagree on the trait",
        _disagreed,
        between_judges=True,
        lacks="no answer was counted by two judges that disagree on its trait",
    ),
    "typical": WayToDraw(
        "Nearest to the centre",
        "nearest to the mean of all by their words (TF-IDF)",
        _typical,
        reads=True,
    ),
    "longest": WayToDraw("Longest", "longest first", _longest),
    "shortest": WayToDraw("Shortest", "shortest first", _shortest),
}
"""The ways to draw, by the names that `--rule-of-draw` and links have for them."""


def draw(
    store: Store,
    asked: Analysis,
    way: str = "random",
    n: int = 10,
    seed: int = 0,
    narrowed: Filter = SHOWING,
    by: Sequence[str] = (),
) -> Drawn:
    """Transcripts of an analysis, chosen by a declared rule.

    Args:
        store: What was built.
        asked: Which answers, and how they are counted.
        way: One of `WAYS`.
        n: How many; of each group where `by` names dimensions.
        seed: What chance hangs on, and whatever the way leaves open.
        narrowed: What must be true of a transcript to be drawn.
        by: Dimensions whose values each have a draw of their own.

    Raises:
        UnknownName: for a way or a dimension there is not.
    """
    if way not in WAYS:
        raise UnknownName(f"There is no draw {way[:60]!r}; there are {', '.join(WAYS)}.")
    found, planned = _candidates(store, asked, WAYS[way], seed, narrowed)
    if unknown := [name for name in by if name not in found.samples.columns]:
        raise UnknownName(f"Transcripts cannot be drawn by {', '.join(unknown)[:60]!r}.")
    ordered = found.samples.with_columns(WAYS[way].order(found).alias(ORDER))
    ordered = ordered.filter(pl.col(ORDER).is_not_null()).sort(*by, ORDER, LOT)
    chosen = ordered.group_by(*by, maintain_order=True).head(n) if by else ordered.head(n)
    keys = tuple(chosen["sample_key"].head(MOST).to_list())
    pool = found.samples.height if WAYS[way].reads else ordered.height
    told = _told(WAYS[way], seed, len(keys), pool, planned, narrowed, by)
    return Drawn(keys, told, way, seed, pool, planned)


def _candidates(
    store: Store, asked: Analysis, way: WayToDraw, seed: int, narrowed: Filter
) -> tuple[Candidates, int]:
    """The samples that may be drawn, one row each, and how many are planned in all."""
    within = asked.slice.narrowed(judge=()) if way.between_judges else asked.slice
    every = store.query("candidates", **transcripts.asked(store, within, asked.rule, narrowed))
    key = ["sample_key", "trait"]
    judged = (
        every.filter("is_counted")
        .group_by(key)
        .agg((pl.col("is_trait").n_unique() > 1).alias("differs"))
    )
    samples = (
        every.filter("is_listed")
        .join(judged, on=key, how="left", maintain_order="left")
        .sort("differs", descending=True, nulls_last=True, maintain_order=True)
        .unique("sample_key", keep="first", maintain_order=True)
    )
    lots = [_lot(seed, key) for key in samples["sample_key"]]
    samples = samples.with_columns(pl.Series(LOT, lots, dtype=pl.UInt64()))
    return (
        Candidates(samples, _shows(store, asked.rule), store, seed),
        every["sample_key"].n_unique(),
    )


def _lot(seed: int, key: int) -> int:
    return xxh3_64_intdigest(f"{seed} {key}".encode())


def _shows(store: Store, rule: Rule) -> dict[tuple[str, str], Score | tuple[str, ...]]:
    """What shows each trait under a rule."""
    return {
        (trait["experiment"], trait["trait"]): shown_by(rule, trait)
        for trait in store.traits.iter_rows(named=True)
    }


def _told(
    way: WayToDraw, seed: int, n: int, pool: int, planned: int, narrowed: Filter, by: Sequence[str]
) -> str:
    meet = MEET.get(narrowed.only, f"are listed as “{narrowed.only}”")
    text = f" and are found by “{narrowed.text}”" if narrowed.text else ""
    each = f" for each {' and '.join(name.replace('_', ' ') for name in by)}" if by else ""
    low, high = narrowed.score
    score = ""
    if low is not None or high is not None:
        score = f", with a score from {low or 0:g} to {100 if high is None else high:g},"
    part = f", a random {READ:,} of which were read" if way.reads and pool > READ else ""
    return (
        f"{n:,} drawn {way.told}{each} (seed {seed}), from the {pool:,} of {planned:,} answers "
        f"that {meet}{score}{text}{part}."
    )
