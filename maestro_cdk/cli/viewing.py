"""`view`: a page with the workflow's picture and its executions."""

import os
import signal
import sys
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import quote

import click

from maestro_cdk.actions import run as running
from maestro_cdk.actions import watching
from maestro_cdk.cli import failures
from maestro_cdk.cli.context import Context
from maestro_cdk.cli.examples import examples
from maestro_cdk.cli.options import PROJECT, shared
from maestro_cdk.errors import UsageError

if TYPE_CHECKING:
    from maestro_cdk.model import JSON
    from maestro_cdk.view.account import Deployed
    from maestro_cdk.view.board import Board
    from maestro_cdk.view.server import Server


DRAWING = 2.0
"""Seconds that the picture may take before the page is opened without it; it comes later then."""


@click.command()
@click.argument("execution", required=False, metavar="[EXECUTION]")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="Where the page is served.  [default: any that is free]",
)
@click.option("--no-open", is_flag=True, help="Print the address, and open no browser.")
@click.option(
    "--export",
    "out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write one execution to a file of HTML, to send to somebody; serve nothing.",
)
@shared(*PROJECT, "profile", "region", "local")
@examples(
    ("maestro view", "the folder, and its executions in AWS"),
    ("maestro view --local", "those of the AWS on this machine"),
    ("maestro view --no-open --port 8000", "for a browser elsewhere, through a tunnel"),
    ("maestro view nightly", "this execution first"),
    ("maestro view --export failed.html nightly", "one execution, to send to somebody"),
)
def view(
    context: Context,
    *,
    port: int | None,
    no_open: bool,
    out: Path | None,
    execution: str | None,
) -> None:
    """Open a page with the workflow's picture and its executions.

    The executions are followed as they go on; a state shows what it was given, gave and wrote. The
    page is served on this machine alone, until Ctrl-C, and loads nothing from elsewhere. EXECUTION, a
    name or an ARN, is the one that is shown first, or written; without it the last one is.
    """
    if out is None:
        _serve(context, port=port, opens=not no_open, execution=execution)
    elif port is not None:
        raise UsageError("--export serves nothing: leave --port out")
    else:
        _export(context, out, execution or watching.LAST)


def _serve(context: Context, *, port: int | None, opens: bool, execution: str | None) -> None:
    from maestro_cdk.view.account import Account  # noqa: PLC0415 - `--help` does without
    from maestro_cdk.view.board import Board  # noqa: PLC0415
    from maestro_cdk.view.folder import FOLDER, Folder  # noqa: PLC0415
    from maestro_cdk.view.server import Server  # noqa: PLC0415
    from maestro_cdk.view.site import Site  # noqa: PLC0415

    facts = {**_facts(context), "mode": "live"}
    server, board = Server(port or 0), Board(failures.report_bug)
    folder = Folder(context.folder(), context.project, board)
    account = Account(lambda: _deployed(context), board, context.clock)
    server.site = Site(facts, folder=folder, account=account, board=board)
    for work in (folder.watch, account.watch):
        Thread(target=_carefully, args=(work, board), name=work.__qualname__, daemon=True).start()
    fragment = _fragment(execution)
    with _until_interrupted(server):
        board.wait([FOLDER], {}, DRAWING)
        click.echo(f"{server.guard.address}{fragment}")
        context.reporter.line("Ctrl-C ends it")
        if opens:
            _open(context, f"{server.guard.ticket}{fragment}")
        server.serve_forever(poll_interval=0.2)
    board.close()
    context.reporter.line("ended")


def _carefully(work: Callable[[], None], board: "Board") -> None:
    """Do what goes on beside the server; a bug in it is told on the page, and in the terminal."""
    from maestro_cdk.view.account import DEPLOYMENT  # noqa: PLC0415 - `--help` does without
    from maestro_cdk.view.board import bug  # noqa: PLC0415

    try:
        work()
    except Exception as error:  # noqa: BLE001 - whatever is left is a bug of ours
        board.report(error)
        board.put(DEPLOYMENT, {"state": "trouble", "message": bug(error), "hint": None})


def _fragment(execution: str | None) -> str:
    """What at the end of the address says which execution is shown first."""
    if execution is None or execution == watching.LAST:
        return ""
    return f"#{quote(execution.rpartition(':')[2], safe='')}"


@contextmanager
def _until_interrupted(server: "Server") -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends already
    finally:
        server.server_close()


def _open(context: Context, address: str) -> None:
    if not displays(os.environ, sys.platform):
        context.reporter.line("there is no display here: open the address in a browser")
    elif not webbrowser.open(address):
        context.reporter.line("no browser was found: open the address in one")


def displays(environ: Mapping[str, str], platform: str) -> bool:
    """Whether a browser would have something to show itself on."""
    if platform == "darwin":
        return "SSH_CONNECTION" not in environ
    return any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"))


def _export(context: Context, out: Path, execution: str) -> None:
    from maestro_cdk.view import pages  # noqa: PLC0415 - `--help` does without
    from maestro_cdk.view.exporting import exported  # noqa: PLC0415

    deployed = _deployed(context)
    arn = watching.execution_of(deployed.machine, execution, cloud=deployed.cloud)
    data = exported(_facts(context), arn, deployed, context.clock, logs=True)
    try:
        out.write_text(pages.document(data), "utf-8")
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}") from error
    context.reporter.line(f"wrote {out}: inputs, outputs and log lines of {arn} are in it")


def _facts(context: Context) -> "dict[str, JSON]":
    project = context.outline()
    return {
        "name": project.name,
        "stage": project.settings.stage,
        "local": context.options.local,
        "redeploy": context.again("redeploy"),
    }


def _deployed(context: Context) -> "Deployed":
    from maestro_cdk.view.account import Deployed  # noqa: PLC0415 - `--help` does without

    project = context.outline()
    cloud = context.cloud(project)
    machine = running.machine_of(
        project, cloud=cloud, local=context.options.local, clock=context.clock
    )
    express = cloud.machines.express(machine)
    return Deployed(project=project, cloud=cloud, machine=machine, express=express)


COMMANDS = (view,)
