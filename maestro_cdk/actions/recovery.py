"""Bringing a stack that something has stopped half-way to where it takes a deployment again.

One row for each status that CloudFormation has:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
"""

from maestro_cdk.actions.following import Ended, follow, mark
from maestro_cdk.cloud import Stack, Stacks
from maestro_cdk.errors import DeploymentFailed, StackBusy
from maestro_cdk.ports import Clock, Note, Reporter, Step

READY = frozenset(
    {
        "CREATE_COMPLETE",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
        "REVIEW_IN_PROGRESS",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
    }
)
"""Statuses of a stack that takes a change set."""

WHOLE = READY - {"REVIEW_IN_PROGRESS"}
"""Statuses of a stack of which every resource is as its template has it."""

DEAD = {
    "ROLLBACK_COMPLETE": "its creation had failed and was rolled back",
    "ROLLBACK_FAILED": "its creation had failed, and the rollback too",
    "CREATE_FAILED": "its creation had failed",
    "DELETE_FAILED": "its deletion had failed",
}
"""Statuses of a stack in which nothing lives: it is deleted to the end, and made anew."""

ROUNDS = 8
"""How many operations in a row are seen through before somebody else is thought to begin them."""


def ready(
    stack: Stack, *, wait: bool, stacks: Stacks, reporter: Reporter, clock: Clock
) -> Stack | None:
    """See to it that a stack takes a change set.

    An operation that runs is followed to its end. A stack in which nothing lives is deleted. An
    update that failed and stayed so is rolled back; a rollback that failed is continued.

    Args:
        stack: the stack as it stands.
        wait: whether an operation that runs is waited for.
        stacks: where it is.
        reporter: hears of each step.
        clock: tells and passes the time.

    Returns:
        The stack; None where it is gone.

    Raises:
        StackBusy: an operation runs, and was not to be waited for.
        DeploymentFailed: what stands in the way is not for us to remove.
    """
    found: Stack | None = stack
    for _ in range(ROUNDS):
        if found is None or found.status in READY:
            return found
        if found.status.endswith("_IN_PROGRESS"):
            if not wait:
                raise StackBusy(
                    f"the stack {stack.name} is busy: {found.status}",
                    hint="deploy again once that has ended; without --no-wait, it is waited for",
                )
            see_through(found, stacks=stacks, reporter=reporter, clock=clock)
        elif found.status in DEAD:
            _clear(found, stacks=stacks, reporter=reporter, clock=clock)
        elif found.status == "UPDATE_FAILED" and found.express:
            return found  # it takes nothing but another update in express mode
        elif found.status == "UPDATE_FAILED":
            _roll_back(found, stacks=stacks, reporter=reporter, clock=clock)
        elif found.status == "UPDATE_ROLLBACK_FAILED":
            _continue(found, stacks=stacks, reporter=reporter, clock=clock)
        else:
            reason = f" ({found.reason})" if found.reason else ""
            raise DeploymentFailed(
                f"the stack {found.name} is {found.status}{reason}",
                hint="mend what its events name, in the console or by `aws cloudformation`; "
                "then deploy again",
            )
        found = stacks.describe(found.id)
    raise StackBusy(
        f"the stack {stack.name} is changed by somebody else, again and again",
        hint="find out by whom, and deploy again",
    )


def see_through(stack: Stack, *, stacks: Stacks, reporter: Reporter, clock: Clock) -> Ended:
    """Follow what runs on a stack to its end."""
    reporter.emit(Step(f"waiting for what runs on the stack already: {stack.status}"))
    before = mark(stack.id, stacks=stacks, clock=clock, runs=True)
    return follow(stack.id, before, stacks=stacks, reporter=reporter, clock=clock)


def _clear(stack: Stack, *, stacks: Stacks, reporter: Reporter, clock: Clock) -> None:
    reporter.emit(Note(f"the stack {stack.name} is made anew: {DEAD[stack.status]}"))
    before = mark(stack.id, stacks=stacks, clock=clock)
    stacks.delete(stack.id, role=None)
    ended = follow(stack.id, before, stacks=stacks, reporter=reporter, clock=clock)
    if ended.status != "DELETE_COMPLETE":
        raise DeploymentFailed(
            f"what is left of the stack {stack.name} cannot be deleted: {_cause(ended)}",
            hint="mend that, and deploy again; `maestro teardown` tells what is left",
        )


def _roll_back(stack: Stack, *, stacks: Stacks, reporter: Reporter, clock: Clock) -> None:
    reporter.emit(Note(f"an update of the stack {stack.name} had failed; it is rolled back first"))
    before = mark(stack.id, stacks=stacks, clock=clock)
    stacks.roll_back(stack.id)
    follow(stack.id, before, stacks=stacks, reporter=reporter, clock=clock)


def _continue(stack: Stack, *, stacks: Stacks, reporter: Reporter, clock: Clock) -> None:
    """Continue a rollback; what still cannot be rolled back is left to the deployment.

    To skip a resource says only that it is as the old template has it, whether it is or not: the
    deployment that follows gives it what the new one says.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-continueupdaterollback.html
    """
    reporter.emit(Note(f"a rollback of the stack {stack.name} had failed; it is continued first"))
    ended = None
    for skipped in (False, True):
        failed = _stuck(stack, stacks=stacks) if skipped else ()
        if skipped:
            reporter.emit(Note(f"left as they are for now: {', '.join(failed)}"))
        before = mark(stack.id, stacks=stacks, clock=clock)
        stacks.continue_rollback(stack.id, skip=failed)
        ended = follow(stack.id, before, stacks=stacks, reporter=reporter, clock=clock)
        if ended.status == "UPDATE_ROLLBACK_COMPLETE":
            return
    raise DeploymentFailed(
        f"the stack {stack.name} cannot be rolled back: {_cause(ended) if ended else ''}",
        hint="mend that, and deploy again",
    )


def _stuck(stack: Stack, *, stacks: Stacks) -> tuple[str, ...]:
    """The resources of which the rollback failed."""
    return tuple(
        item.logical_id for item in stacks.resources(stack.id) if item.status == "UPDATE_FAILED"
    )


def _cause(ended: Ended) -> str:
    event = ended.failure
    if event is None:
        return ended.reason or ended.status
    return f"{event.logical_id} ({event.type}): {event.reason or event.status}"
