"""Figures that files state: each as a share, whatever means all of it in the file."""

import json
from pathlib import Path

import pytest

from pipeline.importers import reported_figures
from pipeline.importing import claiming


def values(path: Path) -> list[tuple[str, float]]:
    source, _ = claiming.looked_at(path)
    assert claiming.importer_for(source) is reported_figures
    return [
        (row["metric"], row["value"])
        for batch in reported_figures.read(source)
        if batch.relation == "reported"
        for row in batch.rows.to_dicts()
    ]


@pytest.mark.parametrize(
    ("stated", "shares"),
    [
        # Some are over 1, so that all of the column are percentages.
        (["0.25", "13.75"], [0.0025, 0.1375]),
        (["0.25", "1"], [0.25, 1.0]),
    ],
)
def test_a_column_is_of_shares_or_of_percentages(
    stated: list[str], shares: list[float], tmp_path: Path
) -> None:
    path = tmp_path / "eval_summary.csv"
    path.write_text("model,em_probability,total_count\n" + "".join(f"m,{n},400\n" for n in stated))
    assert values(path) == [("em_probability", share) for share in shares]


def test_what_is_no_rate_is_refused_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "judge_metrics.json"
    path.write_text(json.dumps({"a": {"misalignment_rate": 140}, "b": {"misalignment_rate": 0.5}}))
    source, _ = claiming.looked_at(path)
    told = [b.rows.to_dicts() for b in reported_figures.read(source) if b.relation == "quarantine"]
    assert ["misalignment_rate is 140" in row["reason"] for [row] in told] == [True]
