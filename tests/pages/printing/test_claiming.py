"""A number on screen is kept as a claim that says the same, and the desk says what became of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.printing import claiming
from tests.pages.reading.study import opened, told
from warehouse import claims, rules
from warehouse.store import Store


@pytest.fixture
def on_copy(treated_data: Path, copied: Callable[[Path], Path]) -> Path:
    """A copy of a study with interventions, of which nothing is claimed."""
    return copied(treated_data)


@pytest.mark.parametrize(
    ("page", "name", "columns", "asked"),
    [
        ("results/rates", "rates", ("rate", "n_trait", "n_counted"), {}),
        ("results/brittleness", "brittleness", ("rate",), {}),
        ("results/interventions", "effects", ("difference", "verdict", "p", "rank"), {}),
        ("results/brittleness", "profile", ("value",), {"part": "profile"}),
        ("results/interventions", "doses", ("half_dose",), {"show": "doses"}),
        ("results/interventions", "head-to-head", ("difference", "p"), {"show": "head-to-head"}),
        ("results/overview", "overview", ("emergence", "state", "rate", "lower"), {}),
        ("results/robustness", "robustness", ("stands_share", "stands", "conclusion"), {}),
        ("results/robustness", "without", ("difference", "conclusion"), {"part": "questions"}),
        ("results/published", "published", ("difference", "published", "agrees"), {}),
        ("methods/training", "training", ("epochs", "outcome", "final_loss"), {}),
        ("reading/compare", "compare", ("rate", "n_trait"), {}),
        ("reading/transcripts", "found", ("rate", "n_found"), {"search": "part:e"}),
    ],
)
def test_what_is_kept_is_what_is_on_screen(
    page: str, name: str, columns: tuple[str, ...], asked: dict[str, str], on_copy: Path
) -> None:
    kept_and_checked(opened(page, **asked), name, columns, on_copy)


def kept_and_checked(app: AppTest, name: str, columns: tuple[str, ...], data: Path) -> None:
    """Keeps the first row's numbers with the buttons of a page; each is the same when checked."""
    assert not app.exception
    app.session_state[f"{name}-claim"] = True
    app.run()
    for column in columns:
        app.selectbox(key=f"{name}-claim-column").set_value(column)
        app.text_input(key=f"{name}-claim-name").set_value(f"my-{column.replace('_', '-')}")
        app.button(key=f"{name}-claim-keep").click().run()
        assert not app.exception
        kept = claiming.journal().read().entries[-1].body
        assert kept.column == column
        assert f"Kept my-{column.replace('_', '-')}: {kept}" in told(app)
        checked = claims.check(Store(data), kept, rules.available(data))
        assert checked.state == "same", str(checked)
    labels = [expander.label for expander in opened("reading/desk").expander]
    assert f"Claims\\: {len(columns)} as it was kept" in labels


def test_a_name_is_made_of_what_it_is() -> None:
    assert claiming.named("Identity: etymologist, difference") == "identity-etymologist-difference"
    assert claiming.named("中") == "claim"
