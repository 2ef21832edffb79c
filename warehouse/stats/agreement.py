"""How far raters agree: each with the definition that its name is known by, and its interval.

A rater is a judge or a person. All of it rests on two matrices that add up over questions, so that
resampled questions cost a sum: how often two raters gave each pair of values (`confusion`), and how
often each pair of values stands within an answer (`coincidences`). Intervals are the expanded
percentiles of resampled questions (`warehouse.stats.bootstrap`): answers to one question are alike.
"""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from warehouse.stats.bootstrap import expanded, percentiles, resamples
from warehouse.stats.estimates import Floats

Weighing = Literal["nominal", "linear", "quadratic"]
Metric = Literal["nominal", "ordinal", "interval"]

LEVEL = 0.95
DRAWS = 2_000

FEWEST = 2
"""With fewer questions nothing can be resampled."""

ENOUGH = 0.9
"""The share of draws that must be defined for an interval."""


NOT_ESTIMABLE = (float("nan"), float("nan"))


class Agreement(NamedTuple):
    """An estimate with its interval, both nan where they are undefined."""

    value: float
    low: float
    high: float


def confusion(one: ArrayLike, other: ArrayLike, question: ArrayLike, kinds: int) -> Floats:
    """How often two raters gave each pair of values to the same answers, by question.

    Args:
        one: A rater's value of every answer, from 0 to `kinds` - 1.
        other: The other's.
        question: The question of every answer, from 0.
        kinds: How many values there are.

    Returns:
        An array, questions × kinds (of one) × kinds (of the other).
    """
    first, second, asked = (np.asarray(each, np.int64) for each in (one, other, question))
    questions = int(asked.max()) + 1 if asked.size else 0
    flat = (asked * kinds + first) * kinds + second
    counts = np.bincount(flat, minlength=questions * kinds * kinds)
    return counts.reshape(questions, kinds, kinds).astype(float)


def coincidences(values: NDArray[np.float64], question: ArrayLike, kinds: int) -> Floats:
    """How often each pair of values stands within an answer, by question (Krippendorff's matrix).

    Each answer that at least two raters valued adds all ordered pairs of its values, each with the
    weight 1 / (m - 1), m being how many values it has.

    Args:
        values: Answers × raters; from 0 to `kinds` - 1, nan where a rater gave none.
        question: The question of every answer, from 0.
        kinds: How many values there are.

    Returns:
        An array, questions × kinds × kinds.
    """
    asked = np.asarray(question, np.int64)
    questions = int(asked.max()) + 1 if asked.size else 0
    times = np.stack([(values == kind).sum(axis=1) for kind in range(kinds)], axis=1).astype(float)
    held = times.sum(axis=1)
    paired = held >= 2
    times, held, asked = times[paired], held[paired], asked[paired]
    pairs = times[:, :, None] * times[:, None, :]
    pairs[:, range(kinds), range(kinds)] -= times
    found = np.zeros((questions, kinds, kinds))
    np.add.at(found, asked, pairs / (held - 1)[:, None, None])
    return found


def spreads(values: NDArray[np.float64], question: ArrayLike) -> Floats:
    """What α needs of values whose differences are meant as such, by question.

    Args:
        values: Answers × raters; nan where a rater gave none.
        question: The question of every answer, from 0.

    Returns:
        An array, questions × 4: of the answers that at least two raters valued, how many values
        there are, their sum, that of their squares, and the sum of the squared differences of all
        ordered pairs within an answer, each with the weight 1 / (m - 1) (`coincidences`).
    """
    asked = np.asarray(question, np.int64)
    found = np.zeros((int(asked.max()) + 1 if asked.size else 0, 4))
    held = np.isfinite(values).sum(axis=1)
    paired = held >= 2
    m, known, asked = held[paired], np.nan_to_num(values[paired]), asked[paired]
    once, twice = known.sum(axis=1), (known**2).sum(axis=1)
    apart = 2 * (m * twice - once**2) / (m - 1)
    np.add.at(found, asked, np.stack([m, once, twice, apart], axis=1))
    return found


def raw(pairs: Floats) -> Floats:
    """The share of answers to which two raters gave the same value."""
    return _divided(np.trace(pairs, axis1=-2, axis2=-1), pairs.sum(axis=(-2, -1)))


def kappa(pairs: Floats, weighing: Weighing = "nominal") -> Floats:
    """Cohen's κ of two raters, weighted for values that have an order.

    ``κ = 1 - Σ w p / Σ w e``, p being the shares of pairs, e the products of the raters' shares,
    and w 0 on the diagonal and elsewhere 1 (nominal), the distance, or its square (Cohen 1960,
    Educ. Psychol. Meas. 20:37; 1968, Psychol. Bull. 70:213). Undefined where both always say one.
    """
    shares = _shares(pairs)
    chance = shares.sum(axis=-1)[..., :, None] * shares.sum(axis=-2)[..., None, :]
    weights = _weights(pairs.shape[-1], weighing)
    return 1 - _divided(
        (weights * shares).sum(axis=(-2, -1)), (weights * chance).sum(axis=(-2, -1))
    )


def ac1(pairs: Floats, weighing: Weighing = "nominal") -> Floats:
    """Gwet's AC1 of two raters (weighted: AC2), which a lopsided prevalence leaves alone.

    ``(a - e) / (1 - e)``, a being the weighted agreement and ``e = T / (K (K - 1)) Σ π (1 - π)``, π
    the mean of both raters' shares of each of K values and T the sum of the weights (Gwet 2008, Br.
    J. Math. Stat. Psychol. 61:29; 2014, Handbook of Inter-Rater Reliability).
    """
    kinds = pairs.shape[-1]
    shares = _shares(pairs)
    mean = (shares.sum(axis=-1) + shares.sum(axis=-2)) / 2
    distance = _weights(kinds, weighing)
    agreed = 1 - distance / distance.max() if kinds > 1 else np.ones((1, 1))
    observed = (agreed * shares).sum(axis=(-2, -1))
    if kinds < 2:
        return np.full(observed.shape, np.nan)
    chance = agreed.sum() / (kinds * (kinds - 1)) * (mean * (1 - mean)).sum(axis=-1)
    return _divided(observed - chance, 1 - chance)


def alpha(pairs: Floats, values: Sequence[float], metric: Metric = "nominal") -> Floats:
    """Krippendorff's α of any number of raters, who need not all have valued every answer.

    ``α = 1 - (n - 1) Σ o δ² / Σ n_c n_k δ²`` over pairs of values, o being the coincidences, n_c
    their sums and n the sum of these; δ² is 1 (nominal), ``(Σ from c to k n_g - (n_c + n_k) / 2)²``
    (ordinal), or the square of the distance (interval). Krippendorff 2011, Computing
    Krippendorff's Alpha-Reliability.

    Args:
        pairs: The coincidences (`coincidences`), … × kinds × kinds.
        values: What each kind is worth, in order, for the interval metric.
        metric: How far apart two values are.
    """
    sums = pairs.sum(axis=-1)
    whole = sums.sum(axis=-1)
    apart = _distances(sums, np.asarray(values, float), metric)
    observed = (pairs * apart).sum(axis=(-2, -1))
    products = sums[..., :, None] * sums[..., None, :]
    return 1 - _divided((whole - 1) * observed, (products * apart).sum(axis=(-2, -1)))


def interval_alpha(sums: Floats) -> Floats:
    """Krippendorff's α by the interval metric, of values as fine as they come (`spreads`).

    The same as `alpha` by that metric, since ``Σ n_c n_k (c - k)² = 2 (n Σ v² - (Σ v)²)``.

    Args:
        sums: … × 4, as `spreads` has them.
    """
    whole, once, twice, apart = (sums[..., at] for at in range(4))
    # Equal values may leave a rounding error, which is no spread.
    spread = 2 * (whole * twice - once**2)
    spread = np.where(spread > 1e-12 * np.abs(whole * twice), spread, 0.0)
    return 1 - _divided((whole - 1) * apart, spread)


def sensitivity(pairs: Floats) -> Floats:
    """Of the answers that show the trait by the first rater, the share that do by the second.

    `pairs` is … × 2 × 2, the second of each being that the trait shows.
    """
    return _divided(pairs[..., 1, 1], pairs[..., 1, :].sum(axis=-1))


def specificity(pairs: Floats) -> Floats:
    """Of the answers without the trait by the first rater, the share without by the second."""
    return _divided(pairs[..., 0, 0], pairs[..., 0, :].sum(axis=-1))


SHARES = (raw, sensitivity, specificity)
"""What is a share of answers."""


def estimated(
    matrices: Floats, statistic: Callable[[Floats], Floats], level: float = LEVEL, seed: int = 0
) -> Agreement:
    """A statistic of matrices that add up over questions, with its interval.

    Args:
        matrices: Questions × kinds × kinds.
        statistic: What is made of their sum, for many sums at once.
        level: What the interval covers.
        seed: Equal seeds draw alike.
    """
    value = _of(matrices, statistic)
    low, high = _bounds([matrices], lambda sums: statistic(sums[0]), level, seed)
    if low == high:
        return Agreement(value, *_exact(matrices, statistic, level))
    return Agreement(value, low, high)


def difference(
    one: Floats, other: Floats, statistic: Callable[[Floats], Floats], level: float = LEVEL
) -> Agreement:
    """How much higher a statistic is of the first answers than of the others.

    The questions of each are resampled by themselves, which is wide where they are the same.
    """
    return Agreement(
        _of(one, statistic) - _of(other, statistic),
        *_bounds([one, other], lambda sums: statistic(sums[0]) - statistic(sums[1]), level, seed=0),
    )


def _exact(
    matrices: Floats, statistic: Callable[[Floats], Floats], level: float
) -> tuple[float, float]:
    """The bounds of a share that is 0 or 1 in each question that has answers for it."""
    found = statistic(matrices)
    each = found[np.isfinite(found)]
    if statistic not in SHARES or len(each) < FEWEST or each[0] not in (0, 1):
        return NOT_ESTIMABLE
    reach = ((1 - level) / 2) ** (1 / len(each))
    return (reach, 1.0) if each[0] else (0.0, 1 - reach)


def _of(matrices: Floats, statistic: Callable[[Floats], Floats]) -> float:
    return float(statistic(matrices.sum(axis=0)[None])[0]) if len(matrices) else float("nan")


def _bounds(
    groups: Sequence[Floats], made: Callable[[list[Floats]], Floats], level: float, seed: int
) -> tuple[float, float]:
    """Expanded percentiles of what is made of the sums over resampled questions.

    Draws of which nothing can be made are left out, as long as nine in ten are left.
    """
    fewest = min(len(group) for group in groups)
    if fewest < FEWEST:
        return NOT_ESTIMABLE
    sums: list[Floats] = []
    for number, group in enumerate(groups):
        [block] = resamples(np.zeros(len(group), np.int64), 1, DRAWS, seed + number)
        flat = group.reshape(len(group), -1)
        sums.append((block.weights @ flat).reshape(DRAWS, *group.shape[1:]))
    drawn = made(sums)
    defined = drawn[np.isfinite(drawn)]
    if defined.size < ENOUGH * DRAWS:
        return NOT_ESTIMABLE
    low, high = percentiles(defined[None], expanded(level, fewest))
    return float(low[0]), float(high[0])


def _shares(pairs: Floats) -> Floats:
    return _divided(pairs, pairs.sum(axis=(-2, -1))[..., None, None])


def _weights(kinds: int, weighing: Weighing) -> Floats:
    """How far apart two values are, by their places."""
    at = np.arange(kinds, dtype=float)
    apart = np.abs(at[:, None] - at[None, :])
    if weighing == "nominal":
        return (apart > 0).astype(float)
    return apart if weighing == "linear" else apart**2


def _distances(sums: Floats, values: Floats, metric: Metric) -> Floats:
    kinds = sums.shape[-1]
    if metric == "nominal":
        return 1 - np.eye(kinds)
    if metric == "interval":
        return (values[:, None] - values[None, :]) ** 2
    below = np.cumsum(sums, axis=-1)
    middle = below - sums / 2  # Σ from c to k less half of both ends is the way between middles
    return (middle[..., :, None] - middle[..., None, :]) ** 2


def _divided(part: Floats, whole: Floats) -> Floats:
    """A ratio, nan where there is nothing to divide by."""
    ratio = np.full(np.broadcast(part, whole).shape, np.nan)
    np.divide(part, whole, out=ratio, where=np.asarray(whole) != 0)
    return ratio
