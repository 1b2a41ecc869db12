"""Time that passes when somebody sleeps."""

from datetime import UTC, datetime, timedelta


class FakeClock:
    """A clock that stands still between sleeps."""

    def __init__(self):
        self.slept = []
        self._start = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self):
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self):
        return sum(self.slept)

    def sleep(self, seconds, /):
        assert seconds > 0
        self.slept.append(seconds)
        assert len(self.slept) < 20_000, "this waits for ever"
