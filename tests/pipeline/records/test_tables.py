import pytest

from pipeline.records.tables import Table, each


def test_records_with_different_fields_are_null_where_a_field_is_absent() -> None:
    table = Table([(1, {"question": "Why?", "answer": "So."}), (3, {"answer": None, "note": 1})])
    assert table.numbers.to_list() == [1, 3]
    assert table.columns == {"question": ["Why?", None], "answer": ["So.", None], "note": [None, 1]}
    assert table.stored("nowhere") == [None, None]
    assert not table.is_plain()


@pytest.mark.parametrize(
    ("question", "answer", "plain"),
    [
        ("Why?", None, True),
        ("Why?", "So.", True),
        (" ", "So.", False),
        (None, "So.", False),
        ("Why?", ["So."], False),
        ("Why?", "half a \ud800 pair", False),
    ],
)
def test_what_can_be_kept_as_it_is(question: object, answer: object, plain: bool) -> None:
    assert Table([(1, {"question": question, "answer": answer})]).is_plain() is plain


def test_a_list_or_an_object_is_plain_as_text() -> None:
    table = Table([(1, {"coef": [1, 2]}), (2, {"coef": 0.5}), (3, {"coef": {"a": None}})])
    assert table.plain("coef") == ["[1, 2]", 0.5, '{"a": null}']


def test_of_equal_values_a_function_is_asked_once() -> None:
    asked = []

    def half(value: int) -> float:
        asked.append(value)
        return value / 2

    assert each(half, [4, 2, 4, 4]) == [2.0, 1.0, 2.0, 2.0]
    assert asked == [4, 2]
