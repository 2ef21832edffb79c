"""How far the judges of an analysis agree: every pair of them on the answers that both counted."""

from itertools import combinations
from typing import Any

import numpy as np
import polars as pl

from warehouse import transcripts
from warehouse.analysis import Analysis
from warehouse.stats import agreement
from warehouse.stats.agreement import Agreement
from warehouse.store import Store
from warehouse.transcripts import Filter

HUMAN = "human"
"""The kind of judges that others are held against."""

STATISTICS = {
    "agreement": agreement.raw,
    "kappa": agreement.kappa,
    "ac1": agreement.ac1,
}

SCHEMA = {
    **dict.fromkeys(("study", "experiment", "trait", "judge", "other"), pl.String()),
    **dict.fromkeys(("n", "questions", "n_both", "n_judge", "n_other", "n_neither"), pl.Int64()),
    **{
        f"{name}{bound}": pl.Float64()
        for name in (*STATISTICS, "alpha", "alpha_scores", "sensitivity", "specificity")
        for bound in ("", "_low", "_high")
    },
}
"""The columns of `agreed`."""


def agreed(store: Store, asked: Analysis) -> pl.DataFrame:
    """One row per pair of judges of a trait: how often both see it, one of them, or neither.

    An answer stands for a pair where both counted it under the rule. A person is always `judge`,
    and then `sensitivity` and `specificity` are those of `other`. `alpha_scores` is the α
    of the scores themselves (interval), where the criterion has scores.

    Returns:
        The columns of `SCHEMA`.
    """
    every = store.query(
        "candidates",
        **transcripts.asked(
            store, asked.slice.narrowed(judge=()), asked.rule, Filter(only="planned")
        ),
    ).filter("is_counted")
    kinds = dict(store.query("judges").select("judge", "kind").unique("judge").iter_rows())
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
            found = _pair(group, judge, other, kinds.get(judge) == HUMAN != kinds.get(other))
            if found is not None:
                named = {"study": study, "experiment": experiment, "trait": trait}
                rows.append(named | {"judge": judge, "other": other} | found)
    return pl.DataFrame(rows, schema=SCHEMA)


def _pair(group: pl.DataFrame, judge: str, other: str, is_human: bool) -> dict[str, Any] | None:
    """What a pair of judges says of the answers that both counted; None where there are none."""
    columns = ("sample_key", "question", "is_trait", "score")
    mine, theirs = (
        group.filter(judge=name).select(columns).unique("sample_key", maintain_order=True)
        for name in (judge, other)
    )
    both = mine.join(theirs, on="sample_key", suffix="_other", maintain_order="left")
    if both.is_empty():
        return None
    question = both["question"].rank("dense").to_numpy() - 1
    one, two = both["is_trait"].to_numpy(), both["is_trait_other"].to_numpy()
    pairs = agreement.confusion(one, two, question, 2)
    sums = pairs.sum(axis=0).astype(int)
    told = {name: agreement.estimated(pairs, statistic) for name, statistic in STATISTICS.items()}
    told["alpha"] = agreement.estimated(
        agreement.coincidences(np.column_stack([one, two]).astype(float), question, 2),
        lambda matrices: agreement.alpha(matrices, (0, 1)),
    )
    if (of_scores := _of_scores(both, question)) is not None:
        told["alpha_scores"] = of_scores
    if is_human:
        told["sensitivity"] = agreement.estimated(pairs, agreement.sensitivity)
        told["specificity"] = agreement.estimated(pairs, agreement.specificity)
    return {
        "n": both.height,
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


def _of_scores(both: pl.DataFrame, question: np.ndarray[Any, Any]) -> Agreement | None:
    """Krippendorff's α of the scores, where both judges gave some."""
    scores = both.select("score", "score_other").to_numpy().astype(float)
    values = np.unique(scores[np.isfinite(scores)])
    if not np.isfinite(scores).all(axis=1).any():
        return None
    placed = np.where(np.isfinite(scores), np.searchsorted(values, scores), np.nan)
    return agreement.estimated(
        agreement.coincidences(placed, question, len(values)),
        lambda matrices: agreement.alpha(matrices, values.tolist(), "interval"),
    )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
