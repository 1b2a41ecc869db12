"""One HTTP request to the server. http.client would take longer to import than this to answer."""

import json
import socket
from typing import Any


def ask(port: int, method: str, path: str, body: bytes = b"", *, timeout: float = 5.0) -> Any:
    """Ask the server on `port` of this machine; return the JSON it answers with.

    None is the answer of a server that is not there, is silent for `timeout` seconds, refuses, or
    speaks no JSON.
    """
    # In HTTP/1.0 the answer ends with the connection, so that its end need not be worked out.
    head = (
        f"{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
            connection.sendall(head.encode() + body)
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
    except OSError:
        return None
    status, _, rest = answer.partition(b"\r\n")
    if status.split(b" ")[1:2] != [b"200"]:
        return None
    try:
        return json.loads(rest.partition(b"\r\n\r\n")[2])
    except ValueError:
        return None
