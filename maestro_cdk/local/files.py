"""Where the AWS on this machine keeps what it has, and the locks on it."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that runs.

    `started` is a time of day in ISO 8601; `id` is new at every start, and tells this server from
    whatever else may come to have its pid or its port.
    """

    id: str
    endpoint: str
    pid: int
    port: int
    started: str
    log: str
    state: str
    version: str


@dataclass(frozen=True, slots=True)
class Files:
    """The folder of the AWS on this machine; `root` is absolute and free of links."""

    root: Path

    @classmethod
    def under(cls, cache: Path) -> "Files":
        """The files of the server that belongs to a cache folder."""
        return cls(cache.resolve() / "local")

    @property
    def starting(self) -> Path:
        """Locked by whoever starts or stops the server, so that two do not do it at once."""
        return self.root / "starting.lock"

    @property
    def alive(self) -> Path:
        """Locked by the server as long as it lives: the kernel lets go of it even at a crash."""
        return self.root / "alive.lock"

    @property
    def record(self) -> Path:
        """What is known of the running server."""
        return self.root / "server.json"

    @property
    def port(self) -> Path:
        """The last port: addresses that were handed out stay right while it can be had again."""
        return self.root / "port"

    @property
    def log(self) -> Path:
        """What the server said since it was started; the start before it is kept beside it."""
        return self.root / "server.log"

    @property
    def state(self) -> Path:
        """What was deployed."""
        return self.root / "state"

    @property
    def scratch(self) -> Path:
        """A folder for each start's temporary files, which end with it."""
        return self.root / "tmp"

    @property
    def interpreters(self) -> Path:
        """Which program runs functions of which runtime."""
        return self.root / "interpreters.json"

    @property
    def profile(self) -> Path:
        """An AWS configuration with nothing of the user's in it."""
        return self.root / "aws-config"


def write_record(files: Files, server: Server) -> None:
    """Record the running server; whoever reads sees the old record or the new one."""
    write_atomically(files.record, json.dumps(asdict(server), indent=2).encode())


def read_record(files: Files) -> Server | None:
    """The server that was recorded last, running or not; None where nothing readable is."""
    try:
        return Server(**json.loads(files.record.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def write_atomically(path: Path, content: bytes) -> None:
    """Put a file in place whole."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    fresh.write_bytes(content)
    fresh.replace(path)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock on a file, after waiting for whoever holds it."""
    with path.open("ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def locked_for_life(path: Path, patience: float = 5.0) -> Iterator[None]:
    """Hold the lock on a file that others only glance at.

    Raises:
        BlockingIOError: somebody holds it for longer than a glance takes.
    """
    deadline = time.monotonic() + patience
    with path.open("ab") as handle:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
        yield


def is_locked(path: Path) -> bool:
    """Whether somebody holds the lock on a file."""
    try:
        with path.open("rb") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
