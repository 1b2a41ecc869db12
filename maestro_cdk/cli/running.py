"""`run`: an execution, started and followed."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from maestro_cdk.actions import run as running
from maestro_cdk.cli import completing
from maestro_cdk.cli.context import Context
from maestro_cdk.cli.examples import examples
from maestro_cdk.cli.options import CLOUD, shared
from maestro_cdk.cli.wording import failure
from maestro_cdk.errors import ExecutionFailed, UsageError
from maestro_cdk.model import Execution
from maestro_cdk.ports import Step


@click.command()
@click.option(
    "-i",
    "--input",
    "given",
    metavar="FILE|JSON|-",
    default="{}",
    shell_complete=completing.files,
    help="The input: a file, JSON text, or - for standard input.  [default: {}]",
)
@click.option("--name", metavar="NAME", help="The execution's name.")
@click.option("--no-wait", is_flag=True, help="Print the execution's ARN, and do not follow it.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="Follow so long, then leave it to itself. EXPRESS machines end within 5 minutes.",
)
@click.option(
    "--version",
    "wanted",
    metavar="live|NUMBER|unpublished",
    help="What to start.  [default: live, or what was redeployed since]",
)
@shared(*CLOUD)
@examples(
    ("maestro run -i events/sample.json", "with an input from a file"),
    ('maestro run -i \'{"name": "Ada"}\'', "with this input"),
    ("maestro run --local | jq .message", "the output is all that goes to stdout"),
    ("maestro run --no-wait --name nightly", "start it, and leave it to itself"),
    ("maestro run --version 4", "from the version 4 of `maestro versions`"),
)
def run(
    context: Context,
    *,
    given: str,
    name: str | None,
    no_wait: bool,
    timeout: float | None,
    wanted: str | None,
) -> None:
    """Start an execution, follow it state by state, print its output."""
    payload = _payload(given)
    project = context.outline()
    cloud = context.cloud(project)
    machine = running.machine_of(
        project, cloud=cloud, local=context.options.local, clock=context.clock
    )
    target = running.target(machine, wanted, project, cloud=cloud)
    started = running.start(
        target, machine, payload, name=name, wait=not no_wait, cloud=cloud, clock=context.clock
    )
    context.reporter.emit(Step(f"running {_named(started.arn)} ({target.named})"))
    if no_wait:
        _print_started(context, started.arn)
        return
    execution = started.ended
    if execution is None:
        with context.interruptible(lambda: f"the execution goes on: {started.arn}"):
            execution = running.follow(
                started.arn,
                cloud=cloud,
                reporter=context.reporter,
                clock=context.clock,
                timeout=timeout,
            )
    context.reporter.close()
    _print_execution(context, execution)


def _named(arn: str) -> str:
    """The name of an execution; of an EXPRESS one there is an id behind it."""
    parts = arn.split(":")
    return parts[7] if len(parts) > 7 else parts[-1]  # noqa: PLR2004 - where the name stands


def _payload(given: str) -> str:
    """The input as JSON text, checked before anything is started.

    Raises:
        UsageError: it is not JSON, or there is no such file.
    """
    text, source = given, "the input"
    if given == "-":
        text, source = sys.stdin.read().removeprefix("\ufeff"), "standard input"
    elif given.strip() and not given.lstrip().startswith(("{", "[", '"')):
        text, source = _read(given), given
    try:
        json.loads(text, parse_constant=_no_number)
    except ValueError as error:
        raise UsageError(f"{source} is not JSON: {error}") from error
    except RecursionError as error:
        raise UsageError(f"{source} is nested too deep") from error
    return text


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is not a number in JSON")


def _read(given: str) -> str:
    """A file's text; where there is no such file, what was given may be JSON itself: null, 12."""
    try:
        return Path(given).read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{given} is not UTF-8", hint="save the file as UTF-8") from error
    except OSError as error:
        if _is_json(given):
            return given
        missing = isinstance(error, FileNotFoundError)
        raise UsageError(
            f"there is no file {_cut(given)}" if missing else f"{_cut(given)}: {error.strerror}",
            hint="-i takes a file, JSON text, or - for standard input",
        ) from error


def _cut(text: str, length: int = 100) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _print_started(context: Context, arn: str) -> None:
    click.echo(json.dumps({"execution": arn}, indent=2) if context.json else arn)


def _print_execution(context: Context, execution: Execution) -> None:
    # AWS gives an output to an execution that succeeded; the AWS on this machine to others too.
    succeeded = execution.status == "SUCCEEDED"
    output = json.loads(execution.output) if succeeded and execution.output else None
    if context.json:
        click.echo(json.dumps({**asdict(execution), "output": output}, indent=2))
    elif succeeded:
        click.echo(json.dumps(output, indent=2, ensure_ascii=False))
    if not succeeded:
        said = failure(execution.error, execution.cause, limit=1000)
        failed = ExecutionFailed(f"the execution {execution.status}{': ' if said else ''}{said}")
        failed.in_result = context.json
        raise failed


COMMANDS = (run,)
