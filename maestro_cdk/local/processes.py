"""Which processes are the server's: itself, the functions it runs, and what those have started.

A pid proves nothing, since it may have passed to another process; and what a function starts can
leave the server's process group. But all of them inherit the server's TMPDIR, which no other
process has, so a process is told by the environment it was started with.
"""

import os
import signal
import subprocess
import time
from pathlib import Path

PROC = Path("/proc")

BECOMING_MS = 50
"""The milliseconds that a process is given to become another program."""


def of(scratch: Path) -> tuple[int, ...]:
    """The pids of the processes whose TMPDIR is within `scratch`, but for the caller's own."""
    mark = f"TMPDIR={scratch}/".encode()
    found = _in_proc(mark) if (PROC / "self" / "environ").exists() else _in_ps(mark)
    return tuple(pid for pid in found if pid != os.getpid())


def leaders(pids: tuple[int, ...]) -> tuple[int, ...]:
    """Those that lead a process group: the server itself does."""
    return tuple(pid for pid in pids if _group(pid) == pid)


def send(pids: tuple[int, ...], number: signal.Signals) -> None:
    """Send a signal to each that is still there."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def end(scratch: Path, patience: float = 5.0) -> bool:
    """Kill what is left; return whether nothing is left then."""
    deadline = time.monotonic() + patience
    while pids := of(scratch):
        if time.monotonic() > deadline:
            return False
        send(pids, signal.SIGKILL)
        time.sleep(0.005)
    return True


def _group(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def _in_proc(mark: bytes) -> list[int]:
    found = []
    for folder in PROC.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            environment = _environment(folder)
        except OSError:  # it has ended, or it is another user's
            continue
        if any(entry.startswith(mark) for entry in environment.split(b"\0")):
            found.append(int(folder.name))
    return found


def _environment(folder: Path) -> bytes:
    """The environment of a process, by its folder in /proc.

    It is empty while the process is just becoming another program, which is when one that was
    started a moment ago would be overlooked.

    Raises:
        OSError: it has ended, or is another user's, or the kernel's.
    """
    for _ in range(BECOMING_MS):
        if environment := (folder / "environ").read_bytes():
            return environment
        (folder / "exe").readlink()  # which neither the ended nor the kernel's own have
        time.sleep(0.001)
    return b""


def _in_ps(mark: bytes) -> list[int]:
    """The same where there is no /proc: macOS's ps shows each process with its environment."""
    listing = subprocess.run(
        ["ps", "-x", "-E", "-ww", "-o", "pid=,command="], capture_output=True, check=False
    ).stdout
    return [int(line.split(None, 1)[0]) for line in listing.splitlines() if b" " + mark in line]
