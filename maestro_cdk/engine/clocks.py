"""Clocks: the real one, and one on which a day passes at once."""

import asyncio
import random
import selectors
import uuid
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Any, TypeVar

T = TypeVar("T")


class RealClock:
    """The time as it is; `scale` tells what waits are multiplied by: 0 lets them pass at once."""

    def __init__(self, scale: Callable[[], float] = lambda: 1.0) -> None:
        self._scale = scale

    def now(self) -> datetime:
        """What time it is, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float, /) -> None:
        """Wait so long, as this clock has it."""
        await asyncio.sleep(max(seconds, 0) * self._scale())

    async def elapse(self, seconds: float, /) -> None:
        """Let so much time go by."""
        await asyncio.sleep(seconds)


class VirtualClock:
    """Time that passes at once: where everything waits, it is the moment that is waited for.

    It needs its own event loop, for only that knows when nothing is left to do: see `run`.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime.now(UTC)
        self._alarms: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._numbers = count()
        self._held = 0

    def now(self) -> datetime:
        """What time it is on this clock."""
        return self._now

    async def sleep(self, seconds: float, /) -> None:
        """Wait until the clock has come so far."""
        alarm = asyncio.get_running_loop().create_future()
        when = self._now + timedelta(seconds=max(seconds, 0))
        heappush(self._alarms, (when, next(self._numbers), alarm))
        await alarm

    elapse = sleep

    @contextmanager
    def held(self) -> Iterator[None]:
        """Stop the clock, while something is waited for that takes its real time."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1

    def advance(self) -> bool:
        """Go on to the next moment that is waited for; whether there is one."""
        while self._alarms and not self._held:
            when, _, alarm = heappop(self._alarms)
            if not alarm.done():
                self._now = max(self._now, when)
                alarm.set_result(None)
                return True
        return False

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something to its end in an event loop on this clock."""
        with asyncio.Runner(loop_factory=self._loop) as runner:
            return runner.run(work)

    def _loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.SelectorEventLoop(_Impatient(self.advance))


class _Impatient(selectors.DefaultSelector):
    """What an event loop waits with: rather than wait, it lets the clock go on."""

    def __init__(self, advance: Callable[[], bool]) -> None:
        super().__init__()
        self._advance = advance

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if events or timeout == 0 or self._advance():
            return events
        return super().select(timeout)


class RandomIds:
    """UUIDs and numbers by chance; the same for the same seed."""

    def __init__(self, seed: int | str | None = None) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - ids that tell things apart, no secrets

    def uuid(self) -> str:
        """A UUID."""
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4))

    def random(self) -> float:
        """A number from 0 on, below 1."""
        return self._chance.random()
