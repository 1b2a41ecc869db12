"""What the server does around whatever answers its requests: one ASGI middleware for each."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, TypeAlias
from urllib.parse import parse_qs, urlsplit

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

WAITING = "GetActivityTask"
"""The action that is answered when there is something to do."""

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods of requests that change nothing, unless they name an action that does."""


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
        objection = _objection(scope) if scope["type"] != "lifespan" else None
        if objection is None:
            await app(scope, receive, send)
        elif scope["type"] == "http":
            await _send_json(send, 403, {"message": objection})
        else:
            await send({"type": "websocket.close", "code": 1008})

    return guard


def saved(app: App, saver: Saver) -> App:
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


def abandoned(app: App) -> App:
    """Ends the waiting for an activity's task as soon as the worker that waits has hung up.

    It would take the next task, and nobody would ever do that.
    """

    async def watch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _target(scope) != WAITING:
            await app(scope, receive, send)
            return
        messages = [await receive()]
        while messages[-1].get("more_body"):
            messages.append(await receive())
        hung_up = asyncio.ensure_future(receive())

        async def given() -> Message:
            return messages.pop(0) if messages else await asyncio.shield(hung_up)

        work = asyncio.ensure_future(app(scope, given, send))
        try:
            await asyncio.wait((work, hung_up), return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
        finally:
            work.cancel()
            hung_up.cancel()
            await asyncio.gather(work, hung_up, return_exceptions=True)

    return watch


def announced(app: App, ready: Callable[[], None]) -> App:
    """Calls `ready` as soon as the application has started."""

    async def announce(scope: Scope, receive: Receive, send: Send) -> None:
        async def overheard(message: Message) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                ready()

        await app(scope, receive, overheard if scope["type"] == "lifespan" else send)

    return announce


def _objection(scope: Scope) -> str | None:
    """Why a request may come from a page that is not this machine's; None: it does not.

    Clients of AWS name this machine as Host, whatever they ask for: an address of numbers gets no
    bucket's name nor prefix put before it that could be resolved.
    """
    # A name of somebody else's may have been made to lead here, and its page is then at home here.
    host = _header(scope, b"host")
    if host and not _is_here(f"//{host}"):
        return f"{host} is not the AWS on this machine"
    # No page can set these two, and to addresses of this machine browsers send the second always.
    origin = _header(scope, b"origin")
    if origin:
        return None if _is_here(origin) else f"{origin} may not use the AWS on this machine"
    if _header(scope, b"sec-fetch-site") not in {"", "none", "same-origin"}:
        return "pages from elsewhere may not use the AWS on this machine"
    # What the user opens counts as the user's own even where it led here from elsewhere. Links
    # are GET, which only actions in the query make more than reading, and cannot bring a header.
    if scope.get("method") in READING_METHODS and not _header(scope, b"authorization"):
        changing = [name for name in _query_actions(scope) if not name.startswith(READING)]
        if changing:
            return f"{changing[0]} by {scope['method']} needs a signature in the header"
    return None


def _only_reads(scope: Scope, beginning: bytes) -> bool:
    """Whether a request is known to change nothing; a doubt is a change."""
    actions = _query_actions(scope)
    target = _target(scope)
    if target:
        actions.append(target)
    elif _header(scope, b"content-type").startswith("application/x-www-form-urlenc"):
        actions += _actions(beginning)
    if not actions:
        return scope["method"] in READING_METHODS
    return all(action.startswith(READING) for action in actions)


def _target(scope: Scope) -> str:
    """The action that a request names in a header."""
    return _header(scope, b"x-amz-target").rpartition(".")[2]


def _query_actions(scope: Scope) -> list[str]:
    return _actions(scope.get("query_string", b""))


def _actions(form: bytes) -> list[str]:
    return parse_qs(form.decode("latin-1")).get("Action", [])


def _is_here(url: str) -> bool:
    """Whether the host of an address is this machine by any of its names, which nobody can take.

    0.0.0.0 leads here too, but browsers do not say there which page it is that sends a request.
    """
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return host in {"127.0.0.1", "::1", "localhost"} or host.endswith(".localhost")


def _header(scope: Scope, name: bytes) -> str:
    found = [value for key, value in scope["headers"] if key.lower() == name]
    return found[0].decode("latin-1") if found else ""


async def _send_json(send: Send, status: int, content: Mapping[str, Any]) -> None:
    body = json.dumps(dict(content)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
