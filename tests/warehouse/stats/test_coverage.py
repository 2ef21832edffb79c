"""A thin slice of `make simulate`: every estimator of a few cells, with fixed seeds."""

import pytest

from bench import families, verdicts
from bench.simulate import Cell, Performance, lowest, outcomes, table

CELLS = [
    Cell(8, 10, 0.1, 1.0, 1, uneven=False),
    Cell(10, 10, 0.5, 1.0, 3, uneven=True),
    Cell(20, 100, 0.02, 0.0, 6, uneven=False),
    Cell(8, 5, 0.005, 0.0, 1, uneven=True),
]


@pytest.fixture(scope="module")
def found() -> list[Performance]:
    return [outcome for cell in CELLS for outcome in outcomes(cell, 300)]


def test_every_estimator_covers(found: list[Performance]) -> None:
    """300 studies: a coverage of 95 % shows at least 91 % but once in a thousand."""
    assert {o.estimator for o in found if o.right < 0.91} == set()
    assert len({o.estimator for o in found}) == 8


def test_the_table_has_a_line_for_each(found: list[Performance]) -> None:
    again = lowest(found, 20)
    # Three cells are simulated, and of each estimator no more than the lowest.
    assert {(o.estimator, o.cell) for o in again} == {(o.estimator, o.cell) for o in found}
    assert {o.right for o in again} != {o.right for o in found}
    written = table(found, again)
    for outcome in found:
        assert f"| {outcome.estimator} | " in written


@pytest.fixture(scope="module")
def judged() -> list[verdicts.Result]:
    """100 studies of each truth, and some dose curves."""
    one, three = verdicts.Design(10, 100, 1, uneven=True), verdicts.Design(20, 10, 3, uneven=False)
    return [
        *(found for truth in verdicts.TRUTHS for found in verdicts.outcomes(one, truth, 100)),
        *(found for truth in verdicts.TRUTHS for found in verdicts.outcomes(three, truth, 60)),
        *verdicts.doses(verdicts.Design(10, 10, 1, uneven=False), 25),
    ]


def test_words_are_rarely_wrong_where_they_are_just_not_so(judged: list[verdicts.Result]) -> None:
    """At a true 5 % more than 12 in a hundred come once in five hundred."""
    wrong = {(r.what, r.truth): r.share for r in judged if r.what.startswith("wrongly")}
    assert {key: share for key, share in wrong.items() if share > 0.12} == {}
    assert {what.split("“")[-1].strip("”") for what, _ in wrong} == {
        *("increased", "reduced", "eliminated", "unchanged", "nothing to suppress"),
        "wrongly within the margin (TOST)",
    }


def test_what_is_left_emergence_suppression_and_doses_are_covered(
    judged: list[verdicts.Result],
) -> None:
    held = {(r.what, r.truth, r.design): r.share for r in judged if r.what.endswith("held")}
    assert {key: share for key, share in held.items() if share < 0.86} == {}
    assert {what for what, *_ in held} == {
        *("excess held", "emergence held", "suppression held", "half-effect dose held"),
    }


def test_the_tables_of_verdicts_have_a_line_for_each(judged: list[verdicts.Result]) -> None:
    written = verdicts.table(judged, verdicts.furthest(judged, 1, 4))
    for result in judged:
        name = result.what.removeprefix("wrongly ").removesuffix(" held")
        assert f"| {name} | " in written


def test_p_and_q_are_rarely_wrong_where_the_seeds_of_one_arm_vary() -> None:
    """Three seeds: at a true 6 % more than 17 in a hundred come once in ten thousand."""
    pattern = families.Pattern(8, 20, 3, "one arm", 1.0)
    found = families.outcomes(pattern, 100)
    assert max(found.p, found.q) <= 0.17
    line = families.table([found]).splitlines()[-1]
    assert line == f"| one arm | 1 | 3 | {100 * found.p:.1f} | {100 * found.q:.1f} |"
