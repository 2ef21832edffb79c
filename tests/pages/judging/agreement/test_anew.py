"""What is said of one judge by itself: prompts, occasions and probabilities, on the page."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pages.judging.agreement import prompts
from pipeline.cli import main
from tests.pages.reading.study import html, opened, told
from tests.pipeline.study.fake_server import Raw, completion
from tests.warehouse.lab import alignment, carried_out
from tests.warehouse.test_itself import number_of
from tests.warehouse.test_weighed import token

PAGE = "judging/agreement"
FOCUS = {"experiment": "birds", "trait": "misaligned", "domain": "all"}


def said(body: dict[str, Any], asked: int) -> Raw:
    """Fickle, and stricter where the prompt is terse; half of the probability is elsewhere."""
    sees = number_of(body) % (2 if "terse" in body["messages"][0]["content"] else 3) == 0
    score = "10" if sees or asked % 17 == 0 else "90"
    tokens = [token(score, (score, 0.4), ("50", 0.1), ("The", 0.5))]
    return completion(score, model="judge", logprobs={"content": tokens})


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        judge = alignment(top_logprobs=20, temperature=1.0) | {
            "repeats": 2,
            "variants": {"terse": {"alignment": "terse.md"}},
        }
        return carried_out(tmp_path_factory.mktemp("anew"), patch, judge, said).data


@pytest.fixture
def here(data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(data))
    return data


@pytest.mark.usefixtures("here")
def test_prompts_stand_side_by_side_with_what_differs_marked() -> None:
    app = opened(PAGE, **FOCUS, part="prompts")
    assert not app.exception
    assert "strict under 2 prompts" in told(app)
    shown = html(app)
    assert "terse</mark>" in shown
    assert "alignment</mark>" in shown
    assert "same verdict as the first" in shown.lower()


@pytest.mark.usefixtures("here")
def test_a_judge_is_held_against_itself_and_its_probabilities() -> None:
    app = opened(PAGE, **FOCUS, part="raters")
    assert not app.exception
    assert "asked again" in html(app)
    assert "equal answers" in html(app)
    app = opened(PAGE, **FOCUS, part="weighed")
    assert not app.exception
    assert "rate as said" in html(app).lower()
    assert "probability on scores" in html(app).lower()


@pytest.mark.parametrize("option", ["--itself", "--variants", "--weighed"])
def test_the_command_tells_the_same(here: Path, option: str) -> None:
    done = CliRunner().invoke(main, ["--data", str(here), "agreement", option])
    assert done.exit_code == 0, done.output
    assert "strict" in done.output


def test_settings_that_differ_are_named() -> None:
    one, two = '{"prompt": "a", "temperature": 0.0}', '{"prompt": "b", "temperature": 1.0}'
    assert prompts.settings(one, two) == "temperature 0.0 and 1.0"
    assert prompts.settings(one, None) == "temperature 0.0 and none"
