"""Looking at an execution that somebody started, by its ARN, its name, or as the last one."""

from maestro_cdk.actions.threads import threads
from maestro_cdk.cloud import Cloud
from maestro_cdk.errors import CloudError
from maestro_cdk.model import PastExecution
from maestro_cdk.timeline import visits
from maestro_cdk.timeline.visits import Timeline

LAST = "last"


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
                f"{machine.rpartition(':')[2]} has not been run yet, or is EXPRESS, of which no "
                "executions are kept",
                hint="`maestro run` starts one; of EXPRESS ones `maestro logs` tells",
            )
        return found[0]
    prefix, _, name = machine.rpartition(":stateMachine:")
    return f"{prefix}:execution:{name}:{wanted}"


def past(machine: str, *, cloud: Cloud, most: int = 20) -> tuple[PastExecution, ...]:
    """The executions that were started last, newest first."""
    found = cloud.machines.listed(machine, most=most)
    if not found:
        return ()
    with threads(min(8, len(found))) as pool:
        return tuple(pool.map(cloud.machines.past, found))


def timeline(execution: str, *, cloud: Cloud) -> Timeline:
    """What an execution did so far.

    Raises:
        CloudError: there is no such execution, or it is an EXPRESS machine's.
    """
    return visits.of(cloud.machines.history(execution, 0))
