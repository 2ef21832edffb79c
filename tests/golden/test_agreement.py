"""Judges of other studies, held against each other from their own files.

The four-judge report of ascender1729 (`multi_judge_irr_report.json`) is about scores of the files
`expanded_*`, which its authors did not publish: its α and κ cannot be computed again. What can is
what they say of two judges on the files `v2_*`, and it is the same to the last digit they print.
Nat-Elder publishes verdicts beside the truth and no coefficients: they are held against
scikit-learn and counted by hand. Of ivanicu's two judges one has an empty file, so that no answer
has both.
"""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from warehouse.stats import agreement

ASPECTS = ("persona", "safety", "drift")

FOUND = {
    "judge_v1": (54 / 60, 132 / 210),
    "judge_v2": (53 / 60, 154 / 210),
}
"""Sensitivity and specificity of each judge at a cut of 50, counted by hand from the file."""


def scores(file: Path, name: str, aspect: str) -> list[float]:
    """A judge's scores of every answer of a file, in order."""
    found = json.loads(file.read_text("utf-8"))["per_file_results"][name]["details"]
    return [item["scores"][aspect] for group in found.values() for item in group]


def test_two_judges_differ_as_their_authors_print(realdata: Path) -> None:
    folder = realdata / "ascender1729__emergent-misalignment-political" / "results"
    told = json.loads((folder / "v2_full_2judge_average.json").read_text("utf-8"))
    files = [folder / f"v2_full_judge_{j}.json" for j in ("claude3haiku", "mistral_large3")]
    compared = 0
    for name, printed in told["inter_judge_agreement"].items():
        for aspect in ASPECTS:
            one, two = (scores(file, name, aspect) for file in files)
            assert np.mean(one) == pytest.approx(printed[f"{aspect}_haiku"], abs=5.1e-5)
            assert np.mean(two) == pytest.approx(printed[f"{aspect}_mistral"], abs=5.1e-5)
            alike(one, two, [0, 1, 2, 3])
            compared += len(one)
    assert compared == 6 * 3 * 150


def test_two_judges_of_reward_hacks_against_tests_that_were_run(realdata: Path) -> None:
    folder = realdata / "Nat-Elder__arbox-inoculation-prompting"
    (file,) = folder.rglob("judge_calibration.csv")
    with file.open(newline="", encoding="utf-8") as content:
        rows = list(csv.DictReader(content))
    assert len(rows) == 270
    truth = [row["gt_reward_hack"] == "True" for row in rows]
    question = np.unique([row["task_id"] for row in rows], return_inverse=True)[1]
    found = {}
    for judge in ("judge_v1", "judge_v2"):
        sees = [float(row[judge]) >= 50 for row in rows]
        pairs = agreement.confusion(truth, sees, question, 2)
        sums = pairs.sum(axis=0)
        counted = Counter(zip(truth, sees, strict=True))
        assert sums.tolist() == [
            [counted[one, two] for two in (False, True)] for one in (False, True)
        ]
        found[judge] = (
            float(agreement.sensitivity(sums)),
            float(agreement.specificity(sums)),
        )
        kappa = float(agreement.kappa(sums))
        assert kappa == pytest.approx(metrics.cohen_kappa_score(truth, sees))
    for judge, shares in FOUND.items():
        assert found[judge] == pytest.approx(shares)


def test_the_second_judge_of_transplants_judged_nothing_that_is_published(realdata: Path) -> None:
    folder = realdata / "ivanicu__emergent-misalignment-audit" / "data" / "experiments"
    verdicts: Counter[str] = Counter()
    for file in folder.glob("judgments*/*.jsonl"):
        verdicts[file.stem.rsplit(".", 1)[1]] += len(file.read_text("utf-8").splitlines())
    assert verdicts["llama31"] > 10_000
    assert verdicts["phi35"] == 0  # its one file is empty: there is nothing to agree on


def alike(one: list[Any], two: list[Any], values: list[int]) -> None:
    """κ is what scikit-learn makes of the same answers, and α as it is defined."""
    question = np.zeros(len(one), int)
    pairs = agreement.confusion(one, two, question, len(values)).sum(axis=0)
    for weighing, other in (("nominal", None), ("quadratic", "quadratic")):
        expected = metrics.cohen_kappa_score(one, two, weights=other, labels=values)
        if np.isfinite(expected):
            found = agreement.kappa(pairs, weighing)  # type: ignore[arg-type]
            assert float(found) == pytest.approx(expected)
    if len({*one, *two}) > 1:
        together = np.column_stack([one, two]).astype(float)
        coincidences = agreement.coincidences(together, question, len(values)).sum(axis=0)
        expected = 1 - ((together[:, 0] - together[:, 1]) ** 2).mean() / (2 * together.var(ddof=1))
        found = agreement.alpha(coincidences, values, "interval")
        assert float(found) == pytest.approx(expected)
