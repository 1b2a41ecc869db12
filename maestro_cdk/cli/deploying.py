"""`deploy`, `teardown` and `run`: what talks to AWS, or to the AWS on this machine."""

import json
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
from maestro_cdk.cli.output import table
from maestro_cdk.errors import Aborted, CloudError, ExecutionFailed, UsageError
from maestro_cdk.model import Execution, Identity, Project, Stack
from maestro_cdk.ports import Step
from maestro_cdk.project import bundle


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
            bundle.bundles(project),
            Path(folder) / "assembly",
            cloud=cloud,
            synthesizer=context.synthesizer(),
            reporter=context.reporter,
            clock=context.clock,
        )
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
        given = f" -i {event.relative_to(project.folder)}" if event else ""
        local = " --local" if context.options.local else ""
        context.reporter.line(f"  next: maestro run{local}{given}")


@click.command()
@click.option("-f", "--force", is_flag=True, help="Do not ask.")
@shared(*CLOUD, "yes")
def teardown(context: Context, *, force: bool) -> None:
    """Delete the project's stack, and all that belongs to it."""
    project = context.project()
    cloud = context.cloud(project)
    doomed = tearing.prepare(project, cloud=cloud)
    if doomed is None:
        _nothing(context, project)
        return
    if doomed.stack.protected or not (force or context.options.yes):
        context.reporter.line(
            f"this deletes {project.stack_name} {_place(context, cloud.identity)}:"
        )
        rows = [(item.type, item.physical_id) for item in doomed.resources]
        context.reporter.line(table(rows))
        if doomed.executions:
            context.reporter.line(
                f"  and stops {counted(len(doomed.executions), 'running execution')}"
            )
        name = project.stack_name
        sure = (
            context.confirm_by_name(name)
            if doomed.stack.protected
            else context.confirm(f"Delete {name}?")
        )
        if not sure:
            raise Aborted("nothing was deleted")
    torn = tearing.apply(doomed, cloud=cloud, reporter=context.reporter, clock=context.clock)
    context.reporter.close()
    if context.json:
        click.echo(json.dumps(asdict(torn), indent=2))
    else:
        context.reporter.line(
            f"{context.reporter.style('✓', fg='green')} {project.name}: deleted "
            f"{counted(len(torn.resources), 'resource')} and {counted(torn.objects, 'file')}; "
            "nothing is left"
            if not torn.left
            else f"{project.name}: deleted, but some is left:"
        )
        for item in torn.left:
            context.reporter.line(f"  {item}")
        context.reporter.line(f"  the bucket {torn.bucket} stays, for other projects")
    if torn.left:
        failed = CloudError(
            "the teardown left something", hint="run it again, or delete it by hand"
        )
        failed.in_result = context.json
        raise failed


def _nothing(context: Context, project: Project) -> None:
    if context.json:
        click.echo(json.dumps({"resources": [], "objects": 0, "left": []}, indent=2))
    else:
        context.reporter.line(f"{project.name} is not deployed here: nothing to do")


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
@click.option("--timeout", type=click.FloatRange(min=0), metavar="SECONDS", help="Follow so long.")
@shared(*CLOUD)
def run(
    context: Context, *, given: str, name: str | None, no_wait: bool, timeout: float | None
) -> None:
    """Start an execution, follow it state by state, print its output."""
    payload = _payload(given)
    project = context.project()
    cloud = context.cloud(project)
    machine = running.machine_of(project, cloud=cloud, local=context.options.local)
    started = running.start(machine, payload, name=name, cloud=cloud, clock=context.clock)
    execution = started.ended
    if execution is None:
        if no_wait:
            _print_started(context, started.arn)
            return
        context.reporter.emit(Step(f"running {started.arn.rpartition(':')[2]}"))
        try:
            execution = running.follow(
                started.arn,
                cloud=cloud,
                reporter=context.reporter,
                clock=context.clock,
                timeout=timeout,
            )
        except KeyboardInterrupt:
            context.reporter.close()
            context.reporter.line(f"the execution goes on: {started.arn}")
            raise
    context.reporter.close()
    _print_execution(context, execution)


def _payload(given: str) -> str:
    """The input as JSON text, checked before anything is started.

    Raises:
        UsageError: it is not JSON, or there is no such file.
    """
    source = "the input"
    if given == "-":
        text, source = sys.stdin.read(), "standard input"
    elif Path(given).is_file():
        text, source = Path(given).read_text("utf-8-sig"), given
    else:
        text = given
    try:
        json.loads(text)
    except ValueError as error:
        hint = None
        if text is given and not given.lstrip().startswith(("{", "[", '"')):
            hint = f"there is no file {given}, and it is not JSON text either"
        raise UsageError(f"{source} is not JSON: {error}", hint=hint) from error
    return text


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
        said = ": ".join(part for part in (execution.error, execution.cause) if part)
        failed = ExecutionFailed(f"the execution {execution.status}{': ' if said else ''}{said}")
        failed.in_result = context.json
        raise failed


COMMANDS = (deploy, teardown, run)
