import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.study.budget import Meter, Ticket, priced
from pipeline.study.definition import Budget
from pipeline.study.errors import BudgetReached
from pipeline.study.parts import Price
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
    under_way: list[tuple[Ticket, Spend]] = []
    sent = spent = 0
    for most, share, settled in requests:
        used = spent + sum(ticket.most.tokens for ticket, _ in under_way)
        try:
            ticket = meter.reserve(Spend(1, most))
        except BudgetReached:
            assert used + most > limit  # it stops no sooner than it must
            continue
        assert used + most <= limit  # and no later
        sent += 1
        under_way.append((ticket, Spend(1, round(most * share))))
        for _ in range(min(settled, len(under_way))):
            ticket, actual = under_way.pop(0)
            meter.settle(ticket, actual)
            spent += actual.tokens
        assert meter.spent.tokens == spent
    for ticket, actual in under_way:
        meter.settle(ticket, actual)
        spent += actual.tokens
    assert meter.reserved == Spend()
    assert meter.spent.tokens == spent <= limit
    assert meter.spent.requests == sent


def test_what_bills_more_than_was_set_aside_is_taken_to_do_so_again() -> None:
    meter = Meter(Budget(cost=20.0))
    tickets = [meter.reserve(Spend(1, cost=1.0)) for _ in range(4)]
    meter.settle(tickets.pop(), Spend(1, cost=5.0))
    # Three are under way, and may cost 5 each: with the 5 that is spent, 20 is reached.
    with pytest.raises(BudgetReached, match=r"5 spent, 16 more at most"):
        meter.reserve(Spend(1, cost=1.0))
    meter.settle(tickets.pop(), Spend(1, cost=1.0))
    assert meter.reserve(Spend(1, cost=1.0)).most == Spend(1, cost=1.0)


def test_what_was_spent_before_counts() -> None:
    meter = Meter(Budget(requests=5), Spend(requests=5))
    with pytest.raises(BudgetReached, match="5 requests spent"):
        meter.reserve(Spend(1))


def test_no_limits_limit_nothing() -> None:
    meter = Meter(None)
    meter.settle(meter.reserve(Spend(10**9, 10**12, 10**12, 1e9)), Spend(1, 2, 3, 4.0))
    assert (meter.spent, meter.reserved) == (Spend(1, 2, 3, 4.0), Spend())


def test_a_limit_of_nothing_opens_nothing() -> None:
    for limits in (Budget(cost=0), Budget(requests=0), Budget(tokens=0)):
        with pytest.raises(BudgetReached, match="is 0, so nothing is sent"):
            Meter(limits).reserve(Spend())
