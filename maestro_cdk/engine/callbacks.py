"""Task tokens: who waits for an answer, and what it is.

For whoever does tasks that end with SendTaskSuccess or SendTaskFailure.
"""

import asyncio
from collections.abc import Callable

from maestro_cdk.engine.failures import Failure
from maestro_cdk.engine.ports import Request
from maestro_cdk.model import JSON


class UnknownTokenError(KeyError):
    """Nobody waits for this token: it was never given out, or its task is over."""


class Callbacks:
    """The tokens that are waited for."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[asyncio.Future[JSON], Callable[[], None]]] = {}

    async def wait(self, request: Request) -> JSON:
        """Wait for the answer to a request's token.

        Raises:
            Failure: the answer is that it failed.
        """
        answer = self.expect(request)
        try:
            return await answer
        finally:
            self.forget(request)

    def expect(self, request: Request) -> asyncio.Future[JSON]:
        """Be ready for an answer, which can come before anybody waits for it."""
        token = request.token or ""
        if token not in self._waiting:
            future = asyncio.get_running_loop().create_future()
            self._waiting[token] = future, request.beat
        return self._waiting[token][0]

    def forget(self, request: Request) -> None:
        """Expect no answer any more."""
        self._waiting.pop(request.token or "", None)

    def succeed(self, token: str, output: JSON) -> None:
        """Answer with a result."""
        self._answer(token).set_result(output)

    def fail(self, token: str, error: str | None, cause: str | None) -> None:
        """Answer with an error."""
        self._answer(token).set_exception(Failure(error, cause))

    def beat(self, token: str) -> None:
        """Say that the work goes on."""
        if token not in self._waiting:
            raise UnknownTokenError(token)
        self._waiting[token][1]()

    def _answer(self, token: str) -> asyncio.Future[JSON]:
        future, _ = self._waiting.get(token, (None, None))
        if future is None or future.done():
            raise UnknownTokenError(token)
        return future
