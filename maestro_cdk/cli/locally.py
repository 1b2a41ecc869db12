"""`local start|stop|status|env`: the AWS on this machine."""

import json
import os
import shlex
from dataclasses import asdict

import click

from maestro_cdk.cli.context import Context
from maestro_cdk.cli.examples import examples
from maestro_cdk.cli.options import shared
from maestro_cdk.errors import LocalError
from maestro_cdk.project import caches


@click.group()
def local() -> None:
    """The AWS on this machine: no account, no credentials, no Docker.

    `--local` on other commands uses it, and starts it when it does not run. It ends after an hour
    unused; what was deployed to it is there again at its next start.
    """


@local.command()
@click.option(
    "--time-scale",
    type=click.FloatRange(min=0),
    metavar="FACTOR",
    help="What waits are multiplied by: 0 lets them pass at once.",
)
@shared("output")
@examples(
    ("maestro local start", "it starts by itself, too, when first used"),
    ("maestro local start --time-scale 0", "waits pass at once"),
)
def start(context: Context, *, time_scale: float | None) -> None:
    """Start it, if it does not run."""
    from maestro_cdk.local import lifecycle  # noqa: PLC0415 - `--help` does without

    server = lifecycle.start(caches.folder(), time_scale=time_scale)
    if context.json:
        click.echo(json.dumps(asdict(server), indent=2))
    else:
        click.echo(server.endpoint)


@local.command()
@click.option("--reset", is_flag=True, help="Forget what was deployed to it.")
@shared("output")
@examples(
    ("maestro local stop", "what was deployed is there at the next start"),
    ("maestro local stop --reset", "and now it is not"),
)
def stop(context: Context, *, reset: bool) -> None:
    """End it, and every process that it started."""
    from maestro_cdk.local import lifecycle  # noqa: PLC0415 - `--help` does without

    stopped = lifecycle.stop(caches.folder(), reset=reset)
    if context.json:
        click.echo(json.dumps({"stopped": stopped, "reset": reset}, indent=2))
        return
    kept = "what was deployed to it is forgotten" if reset else "what was deployed to it is kept"
    context.reporter.line(f"stopped; {kept}" if stopped else f"it does not run; {kept}")


@local.command()
@shared("output")
@examples(
    ("maestro local status", "its address"),
    ("maestro local status --output json", "the same, for a program"),
)
def status(context: Context) -> None:
    """Show whether it runs, and where."""
    from maestro_cdk.local import lifecycle  # noqa: PLC0415 - `--help` does without

    server = lifecycle.status(caches.folder())
    if context.json:
        value = {"running": server is not None, **(asdict(server) if server else {})}
        click.echo(json.dumps(value, indent=2))
    elif server is None:
        click.echo("it does not run")
    else:
        click.echo(f"{server.endpoint}, since {server.started}, process {server.pid}")


@local.command()
@shared()
@examples(
    ('eval "$(maestro local env)"', "any AWS client of this shell uses it"),
)
def env(context: Context) -> None:
    """Print the exports with which any AWS client uses it."""
    from maestro_cdk.local import lifecycle  # noqa: PLC0415 - `--help` does without
    from maestro_cdk.local.environment import environment  # noqa: PLC0415 - nor with this

    del context
    server = lifecycle.status(caches.folder())
    if server is None:
        raise LocalError("it does not run", hint="`maestro local start` starts it")
    for name, value in environment(server, os.environ).items():
        click.echo(f"export {name}={shlex.quote(value)}")


COMMANDS = (local,)
