"""A clock that stands still until it is moved."""

from datetime import UTC, datetime, timedelta


class Clock:
    """The time of clients and peers of a test ledger; aware datetimes only."""

    def __init__(self, now: datetime = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)) -> None:
        self.set(now)

    def set(self, now: datetime) -> None:
        """Set the time.

        Raises:
            ValueError: the datetime has no time zone.
        """
        if now.tzinfo is None:
            raise ValueError("a clock needs a time zone")
        self.now = now.astimezone(UTC)

    def advance(self, **duration: float) -> None:
        """Move on: `advance(days=3, minutes=1)`, with the words of timedelta."""
        self.now += timedelta(**duration)

    def seconds(self) -> float:
        """Seconds since 1970."""
        return self.now.timestamp()
