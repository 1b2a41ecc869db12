import socket
import threading

import pytest

from maestro_cdk.local.wire import ask


def answering(answer):
    """The port at which the next connection gets `answer`, and a list of what it said."""
    listener = socket.create_server(("127.0.0.1", 0))
    heard = []

    def serve():
        connection, _ = listener.accept()
        with connection, listener:
            heard.append(connection.recv(65536))
            connection.sendall(answer)

    threading.Thread(target=serve).start()
    return listener.getsockname()[1], heard


def test_a_request_and_its_answer():
    port, heard = answering(b'HTTP/1.1 200 OK\r\nA: b\r\n\r\n{"a": 1}')

    assert ask(port, "POST", "/path", b"body") == {"a": 1}

    head, _, body = heard[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /path HTTP/1.0\r\n")
    assert body == b"body"


@pytest.mark.parametrize(
    "answer", [b"", b"\0", b"HTTP/1.1 200 OK\r\n\r\n<html>", b"HTTP/1.1 403 No\r\n\r\n{}"]
)
def test_what_is_no_answer_of_ours_is_none(answer):
    assert ask(answering(answer)[0], "GET", "/") is None


def test_nobody_there_is_none():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert ask(port, "GET", "/") is None


def test_silence_is_none():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert ask(listener.getsockname()[1], "GET", "/", timeout=0.05) is None
