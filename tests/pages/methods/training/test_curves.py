"""Training curves are pure: steps in, points and a valid specification out."""

import polars as pl
import pytest

from pages.methods.training import curves

CALLED = {"a": "Run a", "b": "Run b"}


def steps(rows: list[tuple[str, int | None, float | None, float | None]]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=["run", "step", "epoch", "loss"], orient="row")
    return frame.with_columns(pl.lit(1).alias("log_no"))


def test_a_log_without_steps_is_drawn_over_epochs() -> None:
    found = curves.curve(
        steps([("a", 1, None, 2.0), ("a", 2, None, 1.0), ("b", None, 0.5, 3.0)]), CALLED, "loss", 25
    )
    assert set(found.select("run", "unit").iter_rows()) == {("Run a", "Step"), ("Run b", "Epoch")}
    assert found.filter(pl.col("run") == "Run b").row(0)[2] == 0.5


def test_the_running_mean_is_over_the_window() -> None:
    log = steps([("a", n, None, float(n % 2)) for n in range(1, 101)])
    found = curves.curve(log, CALLED, "loss", 10)
    assert found["mean"][-1] == 0.5
    assert curves.curve(log, CALLED, "loss", 1)["mean"].to_list() == found["value"].to_list()


def test_a_long_log_is_drawn_in_few_points() -> None:
    log = steps([("a", n, None, 1.0) for n in range(1, 10_001)])
    assert curves.curve(log, CALLED, "loss", 25).height <= curves.DRAWN


def test_the_legend_holds_every_run_that_is_drawn_and_no_other() -> None:
    points = curves.curve(steps([("b", 1, None, 2.0)]), CALLED, "loss", 1)
    spec = curves.chart(points, "Step", "loss", list(CALLED.values())).to_dict()
    assert spec["layer"][0]["encoding"]["color"]["scale"]["domain"] == ["Run b"]


@pytest.mark.parametrize(("last", "kind"), [(4.0, None), (0.01, "symlog")])
def test_losses_that_end_near_zero_are_drawn_by_their_logarithm(
    last: float, kind: str | None
) -> None:
    points = curves.curve(steps([("b", 1, None, 5.0), ("b", 2, None, last)]), CALLED, "loss", 1)
    for measure, expected in (("loss", kind), ("accuracy", None)):
        spec = curves.chart(points, "Step", measure, list(CALLED.values())).to_dict()
        assert spec["layer"][0]["encoding"]["y"]["scale"].get("type") == expected


def test_the_curves_of_every_unit_can_be_taken_away() -> None:
    log = steps([("a", 1, None, 5.0), ("a", 2, None, 4.0), ("b", None, 0.5, 3.0)])
    points = curves.curve(log, CALLED, "loss", 1)
    whole = curves.stacked(points, "loss", list(CALLED.values())).to_dict()
    assert len(whole["vconcat"]) == points["unit"].n_unique() == 2
