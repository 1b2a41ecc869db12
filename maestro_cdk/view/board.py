"""What is to be told, by its topic, and who waits for it.

A topic has one value, the newest. Whoever is slow misses values in between and nothing else, and
nobody's queue grows.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from threading import Condition
from time import monotonic

from maestro_cdk.model import JSON


class Board:
    """Topics, their values, and the listeners of each.

    Args:
        report: hears of what should not have happened: one thread's bug ends no other.
    """

    def __init__(self, report: Callable[[Exception], None] = lambda _: None) -> None:
        self.report = report
        self._changed = Condition()
        self._values: dict[str, tuple[int, JSON]] = {}
        self._listeners: Counter[str] = Counter()
        self.closed = False

    def put(self, topic: str, value: JSON) -> None:
        """Say something; what is said already is not said again."""
        with self._changed:
            version, before = self._values.get(topic, (0, None))
            if version == 0 or before != value:
                self._values[topic] = (version + 1, value)
                self._changed.notify_all()

    def get(self, topic: str) -> JSON:
        """What is said of a topic; None where nothing is yet."""
        with self._changed:
            return self._values.get(topic, (0, None))[1]

    def version(self, topic: str) -> int:
        """How often something else was said of a topic."""
        with self._changed:
            return self._values.get(topic, (0, None))[0]

    def close(self) -> None:
        """Let everyone go who waits."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    @contextmanager
    def listening(self, topics: Collection[str]) -> Iterator[None]:
        """Count as somebody who wants to know."""
        with self._changed:
            self._listeners.update(topics)
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._listeners.subtract(topics)
                self._changed.notify_all()

    def heard(self, topic: str) -> bool:
        """Whether anybody listens."""
        with self._changed:
            return self._listeners[topic] > 0

    def wait(
        self, topics: Collection[str], seen: Mapping[str, int], timeout: float
    ) -> list[tuple[str, int, JSON]]:
        """What is new of some topics: each with its version and its value.

        Args:
            topics: which are wanted.
            seen: the version of each that is known.
            timeout: seconds after which nothing is new.
        """
        with self._changed:
            self._changed.wait_for(lambda: self.closed or self._fresh(topics, seen), timeout)
            return [] if self.closed else self._fresh(topics, seen)

    def rest(self, seconds: float, topic: str | None = None) -> bool:
        """Let time pass, or until it is closed; and as long as nobody listens to a topic.

        Returns:
            Whether it goes on.
        """
        until = monotonic() + seconds
        with self._changed:
            self._changed.wait_for(lambda: self.closed, max(0.0, until - monotonic()))
            if topic is not None:
                self._changed.wait_for(lambda: self.closed or self._listeners[topic] > 0)
            return not self.closed

    def _fresh(
        self, topics: Collection[str], seen: Mapping[str, int]
    ) -> list[tuple[str, int, JSON]]:
        return [
            (topic, *self._values[topic])
            for topic in topics
            if topic in self._values and self._values[topic][0] > seen.get(topic, 0)
        ]


def bug(error: Exception) -> str:
    """What the page says of what should not have happened."""
    return f"a bug of maestro's: {error!r}; the terminal names a report of it"
