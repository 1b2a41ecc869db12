"""`teardown`: the stack deleted, and looked after."""

import json
from dataclasses import asdict

import click

from maestro_cdk.actions import teardown as tearing
from maestro_cdk.actions.wording import counted
from maestro_cdk.cli.context import Context
from maestro_cdk.cli.examples import examples
from maestro_cdk.cli.options import CLOUD, shared
from maestro_cdk.cli.output import table
from maestro_cdk.cloud import Cloud
from maestro_cdk.errors import Aborted, CloudError
from maestro_cdk.model import Identity


@click.command()
@click.option("-f", "--force", is_flag=True, help="Do not ask.")
@click.option(
    "--roles",
    metavar="A,B",
    default="",
    help="Delete these IAM roles, too: those that the original Maestro shared between projects.",
)
@shared(*CLOUD, "yes")
@examples(
    ("maestro teardown", "after a look at what will go"),
    ("maestro teardown --stage dev -f", "without a question"),
    ("maestro teardown --roles maestro_lambda", "with a role that the original Maestro left"),
)
def teardown(context: Context, *, force: bool, roles: str) -> None:
    """Delete the project's stack, and all that belongs to it.

    Executions that run are stopped. When all is deleted, it looks: what is still there is told, and
    the exit code is 1.
    """
    project = context.outline()
    cloud = context.cloud(project)
    named = [role.strip() for role in roles.split(",") if role.strip()]
    doomed = tearing.prepare(project, cloud=cloud, roles=named)
    for role in doomed.strangers:
        context.reporter.line(f"there is no role {role}")
    protected = doomed.stack is not None and doomed.stack.protected
    something = doomed.stack is not None or doomed.roles
    if something and (protected or not (force or context.options.yes)):
        _ask_to_delete(context, doomed, cloud.identity)
    with context.interruptible(lambda: _stopped(doomed, cloud)):
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


def _stopped(doomed: tearing.Doomed, cloud: Cloud) -> str:
    """What has become of a teardown that the user does not wait for any more."""
    again = "tear down again to see it through"
    try:
        status = tearing.halted(doomed, cloud=cloud)
    except CloudError as error:
        return f"the stack's deletion may go on, for AWS does not say ({error.message}); {again}"
    if status is None:
        return f"the stack is deleted; {again}"
    if status == "DELETE_IN_PROGRESS":
        return f"the stack's deletion goes on; {again}"
    return f"the stack was not deleted: it is {status}"


def _ask_to_delete(context: Context, doomed: tearing.Doomed, identity: Identity) -> None:
    """Show what will go, and ask.

    Raises:
        Aborted: the user said no.
    """
    name = doomed.project.stack_name
    context.reporter.line(f"this deletes {name} {_place(context, identity)}:")
    context.reporter.line(table([(item.type, item.physical_id) for item in doomed.resources]))
    for role in doomed.roles:
        context.reporter.line(f"  AWS::IAM::Role {role}, which is not of the stack")
    if doomed.executions:
        stopped = counted(len(doomed.executions), "running execution")
        context.reporter.line(f"  and stops {stopped}")
    protected = doomed.stack is not None and doomed.stack.protected
    sure = (
        context.confirm_by_name(name)
        if protected
        else context.confirm(f"Delete {name}?", flag="-f")
    )
    if not sure:
        raise Aborted("nothing was deleted")


def _print_torn(context: Context, doomed: tearing.Doomed, torn: tearing.TornDown) -> None:
    reporter, name = context.reporter, doomed.project.name
    files = counted(torn.objects, "file")
    for role in torn.roles:
        reporter.line(f"  deleted the role {role}")
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
        looked = ", ".join(f"{kind} {count}" for kind, count in torn.looked.items())
        if looked:
            reporter.line(f"  looked for, and gone: {looked}")
        reporter.line(f"  the bucket {torn.bucket} stays, for other projects")


def _place(context: Context, identity: Identity) -> str:
    if context.options.local:
        return "from the AWS on this machine"
    return f"from account {identity.account}, {identity.region}"


COMMANDS = (teardown,)
