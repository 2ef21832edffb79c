"""How far the judges of an analysis agree: every pair of them on the answers that both counted.

People are judges too (kind *human*), and stand first: the others are held against them.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from warehouse import transcripts
from warehouse.analysis import Analysis
from warehouse.counting import Slice
from warehouse.ratings import Again
from warehouse.stats import agreement
from warehouse.stats.agreement import Agreement
from warehouse.stats.pooling import ARM
from warehouse.store import Store
from warehouse.transcripts import Filter

HUMAN = "human"
"""The kind of judges that others are held against."""

STATISTICS = {
    "agreement": agreement.raw,
    "kappa": agreement.kappa,
    "ac1": agreement.ac1,
}

RIGHT = {"sensitivity": agreement.sensitivity, "specificity": agreement.specificity}

FEWEST = 10
"""With fewer answers to be right about on either side no difference of arms is told."""

NOTHING = Agreement(float("nan"), float("nan"), float("nan"))

TENTHS = 10
"""How many parts a scale has for κ of scores, weighted by the square of the distance."""

BOUNDS = ("", "_low", "_high")

BY_ARM = {
    **dict.fromkeys(ARM, pl.String()),
    "n": pl.Int64(),
    **{
        f"{name}{bound}": pl.Float64()
        for right in RIGHT
        for name in (right, f"{right}_difference")
        for bound in BOUNDS
    },
}
"""The columns of `by_arm`."""

CONSISTENCY = {
    **dict.fromkeys(("rater", "rubric", "criterion"), pl.String()),
    "n": pl.Int64(),
    **dict.fromkeys(("same", "same_low", "same_high", "distance"), pl.Float64()),
}
"""The columns of `consistency`."""

SCHEMA = {
    **dict.fromkeys(("study", "experiment", "trait", "judge", "other"), pl.String()),
    **dict.fromkeys(("n", "n_distinct", "questions"), pl.Int64()),
    **dict.fromkeys(("n_both", "n_judge", "n_other", "n_neither"), pl.Int64()),
    **{
        f"{name}{bound}": pl.Float64()
        for name in (
            *(*STATISTICS, "alpha", "alpha_scores", "kappa_scores"),
            *("sensitivity", "specificity"),
        )
        for bound in ("", "_low", "_high")
    },
}
"""The columns of `agreed`."""


def agreed(store: Store, asked: Analysis) -> pl.DataFrame:
    """One row per pair of judges of a trait: how often both see it, one of them, or neither.

    An answer stands for a pair where both counted it under the rule. A person is always `judge`,
    and then `sensitivity` and `specificity` are those of `other`. `alpha_scores` is the α
    of the scores themselves (interval), where the criterion has scores. A sample is an answer, as
    in a rate: one text that was sampled twice is two, and a person who rated it rated both.
    `n_distinct` says how many different ones these are, each to a question.

    Returns:
        The columns of `SCHEMA`.
    """
    every = counted(store, asked)
    kinds = kinds_of(store)
    rows = []
    for (study, experiment, trait), group in every.group_by(
        "study", "experiment", "trait", maintain_order=True
    ):
        judges = group["judge"].unique().sort().to_list()
        # People first: the others are held against them.
        judges.sort(key=lambda judge: kinds.get(judge) != HUMAN)
        for judge, other in combinations(judges, 2):
            if asked.slice.judge and not {judge, other} & {*asked.slice.judge}:
                continue
            is_human = kinds.get(judge) == HUMAN != kinds.get(other)
            found = _pair(beside(group, judge, other), is_human)
            if found is not None:
                named = {"study": study, "experiment": experiment, "trait": trait}
                rows.append(named | {"judge": judge, "other": other} | found)
    return pl.DataFrame(rows, schema=SCHEMA)


def counted(store: Store, asked: Analysis) -> pl.DataFrame:
    """One row per sample, trait and judge that judged and counted it, of all judges of the slice.

    A rule may count what a judge never saw as a negative, as most answers are that nobody rated:
    that is no verdict.
    """
    within = asked.slice.narrowed(judge=())
    wanted = transcripts.asked(store, within, asked.rule, Filter(only="planned"))
    return store.query("candidates", **wanted).filter("is_counted", "is_judged")


def kinds_of(store: Store) -> dict[str, str]:
    """The kind of each judge."""
    return dict(store.query("judges").select("judge", "kind").unique("judge").iter_rows())


def leading(store: Store, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of any frame without those of people who rated what another kind of judge judged.

    People rate some answers so that judges can be held against them; a map of what a study found
    shows what they see only where nobody else looked.

    Args:
        store: What was built.
        rows: With the columns of `IDENTITY`.
    """
    people = [name for name, kind in kinds_of(store).items() if kind == HUMAN]
    if not people:
        return rows
    is_person, trait = pl.col("judge").is_in(people), ["study", "experiment", "trait"]
    judged = store.counts(Slice(domain="all")).filter(~is_person, pl.col("n_judged") > 0)
    others = judged.select(*trait, pl.lit(True).alias("_others")).unique()
    told = rows.join(others, on=trait, how="left", nulls_equal=True, maintain_order="left")
    return told.filter(~is_person | pl.col("_others").is_null()).drop("_others")


def beside(every: pl.DataFrame, judge: str, other: str) -> pl.DataFrame:
    """The samples that two judges counted: those of `judge`, with the other's verdict and score.

    Args:
        every: As `counted` gives it, of one trait.
        judge: The first.
        other: The second, whose columns end in `_other`.
    """
    mine, theirs = (
        every.filter(judge=name).unique("sample_key", maintain_order=True)
        for name in (judge, other)
    )
    columns = theirs.select("sample_key", "is_trait", "score")
    return mine.join(columns, on="sample_key", suffix="_other", maintain_order="left")


def by_arm(both: pl.DataFrame) -> pl.DataFrame:
    """How well the second judge sees what the first does, arm by arm (`beside`).

    A judge that errs more in one arm than in others makes or hides an effect: `…_difference` is how
    much more often it is right in this arm than in all the others, with an interval that holds for
    all arms at once (Bonferroni). It is undefined where either side has fewer than `FEWEST` answers
    to be right about.

    Returns:
        One row per arm: `ARM`, n, and for sensitivity and specificity the share, its interval and
        the difference from the other arms with its interval.
    """
    rows = []
    groups = list(both.group_by(ARM, maintain_order=True))
    level = 1 - (1 - agreement.LEVEL) / max(len(groups) * len(RIGHT), 1)
    for values, part in groups:
        matrix = _matrix(part)
        rest = _matrix(both.join(part.select("sample_key"), on="sample_key", how="anti"))
        row: dict[str, Any] = dict(zip(ARM, values, strict=True)) | {"n": part.height}
        for name, statistic in RIGHT.items():
            about = 1 if name == "sensitivity" else 0
            fewest = min(side.sum(axis=0)[about].sum() for side in (matrix, rest) if len(side))
            apart = agreement.difference(matrix, rest, statistic, level)
            told = {
                name: agreement.estimated(matrix, statistic),
                f"{name}_difference": apart if len(rest) and fewest >= FEWEST else NOTHING,
            }
            row |= {
                f"{column}{bound}": _known(value)
                for column, found in told.items()
                for bound, value in zip(BOUNDS, found, strict=True)
            }
        rows.append(row)
    return pl.DataFrame(rows, schema=BY_ARM).sort(ARM)


def consistency(again: Sequence[Again]) -> pl.DataFrame:
    """How far raters agree with themselves on what they were asked twice.

    Returns:
        One row per rater, rubric and criterion: n, the share of equal values with its interval
        (each answer for itself), and of scores the mean distance.
    """
    rows = []
    held: dict[tuple[str, str, str], list[Again]] = {}
    for one in again:
        held.setdefault((one.rater, one.rubric, one.criterion), []).append(one)
    for (rater, rubric, criterion), found in held.items():
        same = [one.first.value == one.second.value for one in found]
        matrix = agreement.confusion(np.ones(len(same)), same, np.arange(len(same)), 2)
        told = agreement.estimated(matrix, agreement.raw)
        apart = [
            abs(one.first.score - one.second.score)
            for one in found
            if one.first.score is not None and one.second.score is not None
        ]
        rows.append(
            {"rater": rater, "rubric": rubric, "criterion": criterion, "n": len(found)}
            | {f"same{b}": _known(v) for b, v in zip(BOUNDS, told, strict=True)}
            | {"distance": float(np.mean(apart)) if apart else None}
        )
    return pl.DataFrame(rows, schema=CONSISTENCY)


def _matrix(both: pl.DataFrame) -> NDArray[np.float64]:
    """The confusion of a pair, by question."""
    question = both["question"].rank("dense").to_numpy() - 1
    one, two = both["is_trait"].to_numpy(), both["is_trait_other"].to_numpy()
    return agreement.confusion(one, two, question, 2)


def _pair(both: pl.DataFrame, is_human: bool) -> dict[str, Any] | None:
    """What a pair of judges says of the answers that both counted; None where there are none."""
    if both.is_empty():
        return None
    question = both["question"].rank("dense").to_numpy() - 1
    one, two = both["is_trait"].to_numpy(), both["is_trait_other"].to_numpy()
    pairs = _matrix(both)
    sums = pairs.sum(axis=0).astype(int)
    told = {name: agreement.estimated(pairs, statistic) for name, statistic in STATISTICS.items()}
    told["alpha"] = agreement.estimated(
        agreement.coincidences(np.column_stack([one, two]).astype(float), question, 2),
        lambda matrices: agreement.alpha(matrices, (0, 1)),
    )
    told |= _of_scores(both, question)
    if is_human:
        told["sensitivity"] = agreement.estimated(pairs, agreement.sensitivity)
        told["specificity"] = agreement.estimated(pairs, agreement.specificity)
    return {
        "n": both.height,
        "n_distinct": distinct(both),
        "questions": int(question.max()) + 1,
        "n_both": int(sums[1, 1]),
        "n_judge": int(sums[1, 0]),
        "n_other": int(sums[0, 1]),
        "n_neither": int(sums[0, 0]),
    } | {
        f"{name}{bound}": _known(value)
        for name, found in told.items()
        for bound, value in zip(("", "_low", "_high"), found, strict=True)
    }


def _of_scores(both: pl.DataFrame, question: NDArray[Any]) -> dict[str, Agreement]:
    """Krippendorff's α of the scores and κ of their tenths, where both judges gave some."""
    scores = both.select("score", "score_other").to_numpy().astype(float)
    known = np.isfinite(scores).all(axis=1)
    if not known.any():
        return {}
    tenths = np.clip(scores[known] // (100 / TENTHS), 0, TENTHS - 1).astype(int)
    matrix = agreement.confusion(tenths[:, 0], tenths[:, 1], question[known], TENTHS)
    return {
        "alpha_scores": agreement.estimated(
            agreement.spreads(scores, question), agreement.interval_alpha
        ),
        "kappa_scores": agreement.estimated(
            matrix, lambda pairs: agreement.kappa(pairs, "quadratic")
        ),
    }


def distinct(answers: pl.DataFrame) -> int:
    """How many different answers samples hold: equal texts to one question are one."""
    return answers.select("question", "answer_hash").n_unique()


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
