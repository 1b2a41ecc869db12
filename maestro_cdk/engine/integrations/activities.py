"""Activities: tasks that wait until a worker asks for one.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html
"""

import asyncio
from collections import defaultdict, deque

from maestro_cdk.engine.callbacks import Callbacks
from maestro_cdk.engine.data import Data
from maestro_cdk.engine.ports import Request
from maestro_cdk.model import JSON


class Activities:
    """The activities that there are, and the tasks that wait for a worker of theirs."""

    def __init__(self, callbacks: Callbacks) -> None:
        self.known: set[str] = set()
        self._callbacks = callbacks
        self._waiting: dict[str, deque[Request]] = defaultdict(deque)
        self._arrived: dict[str, asyncio.Event] = defaultdict(asyncio.Event)

    async def done(self, request: Request) -> JSON:
        """Have a task done by a worker; its result.

        Raises:
            Failure: the worker says that it failed.
        """
        queue = self._waiting[request.resource]
        self._callbacks.expect(request)
        queue.append(request)
        self._arrived[request.resource].set()
        try:
            return await self._callbacks.wait(request)
        finally:
            if request in queue:
                queue.remove(request)

    async def take(self, arn: str, worker: str | None = None) -> tuple[str, str]:
        """Wait for a task, and take it: its token and its input's text."""
        queue, arrived = self._waiting[arn], self._arrived[arn]
        while not queue:
            arrived.clear()
            await arrived.wait()
        request = queue.popleft()
        request.started(worker)
        return request.token or "", Data(request.arguments).text
