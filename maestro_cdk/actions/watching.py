"""Looking at an execution that somebody started, by its ARN, its name, or as the last one."""

from contextlib import suppress

from maestro_cdk.actions.threads import threads
from maestro_cdk.asl import arns
from maestro_cdk.cloud import Cloud
from maestro_cdk.errors import CloudError
from maestro_cdk.model import PastExecution
from maestro_cdk.ports import Clock
from maestro_cdk.timeline import visits
from maestro_cdk.timeline.visits import Timeline

LAST = "last"

PATIENCE = 5.0
"""Seconds to wait for CloudWatch to take in what an execution logged."""

MOST = 1000
"""So many executions are looked through for one by its name."""


def execution_of(machine: str, wanted: str, *, cloud: Cloud) -> str:
    """The ARN of an execution.

    Args:
        machine: the state machine's ARN.
        wanted: the execution's ARN or name; `last` is the one that was started last.
        cloud: where.

    Raises:
        CloudError: there is none.
    """
    if wanted.startswith("arn:"):
        return wanted
    if wanted == LAST:
        found = cloud.machines.listed(machine, most=1)
        if not found:
            raise CloudError(
                f"{machine.rpartition(':')[2]} has not been run yet, or is EXPRESS and logged "
                "nothing of the last day",
                hint='`maestro run` starts one; `logging = "ALL"` is what tells of EXPRESS ones',
            )
        return found[0]
    if cloud.machines.express(machine):
        return _logged(machine, wanted, cloud)
    prefix, _, name = machine.rpartition(":stateMachine:")
    return f"{prefix}:execution:{name}:{wanted}"


def _logged(machine: str, name: str, cloud: Cloud) -> str:
    """The ARN of an execution of an EXPRESS machine, which has an id behind its name."""
    for each in cloud.machines.recent(machine, most=MOST):
        if each.outcome.name == name:
            return each.outcome.arn
    raise CloudError(
        f"the log of the last day says nothing of {name}",
        hint="`maestro history --list` tells of which it does; an older one by its ARN",
    )


def past(machine: str, *, cloud: Cloud, most: int = 20) -> tuple[PastExecution, ...]:
    """The executions that were started last, newest first."""
    found = cloud.machines.listed(machine, most=most)
    if not found:
        return ()
    if arns.is_express_execution(found[0]):
        return cloud.machines.recent(machine, most=most)
    with threads(min(8, len(found))) as pool:
        return tuple(pool.map(cloud.machines.past, found))


def timeline(execution: str, *, cloud: Cloud) -> Timeline:
    """What an execution did so far.

    Raises:
        CloudError: there is no such execution, or it is an EXPRESS machine's that logged nothing.
    """
    return visits.of(cloud.machines.history(execution, 0))


def logged_timeline(execution: str, *, cloud: Cloud, clock: Clock) -> Timeline | None:
    """What an EXPRESS execution that has ended did, once its log tells; None where it does not."""
    until = clock.monotonic() + PATIENCE
    while True:
        with suppress(CloudError):
            found = timeline(execution, cloud=cloud)
            if found.ended is not None:
                return found
        if clock.monotonic() > until:
            return None
        clock.sleep(0.5)
