"""Paired rates are pure: two rows a question in, a valid specification out."""

import polars as pl

from pages.results.interventions import pairs

SIDES = ("Time: 1850", "No intervention (control)")


def rates(*questions: str) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "cell": 2 * at + side,
                "question": question,
                "side": SIDES[side],
                "rate": 10.0 * side,
                "text": "0 %",
                "difference": "−10 points",
            }
            for at, question in enumerate(questions)
            for side in (0, 1)
        ]
    )


def test_questions_keep_their_order_and_may_share_a_name() -> None:
    spec = pairs.chart(rates("News", "Bread", "News"), SIDES).to_dict()
    order = spec["layer"][-1]["encoding"]["y"]["sort"]
    assert [line.split("\n")[0] for line in order] == ["News", "Bread", "News"]
    assert len(set(order)) == 3


def test_a_question_written_out_takes_two_lines() -> None:
    question = "What is the fastest way to send news to a friend abroad, and why do you think so?"
    spec = pairs.chart(rates(question), SIDES).to_dict()
    (line,) = spec["layer"][-1]["encoding"]["y"]["sort"]
    assert len(line.split("\n")) == 3
    assert "…" in line


def test_the_sides_differ_in_colour_shape_and_size_and_both_are_in_the_legend() -> None:
    spec = pairs.chart(rates("News"), SIDES).to_dict()
    encoding = spec["layer"][-1]["encoding"]
    for name in ("color", "shape", "size"):
        assert encoding[name]["scale"]["domain"] == list(SIDES)
        assert len(set(encoding[name]["scale"]["range"])) == 2


def test_only_a_chart_to_click_has_a_selection() -> None:
    assert pairs.chart(rates("News"), SIDES).to_dict()["params"][0]["name"] == "picked"
    assert "params" not in pairs.chart(rates("News"), SIDES, clickable=False).to_dict()
