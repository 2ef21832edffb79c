"""When another attempt may help, and how long to wait for it: chat and jobs alike."""

import math
import random
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from pipeline.study.errors import EndpointRefused

LONGEST_WAIT = 60.0
"""Seconds between two attempts, unless the server asks for more."""

LONGEST_RETRY_AFTER = 900.0
"""A server that asks for a longer pause than this is given up on."""


def may_pass(status: int) -> bool:
    """Whether the trouble that a status tells of may pass by itself."""
    return status in (408, 409, 425, 429) or status >= 500


def backoff(first_wait: float, attempt: int) -> float:
    """Seconds after so many attempts: doubled with each, up to a bound, with jitter."""
    # Far below the bound's exponent, so that no power overflows.
    wait = first_wait * 2.0 ** min(attempt - 1, 64)
    return min(LONGEST_WAIT, wait) * random.uniform(0.5, 1.0)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds the server asks to wait, from a number or a date; None where unreadable."""
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        given = headers.get(name)
        if not given:
            continue
        try:
            seconds = float(given) * unit
        except ValueError:
            try:
                seconds = parsedate_to_datetime(given).timestamp() - time.time()
            except (ValueError, TypeError, OverflowError):
                continue
        if math.isfinite(seconds):
            return max(0.0, seconds)
    return None


def heeded(asked: float | None, url: str) -> float:
    """The pause that a server asks for, to be kept before anything else is sent to it.

    Raises:
        EndpointRefused: where it is too long to be waited for.
    """
    if asked is not None and asked > LONGEST_RETRY_AFTER:
        raise EndpointRefused(
            f"{url} asks to come back in {asked:.0f} seconds. Run the same command then; "
            "everything done so far is kept."
        )
    return asked or 0.0
