"""Ratings are counted by one click, where the server may have a snapshot built."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.working import commands, rebuild
from tests.pages.reading.study import opened, told
from warehouse import datafolder, ratings, rules, tasks
from warehouse.analysis import Analysis
from warehouse.counting import Slice
from warehouse.programs import Programs
from warehouse.ratings import Rating
from warehouse.store import Store

RATE, AGREEMENT = "judging/rate", "judging/agreement"


@pytest.fixture
def rated(
    treated_data: Path, copied: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A task that ann has done after the snapshot was built."""
    data = copied(treated_data)
    within = Slice(experiment=("birds",), trait=("persona-19th-century",), domain="all")
    task = tasks.drawn(Store(data), Analysis(within, rules.named("published", data)), "birds", 12)
    tasks.journal(data).add(task)
    for item in task.items:
        rating = Rating(item.id, "llm_or_19", "scored", label="19", task="birds")
        ratings.journal(data).add(rating, by="ann")
    monkeypatch.setattr(rebuild, "UNDER_WAY", Programs(2))
    monkeypatch.setenv(datafolder.BUILDS, "1")
    return data


def waited(app: AppTest, data: Path) -> AppTest:
    """The page once the build that it shows has ended."""
    assert [status for status in app.status if "Building a snapshot" in status.label]
    running = rebuild.UNDER_WAY.of(data)
    assert running is not None
    assert running.ended.status == 0, running.ended.said
    return app.run()


def test_ratings_are_counted_where_a_rater_is_done(rated: Path) -> None:
    before = Store(rated).snapshot.path
    app = opened(RATE, task="birds", rater="ann")
    assert "in no number yet" in told(app)
    app.button(key="rebuild").click().run()
    app = waited(app, rated)
    assert "in no number yet" not in told(app)
    assert Store(rated).snapshot.path != before
    app.button(key="agreement").click().run()
    assert not app.exception
    assert "ann and " in told(app)
    assert " of 12 answers to" in told(app)


def test_agreement_counts_them_too_and_a_failure_is_a_sentence(
    rated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("build", "--no-such-option")
    start = commands.command
    monkeypatch.setattr(commands, "command", lambda data, *_: start(data, *words))
    app = opened(AGREEMENT, experiment="birds")
    app.button(key="rebuild").click().run()
    running = rebuild.UNDER_WAY.of(rated)
    assert running is not None
    assert running.ended.status == 2
    app.run()
    assert "No such option" in app.error[0].value
    monkeypatch.setattr(commands, "command", start)
    app.button(key="rebuild").click().run()
    app = waited(app, rated)
    assert not app.error
    assert "ann and " in told(app)


@pytest.mark.usefixtures("rated")
def test_a_server_that_may_not_build_says_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(datafolder.BUILDS)
    app = opened(AGREEMENT, experiment="birds")
    assert "brittlescope build" in told(app)
    assert not [button for button in app.button if button.key == "rebuild"]
