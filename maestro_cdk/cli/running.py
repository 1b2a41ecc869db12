"""`run`: an execution, started and followed."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click

from maestro_cdk.actions import run as running
from maestro_cdk.actions import watching
from maestro_cdk.actions.listening import Listener
from maestro_cdk.asl import arns, machines
from maestro_cdk.cli import completing
from maestro_cdk.cli.context import Context
from maestro_cdk.cli.examples import examples
from maestro_cdk.cli.options import CLOUD, shared
from maestro_cdk.cli.wording import failure, stack_trace
from maestro_cdk.cloud import Cloud
from maestro_cdk.errors import ExecutionFailed, MaestroError, UsageError
from maestro_cdk.model import Execution, Project
from maestro_cdk.ports import Step
from maestro_cdk.project import definitions
from maestro_cdk.timeline.visits import Timeline


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
@click.option(
    "--logs/--no-logs", default=True, show_default=True, help="What functions write meanwhile."
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
    logs: bool,
) -> None:
    """Start an execution, follow it state by state, print its output."""
    payload = _payload(given)
    project = context.outline()
    cloud = context.cloud(project)
    stack = running.stack_of(project, cloud=cloud, local=context.options.local)
    machine = stack.outputs[running.OUTPUT]
    target = running.target(machine, wanted, project, cloud=cloud)
    if stack.express or target.fresh:
        running.await_functions(stack, cloud=cloud, clock=context.clock)
    started = running.start(
        target, machine, payload, name=name, wait=not no_wait, cloud=cloud, clock=context.clock
    )
    context.reporter.emit(Step(f"running {arns.execution_name(started.arn)} ({target.named})"))
    if no_wait:
        _print_started(context, started.arn)
        return
    execution, timeline = started.ended, None
    if execution is None:
        listener = (
            Listener(project.name, cloud=cloud, reporter=context.reporter, clock=context.clock)
            if logs
            else None
        )
        with _stoppable(context, started.arn, cloud):
            followed = running.follow(
                started.arn,
                cloud=cloud,
                reporter=context.reporter,
                clock=context.clock,
                timeout=timeout,
                listener=listener,
            )
        execution, timeline = followed.outcome, followed.timeline
    context.reporter.close()
    if timeline is None and execution.status != "SUCCEEDED":
        timeline = watching.logged_timeline(execution.arn, cloud=cloud, clock=context.clock)
    if timeline is not None and execution.status != "SUCCEEDED":
        for line in _diagnosis(context, project, timeline):
            context.reporter.line(line)
    _print_execution(context, execution)


@contextmanager
def _stoppable(context: Context, execution: str, cloud: Cloud) -> Iterator[None]:
    """Ask, where the user ends the wait for an execution, whether it shall stop."""
    try:
        yield
    except KeyboardInterrupt:
        context.reporter.close()
        asks = sys.stdin.isatty() and sys.stderr.isatty()
        if asks and click.confirm("Stop the execution?", err=True):
            cloud.machines.stop(execution, cause="maestro run was interrupted")
            context.reporter.line("the execution is stopped")
        else:
            context.reporter.line(f"the execution goes on: {execution}")
        raise


def _diagnosis(context: Context, project: Project, timeline: Timeline) -> Iterator[str]:
    """Where an execution failed: the state, its place in the folder, its input, the stack trace."""
    style = context.reporter.style
    failed = (visit for visit in reversed(timeline.visits) if visit.fate == "failed")
    visit = next(failed, None)
    if visit is None:
        return
    item = f" of the item {visit.item}" if visit.item is not None else ""
    place = _place(project, visit.name)
    where = f" ({place})" if place else ""
    yield f"{style('✗', fg='red')} {style(visit.name, bold=True)}{item} failed{where}"
    if visit.input is not None:
        yield f"  its input: {_cut(visit.input, 2000)}"
    if visit.errors:
        yield from (f"  {line}" for line in stack_trace(visit.errors[-1][1]))


def _place(project: Project, state: str) -> str | None:
    """Where a state stands in the definition as it is now; None where it cannot be told."""
    try:
        (name,) = definitions.present(project.folder)[:1] or (definitions.DEFINITION,)
        read = definitions.read(project.folder / name, file=name, literals=None)
        found = next((each for each in machines.states(read) if each.name == state), None)
    except MaestroError:
        return None
    return str(read.where(found.pointer, key=True)) if found else None


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
