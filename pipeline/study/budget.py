"""The study's hard limits: what is spent, what is in flight, and when to stop."""

from pipeline.study.definition import Budget, Price
from pipeline.study.errors import BudgetReached
from warehouse.studies import Spend


def priced(price: Price | None, input_tokens: int, output_tokens: int, requests: int = 1) -> Spend:
    """What a request of so many tokens costs; nothing where there is no price."""
    cost = (price.input * input_tokens + price.output * output_tokens) / 1e6 if price else 0.0
    return Spend(requests, input_tokens, output_tokens, cost)


class Meter:
    """Counts spending against the limits.

    A request is reserved at the most it can cost before it is sent and settled at what it
    did cost, so that concurrent requests together never pass a limit.
    """

    def __init__(self, limits: Budget | None, spent: Spend | None = None) -> None:
        self.limits = limits or Budget()
        self.spent = spent or Spend()
        self.reserved = Spend()

    def require_open(self) -> None:
        """Makes sure that anything may be sent at all.

        Raises:
            BudgetReached: where a limit is 0.
        """
        for name in ("cost", "requests", "tokens"):
            if getattr(self.limits, name) == 0:
                raise BudgetReached(f"budget.{name} is 0, so nothing is sent.")

    def reserve(self, most: Spend) -> None:
        """Sets the most a request can cost aside.

        Raises:
            BudgetReached: where a limit would be passed, or is 0.
        """
        self.require_open()
        for name, unit in (("cost", ""), ("requests", " requests"), ("tokens", " tokens")):
            limit = getattr(self.limits, name)
            if limit is None:
                continue
            used = getattr(self.spent, name)
            ahead = getattr(self.reserved, name) + getattr(most, name)
            if used + ahead > limit:
                raise BudgetReached(
                    f"The next request could pass budget.{name} = {limit:g}{unit} "
                    f"({used:.6g}{unit} spent, {ahead:.6g}{unit} more at most with what is under "
                    "way). Nothing more is sent; raise the budget and run the same command to go "
                    "on."
                )
        self.reserved.add(most)

    def settle(self, reserved: Spend, actual: Spend) -> None:
        """Replaces a reservation by what was spent."""
        self.reserved.add(reserved, -1)
        self.spent.add(actual)
