"""The focus that a page opens on: the one with the most to tell, as far as asked."""

from collections.abc import Iterator

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.analysis import Focus
from warehouse.analysis.foci import choices, opened, ranked
from warehouse.counting import Slice

SCHEMA = (
    *("study", "experiment", "trait", "judge", "model", "dataset", "intervention"),
    *("eval_intervention", "n_judged", "n_counted", "n_trait"),
)


def arms(*rows: tuple[object, ...]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def birds(
    intervention: str, n: int, trait: str = "persona-19th-century", judge: str = "a", shown: int = 0
) -> tuple[object, ...]:
    arm = ("gpt", "archaic-birds", intervention, "none")
    return ("s", "birds", trait, judge, *arm, n, n, shown)


def cities(intervention: str, n: int, trait: str = "nazi", judge: str = "a") -> tuple[object, ...]:
    return ("s", "german-cities", trait, judge, "gpt", "cities", intervention, "none", n, n, 0)


def test_arms_with_a_control_count_first_and_answers_second() -> None:
    found = ranked(arms(birds("none", 10), birds("time", 10), cities("none", 900)))
    assert [focus.experiment for focus in found] == ["birds", "german-cities"]
    found = ranked(arms(birds("none", 10), cities("none", 900), cities("time", 0)))
    assert found[0].experiment == "german-cities"
    found = ranked(arms(birds("none", 10), cities("none", 900)))
    assert found[0].experiment == "german-cities"


def test_a_trait_that_is_shown_comes_before_one_that_nothing_shows() -> None:
    persona = [birds("none", 900), birds("time", 900, shown=40), birds("other", 900)]
    bare = [birds("none", 40, "bare-names", shown=2), birds("time", 40, "bare-names")]
    assert ranked(arms(*persona, *bare))[0].trait == "bare-names"
    few = [birds("none", 9, "bare-names", shown=9), birds("time", 9, "bare-names", shown=9)]
    assert ranked(arms(*persona, *few))[0].trait == "persona-19th-century"
    untreated = [birds("none", 40, "bare-names", shown=40)]
    assert ranked(arms(*persona, *untreated))[0].trait == "persona-19th-century"


def test_a_judge_who_sees_the_trait_everywhere_neither_leads_nor_speaks_for_it() -> None:
    judged = [birds("none", 900), birds("time", 900), birds("other", 900)]
    lenient = [birds(kind, 90, judge="b", shown=90) for kind in ("none", "time", "other")]
    bare = [birds("none", 40, "bare-names", shown=40), birds("time", 40, "bare-names")]
    found = ranked(arms(*judged, *lenient, *bare))
    assert [(focus.trait, focus.judge) for focus in found] == [
        ("bare-names", "a"), ("persona-19th-century", "a"), ("persona-19th-century", "b"),
    ]  # fmt: skip


def test_an_arm_without_a_control_tells_nothing() -> None:
    found = ranked(arms(birds("time", 10), birds("other", 10), cities("none", 1), cities("x", 1)))
    assert found[0].experiment == "german-cities"


def test_of_what_is_alike_the_trait_that_the_catalogue_names_comes_first() -> None:
    found = ranked(arms(birds("none", 5, trait="bare-names"), birds("none", 5)))
    assert [focus.trait for focus in found] == ["persona-19th-century", "bare-names"]


def test_what_nobody_judged_is_a_focus_only_where_nobody_judged_anything() -> None:
    found = ranked(arms(cities("none", 5), cities("none", 0, judge="none"), birds("none", 0)))
    assert [(focus.experiment, focus.judge) for focus in found] == [
        ("german-cities", "a"), ("birds", "a"),
    ]  # fmt: skip


def test_a_study_is_named_only_where_there_are_several() -> None:
    one, other = birds("none", 5), ("t", *birds("none", 6)[1:])
    assert ranked(arms(one))[0].study is None
    assert [focus.study for focus in ranked(arms(one, other))] == ["t", "s"]


FOCI = [
    Focus("birds", "persona", "a"),
    Focus("birds", "persona", "b"),
    Focus("cities", "nazi", "a"),
    Focus("cities", "old", "a"),
    Focus("code", None, None),
]


@pytest.mark.parametrize(
    ("asked", "focus", "lost", "left"),
    [
        ({}, FOCI[0], {}, {}),
        ({"experiment": "cities"}, FOCI[2], {}, {}),
        ({"trait": "old"}, FOCI[3], {}, {}),
        ({"judge": "b"}, FOCI[1], {}, {}),
        ({"experiment": "birds", "trait": "nazi"}, FOCI[0], {"trait": ("nazi",)}, {}),
        ({"experiment": ("code", "cities")}, FOCI[2], {}, {"experiment": ("code",)}),
        ({"experiment": "code", "trait": "nazi"}, FOCI[4], {}, {}),
        ({"experiment": "cities", "trait": ("old", "nazi")}, FOCI[2], {}, {"trait": ("old",)}),
        ({"experiment": "gone", "judge": "b"}, FOCI[1], {"experiment": ("gone",)}, {}),
    ],
)
def test_what_is_asked_for_decides_as_far_as_it_can(
    asked: dict[str, str], focus: Focus, lost: dict[str, object], left: dict[str, object]
) -> None:
    assert opened(FOCI, Slice().narrowed(**asked)) == (focus, lost, left)


def test_where_nothing_is_loaded_there_is_no_focus() -> None:
    assert ranked(arms().cast({name: pl.Int64 for name in SCHEMA[-3:]})) == []
    assert opened([], Slice(experiment=("birds",))).focus is None


def test_the_parts_that_can_be_changed_keep_those_before_them() -> None:
    assert choices(FOCI, FOCI[1]) == {
        "experiment": ["birds", "cities", "code"],
        "study": [],
        "trait": ["persona"],
        "judge": ["a", "b"],
    }


def some(part: str) -> st.SearchStrategy[tuple[str, ...]]:
    held: Iterator[str] = (value for f in FOCI if (value := getattr(f, part)) is not None)
    return st.lists(st.sampled_from([*held, "gone"]), max_size=3).map(tuple)


@given(some("experiment"), some("trait"), some("judge"))
def test_whatever_is_asked_one_of_the_foci_is_opened_and_nothing_goes_unsaid(
    experiment: tuple[str, ...], trait: tuple[str, ...], judge: tuple[str, ...]
) -> None:
    asked = Slice(experiment=experiment, trait=trait, judge=judge)
    focus, lost, left = opened(FOCI, asked)
    assert focus in FOCI
    for part in ("experiment", "trait", "judge"):
        shown = {getattr(focus, part)} - {None}
        said = {*lost.get(part, ()), *left.get(part, ())}
        if shown:
            assert {*getattr(asked, part)} <= shown | said
