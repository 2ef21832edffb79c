"""When a section of Interventions is offered; what it shows is tested with the page."""

import polars as pl
import pytest

from pages.results.interventions import effects


@pytest.mark.parametrize(
    ("trained", "asked", "offered"),
    [("yes", "none", True), ("none", "yes", False), ("none", "none", True), ("yes", "yes", True)],
)
def test_effects_give_way_to_texts_at_evaluation_and_never_to_nothing(
    trained: str, asked: str, offered: bool
) -> None:
    whole = pl.DataFrame({"intervention": ["none", trained], "eval_intervention": ["none", asked]})
    assert effects.is_offered(whole) is offered
