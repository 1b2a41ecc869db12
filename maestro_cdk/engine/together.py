"""Work that goes on at the same time, and ends together."""

import asyncio
from collections import deque
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from maestro_cdk.engine.failures import Failure
from maestro_cdk.engine.ports import Clock

T = TypeVar("T")


@dataclass(slots=True)
class Outcome(Generic[T]):
    """The results in order; or the first failure, and which work it was that `failed`."""

    results: list[T] = field(default_factory=list)
    failure: Failure | None = None
    failed: int = -1


async def all_of(works: Iterable[Coroutine[Any, Any, T]]) -> Outcome[T]:
    """Do all work at once. As soon as some fails, what still goes on is stopped."""
    outcome: Outcome[T] = Outcome()

    async def watched(number: int, work: Coroutine[Any, Any, T]) -> T:
        try:
            return await work
        except Failure as failure:
            if outcome.failure is None:
                outcome.failure, outcome.failed = failure, number
            raise

    tasks = [asyncio.create_task(watched(n, work)) for n, work in enumerate(works)]
    if not tasks:
        return outcome
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        await stop(*tasks)
    if outcome.failure is None:
        for task in tasks:
            if not task.cancelled() and (error := task.exception()):
                raise error
        outcome.results = [task.result() for task in tasks]
    return outcome


async def stop(*tasks: asyncio.Task[Any]) -> None:
    """Stop what still goes on, and wait until it has."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Gate:
    """Lets so many at a time do something; how many that are can change meanwhile."""

    def __init__(self, most: int) -> None:
        self._most, self._inside = most, 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def most(self) -> int:
        """How many may be inside."""
        return self._most

    @most.setter
    def most(self, most: int) -> None:
        self._most = most
        self._admit()

    async def __aenter__(self) -> None:
        if self._inside < self._most and not self._waiting:
            self._inside += 1
            return
        admitted = asyncio.get_running_loop().create_future()
        self._waiting.append(admitted)
        try:
            await admitted
        except asyncio.CancelledError:
            if admitted.done() and not admitted.cancelled():
                await self.__aexit__()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._inside -= 1
        self._admit()

    def _admit(self) -> None:
        while self._waiting and self._inside < self._most:
            waiting = self._waiting.popleft()
            if not waiting.done():
                self._inside += 1
                waiting.set_result(None)


class Alarm:
    """What stops work that takes too long; a beat puts it off."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock, self._seconds = clock, seconds
        self._since = clock.now()

    def beat(self) -> None:
        """Begin to count anew."""
        self._since = self._clock.now()

    async def rings(self) -> None:
        """Wait until it rings."""
        left = self._seconds
        while left > 0:
            await self._clock.elapse(left)
            left = self._seconds - (self._clock.now() - self._since).total_seconds()


async def within(work: Coroutine[Any, Any, T], alarms: Iterable[Alarm]) -> T | Alarm:
    """Do work until it ends or an alarm rings; its result, or the alarm."""
    task = asyncio.create_task(work)
    ringing = {asyncio.create_task(alarm.rings()): alarm for alarm in alarms}
    try:
        await asyncio.wait((task, *ringing), return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        return next(alarm for rings, alarm in ringing.items() if rings.done())
    finally:
        await stop(task, *ringing)
