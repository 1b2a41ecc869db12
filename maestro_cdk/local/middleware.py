"""What the server does around whatever answers its requests: one ASGI middleware for each."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from maestro_cdk.local.saving import Saver

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

HEALTH = "/_maestro/health"
USE = "/_maestro/use"

READING = ("Describe", "List", "Get", "Head", "BatchGet", "Lookup", "Query", "Scan", "Filter")
"""How the names of actions begin that change nothing."""


class Use:
    """When the server was used last."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = clock()
        self._requests = 0

    def begin(self) -> None:
        """A request has come."""
        self._requests += 1

    def end(self) -> None:
        """A request is answered."""
        self._requests -= 1
        self._last = self._clock()

    def idle(self) -> float:
        """For how many seconds nobody has used the server."""
        return 0.0 if self._requests else self._clock() - self._last


def identified(app: App, identity: Mapping[str, Any], use: Use) -> App:
    """Answers who this server is: at HEALTH, and at USE, where asking counts as use of it."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in {HEALTH, USE}:
            await app(scope, receive, send)
            return
        if scope["path"] == USE:
            use.begin()
            use.end()
        await _send_json(send, 200, identity)

    return answer


def counted(app: App, use: Use) -> App:
    """Notes when requests come and go."""

    async def count(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await app(scope, receive, send)
            return
        use.begin()
        try:
            await app(scope, receive, send)
        finally:
            use.end()

    return count


def guarded(app: App) -> App:
    """Refuses what pages from elsewhere send through the user's browser.

    The loopback address keeps other machines out, but a browser takes any page's requests to it,
    and here a request can be a function that is then run.
    """

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        origin = _header(scope, b"origin") if scope["type"] != "lifespan" else ""
        if not origin or _is_here(origin):
            await app(scope, receive, send)
        elif scope["type"] == "http":
            message = f"{origin} may not use the AWS on this machine"
            await _send_json(send, 403, {"message": message})
        else:
            await send({"type": "websocket.close", "code": 1008})

    return guard


def saved(app: App, saver: "Saver") -> App:
    """Has the state saved after requests that may have changed it, and before the end."""

    async def save(scope: Scope, receive: Receive, send: Send) -> None:
        beginning = bytearray()

        async def overheard() -> Message:
            message = await receive()
            if message["type"] == "http.request" and not beginning:
                beginning.extend(message.get("body", b"")[:200])
            elif message["type"] == "lifespan.shutdown":
                await asyncio.to_thread(saver.close)
            return message

        try:
            await app(scope, overheard, send)
        finally:
            if scope["type"] == "http" and not _only_reads(scope, bytes(beginning)):
                saver.changed()

    return save


def announced(app: App, ready: Callable[[], None]) -> App:
    """Calls `ready` as soon as the application has started."""

    async def announce(scope: Scope, receive: Receive, send: Send) -> None:
        async def overheard(message: Message) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                ready()

        await app(scope, receive, overheard if scope["type"] == "lifespan" else send)

    return announce


def _only_reads(scope: Scope, beginning: bytes) -> bool:
    """Whether a request is known to change nothing; a doubt is a change."""
    if scope["method"] in {"GET", "HEAD", "OPTIONS"}:
        return True
    action = _header(scope, b"x-amz-target").rpartition(".")[2]
    if not action and _header(scope, b"content-type").startswith("application/x-www-form-urlenc"):
        action = parse_qs(beginning.decode("latin-1")).get("Action", [""])[0]
    return action.startswith(READING)


def _is_here(origin: str) -> bool:
    host = urlsplit(origin).hostname or ""
    return host in {"127.0.0.1", "::1", "localhost"} or host.endswith(".localhost")


def _header(scope: Scope, name: bytes) -> str:
    found = [value for key, value in scope["headers"] if key.lower() == name]
    return found[0].decode("latin-1") if found else ""


async def _send_json(send: Send, status: int, content: Mapping[str, Any]) -> None:
    body = json.dumps(dict(content)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
