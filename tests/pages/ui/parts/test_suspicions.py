"""What the doctor found, as kinds: grave ones first, each with what it is about."""

from typing import Any

import polars as pl

from pages.ui.parts import suspicions
from warehouse import doctor
from warehouse.analysis import Analysis
from warehouse.counting import Slice

FINDING: dict[str, Any] = {
    "check": "failed-answers",
    "severity": "notice",
    "title": "Samples have no answer",
    "why": "They are not there.",
    "detail": "1 of 5 is not there.",
    "n": 1,
    "experiment": "birds",
    **dict.fromkeys(("model", "intervention", "run", "evaluation", "file", *doctor.TOLD_BY)),
}


def found(*changes: dict[str, Any]) -> pl.DataFrame:
    rows = [FINDING | change for change in changes]
    texts = {name: pl.String() for name, value in FINDING.items() if not isinstance(value, int)}
    return pl.DataFrame(rows, schema_overrides=texts)


def test_kinds_come_with_their_gravest_first_and_count_their_rows() -> None:
    told = suspicions.kinds(
        found(
            {"check": "worst", "severity": "error", "title": "Bad"},
            {},
            {"detail": "2 of 5 are not there.", "severity": "error"},
            {"check": "small", "title": "Small"},
        ),
        Analysis(),
    )
    assert [(kind.check, kind.severity, kind.rows.height) for kind in told] == [
        ("failed-answers", "error", 2),
        ("worst", "error", 1),
        ("small", "notice", 1),
    ]
    assert told[0].rows["about"].to_list() == ["Archaic bird names"] * 2
    assert told[0].why == "They are not there."


def test_only_what_is_in_sight_is_told() -> None:
    cities = Analysis(slice=Slice(experiment=("german-cities",)))
    assert suspicions.kinds(found({}), cities) == []
    assert suspicions.within(found({}), cities).is_empty()
