"""What simulated studies are made of: how far seeds and arms vary, and exact mean rates."""

import numpy as np
from scipy.special import expit

from warehouse.stats.estimates import Floats

SEED_SD = 0.5
"""Of seeds of one condition, on the logit scale, where there are several."""

ARM_SD = 0.25
"""Of a question's own answer to an arm: what a difference of no effect on average varies by."""

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(40)


def expected(logit: Floats, deviation: float) -> Floats:
    """The mean of expit(logit + a normal effect), by quadrature."""
    at = np.asarray(logit)[..., None] + deviation * NODES
    mean: Floats = expit(at) @ (WEIGHTS / WEIGHTS.sum())
    return mean
