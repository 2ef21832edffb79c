"""What fine-tuning again would do to all comparisons of a family at once."""

from typing import NamedTuple

import numpy as np

from warehouse.stats.estimates import Floats, Ints, share, total


class OtherRuns(NamedTuple):
    """What other runs do to every comparison, comparisons × draws; the first is as observed."""

    shift: Floats  # of the mean difference
    variance: Floats  # that runs are estimated to add to it

    def of(self, part: slice) -> tuple[Floats, Floats]:
        """Some of the draws."""
        if self.shift.shape[1] == 1:
            return self.shift, self.variance
        return self.shift[:, part], self.variance[:, part]


class Trained(NamedTuple):
    """The arms of comparisons, and what the runs of each add to the variance of its rate."""

    first: Ints  # the arm of every comparison; -1 where its runs add nothing
    second: Ints  # its baseline
    variance: Floats  # one entry per arm
    unequal: Floats  # squared coefficient of variation of true variances about it
    freedom: Floats  # degrees of freedom behind the variance of every arm
    own: Floats  # what the runs of every arm add by themselves

    def of(self, comparisons: Ints) -> "Trained":
        """Some of the comparisons, with the arms that are part of them."""
        sides = self.first[comparisons], self.second[comparisons]
        arms = np.unique(np.concatenate(sides))
        arms = arms[arms >= 0]
        # One place more, which -1 takes.
        place = np.full(self.variance.size + 1, -1)
        place[arms] = np.arange(arms.size)
        return Trained(*(place[side] for side in sides), *(part[arms] for part in self[2:]))

    def drawn(self, draws: int, seed: int) -> OtherRuns:
        """Other runs for every arm: their effect, and the variance that would be estimated.

        The effect of an arm is normal with its variance, the same in every comparison it is
        part of: arms share a control, and so its luck. Where the runs of some arms vary more than
        those of others, nobody knows of which, and the variance of each is drawn too, from a gamma
        distribution. What is estimated is the variance times χ²/f, the same in all arms whose
        variance was estimated together. As observed it is at least what the arm's own runs add:
        what they show, those of others do not take away.
        """
        random = np.random.default_rng([seed, draws, 1])
        deviation = np.sqrt(self.variance)[:, None] * np.ones(draws)
        apart = self.unequal > 0
        if apart.any():
            shape = 1 / self.unequal[apart, None]
            deviation[apart] *= np.sqrt(random.gamma(shape, 1 / shape, (apart.sum(), draws)))
        effect = random.standard_normal((self.variance.size, draws)) * deviation
        pools, pool = np.unique(self.freedom, return_inverse=True)
        off = random.chisquare(np.maximum(pools, 1.0)[:, None], (pools.size, draws))
        estimated = (off / np.maximum(pools, 1.0)[:, None])[pool] * self.variance[:, None]
        effect[:, 0], estimated[:, 0] = 0.0, np.maximum(self.variance, self.own)
        # The row that -1 takes: nothing.
        effect, estimated = (np.vstack([part, np.zeros(draws)]) for part in (effect, estimated))
        return OtherRuns(
            effect[self.first] - effect[self.second], estimated[self.first] + estimated[self.second]
        )


class Seen(NamedTuple):
    """What is seen of the runs of every arm of a family."""

    square: Floats  # MS_R / (Q R) of `crossed.Runs`
    left: Floats  # MS_E / (Q R)
    freedom: Floats  # runs less one
    rate: Floats  # of the arm, drawn a little to one half


def trained_again(first: Ints, second: Ints, seen: Seen, family: Ints) -> Trained:
    """How far the runs of every arm vary, from all arms of its family together.

    An arm with two or three runs says next to nothing of how far they vary; sixty arms do. Of the
    variance that runs add to a rate p, over R runs, the share ``φ = variance R / (p̃(1-p̃))`` is
    taken to be the same in a family: ``φ = max(0, Σ f x / Σ f p̃(1-p̃)/R)``, x being the excess of
    the mean squares of an arm and f = R - 1 its degrees of freedom (`crossed.Runs`). It is a
    pooled variance, the limit of Smyth's (2004, Stat. Appl. Genet. Mol. Biol. 3:3) moderated ones
    with a prior that is certain; who uses it must hold every arm against its own variance too.

    It need not be the same: the seeds of some arms may vary, and those of others not. Each mean
    square over what φ makes of it, ``y = f MS_R / (φ p̃(1-p̃)/R + MS_E)``, is then χ² with f
    degrees of freedom times what the arm is apart. How far arms are apart shows in the shares
    ``s = y / Σ y``: with as much from each of n arms ``E Σ s² = (α + 1) / (nα + 1)`` (Dirichlet,
    α = f/2). The n that gives what is seen is the number of arms that vary, and the squared
    coefficient of variation of their variances is all arms over n, less one. The pooled variance is
    then worth fewer degrees of freedom, by the variance of a mean of so unequal squares.

    Args:
        first: The arm of every comparison, -1 where its runs add nothing.
        second: Its baseline, likewise.
        seen: One entry per arm.
        family: The family of every arm.
    """
    square, left, freedom, rate = seen
    spread = rate * (1 - rate) / (freedom + 1)
    families, member = np.unique(family, return_inverse=True)

    def summed(part: Floats) -> Floats:
        return total(part, member, families.size)[member]

    above, below = summed(freedom * (square - left)), summed(freedom * spread)
    variance = np.maximum(above, 0.0) / np.where(below > 0, below, 1.0) * spread
    whole = variance + left
    y = freedom * np.divide(square, whole, out=np.zeros_like(whole), where=whole > 0)
    half = freedom / 2
    together = share(summed(y**2), summed(y) ** 2)
    as_many = share(share(summed(half * (half + 1)), summed(half)), together) - 1
    apart = np.maximum(np.nan_to_num(share(summed(half), as_many)) - 1, 0.0)
    of_runs = share(summed(freedom * whole**2), summed(freedom * variance**2))
    unequal = np.where(variance > 0, apart * np.nan_to_num(of_runs), 0.0)
    worth = summed(freedom) / (1 + apart * (1 + freedom / 2))
    return Trained(first, second, variance, unequal, worth, np.maximum(square - left, 0.0))
