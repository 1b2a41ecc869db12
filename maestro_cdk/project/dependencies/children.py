"""The installers: other programs, run without a shell, that end no later than we do."""

import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 5.0
"""Seconds that a program is given to end by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a program ended, and what it said: results, and everything else."""

    code: int
    out: str
    said: str


class Children:
    """Starts programs, from any thread, and can end all of them."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self._closed = False

    def run(self, command: Sequence[str], *, cwd: Path, environ: Mapping[str, str]) -> Ended:
        """Run a program to its end.

        Raises:
            InterruptedError: all programs were told to end.
        """
        with self._lock:
            if self._closed:
                raise InterruptedError
            child = subprocess.Popen(
                command,
                cwd=cwd,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
            )
            self._running.add(child)
        try:
            out, said = child.communicate()
        finally:
            with self._lock:
                self._running.discard(child)
        if self._closed:
            raise InterruptedError
        return Ended(code=child.returncode, out=out, said=said)

    def end(self) -> None:
        """End what runs, and let nothing more be started."""
        with self._lock:
            self._closed = True
            running = list(self._running)
        for child in running:
            child.terminate()
        for child in running:
            try:
                child.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                child.kill()
