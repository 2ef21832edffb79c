"""The hierarchical model: where the variance lies, and rates of small cells partly pooled.

``k ~ Binomial(n, p)``, ``logit p = mean + Σ effects``: one random effect for every level of each
factor of `variance.FACTORS` that the answers tell apart (arm, question, arm × question, seed, and
where there are several also model and dataset). It is sampled with NumPyro (Phan, Pradhan and
Jankowiak 2019, arXiv:1912.11554; No-U-Turn sampler, Hoffman and Gelman 2014), which is an extra:
`pip install -e '.[hierarchical]'`. It takes seconds to a minute, and is loaded when used.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from warehouse.errors import BrittlescopeError
from warehouse.stats.estimates import Floats, Ints, grouped
from warehouse.stats.pooling import ARM
from warehouse.stats.rates import IDENTITY
from warehouse.stats.variance import SHARES, factors, observations

WARMUP, DRAWS, CHAINS = 400, 600, 2

MOST_APART = 1.05
"""Chains whose draws of a share have a larger R-hat (Gelman and Rubin 1992) did not agree."""

NOTHING = 0.005
"""A share below this is not told from none."""

METHOD = "hierarchical"

INSTALL = "pip install -e '.[hierarchical]'"
"""What brings the library."""


RATES = {
    **dict.fromkeys((*IDENTITY, *ARM, "question"), pl.String()),
    **dict.fromkeys(("n_trait", "n_counted"), pl.Int64()),
    **dict.fromkeys(("rate", "pooled", "low", "high"), pl.Float64()),
}
"""The columns of partly pooled rates."""


class NotInstalled(BrittlescopeError):
    """The library that fits the model is missing."""


class Fitted(NamedTuple):
    """What the model says."""

    shares: pl.DataFrame  # one row per experiment, trait, judge and factor, as `variance_shares`
    rates: pl.DataFrame  # one row per arm, and per arm and question


def installed() -> bool:
    """Whether the library that fits the model is there."""
    return find_spec("numpyro") is not None


def fitted(counts: pl.DataFrame, *, level: float = 0.95, seed: int = 0) -> Fitted:
    """The hierarchical model of every experiment, trait and judge.

    The mean is normal about 0 with deviation 5, standard deviations of effects are half-normal
    with scale 2 (Gelman 2006, Bayesian Anal. 1:515, on why not inverse gamma). A share is that of
    the variance of the levels that are loaded (the finite-population variance of Gelman 2005, Ann.
    Stat. 33:1), and its interval (`credible`) reaches 0 where the answers do not tell a factor from
    none. Answers speak by their likelihood, so a rate next to
    0 makes intervals wide and not wrong.

    Args:
        counts: One row per evaluation × question × trait × judge; untuned models and evaluations
            with an added text are left out.
        level: Of all intervals.
        seed: Of the sampler.

    Returns:
        shares: the columns of `variance.variance_shares`. rates: experiment, trait, judge, the
        arm, question (null for the arm over its questions), n_trait, n_counted, rate (as counted),
        pooled, low, high: the posterior mean and its interval.

    Raises:
        NotInstalled: NumPyro is missing.
    """
    if not installed():
        raise NotInstalled(
            f"The hierarchical model needs NumPyro, which is not installed. Run: {INSTALL}"
        )
    shares, rates = [], []
    for identity, cells in observations(counts, ("eval_intervention", "sampling")):
        named = [pl.lit(v).alias(n) for n, v in zip(IDENTITY, identity, strict=True)]
        names, codes = factors(cells)
        if not names:
            continue
        k, n = (cells[name].to_numpy() for name in ("n_trait", "n_counted"))
        draws = sampled(k, n, codes, seed)
        shares.append(_shares(names, codes, draws, level).select(*named, *SHARES))
        rates.append(_rates(cells, draws.logit, level).select(*named, pl.all()))
    return Fitted(
        pl.concat(
            [pl.DataFrame(schema={**dict.fromkeys(IDENTITY, pl.String()), **SHARES}), *shares]
        ),
        pl.concat([pl.DataFrame(schema=RATES), *rates]),
    )


class Posterior(NamedTuple):
    """Draws of the posterior, chains one after the other."""

    spreads: Floats  # draws × factors: variance of the effects of the levels that are loaded
    logit: Floats  # draws × observations
    agree: float  # the largest R-hat of a share


def sampled(trait: Ints, counted: Ints, codes: Sequence[Ints], seed: int = 0) -> Posterior:
    """Draws of the model's effects.

    Args:
        trait: Answers showing the trait, one entry per observation.
        counted: Answers counted.
        codes: For every factor the level (from 0) of each observation.
        seed: Of the sampler.
    """
    from jax.random import PRNGKey
    from numpyro.diagnostics import split_gelman_rubin

    sizes = tuple(int(code.max()) + 1 for code in codes)
    # One compilation serves all studies of one shape.
    sampler = _sampler(sizes)
    sampler.run(PRNGKey(seed), trait.astype(float), counted.astype(float), np.stack(codes))
    found = {name: np.asarray(value, float) for name, value in sampler.get_samples(True).items()}
    effects = [found[f"sd {at}"][..., None] * found[f"effect {at}"] for at in range(len(sizes))]
    spreads = np.stack([effect.var(axis=-1, ddof=1) for effect in effects], axis=-1)
    logit = found["mean"][..., None] + sum(
        effect[..., code] for effect, code in zip(effects, codes, strict=True)
    )
    apart = split_gelman_rubin(spreads / spreads.sum(axis=-1, keepdims=True))
    draws = CHAINS * DRAWS
    return Posterior(
        spreads.reshape(draws, -1), logit.reshape(draws, -1), float(np.nanmax(np.asarray(apart)))
    )


@lru_cache(maxsize=8)
def _sampler(sizes: tuple[int, ...]) -> Any:
    """The sampler of a model with so many levels in each factor."""
    import numpyro
    from numpyro.infer import MCMC, NUTS

    return MCMC(
        NUTS(_model(numpyro, sizes)),
        num_warmup=WARMUP, num_samples=DRAWS, num_chains=CHAINS,
        chain_method="sequential", progress_bar=False, jit_model_args=True,
    )  # fmt: skip


def _model(numpyro: Any, sizes: tuple[int, ...]) -> Callable[..., None]:
    from jax.nn import softplus

    law = numpyro.distributions

    def model(trait: Any, counted: Any, codes: Any) -> None:
        logit = numpyro.sample("mean", law.Normal(0.0, 5.0))
        for at, size in enumerate(sizes):
            deviation = numpyro.sample(f"sd {at}", law.HalfNormal(2.0))
            effect = numpyro.sample(f"effect {at}", law.Normal(0.0, 1.0).expand([size]))
            logit = logit + deviation * effect[codes[at]]
        # The binomial likelihood without what the answers alone fix, which takes most of the time.
        numpyro.factor("answers", (trait * logit - counted * softplus(logit)).sum())

    return model


def credible(draws: Floats, level: float) -> tuple[Floats, Floats]:
    """Intervals that hold `level` of the draws (first axis) of each column.

    From the lower end of the shortest and of the central interval to the upper: the shortest
    reaches the end of the scale where draws pile up there, the central one holds a median that
    they surround.
    """
    ordered = np.sort(draws, axis=0)
    held = int(np.ceil(level * len(ordered)))
    start = np.argmin(ordered[held - 1 :] - ordered[: len(ordered) - held + 1], axis=0)
    column = np.arange(draws.shape[1])
    low, high = np.quantile(draws, ((1 - level) / 2, (1 + level) / 2), axis=0)
    return (
        np.minimum(low, ordered[start, column]),
        np.maximum(high, ordered[start + held - 1, column]),
    )


def _shares(
    names: list[str], codes: Sequence[Ints], draws: Posterior, level: float
) -> pl.DataFrame:
    of_draw = draws.spreads / draws.spreads.sum(axis=1, keepdims=True)
    low, high = credible(of_draw, level)
    low = np.where(low < NOTHING, 0.0, low)
    agreed = draws.agree <= MOST_APART
    columns = {
        "factor": names,
        "levels": [int(code.max()) + 1 for code in codes],
        "component": draws.spreads.mean(axis=0),
        "share": of_draw.mean(axis=0),
        "low": low,
        "high": high,
        "method": [METHOD] * len(names),
        "note": [None if agreed else "no interval: the sampler's chains did not agree"]
        * len(names),
    }
    frame = pl.DataFrame(columns, schema=SHARES)
    if agreed:
        return frame
    return frame.with_columns(pl.lit(None, pl.Float64()).alias(end) for end in ("low", "high"))


def _rates(cells: pl.DataFrame, logit: Floats, level: float) -> pl.DataFrame:
    """Every arm, and every question of it, as counted and partly pooled."""
    p = 1 / (1 + np.exp(-logit))
    ranks = cells.select(pl.struct(ARM).rank("dense"), pl.col("question").rank("dense"))
    arm, question = (ranks[name].cast(pl.Int64).to_numpy() - 1 for name in ("model", "question"))
    place, owner = grouped(arm, question)
    # Runs weigh alike within a question, and questions within an arm.
    of_question = _averaged(p, place)
    tables = [
        _rows(cells, place, of_question, [*ARM, "question"], level),
        _rows(cells, arm, _averaged(of_question, owner), [*ARM], level),
    ]
    return (
        pl.concat(tables, how="diagonal")
        .with_columns((pl.col("n_trait") / pl.col("n_counted")).alias("rate"))
        .select(*ARM, "question", "n_trait", "n_counted", "rate", "pooled", "low", "high")
        .sort(*ARM, "question")
    )


def _averaged(draws: Floats, group: Ints) -> Floats:
    """The mean of each group's columns."""
    member = np.zeros((draws.shape[1], int(group.max()) + 1))
    member[np.arange(group.size), group] = 1
    mean: Floats = draws @ (member / member.sum(axis=0))
    return mean


def _rows(
    cells: pl.DataFrame, group: Ints, draws: Floats, names: Sequence[str], level: float
) -> pl.DataFrame:
    low, high = np.quantile(draws, ((1 - level) / 2, (1 + level) / 2), axis=0)
    numbers = {"pooled": draws.mean(axis=0), "low": low, "high": high}
    return (
        cells.group_by(pl.Series("group", group))
        .agg(pl.col(names).first(), pl.col("n_trait", "n_counted").sum())
        .sort("group")
        .select(*names, "n_trait", "n_counted", *(pl.Series(n, v) for n, v in numbers.items()))
    )
