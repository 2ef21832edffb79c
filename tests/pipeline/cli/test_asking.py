"""The options that commands share: what is asked for is the analysis that they are given."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cli import asking, numbers
from tests.warehouse.analysis.asked import ANALYSES
from warehouse import building
from warehouse.analysis import Analysis, results
from warehouse.analysis.written import OF_COMPARISONS, options, points, share
from warehouse.errors import UnknownName
from warehouse.store import Store


class _Enough(Exception):
    """The command has said what it was asked."""


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("empty")
    building.build(data)
    return data


def taken(monkeypatch: pytest.MonkeyPatch, data: Path, command: str, *words: str) -> Analysis:
    """What a command makes of its options."""
    given: list[Analysis] = []

    def stop(self: asking.Asked) -> None:
        given.append(self.analysis)
        raise _Enough

    monkeypatch.setattr(asking.Asked, "say_what_to_know", stop)
    done = CliRunner().invoke(getattr(numbers, command), [f"--data={data}", *words])
    assert isinstance(done.exception, _Enough), done.output
    return given[0]


@pytest.mark.parametrize("command", OF_COMPARISONS)
def test_a_command_takes_the_options_that_an_analysis_writes(
    empty: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    @settings(max_examples=12, deadline=None)
    @given(ANALYSES, st.sampled_from(("control", "untuned")))
    def taken_as_written(asked: Analysis, baseline: str) -> None:
        rounded = round(asked.margin, 4) or 0.5  # a command's margin is a number of points
        asked = Analysis(
            asked.slice, asked.rule, asked.unit, asked.trait_cut, asked.coherence_cut,
            share(points(rounded if rounded < 1 else 0.5)), asked.adjustment, baseline,
        )  # fmt: skip
        found = taken(monkeypatch, empty, command, *options(asked, command))
        takes = OF_COMPARISONS[command]
        left_out = {
            name: getattr(Analysis(), name)
            for key, name in (("margin",) * 2, ("adjust", "adjustment"), ("baseline",) * 2)
            if key not in takes
        }
        assert found == Analysis(**vars(asked) | left_out)

    taken_as_written()


def test_a_value_that_is_not_there_is_said_and_nothing_is_made_up(empty: Path) -> None:
    words = [f"--data={empty}", "--where", "model=nobody", "--format", "json"]
    done = CliRunner().invoke(numbers.rates, words)
    assert done.exit_code == 0
    assert done.stdout == "[]\n"
    assert "There is no model 'nobody' in what was built; there are none." in done.stderr


def test_a_baseline_that_is_not_there_is_a_sentence(empty: Path) -> None:
    with pytest.raises(UnknownName, match="There is no baseline 'nobody'; choose control"):
        results.effects(Store(empty), Analysis(baseline="nobody"))
