"""The history: events in order, each with the one that it followed from.

Events of branches that run at the same time stand in one list; `previous_id` tells them apart. So
whoever writes events holds a chain, and forks it where work forks.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from maestro_cdk.engine.failures import RuntimeFailure
from maestro_cdk.model import ExecutionEvent

WHOLE = {"truncated": False}
"""What events say of the data they hold."""

MOST_EVENTS = 25_000
"""AWS ends a STANDARD execution with its 25,000th event.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html#service-limits-state-machine-executions
"""


class HistoryFull(RuntimeFailure):
    """An execution has as many events as it can have."""

    def __init__(self, most: int) -> None:
        super().__init__(f"The execution reached the maximum number of history events ({most}).")


class History:
    """The events of one execution; `tell` hears of each.

    `most` is how many events there can be, the one that ends the execution included; None for an
    EXPRESS one, whose events only go to its log.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        tell: Callable[[ExecutionEvent], None] | None = None,
        most: int | None = None,
    ) -> None:
        self.events: list[ExecutionEvent] = []
        self._now, self._tell, self._most = now, tell, most
        self._closed = False

    def add(self, kind: str, details: Mapping[str, Any], previous: int) -> int:
        """Write an event; its id. Nothing is written behind the one that ended the execution."""
        if self._closed:
            return previous
        if self._most is not None and len(self.events) + 1 >= self._most:
            raise HistoryFull(self._most)
        return self._write(kind, details, previous)

    def end(self, kind: str, details: Mapping[str, Any], previous: int) -> None:
        """Write the last event."""
        if not self._closed:
            self._write(kind, details, previous)
            self._closed = True

    def _write(self, kind: str, details: Mapping[str, Any], previous: int) -> int:
        event = ExecutionEvent(
            id=len(self.events) + 1,
            previous_id=previous,
            type=kind,
            time=self._now(),
            details=details,
        )
        self.events.append(event)
        if self._tell:
            self._tell(event)
        return event.id


class Chain:
    """Events that follow from each other: `last` is the one that the next follows from."""

    __slots__ = ("history", "last")

    def __init__(self, history: History, last: int = 0) -> None:
        self.history, self.last = history, last

    def add(self, kind: str, details: Mapping[str, Any] | None = None) -> int:
        """Write an event that follows from the last, and is the last from now on."""
        self.last = self.history.add(kind, details or {}, self.last)
        return self.last

    def aside(
        self, kind: str, details: Mapping[str, Any] | None = None, previous: int | None = None
    ) -> int:
        """Write an event that none of this chain follows from."""
        return self.history.add(kind, details or {}, self.last if previous is None else previous)

    def fork(self) -> "Chain":
        """A chain that begins where this one is."""
        return Chain(self.history, self.last)
