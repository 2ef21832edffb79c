"""Numbers as people write them, with the digits that their intervals support."""


def decimals(low: float | None, high: float | None) -> int:
    """How many decimals of a percentage its interval supports (bounds are shares).

    One without width, of a share that can only be what it is, tells nothing of them.
    """
    if low is None or high is None or low == high:
        return 0
    width = 100 * (high - low)
    return 0 if width >= 10 else 1 if width >= 1 else 2


def percent(
    rate: float | None,
    low: float | None = None,
    high: float | None = None,
    digits: int | None = None,
) -> str:
    """A share as `12.3 % [8.1, 17.9]`, without the brackets where there is no interval.

    It has the digits that the interval supports, unless others are asked for.
    """
    if rate is None:
        return "nothing counted"
    digits = decimals(low, high) if digits is None else digits
    text = f"{100 * rate:.{digits}f} %"
    if low is None or high is None:
        return text
    return f"{text} [{100 * low:.{digits}f}, {100 * high:.{digits}f}]"


def points(
    value: float | None,
    low: float | None = None,
    high: float | None = None,
    digits: int | None = None,
) -> str:
    """A difference of shares as `−94 points [−98, −73]`, with digits as those of `percent`."""
    if value is None:
        return "not estimable"
    digits = decimals(low, high) if digits is None else digits

    def signed(share: float) -> str:
        rounded = round(100 * share, digits)
        return f"{rounded:+.{digits}f}".replace("-", "−") if rounded else "0"

    text = f"{signed(value)} points"
    return text if low is None or high is None else f"{text} [{signed(low)}, {signed(high)}]"


def different(answers: int, distinct: int) -> str:
    """How many of some answers are different ones, to be said behind their number."""
    return f" ({distinct:,} different)" if distinct < answers else ""


def coefficient(value: float | None, low: float | None = None, high: float | None = None) -> str:
    """A coefficient of agreement as `−0.12 [−0.30, 0.08]`."""
    if value is None:
        return "not defined"
    text = _hundredths(value)
    if low is None or high is None:
        return text
    return f"{text} [{_hundredths(low)}, {_hundredths(high)}]"


def _hundredths(value: float) -> str:
    return f"{round(value, 2) + 0:.2f}".replace("-", "\N{MINUS SIGN}")
