"""Starts, finds and ends the AWS on this machine."""

import json
import os
import secrets
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import maestro_cdk
from maestro_cdk.errors import LocalError
from maestro_cdk.local import environment as surroundings
from maestro_cdk.local import processes
from maestro_cdk.local.files import (
    Files,
    Server,
    is_locked,
    locked,
    read_record,
    write_atomically,
)
from maestro_cdk.local.wire import ask

START_PATIENCE = 30.0
END_PATIENCE = 10.0
TAIL_LINES = 20


def start(cache: Path, *, time_scale: float | None = None, idle: float = 3600.0) -> Server:
    """The server that runs, started if need be, and used as of now.

    A server that has crashed, hangs, or is another version's is replaced; what was deployed to it
    is there again.

    Args:
        cache: the user's cache folder for maestro; what belongs to the server is in its `local`.
        time_scale: what waits of state machines are multiplied by, from now on; None leaves it.
        idle: seconds unused after which a server that is started here ends.

    Raises:
        LocalError: it did not come up; the message ends with what it said last.
    """
    files = Files.under(cache)
    # What was deployed may hold secrets, and none of it concerns this machine's other users.
    files.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(files.starting):
        server = _found(files, "/_maestro/use")
        if server is None or server.version != maestro_cdk.__version__:
            _end(files)
            server = _launched(files, time_scale=time_scale, idle=idle)
        elif time_scale is not None:
            _scale_time(server, time_scale)
    return server


def status(cache: Path) -> Server | None:
    """The server that runs, if one does; to ask does not count as use of it."""
    return _found(Files.under(cache), "/_maestro/health")


def stop(cache: Path, *, reset: bool = False) -> bool:
    """End the server, and every process that it has started.

    Args:
        cache: as for `start`.
        reset: delete what was deployed too.

    Returns:
        Whether there was a server.

    Raises:
        LocalError: a process of it does not end.
    """
    files = Files.under(cache)
    if not files.root.exists():
        return False
    with locked(files.starting):
        was_there = _end(files)
        if reset:
            shutil.rmtree(files.state, ignore_errors=True)
    return was_there


def _found(files: Files, path: str) -> Server | None:
    """The recorded server, if it is what answers at its port."""
    server = read_record(files)
    if server is None or not is_locked(files.alive):
        return None
    answer = ask(server.port, "POST", path)
    return server if isinstance(answer, dict) and answer.get("id") == server.id else None


def _launched(files: Files, *, time_scale: float | None, idle: float) -> Server:
    identity = secrets.token_hex(8)
    scratch = files.scratch / identity
    scratch.mkdir(parents=True)
    write_atomically(files.profile, surroundings.PROFILE.encode())
    if files.log.exists():
        files.log.replace(files.log.with_suffix(".log.1"))
    ready, to_say_so = os.pipe()
    try:
        with files.log.open("ab") as log:
            command = [sys.executable, "-m", "maestro_cdk.local.server"]
            command += ["--root", str(files.root), "--id", identity]
            command += ["--idle", str(idle), "--ready", str(to_say_so)]
            subprocess.run(
                command,
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=surroundings.of_server(
                    os.environ, files, scratch=scratch, time_scale=time_scale
                ),
                cwd=scratch,
                pass_fds=[to_say_so],
                start_new_session=True,
            )
    finally:
        os.close(to_say_so)
    # The pipe ends without a word when the server does.
    came_up = select.select([ready], [], [], START_PATIENCE)[0] and os.read(ready, 1)
    os.close(ready)
    server = read_record(files)
    if not came_up or server is None or server.id != identity:
        _end(files)
        raise LocalError(
            f"the AWS on this machine did not come up:\n{_tail(files.log)}",
            hint=f"its whole log is {files.log}",
        )
    return server


def _end(files: Files) -> bool:
    """End a server and what is left of one; return whether one ran."""
    was_running = is_locked(files.alive)
    if was_running:
        # It saves what it has, and clears up behind itself.
        processes.send(processes.leaders(processes.of(files.scratch)), signal.SIGTERM)
        deadline = time.monotonic() + END_PATIENCE
        while is_locked(files.alive) and time.monotonic() < deadline:
            time.sleep(0.005)
    if not processes.end(files.scratch):
        left = ", ".join(str(pid) for pid in processes.of(files.scratch))
        raise LocalError(
            f"processes of the AWS on this machine do not end: {left}",
            hint="end them with `kill -9`, then do the same again",
        )
    shutil.rmtree(files.scratch, ignore_errors=True)
    files.record.unlink(missing_ok=True)
    return was_running


def _scale_time(server: Server, time_scale: float) -> None:
    key = "stepfunctions._SFN_WAIT_SCALE"
    answer = ask(server.port, "POST", "/_ministack/config", json.dumps({key: time_scale}).encode())
    if not isinstance(answer, dict) or key not in answer.get("applied", {}):
        raise LocalError(
            f"the AWS on this machine does not take {time_scale} as a time scale",
            hint="a time scale is a number from 0 on",
        )


def _tail(log: Path) -> str:
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(lines[-TAIL_LINES:])
