"""`deploy`, `teardown` and `run`: what talks to AWS, or to the AWS on this machine."""

import json
import os
import shlex
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import click

from maestro_cdk.actions import deploy as deploying
from maestro_cdk.actions import run as running
from maestro_cdk.actions import teardown as tearing
from maestro_cdk.actions.wording import counted
from maestro_cdk.cli.context import Context
from maestro_cdk.cli.options import CLOUD, shared
from maestro_cdk.cli.output import failure, table
from maestro_cdk.errors import Aborted, CloudError, ExecutionFailed, UsageError
from maestro_cdk.model import Execution, Identity, Project, Stack
from maestro_cdk.ports import Step


@click.command()
@shared(*CLOUD)
def deploy(context: Context) -> None:
    """Create or update the project's stack.

    \b
    maestro deploy                      to the account and region of your credentials
    maestro deploy --stage prod         with the settings of [stages.prod]
    maestro deploy --local              to the AWS on this machine
    """  # noqa: D301 - \b is click's
    project = context.project()
    context.notice(project)
    cloud = context.cloud(project)
    with tempfile.TemporaryDirectory(prefix="maestro-") as folder:
        prepared = deploying.prepare(
            project,
            context.bundles(project),
            Path(folder) / "assembly",
            cloud=cloud,
            synthesizer=context.synthesizer(),
            reporter=context.reporter,
            clock=context.clock,
        )
        with context.interruptible("the deployment goes on; deploy again to see how it ended"):
            deployed = deploying.apply(
                prepared, cloud=cloud, reporter=context.reporter, clock=context.clock
            )
    context.reporter.close()
    _print_stack(context, project, deployed.stack, changed=deployed.changed)


def _place(context: Context, identity: Identity) -> str:
    if context.options.local:
        return "from the AWS on this machine"
    return f"from account {identity.account}, {identity.region}"


def _print_stack(context: Context, project: Project, stack: Stack, *, changed: bool) -> None:
    if context.json:
        value = {
            "stack": stack.name,
            "status": stack.status,
            "changed": changed,
            "outputs": dict(stack.outputs),
        }
        click.echo(json.dumps(value, indent=2))
        return
    done = "deployed" if changed else "nothing to do: unchanged since the last deploy"
    context.reporter.line(f"{context.reporter.style('✓', fg='green')} {project.name}: {done}")
    click.echo(table([(f"{key}:", value) for key, value in stack.outputs.items()], indent=""))
    if changed:
        event = next(iter(sorted((project.folder / "events").glob("*.json"))), None)
        given = f" -i {shlex.quote(str(_seen(event)))}" if event else ""
        context.reporter.line(f"  next: {context.again('run')}{given}")


def _seen(path: Path) -> Path:
    """A path as seen from the current folder."""
    return Path(os.path.relpath(path))  # noqa: TID251


@click.command()
@click.option("-f", "--force", is_flag=True, help="Do not ask.")
@shared(*CLOUD, "yes")
def teardown(context: Context, *, force: bool) -> None:
    """Delete the project's stack, and all that belongs to it."""
    project = context.outline()
    cloud = context.cloud(project)
    doomed = tearing.prepare(project, cloud=cloud)
    if doomed.stack is not None and (doomed.stack.protected or not (force or context.options.yes)):
        _ask_to_delete(context, doomed, cloud.identity)
    with context.interruptible("the stack's deletion goes on; tear down again to see it through"):
        torn = tearing.apply(doomed, cloud=cloud, reporter=context.reporter, clock=context.clock)
    context.reporter.close()
    if context.json:
        click.echo(json.dumps(asdict(torn), indent=2))
    else:
        _print_torn(context, doomed, torn)
    if torn.left:
        error = CloudError("the teardown left something", hint="run it again, or delete it by hand")
        error.in_result = True
        raise error


def _ask_to_delete(context: Context, doomed: tearing.Doomed, identity: Identity) -> None:
    """Show what will go, and ask.

    Raises:
        Aborted: the user said no.
    """
    name = doomed.project.stack_name
    context.reporter.line(f"this deletes {name} {_place(context, identity)}:")
    context.reporter.line(table([(item.type, item.physical_id) for item in doomed.resources]))
    if doomed.executions:
        stopped = counted(len(doomed.executions), "running execution")
        context.reporter.line(f"  and stops {stopped}")
    protected = doomed.stack is not None and doomed.stack.protected
    sure = context.confirm_by_name(name) if protected else context.confirm(f"Delete {name}?")
    if not sure:
        raise Aborted("nothing was deleted")


def _print_torn(context: Context, doomed: tearing.Doomed, torn: tearing.TornDown) -> None:
    reporter, name = context.reporter, doomed.project.name
    files = counted(torn.objects, "file")
    if doomed.stack is None and not torn.objects:
        reporter.line(f"{name} is not deployed here: nothing to do")
    elif doomed.stack is None:
        reporter.line(f"{name} is not deployed here; deleted {files} that were left of it")
    elif torn.left:
        reporter.line(f"{name}: deleted, but some is left:")
        for item in torn.left:
            reporter.line(f"  {item}")
    else:
        resources = counted(len(torn.resources), "resource")
        done = reporter.style("✓", fg="green")
        rest = "kept, as their removal policy says:" if torn.kept else "nothing is left"
        reporter.line(f"{done} {name}: deleted {resources} and {files}; {rest}")
        for item in torn.kept:
            reporter.line(f"  {item}")
        reporter.line(f"  the bucket {torn.bucket} stays, for other projects")


@click.command()
@click.option(
    "-i",
    "--input",
    "given",
    metavar="FILE|JSON|-",
    default="{}",
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
@shared(*CLOUD)
def run(
    context: Context, *, given: str, name: str | None, no_wait: bool, timeout: float | None
) -> None:
    """Start an execution, follow it state by state, print its output."""
    payload = _payload(given)
    project = context.outline()
    cloud = context.cloud(project)
    machine = running.machine_of(project, cloud=cloud, local=context.options.local)
    started = running.start(
        machine, payload, name=name, wait=not no_wait, cloud=cloud, clock=context.clock
    )
    if no_wait:
        _print_started(context, started.arn)
        return
    execution = started.ended
    if execution is None:
        context.reporter.emit(Step(f"running {started.arn.rpartition(':')[2]}"))
        with context.interruptible(f"the execution goes on: {started.arn}"):
            execution = running.follow(
                started.arn,
                cloud=cloud,
                reporter=context.reporter,
                clock=context.clock,
                timeout=timeout,
            )
    context.reporter.close()
    _print_execution(context, execution)


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


COMMANDS = (deploy, teardown, run)
