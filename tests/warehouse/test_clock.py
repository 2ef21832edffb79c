from datetime import UTC, datetime

from warehouse import clock


def test_a_stamp_says_this_moment_in_utc() -> None:
    before = clock.now()
    said = datetime.fromisoformat(clock.stamp())
    assert before <= said <= clock.now()
    assert (said.tzinfo, said.microsecond) == (UTC, 0)
