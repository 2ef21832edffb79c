"""Numbers as people write them: shares, differences, chances, counts, sizes, lists."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, overload

import polars as pl

from warehouse.readable import decimals as decimals
from warehouse.readable import percent as percent
from warehouse.readable import points as points

UNKNOWN = "unknown"

FINEST = 10
"""Up to fewer than so many decimals tell two percentages apart; what is closer is the same."""


@overload
def hundredth(share: float) -> float: ...


@overload
def hundredth(share: None) -> None: ...


@overload
def hundredth(share: float | None) -> float | None: ...


def hundredth(share: float | None) -> float | None:
    """A share in percent, or a difference of shares in points; None stays None."""
    return None if share is None else 100 * share


def share(percent: float) -> float:
    """A percentage as a share."""
    return percent / 100


def hundredths(name: str) -> pl.Expr:
    """The same of a column."""
    return pl.col(name) * 100


def margin(width: float) -> str:
    """A margin that is a share, as `±5 points`."""
    return f"±{100 * width:g} points"


def apart(one: float, other: float) -> int:
    """How many decimals of two percentages show that they differ: none where whole ones do."""
    differ = (d for d in range(FINEST) if round(100 * one, d) != round(100 * other, d))
    return next(differ, 0)


def signed(share: float) -> str:
    """A difference of shares in whole points, as short as a tile needs it: `+52`, `−3`, `0`."""
    return f"{100 * share:+.0f}".replace("-", "−") if round(100 * share) else "0"


def whole(share: float) -> str:
    """A share in whole percent, as short as a tile needs it: `91 %`."""
    return f"{100 * share + 0:.0f} %"


def chance(p: float | None) -> str:
    """A p-value as `= 0.002` or `< 0.001`."""
    return "not estimable" if p is None else "< 0.001" if p < 0.001 else f"= {p:.2g}"


def plural(n: int, noun: str) -> str:
    """`1 question`, `1,000 questions`."""
    several = re.sub(r"(?<![aeiou])y$", "ie", noun) + "s"
    return f"{n:,} {noun if n == 1 else several}"


def rate(row: Mapping[str, Any]) -> str:
    """A cell as `12.3 % [8.1, 17.9]  n = 100 · 10 questions`, with what is wrong with it."""
    text = percent(row["rate"], row["low"], row["high"])
    text += f"  n = {row['n_counted']:,} · {plural(row['questions'], 'question')}"
    if row["rate"] is not None and not row["is_result"]:
        text += f" · not a result: {listing(row['flags'])}"
    elif row["note"] and row["rate"] is not None:
        text += f" · interval {row['note']}"
    return text


def size(count: int | None) -> str:
    """A number of bytes as people write it."""
    if count is None:
        return UNKNOWN
    amount = float(count)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def listing(parts: Iterable[str], most: int = 3) -> str:
    """`a, b and c`, or `a, b, c and 4 more`."""
    every = list(parts)
    if len(every) > most + 1:
        return f"{', '.join(every[:most])} and {len(every) - most} more"
    return " and ".join([", ".join(every[:-1]), every[-1]] if len(every) > 1 else every)
