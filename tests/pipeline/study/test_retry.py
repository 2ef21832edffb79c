from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from pipeline.study import retry
from pipeline.study.errors import EndpointRefused


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 503, 599])
def test_trouble_that_may_pass(status: int) -> None:
    assert retry.may_pass(status)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 413, 422])
def test_trouble_that_stays(status: int) -> None:
    assert not retry.may_pass(status)


def test_waits_double_up_to_a_bound_and_never_overflow() -> None:
    for attempt, longest in ((1, 0.5), (2, 1), (3, 2), (8, 60), (5_000, 60)):
        assert longest / 2 <= retry.backoff(0.5, attempt) <= longest


def test_what_a_server_asks_for_is_read_in_every_form() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    assert retry.retry_after({"retry-after": "3"}) == 3
    assert retry.retry_after({"retry-after-ms": "250", "retry-after": "3"}) == 0.25
    assert retry.retry_after({"retry-after": "-3"}) == 0
    assert retry.retry_after({"retry-after": soon}) == pytest.approx(100, abs=30)
    for odd in ("", "soon", "nan", "inf", "Mon, 99 Foo"):
        assert retry.retry_after({"retry-after": odd}) is None


def test_a_pause_that_is_too_long_ends_the_work() -> None:
    assert retry.heeded(None, "http://x") == 0
    assert retry.heeded(retry.LONGEST_RETRY_AFTER, "http://x") == retry.LONGEST_RETRY_AFTER
    with pytest.raises(EndpointRefused, match="come back in 901 seconds"):
        retry.heeded(901, "http://x")
