"""An analysis written as a link, options or JSON is the same when it is read again."""

import json
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.analysis.asked import ANALYSES, RULES
from warehouse import rules
from warehouse.analysis import Analysis
from warehouse.analysis.written import as_json, from_json, line, link, options, points, read, share
from warehouse.counting import Slice
from warehouse.errors import BrittlescopeError, InvalidDefinition, UnknownName

UNUSUAL = Analysis(
    Slice(model=("a", "b"), judge=("j k",), domain="all"),
    rules.named("strict"),
    "prompts",
    25.0,
    None,
    0.1,
    "holm",
    "identity-clerk",
    "simultaneous",
)


@settings(max_examples=60, deadline=None)
@given(ANALYSES)
def test_a_link_is_read_as_it_was_written(asked: Analysis) -> None:
    address = urlencode(link(asked), doseq=True)
    assert read(parse_qs(address, strict_parsing=bool(address)), RULES) == asked


@settings(max_examples=60, deadline=None)
@given(ANALYSES)
def test_json_is_read_as_it_was_written(asked: Analysis) -> None:
    assert from_json(json.loads(json.dumps(as_json(asked))), RULES) == asked


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1))
def test_a_margin_keeps_its_last_digit(margin: float) -> None:
    assert share(points(margin)) == margin


def test_what_is_as_usual_is_in_no_link_and_all_of_it_in_json() -> None:
    assert link(Analysis()) == {}
    assert as_json(Analysis()) == {
        "slice": {},
        "questions": "outside",
        "rule": "answered",
        "trait_cut": None,
        "coherence_cut": None,
        "unit": "auto",
        "margin": 0.05,
        "adjustment": "joint",
        "baseline": "control",
        "intervals": "pointwise",
    }


def test_what_is_unusual_reads_as_people_write_it() -> None:
    assert link(UNUSUAL) == {
        "model": ["a", "b"],
        "judge": ["j k"],
        "domain": ["all"],
        "rule": ["strict"],
        "unit": ["prompts"],
        "trait_cut": ["25"],
        "margin": ["10"],
        "adjust": ["holm"],
        "baseline": ["identity-clerk"],
        "intervals": ["simultaneous"],
    }
    assert line(UNUSUAL, "rates") == (
        "brittlescope rates --where=model=a --where=model=b '--where=judge=j k' --questions=all "
        "--rule=strict --unit=prompts --trait-cut=25"
    )
    assert options(UNUSUAL, "effects")[-4:] == [
        "--margin=10",
        "--adjust=holm",
        "--baseline=identity-clerk",
        "--intervals=simultaneous",
    ]


def test_a_link_of_the_app_with_keys_of_its_page_is_read() -> None:
    found = read({"model": ["a"], "rule": ["strict"], "show": ["doses"], "unit": [""]}, RULES)
    assert found == Analysis(Slice(model=("a",)), rules.named("strict"))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"rule": "loose"}, "There is no rule 'loose'; there are answered, published"),
        ({"unit": "days"}, "There is no unit 'days'; there are prompts"),
        ({"domain": "mine"}, "There is no set of questions 'mine'"),
        ({"intervals": "loose"}, "There is no kind of intervals 'loose'; there are pointwise"),
        ({"intervals": "simultaneous", "adjust": "bh"}, "adjusted joint or holm.*not bh"),
        ({"adjust": "twice"}, "There is no adjustment 'twice'; there are joint"),
        ({"margin": "much"}, "The margin must be a number from 0 to 100, not 'much'"),
        ({"margin": "nan"}, "The margin must be a number"),
        ({"margin": "0"}, "The margin must lie between 0 and 1"),
        ({"trait_cut": "1e9"}, "The trait cut must be a number from -1,000 to 1,000"),
    ],
)
def test_what_there_is_not_is_a_sentence(values: dict[str, str], said: str) -> None:
    with pytest.raises(BrittlescopeError, match=said):
        read({name: [value] for name, value in values.items()}, RULES)


@pytest.mark.parametrize("broken", [None, [], {}, as_json(UNUSUAL) | {"margin": "wide"}])
def test_json_that_is_no_analysis_is_a_sentence(broken: object) -> None:
    with pytest.raises(InvalidDefinition, match="This is no analysis"):
        from_json(broken, RULES)


def test_json_of_before_there_were_simultaneous_intervals_is_read() -> None:
    kept = as_json(Analysis())
    del kept["intervals"]
    assert from_json(kept, RULES) == Analysis()


def test_json_with_a_dimension_there_is_not_is_a_sentence() -> None:
    with pytest.raises(UnknownName, match="There is no dimension 'colour'"):
        from_json(as_json(Analysis()) | {"slice": {"colour": ["red"]}}, RULES)
