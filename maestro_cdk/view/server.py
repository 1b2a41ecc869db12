"""The site by HTTP, to the browsers of this machine alone."""

import errno
import sys
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from maestro_cdk import __version__
from maestro_cdk.errors import UsageError
from maestro_cdk.view import pages
from maestro_cdk.view.guard import HOST, Guard
from maestro_cdk.view.site import Answer, Request, Site, value

MOST = 600_000
"""Bytes of a request: the longest input of an execution, every character of it escaped."""

SLOWEST = 30.0
"""Seconds that a browser may take to send a request, or to read a piece of an answer."""

_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Server(ThreadingHTTPServer):
    """Listens on the loopback address.

    Args:
        port: where; 0 for any that is free.

    Raises:
        UsageError: the port is taken.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, port: int) -> None:
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            why = "is taken" if error.errno == errno.EADDRINUSE else "is not yours to take"
            raise UsageError(
                f"port {port} {why}", hint="without --port one that is free is taken"
            ) from error
        self.guard = Guard(port=self.server_address[1])
        self.site: Site | None = None

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that has gone is no error."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """A connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = f"maestro/{__version__}"
    sys_version = ""
    timeout = SLOWEST

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name
        """Say nothing: paths hold the token."""

    def _handle(self) -> None:
        guard, path = self.server.guard, urlsplit(self.path).path
        if not guard.known(self.headers.get("Host")):
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST, "this machine has another name")
        elif self.command == "GET" and guard.redeemed(path):
            self._begin(HTTPStatus.SEE_OTHER, {"Location": guard.address, "Content-Length": "0"})
        elif (inner := guard.within(path)) is None:
            self._refuse(HTTPStatus.NOT_FOUND, "this is not the address that was printed")
        elif inner and not guard.from_page(self.command, self.headers):  # type: ignore[arg-type]
            self._refuse(HTTPStatus.FORBIDDEN, "this was not asked by the page")
        else:
            self._answer(inner)

    def _answer(self, path: str) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > MOST or "Transfer-Encoding" in self.headers:
            if length.isdigit():
                self._drop(int(length))
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "that is too long")
            return
        body = self.rfile.read(int(length))
        query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        request = Request(method=self.command, path=path, query=query, body=body)
        if self.server.site is None:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "it is about to begin")
        else:
            self._send(self.server.site.answer(request))

    def _drop(self, length: int) -> None:
        """Read what is not wanted, as far as it is not endless: else the answer would be lost."""
        left = min(length, 8 * MOST)
        while left > 0 and (piece := self.rfile.read(min(left, 65_536))):
            left -= len(piece)

    def _send(self, answer: Answer) -> None:
        headers = {"Content-Type": f"{answer.kind}; charset=utf-8"}
        if answer.kind == "text/html":
            headers["Content-Security-Policy"] = f"{pages.policy()}; frame-ancestors 'none'"
        if isinstance(answer.body, bytes):
            self._begin(answer.status, {**headers, "Content-Length": str(len(answer.body))})
            self.wfile.write(answer.body)
            return
        self.close_connection = True
        self._begin(answer.status, {**headers, "Connection": "close"})
        self._stream(answer.body)

    def _stream(self, pieces: Iterator[bytes]) -> None:
        try:
            for piece in pieces:
                self.wfile.write(piece)
        except (ConnectionError, TimeoutError):
            self.close_connection = True  # the browser has gone
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        self.close_connection = True  # a body that was not read may stand behind
        answer = value({"message": why}, status=status)
        self._send(answer)

    def _begin(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, said in {**_HEADERS, **headers}.items():
            self.send_header(name, said)
        self.end_headers()
