"""What time it is, in UTC and whole seconds, for everything that notes when it was made."""

from datetime import UTC, datetime


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC).replace(microsecond=0)


def stamp() -> str:
    """This moment as files write it."""
    return now().strftime("%Y-%m-%dT%H:%M:%SZ")
