"""Deleting a project's stack, its assets with it, and looking whether anything is left."""

from collections.abc import Sequence
from dataclasses import dataclass

from maestro_cdk.actions.deploy import check_account, check_owner
from maestro_cdk.actions.following import follow, mark, pauses
from maestro_cdk.actions.wording import counted
from maestro_cdk.errors import CloudError, DeploymentFailed, StackBusy
from maestro_cdk.model import Project, Stack, StackResource
from maestro_cdk.ports import Clock, Cloud, Note, Reporter, Step

MACHINE = "AWS::StepFunctions::StateMachine"
PATIENCE = 120.0
"""Seconds to wait for a state machine that is being deleted: its name is not free before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doomed:
    """What a teardown would delete."""

    project: Project
    stack: Stack
    resources: tuple[StackResource, ...]
    executions: tuple[str, ...]

    @property
    def machines(self) -> tuple[str, ...]:
        """The ARNs of the state machines among the resources."""
        return tuple(item.physical_id for item in self.resources if item.type == MACHINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class TornDown:
    """What a teardown deleted, and what it found left."""

    resources: tuple[StackResource, ...]
    objects: int
    bucket: str
    left: tuple[str, ...]


def prepare(project: Project, *, cloud: Cloud) -> Doomed | None:
    """Find out what there is to delete; None where there is no stack.

    Raises:
        CredentialsError: the credentials are of another account than the stage's.
        StackForeign: the stack is not this project's.
        StackBusy: another operation runs on the stack.
    """
    check_account(project, cloud.identity)
    stack = cloud.stacks.describe(project.stack_name)
    if stack is None:
        return None
    check_owner(project, stack)
    busy = stack.status.endswith("_IN_PROGRESS")
    if busy and stack.status not in ("REVIEW_IN_PROGRESS", "DELETE_IN_PROGRESS"):
        raise StackBusy(
            f"the stack {stack.name} is busy: {stack.status}",
            hint="wait until that has ended, and tear down again",
        )
    resources = cloud.stacks.resources(stack.id)
    machines = [item.physical_id for item in resources if item.type == MACHINE]
    executions = [arn for machine in machines for arn in cloud.machines.running(machine)]
    return Doomed(project=project, stack=stack, resources=resources, executions=tuple(executions))


def apply(doomed: Doomed, *, cloud: Cloud, reporter: Reporter, clock: Clock) -> TornDown:
    """Stop what runs, delete the stack and its assets, and wait until all of it is gone.

    Raises:
        DeploymentFailed: a resource could not be deleted.
    """
    for execution in doomed.executions:
        cloud.machines.stop(execution, cause="maestro teardown")
    if doomed.executions:
        reporter.emit(Note(f"stopped {counted(len(doomed.executions), 'running execution')}"))
    if doomed.stack.protected:
        cloud.stacks.protect(doomed.stack.id, on=False)
    reporter.emit(Step(f"deleting the stack {doomed.stack.name}"))
    runs = doomed.stack.status == "DELETE_IN_PROGRESS"
    before = mark(doomed.stack.id, stacks=cloud.stacks, clock=clock, runs=runs)
    if not runs:
        cloud.stacks.delete(doomed.stack.id, role=doomed.stack.role)
    if doomed.stack.status != "REVIEW_IN_PROGRESS":
        ended = follow(doomed.stack.id, before, stacks=cloud.stacks, reporter=reporter, clock=clock)
        if ended.status != "DELETE_COMPLETE":
            event = ended.failure
            what = f"{event.logical_id} ({event.type}): {event.reason}" if event else ended.reason
            raise DeploymentFailed(
                f"the stack {doomed.stack.name} could not be deleted: {what}",
                hint="mend that and tear down again; nothing else was lost",
            )
    _wait_for_machines(doomed.machines, cloud=cloud, reporter=reporter, clock=clock)
    reporter.emit(Step("removing the project's files from the asset bucket"))
    objects = cloud.assets.remove(f"{doomed.stack.name}/")
    return TornDown(
        resources=doomed.resources,
        objects=objects,
        bucket=cloud.assets.name,
        left=_left(doomed, cloud=cloud),
    )


def _wait_for_machines(
    machines: Sequence[str], *, cloud: Cloud, reporter: Reporter, clock: Clock
) -> None:
    """A state machine goes on DELETING after its stack is gone, and holds its name so long."""
    said = False
    until = clock.monotonic() + PATIENCE
    for machine in machines:
        for pause in pauses(first=0.2):
            if cloud.machines.gone(machine):
                break
            if clock.monotonic() > until:
                raise CloudError(
                    f"{machine} is still being deleted after {PATIENCE:.0f} s",
                    hint="Step Functions ends that by itself; tear down again to see",
                )
            if not said:
                reporter.emit(Step("waiting for the state machine's own deletion"))
                said = True
            clock.sleep(pause)


def _left(doomed: Doomed, *, cloud: Cloud) -> tuple[str, ...]:
    """What is still there of the stack: nothing, unless someone kept or made it meanwhile."""
    if cloud.stacks.describe(doomed.stack.name) is not None:
        return (f"the stack {doomed.stack.name}",)
    return tuple(
        f"{item.type} {item.physical_id}"
        for item in cloud.stacks.resources(doomed.stack.id)
        if item.status != "DELETE_COMPLETE"
    )
