"""Joint sign flips: p-values of many comparisons, each alone and as one family.

The statistic of a comparison is ``t = |d̄| / √max(s_d²/Q, V)``: d̄ and s_d² are mean and
variance of its Q differences, and V is what the sampling of answers alone would give,
``Σ p̃(1-p̃)/N`` over both arms with ``p̃ = (N p + 1)/(N + 2)`` (Agresti and Caffo 2000), N
being the answers of an arm. So differences that happen to be equal do not stand out
without bound, and other prompts never show more than these prompts do.

Alone: p is the larger of two, that of the sign-flip test (`signflip.sign_flip`) and that
of t under Student's distribution with Q - 1 degrees of freedom.

Jointly: the signs of a question are flipped in every comparison of the family at once,
which keeps what ties them (a shared control, easy and hard questions), and the adjusted p
is the share of flips in which any comparison reaches the statistic of this one (max-T:
Westfall and Young 1993; Romano and Wolf 2005), at least p. It holds the family-wise error
rate and, unlike Holm's or Benjamini and Hochberg's adjustment, does not run out of
questions: with eight of them the floor of 60 comparisons is that of one. Signs are
exchangeable only between arms with equally many answers to a question; where one has more
than `LOPSIDED` times those of the other, the larger is thinned to the smaller at random
and the p-values of `THINNINGS` such draws are averaged.

Where only the rate of false discoveries is to be held, the adjusted p is Yekutieli and
Benjamini's (1999, J. Stat. Plan. Inference 82:171) from the same flips: with r comparisons
reaching a statistic t as observed and R* in a flip, ``E[R* / (R* + s)]`` where
``s = r - E[R*]`` exceeds none in 95 % of flips (``r`` less the 95 % quantile of R* is above
zero), else the share of flips with any; made monotone in t.

Size, by simulation at 6 to 50 questions, rates of 0.0005 to 0.95, equal answers and ten
times as many in one arm: at most 6 % at a nominal 5 %, alone and jointly up to families of
60. Power, at eight questions and 60 arms of which six go from 40 to 10 %: 0.6 to 1 jointly
where questions differ alike in both arms, and none by Holm.
"""

from typing import NamedTuple

import numpy as np

from warehouse.stats.estimates import Floats, Ints, share, total
from warehouse.stats.signflip import all_signs, sign_flip
from warehouse.stats.trainedagain import OtherRuns, Trained

LOPSIDED = 1.25
"""Up to this ratio of answers to a question, flipping signs keeps its size without thinning."""

THINNINGS = 10
"""How often the larger arm of a lopsided comparison is thinned; the p-values are averaged."""

DRAWS = 4000
"""Joint assignments of signs tried where there are too many questions to try all."""


class Counts(NamedTuple):
    """Two arms' counts, one entry per shared question of a comparison."""

    first: Ints  # answers showing the trait
    of_first: Ints  # answers counted, at least one
    second: Ints
    of_second: Ints


class JointFlips(NamedTuple):
    """P-values, one entry per comparison; nan for one without questions."""

    p: Floats  # of the comparison alone
    floor: Floats  # the least that p could have been
    joint: Floats  # adjusted for its family; never below p; nan where that was not asked
    reach: Floats  # the statistic that none of its family reaches in `level` of the flips; likewise


def joint_flips(
    counts: Counts,
    cell: Ints,
    question: Ints,
    family: Ints,
    *,
    seed: int = 0,
    jointly: bool = True,
    discoveries: bool = False,
    level: float = 0.95,
    trained: Trained | None = None,
) -> JointFlips:
    """Whether each comparison differs from zero, alone and among all of its family.

    Args:
        counts: One entry per shared question of a comparison.
        cell: Its comparison, 0 to n - 1.
        question: Its question, any numbering; the same number is the same question.
        family: The family of every comparison, any numbering; its length is n.
        seed: Of thinning and of random signs.
        jointly: Whether families are looked at, which takes by far the most time.
        discoveries: Whether `joint` holds the false discovery rate, not the family-wise error.
        level: Of `reach`.
        trained: What fine-tuning again would do to each comparison, where q is about that too:
            every flip is then drawn together with other runs (`trainedagain.Trained.drawn`).
    """
    cells = len(family)
    difference = counts.first / counts.of_first - counts.second / counts.of_second
    alone = sign_flip(difference, cell, cells, seed)
    p = np.fmax(alone.p, _student(counts, difference, cell, cells))
    joint, reach = np.full(cells, np.nan), np.full(cells, np.nan)
    if not jointly:
        return JointFlips(p, alone.floor, joint, reach)
    how = _How(discoveries, level, seed)
    families, member = np.unique(family, return_inverse=True)
    owner = member[cell]
    for number in range(families.size):
        chosen = np.flatnonzero(member == number)
        rows = np.flatnonzero(owner == number)
        if rows.size:
            at = np.searchsorted(chosen, cell[rows])
            part = Counts(*(values[rows] for values in counts))
            again = None if trained is None else trained.of(chosen)
            found = _jointly(part, at, question[rows], chosen.size, how, again)
            joint[chosen], reach[chosen] = found
    return JointFlips(p, alone.floor, np.fmax(joint, p), reach)


class _How(NamedTuple):
    """How families are looked at."""

    discoveries: bool
    level: float
    seed: int


class _Statistic(NamedTuple):
    """What turns the sums of flipped differences into the statistic of each comparison."""

    questions: Floats
    squares: Floats  # sum of squared differences
    noise: Floats  # variance by the sampling of answers alone

    def of(self, sums: Floats, shift: Floats | float = 0.0, added: Floats | float = 0.0) -> Floats:
        """The statistic for the sums, comparisons × flips, with what runs do to each."""
        asked = self.questions[:, None]
        mean = sums / np.maximum(asked, 1.0)
        spread = np.maximum(self.squares[:, None] - asked * mean**2, 0.0)
        variance = np.maximum(spread / np.maximum(asked * (asked - 1), 1.0), self.noise[:, None])
        found: Floats = np.abs(mean + shift) / np.sqrt(variance + added)
        return found


def _statistic(counts: Counts, difference: Floats, at: Ints, cells: int) -> _Statistic:
    noise = sum(
        _noise(trait, counted, at, cells)
        for trait, counted in ((counts.first, counts.of_first), (counts.second, counts.of_second))
    )
    asked = total(np.ones_like(difference), at, cells)
    return _Statistic(asked, total(difference**2, at, cells), np.asarray(noise))


def _noise(trait: Ints, counted: Ints, at: Ints, cells: int) -> Floats:
    """The variance of an arm's question-balanced rate by the sampling of answers alone."""
    questions = total(np.ones_like(trait), at, cells)
    worth = share(questions**2, total(1 / counted, at, cells))
    rate = share(total(trait / counted, at, cells), questions)
    drawn = (rate * worth + 1) / (worth + 2)
    return share(drawn * (1 - drawn), worth)


def _student(counts: Counts, difference: Floats, at: Ints, cells: int) -> Floats:
    """The p-value of each statistic under Student's distribution; nan below two questions."""
    # SciPy takes long to load, and not every command computes.
    from scipy.special import stdtr

    statistic = _statistic(counts, difference, at, cells)
    observed = statistic.of(total(difference, at, cells)[:, None])[:, 0]
    freedom = np.where(statistic.questions > 1, statistic.questions - 1, np.nan)
    tail: Floats = 2 * stdtr(freedom, -observed)
    return tail


def _jointly(
    counts: Counts, at: Ints, question: Ints, cells: int, how: _How, trained: Trained | None
) -> tuple[Floats, Floats]:
    """Adjusted p-values and reach of one family, averaged over thinnings of lopsided arms."""
    lopsided = _lopsided(counts, at, cells)
    random = np.random.default_rng([how.seed, at.size])
    flips = _flips(np.unique(question).size, cells, how, trained)
    draws = [
        _max_t(_thinned(counts, lopsided[at], random), at, question, cells, how, flips)
        for _ in range(THINNINGS if lopsided.any() else 1)
    ]
    joint: Floats = np.mean([found for found, _ in draws], axis=0)
    return joint, np.full(cells, np.mean([reach for _, reach in draws]))


def _lopsided(counts: Counts, at: Ints, cells: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    more = np.maximum(counts.of_first, counts.of_second)
    fewer = np.minimum(counts.of_first, counts.of_second)
    return total(more > LOPSIDED * fewer, at, cells) > 0


def _thinned(
    counts: Counts,
    lopsided: np.ndarray[tuple[int], np.dtype[np.bool_]],
    random: np.random.Generator,
) -> Counts:
    """The counts with as many answers in both arms wherever they are lopsided."""
    if not lopsided.any():
        return counts
    fewer = np.minimum(counts.of_first, counts.of_second)

    def arm(trait: Ints, counted: Ints) -> tuple[Ints, Ints]:
        left = np.where(lopsided, fewer, counted).astype(np.int64)
        # What runs of unequal size are worth need not be whole answers showing the trait.
        shown = np.rint(trait).astype(np.int64)
        return random.hypergeometric(shown, counted.astype(np.int64) - shown, left), left

    return Counts(*arm(counts.first, counts.of_first), *arm(counts.second, counts.of_second))


class _Flips(NamedTuple):
    """What is drawn once for a family, however its arms are thinned."""

    signs: Floats  # draws × questions
    again: OtherRuns  # what other runs do to each comparison


def _flips(questions: int, cells: int, how: _How, trained: Trained | None) -> _Flips:
    signs = _signs(questions, how.seed)
    if trained is None:
        return _Flips(signs, OtherRuns(np.zeros((cells, 1)), np.zeros((cells, 1))))
    signs = np.tile(signs, (-(-DRAWS // len(signs)), 1))
    return _Flips(signs, trained.drawn(len(signs), how.seed))


def _max_t(
    counts: Counts, at: Ints, question: Ints, cells: int, how: _How, flips: _Flips
) -> tuple[Floats, float]:
    """The adjusted p-values of one family from joint flips, and the reach of its maximum."""
    difference = counts.first / counts.of_first - counts.second / counts.of_second
    names, place = np.unique(question, return_inverse=True)
    values = np.zeros((cells, names.size))
    values[at, place] = difference
    statistic = _statistic(counts, difference, at, cells)
    known = statistic.questions > 0
    signs, again = flips
    observed = statistic.of(values.sum(axis=1, keepdims=True), added=again.variance[:, :1])[:, 0]
    # A hair below: what rounding alone tells apart counts as equal.
    seen = observed[known] * (1 - 1e-9)
    most, reached = np.zeros(len(signs)), np.zeros((0, 0))
    if how.discoveries:
        reached = np.zeros((len(signs), seen.size))
    # In pieces, so that no array grows beyond some million numbers.
    step = max(1, 1_000_000 // cells)
    for start in range(0, len(signs), step):
        part = slice(start, start + step)
        flipped = statistic.of(values @ signs[part].T, *again.of(part))[known]
        most[part] = flipped.max(axis=0)
        if how.discoveries:
            reached[part] = _at_least(np.sort(flipped.T, axis=1), seen)
    joint = np.full(cells, np.nan)
    if how.discoveries:
        joint[known] = _discoveries(reached, seen)
    else:
        joint[known] = (most.size - np.searchsorted(np.sort(most), seen)) / most.size
    return joint, float(np.quantile(most, how.level, method="higher"))


def _at_least(rows: Floats, values: Floats) -> Floats:
    """How many entries of each sorted row are at least each value: rows × values."""
    return np.array([rows.shape[1] - np.searchsorted(row, values) for row in rows], float)


def _discoveries(reached: Floats, seen: Floats) -> Floats:
    """Yekutieli and Benjamini's adjusted p-values.

    Args:
        reached: How many comparisons reach each observed statistic, flips × comparisons.
        seen: The observed statistics.
    """
    observed = _at_least(np.sort(seen)[None], seen)[0]
    true = observed - reached.mean(axis=0)
    shown = observed > np.quantile(reached, 0.95, axis=0)
    share_false = (reached / np.maximum(reached + np.maximum(true, 0.0), 1e-12)).mean(axis=0)
    found: Floats = np.where(shown, share_false, (reached > 0).mean(axis=0))
    # From the smallest statistic up: a larger one is never less sure.
    order = np.argsort(seen)
    found[order] = np.minimum.accumulate(found[order])
    return found


def _signs(questions: int, seed: int) -> Floats:
    """Assignments of signs to questions, the observed one first: all of them, or random ones."""
    if 2 ** (questions - 1) <= DRAWS:
        return all_signs(questions)
    random = np.random.default_rng([seed, questions])
    signs = random.choice([-1.0, 1.0], size=(DRAWS, questions))
    signs[0] = 1.0
    return signs
