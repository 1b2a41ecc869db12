"""Starting an execution and following it to its end."""

import secrets
from dataclasses import dataclass

from maestro_cdk.actions import counting
from maestro_cdk.actions.following import pauses
from maestro_cdk.actions.guards import check_account, check_owner
from maestro_cdk.actions.listening import Listener
from maestro_cdk.actions.threads import threads
from maestro_cdk.cloud import Cloud, Stack
from maestro_cdk.errors import CloudError
from maestro_cdk.model import Execution, ExecutionEvent, Project
from maestro_cdk.ports import Clock, ExecutionMoved, Reporter
from maestro_cdk.timeline.visits import Timeline
from maestro_cdk.versions import LIVE, absent, is_ahead

OUTPUT = "StateMachineArn"

UNPUBLISHED = "unpublished"

PATIENCE = 60.0
"""Seconds to wait for functions that CloudFormation has not waited for."""

_ENDS = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionAborted": "ABORTED",
    "ExecutionTimedOut": "TIMED_OUT",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What an execution is started from: its ARN, and what that is for a person.

    `version` is the version's number; None where live leads to two, or it is the machine itself.
    `fresh` says that it was redeployed, so that Lambda may still be taking its code over.
    """

    arn: str
    named: str
    version: int | None = None
    fresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """An execution that was begun; `ended` is there already where the machine is EXPRESS."""

    machine: str
    arn: str
    ended: Execution | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """An execution that has ended, and what it did."""

    outcome: Execution
    timeline: Timeline


def stack_of(project: Project, *, cloud: Cloud, local: bool) -> Stack:
    """The project's stack, which has a state machine.

    Raises:
        CredentialsError: the credentials are of another account than the stage's.
        StackForeign: the stack is not this project's.
        CloudError: the project is not deployed there.
    """
    check_account(project, cloud.identity)
    stack: Stack | None = cloud.stacks.describe(project.stack_name)
    if stack is not None:
        check_owner(project, stack)
    if stack is None or OUTPUT not in stack.outputs:
        how = "maestro deploy --local" if local else "maestro deploy"
        raise CloudError(f"{project.stack_name} is not deployed here", hint=f"`{how}` does that")
    return stack


def machine_of(project: Project, *, cloud: Cloud, local: bool, clock: Clock) -> str:
    """The ARN of the project's state machine, from its stack's outputs.

    After a deployment in express mode it is waited until functions can be called.

    Raises:
        CredentialsError: the credentials are of another account than the stage's.
        StackForeign: the stack is not this project's.
        CloudError: the project is not deployed there.
    """
    stack = stack_of(project, cloud=cloud, local=local)
    if stack.express:
        await_functions(stack, cloud=cloud, clock=clock)
    return stack.outputs[OUTPUT]


def await_functions(stack: Stack, *, cloud: Cloud, clock: Clock) -> None:
    """Wait for what express mode and redeployments do not wait for: functions that can be called.

    After a minute it is not waited any longer: how the execution goes tells the rest.

    Raises:
        CloudError: an update of a function failed.
    """
    until = clock.monotonic() + PATIENCE
    names = [
        item.physical_id
        for item in cloud.stacks.resources(stack.id)
        if item.type == "AWS::Lambda::Function"
    ]
    if not names:
        return
    with threads(min(8, len(names))) as pool:
        for each in [pool.submit(_await, name, until, cloud, clock) for name in names]:
            each.result()


def _await(name: str, until: float, cloud: Cloud, clock: Clock) -> None:
    for pause in pauses(first=0.05, longest=1.0):
        found = cloud.functions.describe(name)
        if found is not None and found.trouble:
            raise CloudError(f"Lambda could not update {name}: {found.trouble}")
        if found is None or found.settled or clock.monotonic() > until:
            return
        clock.sleep(pause)


def target(machine: str, wanted: str | None, project: Project, *, cloud: Cloud) -> Target:
    """What an execution is to be started from.

    Args:
        machine: the state machine's ARN.
        wanted: `live`, a version's number, or `unpublished`, which is the machine as it is now;
            None is live, but what was redeployed where that is ahead of it.
        project: the project.
        cloud: where.

    Raises:
        CloudError: there is no such version, or nothing is published.
    """
    itself = Target(arn=machine, named="what is deployed, unpublished")
    if wanted == UNPUBLISHED or (wanted is None and not project.settings.workflow.release.keep):
        return itself
    if wanted not in (None, LIVE):
        return _version(machine, str(wanted), cloud)
    alias = cloud.versions.alias(machine)
    if alias is None and wanted is None:
        return itself  # it was deployed by something that publishes nothing
    if alias is None:
        raise CloudError("nothing is published yet", hint="`maestro deploy` does that")
    if wanted is None and is_ahead(alias):
        return Target(arn=machine, named="what was redeployed, unpublished", fresh=True)
    shares = ", ".join(f"{weight} % version {n}" for n, weight in sorted(alias.weights.items()))
    named = f"live, version {alias.version}" if alias.version else f"live: {shares}"
    return Target(arn=alias.arn, named=named, version=alias.version)


def _version(machine: str, wanted: str, cloud: Cloud) -> Target:
    known = cloud.versions.listed(machine)
    number = int(wanted) if wanted.isdecimal() else 0
    if number not in known:
        raise absent(wanted, known)
    return Target(arn=f"{machine}:{number}", named=f"version {number}", version=number)


def start(
    target: Target,
    machine: str,
    payload: str,
    *,
    name: str | None,
    wait: bool,
    cloud: Cloud,
    clock: Clock,
) -> Started:
    """Begin an execution with JSON text as its input, of a machine, a version or an alias.

    One of an EXPRESS machine has no history to follow: with `wait` it is run through.
    """
    name = name or execution_name(clock)
    if wait and cloud.machines.express(machine):
        ended = cloud.machines.start_sync(target.arn, name=name, payload=payload)
        return Started(machine=machine, arn=ended.arn, ended=ended)
    arn = cloud.machines.start(target.arn, name=name, payload=payload)
    return Started(machine=machine, arn=arn)


def follow(
    execution: str,
    *,
    cloud: Cloud,
    reporter: Reporter,
    clock: Clock,
    timeout: float | None,
    listener: Listener | None = None,
) -> Followed:
    """Report an execution's events until it ends.

    Args:
        execution: its ARN.
        cloud: where it runs.
        reporter: hears of each event.
        clock: tells and passes the time.
        timeout: seconds after which nobody waits any longer.
        listener: reports what functions write meanwhile.

    Raises:
        CloudError: it did not end within `timeout` seconds; it goes on.
    """
    last = 0
    began = clock.monotonic()
    waits = pauses(longest=2.0)
    timeline, maps = Timeline(), counting.Maps(cloud, reporter)
    while True:
        events = cloud.machines.history(execution, after=last)
        for event in events:
            maps.hear(event)
            reporter.emit(ExecutionMoved(event))
            timeline.add(event)
            if listener is not None:
                listener.hear(event)
        if events:
            last = events[-1].id
            waits = pauses(longest=2.0)
        ended = bool(events) and events[-1].type in _ENDS
        maps.look()
        if listener is not None:
            (listener.listen_out if ended else listener.look)()
        if ended:
            return Followed(outcome=_ended(execution, events[-1]), timeline=timeline)
        left = None if timeout is None else timeout - (clock.monotonic() - began)
        if left is not None and left <= 0:
            raise CloudError(
                f"the execution has not ended within {timeout:g} s; it goes on",
                hint=f"its ARN is {execution}",
            )
        pause = next(waits)
        clock.sleep(pause if left is None else min(pause, left))


def _ended(arn: str, event: ExecutionEvent) -> Execution:
    """An execution's outcome, from its last event.

    DescribeExecution would tell the same, but not at once: it is eventually consistent, by
    https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
    """
    details = event.details
    return Execution(
        arn=arn,
        name=arn.rpartition(":")[2],
        status=_ENDS[event.type],
        output=details.get("output"),
        error=details.get("error"),
        cause=details.get("cause"),
    )


def execution_name(clock: Clock) -> str:
    """A name that two executions started in one millisecond would not share."""
    return f"{clock.now():%Y-%m-%d-%H-%M-%S-%f}"[:-3] + f"-{secrets.token_hex(3)}"
