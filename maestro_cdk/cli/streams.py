"""Streams that nobody reads any more, and the one that holds the result."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TextIO

_OUT, _ERR = 1, 2


def silence(stream: TextIO) -> None:
    """Let what is written to a stream go nowhere: whoever read it has enough."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


@contextmanager
def spared() -> Iterator[None]:
    """Let what is meant for stdout go to stderr, for a while: of the processes started, too."""
    sys.stdout.flush()
    kept = os.dup(_OUT)
    os.dup2(_ERR, _OUT)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, _OUT)
        os.close(kept)
