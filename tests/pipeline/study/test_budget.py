import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.study.budget import Meter, priced
from pipeline.study.definition import Budget, Price
from pipeline.study.errors import BudgetReached
from warehouse.studies import Spend


def test_a_price_is_per_million_tokens() -> None:
    assert priced(Price(input=2.0, output=8.0), 1_000, 500) == Spend(1, 1_000, 500, 0.006)
    assert priced(None, 1_000, 500).cost == 0


@given(
    st.integers(1, 500),
    st.lists(st.tuples(st.integers(1, 100), st.floats(0, 1), st.integers(0, 3)), max_size=60),
)
def test_whatever_happens_the_limit_holds(
    limit: int, requests: list[tuple[int, float, int]]
) -> None:
    meter = Meter(Budget(tokens=limit))
    under_way: list[tuple[Spend, Spend]] = []
    for most, share, settled in requests:
        reserved, actual = Spend(1, most), Spend(1, round(most * share))
        try:
            meter.reserve(reserved)
        except BudgetReached:
            assert meter.spent.tokens + meter.reserved.tokens + most > limit
            continue
        under_way.append((reserved, actual))
        for _ in range(min(settled, len(under_way))):
            meter.settle(*under_way.pop(0))
        assert meter.spent.tokens + meter.reserved.tokens <= limit
    for pair in under_way:
        meter.settle(*pair)
    assert meter.reserved == Spend()
    assert meter.spent.tokens <= limit


def test_what_was_spent_before_counts() -> None:
    meter = Meter(Budget(requests=5), Spend(requests=5))
    with pytest.raises(BudgetReached, match="5 requests spent"):
        meter.reserve(Spend(1))


def test_no_limits_limit_nothing() -> None:
    Meter(None).reserve(Spend(10**9, 10**12, 10**12, 1e9))
