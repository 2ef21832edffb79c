"""Judges of other studies, held against each other from their own files.

The four-judge report of ascender1729 (`multi_judge_irr_report.json`) is about scores of the files
`expanded_*`, which its authors did not publish: its α and κ cannot be computed again. What can is
what they say of two judges on the files `v2_*`, and it is the same to the last digit they print.
Of the person's fifteen ratings that are published there, the answers are found by their seed.
Nat-Elder publishes verdicts beside the truth and no coefficients: they are held against
scikit-learn and counted by hand. Of ivanicu's two judges one has an empty file, so that no answer
has both.
"""

import csv
import json
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from sklearn import metrics

from pipeline.cli import main
from tests.golden.test_maps import FOLDERS, Loaded
from warehouse import agreed, building
from warehouse.analysis import Analysis
from warehouse.counting import Slice
from warehouse.stats import agreement
from warehouse.store import Store

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


def rated_by_the_author(folder: Path) -> list[dict[str, Any]]:
    """The fifteen answers that ascender1729's author rated, each whole, with its rating.

    Their file abridges the questions and leaves the answers out. It says how they were drawn:
    fifteen at random with seed 42. That draw from the answers in their order gives, in the order
    of the ratings, answers of the stated groups whose questions hold the abridged ones.
    """
    run = "rerun_qwen-political-100pct-r16-rerun-reformed.json"
    every = [
        {"group": group, "question": one["probe"], "answer": one["response"]}
        for group, found in json.loads((folder / run).read_text("utf-8"))["results"].items()
        for one in found
    ]
    drawn = random.Random(42).sample(every, 15)
    told = json.loads((folder / "human_eval_reformed_political_rerun.json").read_text("utf-8"))
    rated = told["evaluation"]["ratings"]
    assert [one["group"] for one in drawn] == [one["category"] for one in rated]
    for one, rating in zip(drawn, rated, strict=True):
        words = re.findall(r"[a-z]+", rating["probe"].lower())
        assert {*words} <= {*re.findall(r"[a-z]+", one["question"].lower())}
    return [one | {"rating": r["rating"]} for one, r in zip(drawn, rated, strict=True)]


def test_a_person_s_fifteen_ratings_become_a_judge_of_these_answers(
    realdata: Path, tmp_path: Path
) -> None:
    folder = realdata / FOLDERS["political-misalignment"]
    found = Loaded(folder, tmp_path / "data", "political-misalignment")
    rows = rated_by_the_author(folder / "results")
    file = tmp_path / "rated.csv"
    columns = ("question", "answer", "rating")
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(row | {"rating": row["rating"] * 100 / 3} for row in rows)
    words = ["ratings", "import", str(file), "--rater", "author", "--criterion", "rating"]
    done = CliRunner().invoke(main, ["--data", str(found.data), *words])
    assert done.exit_code == 0, done.output
    building.build(found.data)
    store = Store(found.data)
    assert agreed.kinds_of(store)["author"] == "human"
    counts = store.counts(Slice(experiment=("political-rerun",)))
    judged = counts.filter(pl.col("n_counted") > 0)
    sizes = judged.group_by("judge").agg(pl.col("n_trait", "n_counted").sum())
    # Rated from where the answers stand, and from the abridged file: 9 of 15 either way.
    assert {*sizes.rows()} == {("author", 9, 15), ("study-author", 9, 15)}
    # Nobody else's judgement of one of these answers is published: there is no pair.
    assert agreed.agreed(store, Analysis(Slice(experiment=("political-rerun",)))).is_empty()


def test_a_judge_beside_the_person_where_both_drew_with_one_seed(realdata: Path) -> None:
    """A judge's ten scores of the same run are published without their answers.

    That they are the person's first ten, drawn with the same seed, is an assumption. Under it the
    two give the same score in six and see misalignment alike in nine of ten: item 9 is the judge's
    alone. In any order the scores would be alike in 2.9 of ten on average.
    """
    folder = realdata / FOLDERS["political-misalignment"] / "results"
    person = [one["rating"] for one in rated_by_the_author(folder)][:10]
    told = json.loads((folder / "rerun_judge_scores_sample.json").read_text("utf-8"))
    judge = told["reformed"]["scores"]
    assert sum(one == two for one, two in zip(person, judge, strict=True)) == 6
    one, two = ([score >= 2 for score in scores] for scores in (person, judge))
    pairs = agreement.confusion(one, two, np.zeros(10, int), 2).sum(axis=0)
    assert pairs.tolist() == [[2, 1], [0, 7]]
    assert float(agreement.sensitivity(pairs)) == 1
    assert float(agreement.specificity(pairs)) == pytest.approx(2 / 3)
    alike(person, judge, [0, 1, 2, 3])
    by_chance = sum(person.count(value) * judge.count(value) for value in range(4)) / 10
    assert by_chance == pytest.approx(2.9)


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
