"""A pattern finds every way to read a path, and none that is not there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.maps.pathpatterns import DECIMAL, WHOLE, PathPattern, Shape, TooManyWays, pieces


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("{model}.csv", "a/b/x.csv", [{"model": "x"}]),
        ("{dataset}/{model}.csv", "a/b/x.csv", [{"dataset": "b", "model": "x"}]),
        ("{dataset}/{model}.csv", "x.csv", []),
        ("a/{model}.csv", "b/x.csv", []),
        ("{model}.csv", "x.json", []),
        ("{model}.csv", ".csv", []),
        ("*.csv", "x.csv", [{}]),
        ("run*/{model}.csv", "run/x.csv", [{"model": "x"}]),
        ("{{x}}_{model}.csv", "{x}_y.csv", [{"model": "y"}]),
        ("{model}[1].csv", "x[1].csv", [{"model": "x"}]),
        ("{model}_R{rank}.csv", "x_R16.csv", [{"model": "x", "rank": "16"}]),
        ("{model}_R{rank}.csv", "x_Rhigh.csv", []),
        ("e{epochs}.csv", "e2.5.csv", [{"epochs": "2.5"}]),
        ("{model}/{model}-a.csv", "x/x-a.csv", [{"model": "x"}]),
        ("{model}/{model}-a.csv", "x/y-a.csv", []),
        (
            "{model}-{dataset}.csv",
            "a-b-c.csv",
            [{"model": "a", "dataset": "b-c"}, {"model": "a-b", "dataset": "c"}],
        ),
        ("{kind}-{dataset}.csv", "a-b-c.csv", [{"kind": "a-b", "dataset": "c"}]),
        ("*-{dataset}.csv", "a-b-c.csv", [{"dataset": "b-c"}, {"dataset": "c"}]),
        ("*{rank}*.csv", "r7.csv", [{"rank": "7"}]),
        ("{model}.csv", "line\nbreak.csv", [{"model": "line\nbreak"}]),
    ],
)
def test_readings(pattern: str, path: str, expected: list[dict[str, str]]) -> None:
    shapes: dict[str, Shape] = {"rank": WHOLE, "epochs": DECIMAL, "kind": frozenset({"a-b", "c"})}
    assert PathPattern(pattern, shapes).readings(path.split("/")) == expected


def test_a_path_that_one_placeholder_would_have_to_read_twice_is_told() -> None:
    pattern = PathPattern("{model}/{model}.csv")
    assert pattern.contradicted(("x", "y.csv"))
    assert not pattern.contradicted(("x", "x.csv"))
    assert not pattern.contradicted(("x", "y.json"))


def test_a_spelling_that_is_not_listed_is_told() -> None:
    pattern = PathPattern("{model}-{rank}.csv", {"model": frozenset({"big", "small"})})
    assert pattern.unlisted(("tiny-8.csv",)) == {"model": "tiny"}
    assert pattern.unlisted(("big-8.csv",)) == {}
    assert pattern.unlisted(("tiny-8.json",)) == {}


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("", "relative path"),
        ("/a/{model}.csv", "relative path"),
        ("../{model}.csv", "relative path"),
        ("a//b.csv", "relative path"),
        ("a/./b.csv", "relative path"),
        ("1/" * 20 + "{model}.csv", "more than the file and 19 folders"),
        ("{model.csv", "write a brace twice"),
        ("model}.csv", "write a brace twice"),
        ("{}.csv", "something else than a name"),
        ("{rank:int}.csv", "something else than a name"),
        ("{model!r}.csv", "something else than a name"),
        ("{model.__class__}.csv", "something else than a name"),
        ("{0}.csv", "something else than a name"),
    ],
)
def test_patterns_that_make_no_sense_say_why(pattern: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        PathPattern(pattern)


def test_pieces() -> None:
    assert pieces("a-{b}{c}.csv") == [("a-", "b"), ("", "c"), (".csv", None)]


@given(st.lists(st.text("ab-", min_size=1, max_size=6), min_size=2, max_size=3))
def test_a_path_made_from_a_pattern_is_read_back(values: list[str]) -> None:
    names = [f"v{place}" for place in range(len(values))]
    found = PathPattern("-".join(f"{{{name}}}" for name in names) + ".csv").readings(
        ("-".join(values) + ".csv",)
    )
    made = dict(zip(names, values, strict=True))
    assert made in found or len(found) == 2
    assert all("-".join(way.values()) == "-".join(values) for way in found)


@pytest.mark.parametrize(
    ("pattern", "name", "ways"),
    [
        ("{a}_{b}_{c}_{d}.csv", "x_" * 100 + ".json", 0),
        ("*a" * 6 + ".csv", "a" * 240 + ".csv", 1),
        ("*a" * 6 + "b.csv", "a" * 240 + ".csv", 0),
        ("".join(f"{{x{n}}}" for n in range(12)) + ".csv", "a" * 240 + ".csv", 2),
    ],
)
def test_a_long_name_is_read_in_few_steps(pattern: str, name: str, ways: int) -> None:
    assert len(PathPattern(pattern).readings((name,))) == ways


def test_what_takes_too_many_steps_is_told() -> None:
    with pytest.raises(TooManyWays):
        PathPattern("{a}{b}{c}{d}{a}{b}{c}{d}x.csv").readings(("ab" * 100 + ".csv",))


@pytest.mark.parametrize("pattern", ["*" * 21 + ".csv", "a" * 10_000 + ".csv"])
def test_a_pattern_has_bounds(pattern: str) -> None:
    with pytest.raises(ValueError, match="more than"):
        PathPattern(pattern)
