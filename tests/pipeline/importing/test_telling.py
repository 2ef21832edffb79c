"""What came of an import fits on a page: kinds with a count and an example, and few one by one."""

from pathlib import Path

from pipeline.importing import telling
from pipeline.importing.running import Outcome


def outcomes(count: int, reason: str, notice: tuple[str, str]) -> list[Outcome]:
    return [
        Outcome(
            Path(f"/in/{n}.csv"), "imported", "em-csv", 3, ((n, reason.format(n)),), 1,
            ((notice[0].format(n), notice[1].format(n)),),
        )
        for n in range(count)
    ]  # fmt: skip


def test_many_of_a_kind_are_one_line_with_an_example() -> None:
    given = outcomes(9, "its answer 'x{}' is no text", ("spelling:{}", "'a{}' is read as 'b'"))
    lines = list(telling.report(given, [Path("/in")], verbose=False))
    assert lines[0] == "refused: 9 files, such as in/0.csv, row 0: its answer 'x0' is no text"
    assert lines[1] == "notice: 9 files, such as in/0.csv: 'a0' is read as 'b'"
    assert "9 files" in lines[2]
    assert len(lines) == 3


def test_few_are_told_one_by_one_and_all_where_that_is_asked() -> None:
    given = outcomes(3, "it is {}", ("other", "told {}"))
    assert len(list(telling.report(given, [Path("/in")], verbose=False))) == 7
    many = outcomes(50, "it is {}", ("other", "told {}"))
    assert len(list(telling.report(many, [Path("/in")], verbose=True))) == 101
