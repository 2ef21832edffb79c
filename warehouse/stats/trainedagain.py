"""What fine-tuning again would do to all comparisons of a family at once."""

from typing import NamedTuple

import numpy as np

from warehouse.stats.estimates import Floats, Index, total


class Drawn(NamedTuple):
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

    first: Index  # the arm of every comparison; -1 where its runs add nothing
    second: Index  # its baseline
    variance: Floats  # one entry per arm
    freedom: Floats  # degrees of freedom behind the variance of every arm

    def of(self, comparisons: Index) -> "Trained":
        """Some of the comparisons."""
        return self._replace(first=self.first[comparisons], second=self.second[comparisons])

    def drawn(self, draws: int, seed: int) -> Drawn:
        """Other runs for every arm: their effect, and the variance that would be estimated.

        The effect of an arm is normal with its variance, the same in every comparison it is
        part of: arms share a control, and so its luck. What is estimated is the variance times
        χ²/f, the same in all arms whose variance was estimated together.
        """
        random = np.random.default_rng([seed, draws, 1])
        effect = random.standard_normal((self.variance.size, draws)) * np.sqrt(
            self.variance[:, None]
        )
        pools, pool = np.unique(self.freedom, return_inverse=True)
        off = random.chisquare(np.maximum(pools, 1.0)[:, None], (pools.size, draws))
        estimated = (off / np.maximum(pools, 1.0)[:, None])[pool] * self.variance[:, None]
        effect[:, 0], estimated[:, 0] = 0.0, self.variance
        # The row that -1 takes: nothing.
        effect, estimated = (np.vstack([part, np.zeros(draws)]) for part in (effect, estimated))
        return Drawn(
            effect[self.first] - effect[self.second], estimated[self.first] + estimated[self.second]
        )


def trained_again(
    first: Index, second: Index, excess: Floats, freedom: Floats, rate: Floats, family: Index
) -> Trained:
    """How far the runs of every arm vary, from all arms of its family together.

    An arm with two or three runs says next to nothing of how far they vary; sixty arms do. Of the
    variance that runs add to a rate p, over R runs, the share ``φ = variance R / (p̃(1-p̃))`` is
    taken to be the same in a family: ``φ = max(0, Σ f x / Σ f p̃(1-p̃)/R)``, x being the excess of
    the mean squares of an arm and f = R - 1 its degrees of freedom (`crossed.Runs`). It is a
    pooled variance, the limit of Smyth's (2004, Stat. Appl. Genet. Mol. Biol. 3:3) moderated ones
    with a prior that is certain; who uses it must hold every arm against its own variance too.

    Args:
        first: The arm of every comparison, -1 where its runs add nothing.
        second: Its baseline, likewise.
        excess: One entry per arm: what runs add, which may be below nothing.
        freedom: Runs less one.
        rate: The arm's rate, drawn a little to one half.
        family: The family of every arm.
    """
    spread = rate * (1 - rate) / (freedom + 1)
    families, member = np.unique(family, return_inverse=True)
    weight, above, below = (
        total(part, member, families.size) for part in (freedom, freedom * excess, freedom * spread)
    )
    varies = np.maximum(above, 0.0) / np.where(below > 0, below, 1.0)
    return Trained(first, second, varies[member] * spread, weight[member])
