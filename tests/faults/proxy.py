"""A proxy that lets one call of many go wrong, in one of the ways that calls go wrong.

PyPI's `microburst` injects faults by chance and by rule; here each call has its turn.
"""

import http.client
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import parse_qsl, urlsplit

HOP = {"connection", "content-length", "transfer-encoding"}

KINDS = ("throttled", "broken", "dropped", "lost", "silent", "expired")
"""Refused for its number, a 500, hung up with nothing done or with all of it done, done and no answer
in time, credentials over."""

SILENCE = 2.0
"""Seconds without an answer, longer than whoever asks is to wait."""

_ERRORS = {
    "throttled": (400, "Throttling", "Rate exceeded"),
    "broken": (500, "InternalFailure", "We encountered an internal error"),
    "expired": (403, "ExpiredToken", "The security token included in the request is expired"),
}


class _Server(ThreadingHTTPServer):
    """Says nothing of those who hang up, as one does whose answer was too late."""

    def handle_error(self, request, client_address):
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class FaultyProxy:
    """A server on this machine.

    Args:
        behind: the address of the AWS that answers.
    """

    def __init__(self, behind):
        self.behind = urlsplit(behind).netloc
        self.calls = []
        self._fault = None
        self._lock = Lock()
        proxy = self

        class Handler(_Handler):
            through = proxy

        self._http = _Server(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self):
        Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._http.shutdown()
        self._http.server_close()

    def plan(self, kind=None, number=None):
        """Count anew; let the call of that number go wrong, all from it on where `expired`."""
        with self._lock:
            self.calls.clear()
            self._fault = (kind, number)

    @property
    def happened(self):
        """Whether the call that was to go wrong has come."""
        _, number = self._fault
        return number is not None and number < len(self.calls)

    def fate(self, name):
        """How a call goes wrong; None where it goes well."""
        with self._lock:
            self.calls.append(name)
            kind, number = self._fault or (None, None)
            here = len(self.calls) - 1
            over = kind == "expired" and number is not None and here >= number
            return kind if over or here == number else None


class _Handler(BaseHTTPRequestHandler):
    """One call."""

    protocol_version = "HTTP/1.1"
    through: FaultyProxy

    def _any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fate = self.through.fate(self._name(body))
        if fate == "dropped":
            self.close_connection = True
            return
        if fate in _ERRORS:
            self._refuse(*_ERRORS[fate])
            return
        answer, content = self._forward(body)
        if fate == "silent":
            time.sleep(SILENCE)
        if fate in ("lost", "silent"):
            self.close_connection = True
            return
        self._send(answer, content)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _any  # noqa: N815 - the library's names

    def _name(self, body):
        """What the call is, for a person."""
        target = self.headers.get("X-Amz-Target")
        if target:
            return target.rpartition(".")[2]
        if "x-www-form-urlencoded" in self.headers.get("Content-Type", ""):
            return dict(parse_qsl(body.decode())).get("Action", "?")
        return f"{self.command} {self.path.partition('?')[0]}"

    def _refuse(self, status, code, message):
        """An error in the protocol of whoever was asked."""
        if self.headers.get("X-Amz-Target") or "/20" in self.path[:6]:
            kind = {"X-Amzn-ErrorType": code}
            content = json.dumps({"__type": code, "message": message, "Message": message})
        else:
            kind = {"Content-Type": "text/xml"}
            inner = f"<Code>{code}</Code><Message>{message}</Message>"
            content = f"<ErrorResponse><Error>{inner}</Error></ErrorResponse>"
            if "form" not in self.headers.get("Content-Type", ""):  # S3's own form
                content = f"<Error>{inner}</Error>"
        self.send_response(status)
        for key, value in kind.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content.encode())

    def _forward(self, body):
        connection = http.client.HTTPConnection(self.through.behind, timeout=60)
        headers = {key: value for key, value in self.headers.items() if key.lower() not in HOP}
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer, content

    def _send(self, answer, content):
        self.send_response_only(answer.status)
        for key, value in answer.getheaders():
            if key.lower() not in HOP:
                self.send_header(key, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else None
        self.send_header("Content-Length", length or str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_):
        """Keep quiet."""
