"""Design effects, and what more questions, answers or seeds would buy."""

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import polars as pl

from warehouse.stats.comparisons import Size
from warehouse.stats.differences import Difference, Flags, take
from warehouse.stats.estimates import Estimate, Floats, Ints, clustered
from warehouse.stats.intervals import student
from warehouse.stats.moments import by_question, over_questions, over_runs
from warehouse.stats.rates import cell_dimensions

MOST = 5000
"""More questions, or more answers to each, are not worth planning for."""

Settled = Callable[[Difference, Ints], Flags]
"""Whether each of some differences settles what is asked, and the cell that each is of."""

PIECES = 5
"""Into how many parts what is tried falls."""


def components(counts: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """One row per cell: its design effect, and the variance between questions and runs.

    From the moments of `warehouse.stats.moments`:

    * ``between``: variance of the questions' own rates, ``max(0, variance - noise)``;
    * ``within``: variance of single answers about their question's rate;
    * ``seed``: variance of the own rates of runs of one condition; null with a single run,
      or where the cell pools conditions;
    * ``icc``: between / (between + within);
    * ``effective``: what the answers are worth for new prompts (`estimates.clustered`), and
      ``design_effect``: answers / effective.

    Returns:
        The dimensions, n_counted, questions, answers (to a question; harmonic mean), rate
        (question-balanced), between, within, seed, icc, design_effect, effective; null where
        not estimable. Sorted by the dimensions, nulls last.

    Raises:
        UnknownName: a dimension that does not exist.
    """
    dims = cell_dimensions(counts, by)
    questions = by_question(counts, dims)
    cells = over_questions(questions, dims).with_row_index("cell")
    entries = questions.join(cells.select("cell", *dims), on=dims, nulls_equal=True)
    k, n, at = (entries[name].to_numpy() for name in ("n_trait", "n_counted", "cell"))
    effective = pl.Series("effective", clustered(k, n, at, cells.height).size)
    between = (pl.col("variance") - pl.col("noise")).clip(0)
    spread = pl.col("between") + pl.col("within")
    runs = over_runs(counts, dims).select(*dims, between.alias("seed"))
    return (
        cells.join(runs, on=dims, how="left", nulls_equal=True, maintain_order="left")
        .with_columns(
            between.alias("between"),
            pl.when(pl.col("questions") > 1).then(effective).alias("effective"),
        )
        .select(
            *dims,
            *("n_counted", "questions", "answers", "rate", "between", "within", "seed"),
            (pl.col("between") / spread).fill_nan(None).alias("icc"),
            (pl.col("n_counted") / pl.col("effective")).alias("design_effect"),
            "effective",
        )
    )


def plan(
    between: float,
    within: float,
    seed: float | None = None,
    *,
    questions: Sequence[int],
    answers: Sequence[int],
    runs: Sequence[int] = (1,),
    level: float = 0.95,
    power: float = 0.8,
) -> pl.DataFrame:
    """What a rate would be known to, for every combination of questions, answers and runs.

    ``SE² = between/Q + within/(Q K S) + seed/S`` with Q questions, K answers to each and S
    runs; the half-width takes Student's quantile with Q - 1 degrees of freedom (with `seed`,
    the smaller of Q - 1 and S - 1). ``detectable`` is the difference between two such rates
    that a test at 1 - level would find with the given power, ``(t + t_power) √2 SE``, no
    correlation between the arms being counted on.

    Args:
        between: Variance of the questions' own rates, as from `components`.
        within: Variance of single answers about their question's rate.
        seed: Variance between runs; None to speak of the given runs alone.
        questions: Numbers of questions to consider.
        answers: Numbers of answers to each question and run.
        runs: Numbers of runs.
        level: Coverage of the interval.
        power: Chance of finding the detectable difference.

    Returns:
        questions, answers, runs, se, half_width, detectable; null without freedom.
    """
    grid = np.array(list(product(questions, answers, runs)), float).reshape(-1, 3).T
    asked, each, seeds = grid
    variance = between / asked + within / (asked * each * seeds)
    freedom = asked - 1
    if seed is not None:
        variance = variance + seed / seeds
        freedom = np.minimum(freedom, seeds - 1)
    se = np.sqrt(variance)
    found = student(freedom, level), student(freedom, 2 * power - 1)
    columns = {
        "se": se, "half_width": found[0] * se, "detectable": sum(found) * np.sqrt(2) * se,
    }  # fmt: skip
    return pl.DataFrame(
        {"questions": asked, "answers": each, "runs": seeds, **columns},
        schema_overrides=dict.fromkeys(("questions", "answers", "runs"), pl.Int64),
    ).with_columns(pl.col(pl.Float64).fill_nan(None))


def more_questions(difference: Difference, size: Size, settled: Settled) -> Floats:
    """How many more questions, answered as the ones there are, would settle each cell.

    Rates, design effects and correlation are taken to stay as they are; effective sizes grow
    in proportion. 0 where it is settled, nan where `MOST` would not do.
    """

    def grown(rows: Ints, extra: Floats) -> Difference:
        here = take(difference, rows)
        factor = (size.questions[rows] + extra) / size.questions[rows]
        return here._replace(
            first=here.first._replace(size=here.first.size * factor),
            second=here.second._replace(size=here.second.size * factor),
            freedom=here.freedom + extra,
        )

    return _first(grown, settled, difference)


def more_answers(difference: Difference, size: Size, settled: Settled) -> Floats:
    """How many more answers to each of the questions, in both arms, would settle each cell.

    The intraclass correlation ρ is taken to stay what the design effect implies,
    ``D = 1 + ρ(K - 1)``, so that answers are worth ever less and never more than Q/ρ; fixed
    questions have no such limit. 0 where it is settled, nan where `MOST` would not do, which
    means that more questions are needed.
    """

    def arm(estimate: Estimate, questions: Floats, answers: Floats, extra: Floats) -> Estimate:
        nominal = questions * answers
        effect = nominal / estimate.size
        # A design effect below one, of fixed questions, stays what it is.
        icc = np.maximum(effect - 1, 0.0) / np.maximum(answers - 1, 1.0)
        later = np.minimum(effect, 1.0) * (1 + icc * (answers + extra - 1))
        return estimate._replace(size=questions * (answers + extra) / later)

    def grown(rows: Ints, extra: Floats) -> Difference:
        here, asked = take(difference, rows), size.questions[rows]
        return here._replace(
            first=arm(here.first, asked, size.first[rows], extra),
            second=arm(here.second, asked, size.second[rows], extra),
        )

    return _first(grown, settled, difference)


def _first(
    grown: Callable[[Ints, Floats], Difference],
    settled: Settled,
    difference: Difference,
) -> Floats:
    """The least addition that settles each cell: exact to 40, then within 3 %.

    Several are tried at once, since few cells take as long as one.
    """
    tried = np.unique(np.concatenate([np.arange(41), np.geomspace(41, MOST, 160).round()]))
    least = np.full(difference.value.shape, np.nan)
    for some in np.array_split(tried, PIECES):
        rows = np.flatnonzero(np.isnan(least))
        if not rows.size:
            break
        at, extra = np.repeat(rows, some.size), np.tile(some, rows.size)
        enough = settled(grown(at, extra), at).reshape(rows.size, some.size)
        least[rows] = np.where(enough.any(axis=1), some[enough.argmax(axis=1)], np.nan)
    return least
