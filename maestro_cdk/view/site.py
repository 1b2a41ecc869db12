"""What the page asks, answered: a path and its query to a document, a value or a stream."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from maestro_cdk.errors import MaestroError
from maestro_cdk.model import JSON
from maestro_cdk.view import pages
from maestro_cdk.view.account import DEPLOYMENT, EXECUTIONS, Account
from maestro_cdk.view.board import Board, bug
from maestro_cdk.view.folder import FOLDER, LONGEST, SAVED, Folder
from maestro_cdk.view.following import Followed

PING = 5.0
"""Seconds of silence after which something is sent: who has gone is noticed by that."""

BREATH = 0.05
"""Seconds between two messages: what comes thick and fast is told together."""

_NAMES = (FOLDER, SAVED, DEPLOYMENT, EXECUTIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked: `path` is what stands behind the token."""

    method: str
    path: str
    query: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is answered; a stream is sent piece by piece."""

    status: int
    kind: str
    body: bytes | Iterator[bytes]


class Site:
    """Answers requests that were let in.

    Args:
        facts: what does not change: the project's name, the command's flags.
        folder: the project's folder.
        account: where it is deployed.
        board: what there is to tell.
    """

    def __init__(
        self, facts: Mapping[str, JSON], *, folder: Folder, account: Account, board: Board
    ) -> None:
        self._facts, self._folder = facts, folder
        self._account, self._board = account, board
        self._values: Mapping[tuple[str, str], Callable[[Request], JSON]] = {
            ("GET", "visits"): self._visits,
            ("GET", "visit"): self._visit,
            ("GET", "logs"): self._logs,
            ("GET", "sample"): self._sample,
            ("GET", "definition"): self._definition,
            ("POST", "start"): self._start,
            ("POST", "more"): self._more,
        }

    def answer(self, request: Request) -> Answer:
        """The answer to a request; where AWS refused, what it said."""
        if (request.method, request.path) == ("GET", ""):
            return Answer(status=200, kind="text/html", body=self._document().encode())
        if (request.method, request.path) == ("GET", "stream"):
            known = request.query.get("known", "")
            version = int(known) if known.isascii() and known.isdigit() else 0
            stream = self.stream(request.query.get("execution"), version)
            return Answer(status=200, kind="text/event-stream", body=stream)
        handler = self._values.get((request.method, request.path))
        if handler is None:
            return value({"message": "there is no such page"}, status=404)
        try:
            return value(handler(request))
        except _Wrong as error:
            return value({"message": str(error)}, status=400)
        except MaestroError as error:
            return value({"message": error.message, "hint": error.hint}, status=502)
        except Exception as error:  # noqa: BLE001 - whatever is left is a bug of ours
            self._board.report(error)
            return value({"message": bug(error)}, status=500)

    def stream(self, arn: str | None, known: int = 0) -> Iterator[bytes]:
        """Server-sent events: what there is to tell now, and then whatever is new.

        Args:
            arn: the execution that is followed, if one is.
            known: the version of what is told of the folder that the page has already.

        https://html.spec.whatwg.org/multipage/server-sent-events.html
        """
        followed: Followed | None = None
        topics = [*_NAMES]
        with ExitStack() as stack:
            if arn is not None:
                try:
                    followed = self._account.follow(arn)
                    topics += followed.topics
                except MaestroError as error:
                    said = {"message": error.message, "hint": error.hint, "again": None}
                    yield _event("trouble", said)
            stack.enter_context(self._board.listening(topics))
            if followed is not None:
                followed.begin()
            yield from self._told(topics, followed, known)

    def _told(self, topics: list[str], followed: Followed | None, known: int) -> Iterator[bytes]:
        seen = {FOLDER: known}
        version = 0
        yield b"retry: 1000\n\n"
        while not self._board.closed:
            fresh = self._board.wait(topics, seen, PING)
            if not fresh:
                yield b": still here\n\n"
                continue
            for topic, at, said in fresh:
                seen[topic] = at
                name = topic.partition(":")[0]
                if name == "states" and followed is not None:
                    states = followed.states(version)
                    version = states["version"]
                    yield _event(name, states)
                else:
                    yield _event(name, said, at)
            self._board.rest(BREATH)

    def _document(self) -> str:
        version = self._board.version(FOLDER)  # first: what is newer is told once more
        said = {name: self._board.get(name) for name in _NAMES}
        return pages.document({**self._facts, **said, "version": version})

    def _visits(self, request: Request) -> JSON:
        followed, name = self._state(request)
        offset = _number(request, "offset") if "offset" in request.query else None
        with followed.lock:
            return followed.story.visits(name, offset)

    def _visit(self, request: Request) -> JSON:
        followed, name = self._state(request)
        with followed.lock:
            found = followed.story.visit(name, _number(request, "number"))
        if found is None:
            raise _Wrong(f"{name} was not entered so often")
        return found

    def _logs(self, request: Request) -> JSON:
        followed, name = self._state(request)
        return self._account.logs(followed.arn, name, _number(request, "number"))

    def _sample(self, request: Request) -> JSON:
        name = _given(request, "name")
        try:
            text = self._folder.sample(name)
        except (OSError, UnicodeDecodeError) as error:
            raise _Wrong(f"events/{name} cannot be read") from error
        if text is None:
            raise _Wrong(f"there is no events/{name}")
        return {"name": name, "text": text}

    def _definition(self, request: Request) -> JSON:
        return self._account.follow(_given(request, "execution")).definition()

    def _start(self, request: Request) -> JSON:
        given = _json(request.body, "what was sent")
        if not isinstance(given, dict) or not isinstance(given.get("input"), str):
            raise _Wrong('what was sent has no "input"')
        payload, name = given["input"], given.get("name") or None
        if len(payload.encode("utf-8", "replace")) > LONGEST:
            raise _Wrong(f"the input is longer than {LONGEST:,} bytes, which is AWS's limit")
        _json(payload.encode("utf-8", "replace"), "the input")
        if name is not None and not isinstance(name, str):
            raise _Wrong("the name is no text")
        started = self._account.start(payload, name)
        self._account.look()
        return started

    def _more(self, request: Request) -> JSON:
        del request
        self._account.more()
        return {}

    def _state(self, request: Request) -> tuple[Followed, str]:
        followed = self._account.follow(_given(request, "execution"))
        return followed, _given(request, "name")


class _Wrong(Exception):
    """It was asked wrongly."""


def value(value: JSON, *, status: int = 200) -> Answer:
    """A value as an answer."""
    body = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    return Answer(status=status, kind="application/json", body=body)


def _event(name: str, said: JSON, at: int = 0) -> bytes:
    """A server-sent event: JSON has no line break of its own, so one line holds it."""
    text = json.dumps(said, ensure_ascii=True, separators=(",", ":"))
    return f"event: {name}\nid: {at}\ndata: {text}\n\n".encode()


def _given(request: Request, name: str) -> str:
    if name not in request.query:
        raise _Wrong(f"it is not said which {name}")
    return request.query[name]


def _number(request: Request, name: str) -> int:
    given = _given(request, name)
    if not (given.isascii() and given.isdigit() and len(given) <= 9):  # noqa: PLR2004 - no history has more
        raise _Wrong(f"{name} is no number")
    return int(given)


def _json(text: bytes, what: str) -> JSON:
    def refuse(word: str) -> None:
        raise ValueError(f"{word} is not a number in JSON")

    try:
        return json.loads(text, parse_constant=refuse)
    except ValueError as error:
        raise _Wrong(f"{what} is not JSON: {error}") from error
    except RecursionError as error:
        raise _Wrong(f"{what} is nested too deep") from error
