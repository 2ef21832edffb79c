"""The sentences of the overview's cards, from frames written by hand."""

from pages.results.overview.cards import alone
from tests.pages.ui.words.test_emergence import tuned


def test_without_a_control_the_highest_rate_is_told_and_what_is_missing() -> None:
    treated = tuned({}, {"rate": 0.3, "model": "b"})
    assert alone(treated) == (
        "Up to 90 % [80, 95] (gpt-4.1, n = 100 · 10 questions); no fine-tune without an "
        "intervention, so emergence is open: evaluate a control."
    )
    untuned = tuned({"dataset": "none"})
    assert "; only untuned models, so emergence is open: fine-tune one." in alone(untuned)
    assert alone(tuned({"is_result": False})) == (
        "No result; no fine-tune without an intervention."
    )
