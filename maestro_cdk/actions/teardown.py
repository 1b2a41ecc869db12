"""Deleting a project's stack, its assets with it, and looking whether anything is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from maestro_cdk.actions import diagnosis, inventory, recovery
from maestro_cdk.actions.following import RETAINED, Ended, follow, mark
from maestro_cdk.actions.guards import check_account, check_owner
from maestro_cdk.actions.threads import threads
from maestro_cdk.actions.wording import counted
from maestro_cdk.cloud import Cloud, Stack, StackResource
from maestro_cdk.errors import CloudError, DeploymentFailed
from maestro_cdk.model import Project, StackEvent
from maestro_cdk.ports import Clock, Note, Reporter, Step

MACHINE = "AWS::StepFunctions::StateMachine"
GONE = "DELETE_COMPLETE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doomed:
    """What a teardown would delete; without a stack it may be files that were left over.

    `deleted` are the resources that an earlier teardown deleted, and may not have looked at.
    `roles` are those outside of the stack that were named, as far as they are there; `strangers`
    the others of them.
    """

    project: Project
    stack: Stack | None
    resources: tuple[StackResource, ...] = ()
    deleted: tuple[StackResource, ...] = ()
    executions: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TornDown:
    """What a teardown deleted, what the template says to keep, and what else it found left.

    `looked` counts what it looked for afterwards, by type: that a stack is deleted is no proof.
    """

    resources: tuple[StackResource, ...]
    objects: int
    bucket: str
    kept: tuple[str, ...]
    left: tuple[str, ...]
    looked: Mapping[str, int] = field(default_factory=dict)
    roles: tuple[str, ...] = ()


def prepare(project: Project, *, cloud: Cloud, roles: Sequence[str] = ()) -> Doomed:
    """Find out what there is to delete.

    Args:
        project: the project.
        cloud: where it is.
        roles: names of roles outside of the stack that are to go, too.

    Raises:
        CredentialsError: the credentials are of another account than the stage's.
        StackForeign: the stack is not this project's.
    """
    with threads(3) as pool:
        described = pool.submit(cloud.stacks.describe, project.stack_name)
        listed = pool.submit(cloud.stacks.resources, project.stack_name, deleted=True)
        running = pool.submit(lambda: _running(listed.result(), cloud))
        check_account(project, cloud.identity)
        stack = described.result()
    there = tuple(role for role in roles if cloud.roles.exists(role))
    strangers = tuple(role for role in roles if role not in there)
    # One that waits for its first change set holds nothing, and may be somebody else's plan.
    if stack is None or stack.status == "REVIEW_IN_PROGRESS":
        return Doomed(project=project, stack=None, roles=there, strangers=strangers)
    check_owner(project, stack)
    try:
        resources, executions = listed.result(), running.result()
    except CloudError:  # it was deleted meanwhile, perhaps: its id finds it all the same
        resources = cloud.stacks.resources(stack.id, deleted=True)
        executions = _running(resources, cloud)
    gone = tuple(item for item in resources if item.status == GONE)
    return Doomed(
        project=project,
        stack=stack,
        resources=tuple(item for item in resources if item not in gone),
        deleted=gone if stack.status.startswith("DELETE_") else (),
        executions=executions,
        roles=there,
        strangers=strangers,
    )


def _running(resources: Sequence[StackResource], cloud: Cloud) -> tuple[str, ...]:
    """The executions that run of the state machines among them."""
    return tuple(
        execution
        for item in resources
        if item.type == MACHINE and item.status != GONE
        for execution in cloud.machines.running(item.physical_id)
    )


def apply(doomed: Doomed, *, cloud: Cloud, reporter: Reporter, clock: Clock) -> TornDown:
    """Stop what runs, delete the stack and its assets, and wait until all of it is gone.

    Raises:
        DeploymentFailed: a resource could not be deleted.
    """
    kept: tuple[StackEvent, ...] = ()
    doomed = _settled(doomed, cloud=cloud, reporter=reporter, clock=clock)
    if doomed.stack is not None:
        kept = _delete(doomed, doomed.stack, cloud=cloud, reporter=reporter, clock=clock)
    reporter.emit(Step("removing the project's files, and looking whether anything is left"))
    names = {event.logical_id for event in kept}
    gone = tuple(item for item in doomed.resources if item.logical_id not in names)
    prefix = f"{doomed.project.stack_name}/"
    with threads(2) as pool:
        removed = pool.submit(_remove_files, prefix, cloud)
        told = pool.submit(_left, doomed.stack, cloud=cloud)
        deleted = (*gone, *doomed.deleted)
        found = inventory.look(deleted, cloud=cloud, reporter=reporter, clock=clock)
        left = told.result()
        objects, files = removed.result()
    roles = tuple(role for role in doomed.roles if cloud.roles.delete(role))
    return TornDown(
        resources=gone,
        objects=objects,
        bucket=cloud.assets.name,
        kept=tuple(f"{event.type} {event.physical_id}" for event in kept),
        left=tuple(dict.fromkeys([*left, *found.left, *files])),
        looked=found.looked,
        roles=roles,
    )


def halted(doomed: Doomed, *, cloud: Cloud) -> str | None:
    """The status of the stack of a teardown that nobody waits for any more; None where it is gone.

    Raises:
        CloudError: CloudFormation refused to tell.
    """
    stack = cloud.stacks.describe(doomed.stack.id) if doomed.stack else None
    return stack.status if stack and stack.status != GONE else None


def _stop_executions(doomed: Doomed, *, cloud: Cloud, reporter: Reporter) -> None:
    """Stop what runs now: some may have begun while the user was asked."""
    running = _running(doomed.resources, cloud)
    for execution in running:
        cloud.machines.stop(execution, cause="maestro teardown")
    if running:
        reporter.emit(Note(f"stopped {counted(len(running), 'running execution')}"))


def _settled(doomed: Doomed, *, cloud: Cloud, reporter: Reporter, clock: Clock) -> Doomed:
    """The same once what runs on the stack has ended: a deletion would come in between."""
    stack = doomed.stack
    runs = stack is not None and stack.status.endswith("_IN_PROGRESS")
    if stack is None or not runs or stack.status == "DELETE_IN_PROGRESS":
        return doomed
    recovery.see_through(stack, stacks=cloud.stacks, reporter=reporter, clock=clock)
    settled = cloud.stacks.describe(stack.id)
    resources = cloud.stacks.resources(settled.id) if settled else ()
    return replace(doomed, stack=settled, resources=resources)


def _delete(
    doomed: Doomed, stack: Stack, *, cloud: Cloud, reporter: Reporter, clock: Clock
) -> tuple[StackEvent, ...]:
    """Stop what runs and delete the stack; return the events of what its template says to keep."""
    settings = doomed.project.settings.workflow
    runs = stack.status == "DELETE_IN_PROGRESS"
    with threads(1) as pool:
        marked = pool.submit(mark, stack.id, stacks=cloud.stacks, clock=clock, runs=runs)
        _stop_executions(doomed, cloud=cloud, reporter=reporter)
        before = marked.result()
    if stack.protected:
        cloud.stacks.protect(stack.id, on=False)
    reporter.emit(Step(f"deleting the stack {stack.name}"))
    if not runs:
        express = settings.express and not settings.protected
        try:
            cloud.stacks.delete(stack.id, role=stack.role, express=express)
        except CloudError:
            if stack.protected:
                cloud.stacks.protect(stack.id, on=True)
            raise
    ended = follow(stack.id, before, stacks=cloud.stacks, reporter=reporter, clock=clock)
    if ended.status != GONE:
        raise _failed(doomed.project, ended)
    return ended.kept


def _failed(project: Project, ended: Ended) -> DeploymentFailed:
    """What could not be deleted, why, what in the folder made it, and what to do."""
    said = f"the stack {project.stack_name} could not be deleted"
    go_on = "mend that and tear down again; nothing else was lost"
    if ended.failure is None:
        return DeploymentFailed(f"{said}: {ended.reason or ended.status}", hint=go_on)
    found = diagnosis.of(ended.failure, project)
    return DeploymentFailed(
        f"{said}: {found.resource}: {found.reason}",
        hint=f"{found.hint}\n  {go_on}" if found.hint else go_on,
        where=found.where,
    )


def _remove_files(prefix: str, cloud: Cloud) -> tuple[int, tuple[str, ...]]:
    """Remove the project's files; return how many there were, and what is left of them."""
    with threads(1) as pool:
        abandoned = pool.submit(cloud.assets.abandon, prefix)
        count = cloud.assets.remove(prefix)
        abandoned.result()
    if not count:
        return 0, ()
    return count, tuple(f"file {key}" for key in cloud.assets.listed(prefix))


def _left(stack: Stack | None, *, cloud: Cloud) -> tuple[str, ...]:
    """What is still there of the stack: nothing, unless someone kept or made it meanwhile."""
    if stack is None:
        return ()
    if cloud.stacks.describe(stack.name) is not None:
        return (f"the stack {stack.name}",)
    return tuple(
        f"{item.type} {item.physical_id}"
        for item in cloud.stacks.resources(stack.id)
        if item.status not in (GONE, RETAINED)
    )
