"""The process that is the AWS on this machine: `python -m maestro_cdk.local.server`.

It is started by `lifecycle`, in the environment that `environment` makes. Until it has left its
starter behind it imports next to nothing, so that the starter waits no longer than it must.
"""

import argparse
import os
import shutil
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from maestro_cdk.local import files, processes

if TYPE_CHECKING:
    from maestro_cdk.local.middleware import Use
    from maestro_cdk.local.states.runtime import Runtime
    from maestro_cdk.local.takeover import MiniStack

LARGEST_LOG = 16 * 1024 * 1024
OPEN_FILES = 10240


def main() -> None:
    """Serve until told to end, or until unused for as long as was said."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=Path, required=True, help="the folder that is the server's")
    parser.add_argument("--id", required=True, help="what tells this start from others")
    parser.add_argument("--idle", type=float, required=True, help="seconds unused until it ends")
    parser.add_argument("--ready", type=int, required=True, help="the descriptor to say so on")
    given = parser.parse_args()

    # A child of its starter's would stay a zombie for as long as that lives; this one is nobody's.
    if os.fork():
        os._exit(0)
    os.setsid()
    os.set_inheritable(given.ready, False)
    os.environ.pop("PYTHONPATH", None)  # what was ours to import is not the functions'
    here = files.Files(given.root)
    with files.locked_for_life(here.alive):
        _serve(here, identity=given.id, idle=given.idle, ready=given.ready)


def _serve(here: files.Files, *, identity: str, idle: float, ready: int) -> None:
    listener = _listen(here)
    port = listener.getsockname()[1]
    os.environ["GATEWAY_PORT"] = str(port)
    _allow_many_files()
    # From here on, since MiniStack reads the port while it is imported.
    import asyncio  # noqa: PLC0415
    from datetime import UTC, datetime  # noqa: PLC0415

    from hypercorn.asyncio import serve  # noqa: PLC0415
    from hypercorn.config import Config  # noqa: PLC0415

    from maestro_cdk import __version__  # noqa: PLC0415
    from maestro_cdk.local import (  # noqa: PLC0415
        emulator,
        functions,
        mending,
        middleware,
        roles,
        takeover,
    )
    from maestro_cdk.local.saving import Saver  # noqa: PLC0415

    server = files.Server(
        id=identity,
        endpoint=f"http://127.0.0.1:{port}",
        pid=os.getpid(),
        port=port,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        log=str(here.log),
        state=str(here.state),
        version=__version__,
    )

    def say_ready() -> None:
        files.write_record(here, server)
        with suppress(BrokenPipeError):  # whoever waited may have been interrupted
            os.write(ready, b"1")
        os.close(ready)

    functions.adapt(here, here.scratch / identity)
    roles.adapt()
    mending.adapt()
    machines = takeover.Takeover(lambda around: _engine(around, server, here))
    use = middleware.Use()
    saver = Saver(emulator.State(here.state).save, busy=lambda: False)
    app = middleware.abandoned(emulator.application())
    app = middleware.saved(app, saver)
    app = middleware.counted(app, use)
    who = {"id": identity, "pid": server.pid, "version": __version__}
    app = middleware.identified(app, who, use)
    app = middleware.guarded(app)
    app = middleware.announced(app, say_ready)

    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    config.loglevel = "WARNING"

    async def run() -> None:
        told = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, told.set)

        async def until_the_end() -> None:
            while not told.is_set() and not _is_unused(use, idle, lambda: machines.busy):
                _bound_log()
                pause = min(max(idle - use.idle(), 0.05), 30)
                await asyncio.wait([asyncio.ensure_future(told.wait())], timeout=pause)

        await serve(app, config, shutdown_trigger=until_the_end)  # type: ignore[arg-type]
        machines.close()
        _clear(here)
        # Python would wait for the threads in which functions still run, for up to their timeout.
        os._exit(0)

    asyncio.run(run())


def _engine(around: "MiniStack", server: files.Server, here: files.Files) -> "Runtime":
    """The engine at work: what it needs takes half a second to load."""
    from maestro_cdk.local.states.runtime import Runtime  # noqa: PLC0415 - when first needed

    return Runtime(around, endpoint=server.endpoint, file=here.state / "executions.db")


def _is_unused(use: "Use", idle: float, busy: Callable[[], bool]) -> bool:
    return use.idle() >= idle and not busy()


def _listen(here: files.Files) -> socket.socket:
    """A socket that listens on the loopback address, at the last port if that is free."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", int(here.port.read_text())))
        listener.listen(128)
    except (OSError, ValueError, OverflowError):
        listener.close()
        listener = socket.create_server(("127.0.0.1", 0))
    files.write_atomically(here.port, str(listener.getsockname()[1]).encode())
    return listener


def _allow_many_files() -> None:
    """Raise the limit on open files: each function that runs takes several."""
    import resource  # noqa: PLC0415

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _bound_log() -> None:
    """Begin the log anew where it has grown too large; it is written to by appending."""
    if os.fstat(1).st_size > LARGEST_LOG:
        os.ftruncate(1, 0)


def _clear(here: files.Files) -> None:
    """Leave no process behind, no temporary file, and no word that this server runs."""
    processes.end(here.scratch)
    shutil.rmtree(here.scratch, ignore_errors=True)
    here.record.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
