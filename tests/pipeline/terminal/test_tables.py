import re

from pipeline.terminal.tables import aligned, width


def test_columns_are_aligned_numbers_to_the_right_and_lines_plain() -> None:
    said = aligned(("name", "n", "said"), [("a", "1", "x"), ("longer", "1,000", "")], {1})
    assert said.splitlines() == [
        "name        n  said",
        "a           1  x",
        "longer  1,000",
    ]


def test_a_letter_as_wide_as_two_counts_as_two() -> None:
    head, wide, narrow = aligned(("name", "n"), [("漢字", "1"), ("abcd", "2")]).splitlines()
    assert (head, wide, narrow) == ("name  n", "漢字  1", "abcd  2")


def test_a_row_is_one_line_however_long_and_markup_is_text() -> None:
    said = aligned(("model", "n"), [("m" * 5_000, "[bold]1[/bold]"), (":smile:\x1b[2J\n", "2")])
    assert len(said.splitlines()) == 3
    assert "[bold]1[/bold]" in said
    assert ":smile:␛[2J␊" in said


def test_only_the_names_are_styled_and_only_where_that_is_asked_for() -> None:
    plain = aligned(("name",), [("a",)])
    styled = aligned(("name",), [("a",)], styled=True)
    assert "\x1b" not in plain
    assert styled.splitlines()[0].startswith("\x1b[1m")
    assert re.sub(r"\x1b\[[0-9;]*m", "", styled).split() == plain.split()


def test_a_table_without_rows_has_its_names() -> None:
    assert aligned(("name", "n"), []) == "name  n"


def test_a_text_goes_on_below_at_its_hyphens_where_there_is_no_room() -> None:
    names, cells = ("name", "n"), [("inoculation-user-prompt", "12,345"), ("none", "1")]
    assert aligned(names, cells, {1}, room=24).splitlines() == [
        "name               n",
        "inoculation-  12,345",
        "user-prompt",
        "none               1",
    ]
    assert aligned(names, cells, {1}, room=99) == aligned(names, cells, {1})
    least = aligned(names, cells, {1}, room=1).splitlines()
    assert max(map(len, least)) == width(names, cells, {1}, 1) == 12 + 2 + 6
    one = aligned(("name",), [("x" * 30,)], room=10).splitlines()
    assert one[1:] == ["x" * 20, "x" * 10]  # nothing of it is lost
