"""The coverage is pure: a frame in, a valid specification out."""

import polars as pl

from pages.results.overview import coverage


def test_coverage_leaves_out_what_there_is_not() -> None:
    cells = pl.DataFrame(
        {
            "cell": [0, 1],
            "row": ["b", "a"],
            "column": ["y", "x"],
            "n": [100, 5],
            "text": ["100", "5"],
        }
    )
    spec = coverage.chart(cells).to_dict()
    assert spec["layer"][0]["encoding"]["y"]["sort"] == ["b", "a"]
    assert len(next(iter(spec["datasets"].values()))) == 2
