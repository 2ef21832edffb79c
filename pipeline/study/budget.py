"""The study's hard limits: what is spent, what is in flight, and when to stop."""

from typing import NamedTuple, Protocol

from pipeline.study.definition import Budget
from pipeline.study.errors import BudgetReached
from pipeline.study.parts import Price
from warehouse.studies import Spend


def priced(price: Price | None, input_tokens: int, output_tokens: int, requests: int = 1) -> Spend:
    """What a request of so many tokens costs; nothing where there is no price."""
    cost = (price.input * input_tokens + price.output * output_tokens) / 1e6 if price else 0.0
    return Spend(requests, input_tokens, output_tokens, cost)


class Book(Protocol):
    """Where spending is written down; see `account.Account`."""

    def left_open(self, name: str) -> Spend:
        """What an earlier session sent by that name and never settled."""

    def sent(self, name: str, most: Spend) -> None:
        """Notes what is about to be sent, in place of what was left open by that name."""

    def settled(self, name: str, actual: Spend) -> None:
        """Notes what it did cost."""


class Ticket(NamedTuple):
    """What is set aside for one request, or one job, that is under way."""

    name: str
    most: Spend


class Meter:
    """Counts spending against the limits.

    A request is reserved at the most it should cost before it is sent and settled at what it
    did cost, so that concurrent requests together never pass a limit. An endpoint may bill more
    than was reserved (thoughts beyond the token cap): what is under way is then taken to cost
    more by the worst such ratio seen so far.
    """

    def __init__(
        self, limits: Budget | None, spent: Spend | None = None, book: Book | None = None
    ) -> None:
        self.limits = limits or Budget()
        self.spent = spent or Spend()
        self.reserved = Spend()
        self.priced: set[str] = set()
        """Who has answered once, so that what a request to them costs is known."""
        self._book = book
        self._tickets = 0
        self._worst = {"cost": 1.0, "requests": 1.0, "tokens": 1.0}

    def require_open(self) -> None:
        """Makes sure that anything may be sent at all.

        Raises:
            BudgetReached: where a limit is 0.
        """
        for name in ("cost", "requests", "tokens"):
            if getattr(self.limits, name) == 0:
                raise BudgetReached(f"budget.{name} is 0, so nothing is sent.")

    def reserve(self, most: Spend, name: str | None = None) -> Ticket:
        """Sets the most a request should cost aside; it may be sent once this has returned.

        What has a `name` and is reserved again is the same thing, gone on with after a stop.

        Raises:
            BudgetReached: where a limit would be passed, or is 0.
        """
        self.require_open()
        self._tickets += 1
        ticket = Ticket(name or str(self._tickets), most)
        earlier = self._book.left_open(ticket.name) if self._book is not None else Spend()
        for limited, unit in (("cost", ""), ("requests", " requests"), ("tokens", " tokens")):
            limit = getattr(self.limits, limited)
            if limit is None:
                continue
            used = getattr(self.spent, limited) - getattr(earlier, limited)
            under_way = getattr(self.reserved, limited) * self._worst[limited]
            ahead = under_way + getattr(most, limited)
            if used + ahead > limit:
                raise BudgetReached(
                    f"The next request could pass budget.{limited} = {limit:g}{unit} "
                    f"({used:.6g}{unit} spent, {ahead:.6g}{unit} more at most with what is under "
                    "way). Nothing more is sent; raise the budget and run the same command to go "
                    "on."
                )
        if self._book is not None:
            self._book.sent(ticket.name, most)
        self.spent.add(earlier, -1)
        self.reserved.add(most)
        return ticket

    def is_open(self, name: str) -> bool:
        """Whether an earlier session sent something by this name and never settled it."""
        return self._book is not None and self._book.left_open(name) != Spend()

    def settle(self, ticket: Ticket, actual: Spend) -> None:
        """Replaces a reservation by what was spent."""
        self.reserved.add(ticket.most, -1)
        self.spent.add(actual)
        for limited, worst in self._worst.items():
            if reserved := getattr(ticket.most, limited):
                self._worst[limited] = max(worst, getattr(actual, limited) / reserved)
        if self._book is not None:
            self._book.settled(ticket.name, actual)
