"""`redeploy`: what changed, past CloudFormation where that is safe; once, or at each save."""

import os
from collections.abc import Iterator
from pathlib import Path

import click

from maestro_cdk.actions import redeploy as redeploying
from maestro_cdk.actions import tailing
from maestro_cdk.cli import differences
from maestro_cdk.cli.context import Context
from maestro_cdk.cli.deploying import assembly_folder, deploy_by_stack, is_express
from maestro_cdk.cli.examples import examples
from maestro_cdk.cli.failures import show
from maestro_cdk.cli.options import CLOUD, shared
from maestro_cdk.cloud import Cloud
from maestro_cdk.errors import MaestroError
from maestro_cdk.model import Project

PAUSE = 0.3
"""Seconds between two looks at the folder."""

_IGNORED = frozenset({".git", ".venv", "__pycache__", "cdk.out", "node_modules"})


@click.command()
@click.option("--watch", is_flag=True, help="Do so at each save, and show the functions' logs.")
@shared(*CLOUD)
@examples(
    ("maestro redeploy", "what changed since, in a second or two"),
    ("maestro redeploy --local --watch", "at each save, with the functions' logs"),
)
def redeploy(context: Context, *, watch: bool) -> None:
    """Bring what changed past CloudFormation, where that is safe.

    Function code and settings, the definition and its permissions take a second or two. Anything
    else is deployed, and it says why. The next `maestro deploy` makes the stack whole. Not for what is protected.
    """
    project = context.project()
    redeploying.check(project)
    cloud = context.cloud(project)
    if not watch:
        _redeploy(context, project, cloud)
        return
    _watch(context, cloud)


def _redeploy(context: Context, project: Project, cloud: Cloud) -> None:
    context.notice(project)
    with assembly_folder() as out:
        ready = redeploying.prepare(
            project,
            context.bundles(project),
            out,
            cloud=cloud,
            synthesizer=context.synthesizer(),
            reporter=context.reporter,
        )
        if ready.reason is None:
            redeploying.apply(ready, cloud=cloud, reporter=context.reporter, clock=context.clock)
    if ready.reason is not None:
        context.reporter.line(f"  by CloudFormation: {ready.reason}")
        express = is_express(project, flag=None)
        deploy_by_stack(context, project, cloud, express=express)
        return
    context.reporter.close()
    _print(context, ready)


def _print(context: Context, ready: redeploying.Ready) -> None:
    done = [str(repair) for repair in ready.repairs]
    if context.json:
        value = {
            "stack": ready.project.stack_name,
            "status": ready.stack.status if ready.stack else None,
            "changed": bool(done),
            "by": "redeploy",
            "updated": done,
            "outputs": dict(ready.stack.outputs) if ready.stack else {},
        }
        click.echo(differences.dumped(value))
        return
    said = f"redeployed {', '.join(done)}" if done else "nothing to do: what lives is what is here"
    mark = context.reporter.style("✓", fg="green")
    context.reporter.line(f"{mark} {ready.project.name}: {said}")


def _watch(context: Context, cloud: Cloud) -> None:
    """Redeploy whenever a file of the folder has changed, until the user ends it.

    What cannot be redeployed is told, and the next save is another chance.
    """
    folder = context.folder()
    tail = _Tail(context, cloud)
    for _ in _saves(context, folder, tail):
        try:
            project = context.project()
            _redeploy(context, project, cloud)
            tail.follow(project)
        except MaestroError as error:
            context.reporter.close()
            show(error, verbose=False, as_json=False)
        context.reporter.line("  watching; Ctrl-C ends")


def _saves(context: Context, folder: Path, tail: "_Tail") -> Iterator[None]:
    """Once at first, then after each save; several files saved together count once."""
    seen: dict[str, tuple[int, int]] = {}
    while True:
        now = _snapshot(folder)
        if now != seen:
            context.clock.sleep(PAUSE / 3)
            if _snapshot(folder) != now:
                continue
            seen = now
            yield
        tail.look()
        context.clock.sleep(PAUSE)


def _snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for top, folders, files in os.walk(folder):
        root = Path(top)
        folders[:] = [name for name in folders if name not in _IGNORED]
        for name in files:
            try:
                state = (root / name).stat()
            except OSError:
                continue  # it was removed between
            found[str(root / name)] = (state.st_mtime_ns, state.st_size)
    return found


class _Tail:
    """Shows what functions write to their logs from now on."""

    def __init__(self, context: Context, cloud: Cloud) -> None:
        self._context = context
        self._tail = tailing.Tail(cloud, context.clock.now())
        self._sources: tuple[tailing.Source, ...] = ()
        self._next = 0.0

    def follow(self, project: Project) -> None:
        """Look at these functions' logs."""
        self._sources = tuple(
            tailing.Source(name=function.name, group=f"/maestro/{project.name}/{function.name}")
            for function in project.functions
        )

    def look(self) -> None:
        """Show what is new, every two seconds; a log that cannot be read is no reason to stop."""
        if self._context.clock.monotonic() < self._next:
            return
        self._next = self._context.clock.monotonic() + 2.0
        for name, line in self._tail.look(self._sources, patient=True):
            self._context.reporter.line(f"  {name}: {line.text.rstrip()}")


COMMANDS = (redeploy,)
