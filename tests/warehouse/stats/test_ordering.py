"""Orders of rows: as people count, by mean, and with similar ones together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from warehouse.stats.estimates import Floats
from warehouse.stats.ordering import by_name, by_similarity, by_value

NAN = np.nan
GRIDS = arrays(
    float,
    array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=7),
    elements=st.one_of(st.floats(-1, 1), st.just(NAN)),
)


def test_names_are_ordered_as_people_count() -> None:
    names = ["Llama-3.1-70B", "gpt-4.1", "Llama-3.1-8B", "Time: 1900", "Time: 850"]
    assert [names[at] for at in by_name(names)] == [
        "gpt-4.1",
        "Llama-3.1-8B",
        "Llama-3.1-70B",
        "Time: 850",
        "Time: 1900",
    ]


def test_a_name_may_begin_with_a_number_or_be_empty() -> None:
    names = ["b", "10", "9", ""]
    assert [names[at] for at in by_name(names)] == ["", "9", "10", "b"]


def test_the_highest_mean_comes_first_and_what_has_none_last() -> None:
    values = np.array([[NAN, NAN], [0.1, 0.3], [0.9, NAN], [0.2, 0.2]])
    assert by_value(values).tolist() == [2, 1, 3, 0]


def test_similar_rows_stand_together_the_higher_first() -> None:
    high, low = [0.9, 0.8, 1.0], [0.1, 0.0, 0.2]
    values = np.array([low, high, [x + 0.01 for x in low], [x - 0.01 for x in high]])
    order = by_similarity(values).tolist()
    assert {*order[:2]} == {1, 3}
    assert {*order[2:]} == {0, 2}


def test_similarity_looks_at_the_shape_and_not_the_mean() -> None:
    # All means are the same: by value, nothing would move.
    values = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    order = by_similarity(values).tolist()
    assert {*order[:2]} in ({0, 2}, {1, 3})


def test_rows_are_compared_where_both_have_values() -> None:
    values = np.array([[0.5, NAN, 0.1], [0.9, 0.9, NAN], [NAN, 0.2, 0.1]])
    assert by_similarity(values).tolist()[0] == 1


@given(GRIDS)
@pytest.mark.parametrize("order", [by_value, by_similarity])
def test_every_row_is_there_once(order: object, values: Floats) -> None:
    assert callable(order)
    assert sorted(order(values).tolist()) == list(range(len(values)))
