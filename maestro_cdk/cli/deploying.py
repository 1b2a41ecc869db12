"""`diff` and `deploy`: a plan, someone's consent to it, and its execution."""

import os
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from maestro_cdk.actions import comparison
from maestro_cdk.actions import deploy as deploying
from maestro_cdk.actions.planning import Wish
from maestro_cdk.actions.publishing import Published
from maestro_cdk.actions.records import Origin
from maestro_cdk.cli import differences
from maestro_cdk.cli.context import Context
from maestro_cdk.cli.examples import examples
from maestro_cdk.cli.options import CLOUD, shared
from maestro_cdk.cli.output import table
from maestro_cdk.cloud import Cloud
from maestro_cdk.errors import Aborted, CloudError, UsageError
from maestro_cdk.model import Project
from maestro_cdk.project import snapshot
from maestro_cdk.versions import ALL


@contextmanager
def assembly_folder() -> Iterator[Path]:
    """A folder for an assembly that nobody needs afterwards."""
    with tempfile.TemporaryDirectory(prefix="maestro-") as folder:
        yield Path(folder) / "assembly"


@click.command()
@click.option("--exit-code", is_flag=True, help="Exit with 1 where something would change.")
@shared(*CLOUD)
@examples(
    ("maestro diff", "look before you deploy"),
    ("maestro diff --stage prod --exit-code", "fail where something would change"),
)
def diff(context: Context, *, exit_code: bool) -> None:
    """Print what deploying would change, and change nothing.

    Functions, states and permissions, not lines of a template. A replacement or a deletion is told
    apart.
    """
    project = context.project()
    context.notice(project)
    with assembly_folder() as out:
        found = comparison.compare(
            project,
            context.bundles(project),
            out,
            cloud=context.cloud(project),
            synthesizer=context.synthesizer(),
            reporter=context.reporter,
            clock=context.clock,
        )
    context.reporter.close()
    if context.json:
        click.echo(differences.dumped(differences.as_value(found)))
    elif found.empty:
        context.reporter.line(f"{project.name}: nothing would change")
    else:
        click.echo(differences.as_text(found, context.reporter.style))
    if exit_code and not found.empty:
        raise click.exceptions.Exit(1)


@click.command()
@click.option("--confirm", is_flag=True, help="Show what would change, and ask.")
@click.option(
    "--express/--no-express",
    default=None,
    help="CloudFormation's express mode: it ends before every resource is ready.",
)
@click.option("--no-rollback", is_flag=True, help="Leave what fails as it is, to look at.")
@click.option("--no-wait", is_flag=True, help="Begin, and do not wait for the end.")
@click.option("-m", "--message", metavar="TEXT", help="What to note of the version.")
@shared(*CLOUD, "yes")
@examples(
    ("maestro deploy", "to the account and region of your credentials"),
    ("maestro deploy --stage prod", "with the settings of [stages.prod]"),
    ("maestro deploy --local", "to the AWS on this machine"),
    ("maestro deploy --confirm", "after a look at what would change"),
    ('maestro deploy -m "faster checks"', "with a word for `maestro versions`"),
)
def deploy(
    context: Context,
    *,
    confirm: bool,
    express: bool | None,
    no_rollback: bool,
    no_wait: bool,
    message: str | None,
) -> None:
    """Create or update the project's stack.

    What it deploys is published as a version, and executions are started from it by the alias
    `live`; those that run end with the version that they began with.
    """
    project = context.project()
    express = is_express(project, flag=express)
    context.notice(project)
    deploy_by_stack(
        context,
        project,
        context.cloud(project),
        express=express,
        rolls_back=not no_rollback,
        wait=not no_wait,
        confirm=confirm,
        message=message,
    )


def deploy_by_stack(
    context: Context,
    project: Project,
    cloud: Cloud,
    *,
    express: bool,
    rolls_back: bool = True,
    wait: bool = True,
    confirm: bool = False,
    message: str | None = None,
) -> None:
    """Deploy a project by CloudFormation, and print how the stack stands."""
    wish = Wish(express=express, rolls_back=rolls_back, wait=wait)
    with assembly_folder() as out:
        prepared = deploying.prepare(
            project,
            context.bundles(project),
            out,
            cloud=cloud,
            synthesizer=context.synthesizer(),
            reporter=context.reporter,
            clock=context.clock,
            wish=wish,
        )
        if confirm and prepared.changes:
            _consent(context, prepared, cloud)
        with _cancellable(context, prepared, cloud):
            deployed = deploying.apply(
                prepared,
                cloud=cloud,
                reporter=context.reporter,
                clock=context.clock,
                wait=wait,
                origin=partial(_origin, project, message),
            )
    context.reporter.close()
    print_deployed(context, project, prepared, deployed)


def _origin(project: Project, message: str | None) -> Origin:
    """Where a version comes from: the folder as it is now."""
    return Origin(
        commit=snapshot.commit(project.folder),
        message=message,
        folder=snapshot.folder_zip(project.folder),
    )


def is_express(project: Project, *, flag: bool | None) -> bool:
    """Whether to use express mode: the flag says, or the settings; never where it is protected.

    Raises:
        UsageError: it was asked for where the project is protected.
    """
    settings = project.settings.workflow
    if flag and settings.protected:
        raise UsageError(
            f"{project.name} is protected: it takes no express mode",
            hint="deploy without --express, or set protected = false",
        )
    wanted = settings.express if flag is None else flag
    return wanted and not settings.protected


def _consent(context: Context, prepared: deploying.Prepared, cloud: Cloud) -> None:
    """Show the plan, and ask; whatever stops this, nothing of it is left.

    Raises:
        Aborted: the user said no.
        UsageError: nobody can be asked.
    """
    agreed = False
    try:
        context.reporter.close()
        context.reporter.line(differences.as_text(prepared.difference, context.reporter.style))
        agreed = context.confirm(f"Deploy {prepared.project.name}?")
    finally:
        if not agreed:
            deploying.discard(prepared, cloud=cloud)
    if not agreed:
        raise Aborted("nothing was deployed")


@contextmanager
def _cancellable(context: Context, prepared: deploying.Prepared, cloud: Cloud) -> Iterator[None]:
    """Ask, where the user ends the wait for an update, whether to cancel it."""
    try:
        yield
    except KeyboardInterrupt:
        context.reporter.close()
        context.reporter.line(_stopped(context, prepared, cloud))
        raise


def _stopped(context: Context, prepared: deploying.Prepared, cloud: Cloud) -> str:
    """What has become of a deployment that the user does not wait for any more."""
    later = f"`{context.again('status')}` tells how it ends"
    try:
        status = deploying.halted(prepared, cloud=cloud)
    except CloudError as error:
        return f"the deployment may go on, for AWS does not say ({error.message}); {later}"
    if status is None:
        return "nothing was deployed"
    if prepared.plan is None or not prepared.plan.changes:
        return f"stopped half-way; `{context.again('deploy')}` goes on"
    if not status.endswith("_IN_PROGRESS"):
        return f"the stack is {status}; `{context.again('status')}` tells more"
    updates = status == "UPDATE_IN_PROGRESS"
    if not (updates and sys.stdin.isatty() and sys.stderr.isatty()):
        return f"the deployment goes on; {later}"
    if not click.confirm("Cancel the update, and go back to what was there?", err=True):
        return f"the update goes on; {later}"
    ended = deploying.cancel(prepared, cloud=cloud, reporter=context.reporter, clock=context.clock)
    context.reporter.close()
    return f"cancelled: the stack is {ended.status}" if ended else f"no update runs; {later}"


def print_deployed(
    context: Context,
    project: Project,
    prepared: deploying.Prepared,
    deployed: deploying.Deployed,
) -> None:
    """Print how the stack stands."""
    stack, reporter, published = deployed.stack, context.reporter, deployed.published
    if context.json:
        value = {
            "stack": stack.name,
            "status": stack.status,
            "changed": deployed.changed,
            "by": "cloudformation",
            "mode": "express" if prepared.mode.express else "standard",
            "outputs": dict(stack.outputs),
            "put_back": list(deployed.put_back),
            "live": {
                "version": published.version,
                "before": published.before,
                "percentage": published.percentage,
            }
            if published
            else None,
            "plan": differences.as_value(prepared.difference),
        }
        click.echo(differences.dumped(value))
        return
    if not deployed.ended:
        reporter.line(f"{project.name}: begun; `{context.again('status')}` tells how it ends")
        if project.settings.workflow.release.keep:
            reporter.line("  the next deployment that is waited for publishes it as a version")
        return
    done = "deployed" if deployed.changed else "nothing to do: unchanged since the last deploy"
    reporter.line(f"{reporter.style('✓', fg='green')} {project.name}: {done}")
    if published and (published.fresh or published.version != published.before):
        reporter.line(f"  {_released(context, published)}")
    if deployed.changed and prepared.mode.express:
        reporter.line("  in express mode: some of it may take a while until it is ready")
    click.echo(table([(f"{key}:", value) for key, value in stack.outputs.items()], indent=""))
    if deployed.changed:
        event = next(iter(sorted((project.folder / "events").glob("*.json"))), None)
        given = f" -i {shlex.quote(str(_seen(event)))}" if event else ""
        reporter.line(f"  next: {context.again('run')}{given}")


def _released(context: Context, published: Published) -> str:
    """Where live leads now, or begins to."""
    if published.percentage < ALL:
        return (
            f"live goes over from version {published.before} to {published.version}, "
            f"{published.percentage} % first; `{context.again('status')}` tells how far it is"
        )
    before = f" (before: {published.before})" if published.before else ""
    return f"live is version {published.version}{before}"


def _seen(path: Path) -> Path:
    """A path as seen from the current folder."""
    return Path(os.path.relpath(path))  # noqa: TID251


COMMANDS = (diff, deploy)
