"""The chart of two-way against multi-way labels."""

from typing import Any

import polars as pl

from pages.results.robustness import label_shares

RATES = pl.DataFrame(
    {
        "cell": [0, 1],
        "line": ["Control\n90 % two-way\n0", "Identity\n0 % two-way\n1"],
        "rate": [0.9, 0.0],
        "low": [0.8, 0.0],
        "high": [0.95, 0.1],
        "text": ["90 % [80, 95]", "0 % [0, 10]"],
    }
)
SHARES = pl.DataFrame(
    [
        {"cell": 0, "label": "PAST", "confirms": True, "start": 0.0, "end": 0.1},
        {"cell": 0, "label": "OTHER", "confirms": False, "start": 0.1, "end": 1.0},
        {"cell": 1, "label": "LLM", "confirms": False, "start": 0.0, "end": 1.0},
    ]
).with_columns(line=pl.Series(RATES["line"].gather([0, 0, 1])), answers=pl.lit("some"))


def drawn(rates: pl.DataFrame, **options: Any) -> dict[str, Any]:
    spec: dict[str, Any] = label_shares.chart(rates, SHARES, **options).to_dict()
    return spec


def test_what_confirms_the_trait_comes_first_and_in_blue() -> None:
    scale = drawn(RATES)["layer"][0]["encoding"]["color"]["scale"]
    assert scale["domain"] == ["PAST", "OTHER", "LLM"]
    assert scale["range"][0] == label_shares.CONFIRMING[0]


def test_a_panel_holds_its_own_arms_in_the_colours_of_all() -> None:
    spec = drawn(RATES.tail(1), legend=False)
    bars = spec["layer"][0]
    assert [row["label"] for row in spec["datasets"][bars["data"]["name"]]] == ["LLM"]
    assert bars["encoding"]["color"]["scale"]["domain"] == ["PAST", "OTHER", "LLM"]
    assert bars["encoding"]["color"]["legend"] is None


def test_the_mark_is_legible_on_every_bar_in_both_themes() -> None:
    for theme in ("light", "dark", None):
        colours = [layer["mark"]["color"] for layer in drawn(RATES, theme=theme)["layer"][1:]]
        assert colours[:2] == [colours[0]] * 2
        assert colours[2:] == [colours[2]] * 2
        assert colours[0] != colours[2]


def test_a_click_selects_an_arm_on_screen_only() -> None:
    assert "params" in drawn(RATES)
    assert "params" not in drawn(RATES, clickable=False)
