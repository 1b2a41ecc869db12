"""Looking at an execution that somebody started, by its ARN, its name, or as the last one."""

from maestro_cdk.cloud import Cloud
from maestro_cdk.errors import CloudError
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
        found = cloud.machines.latest(machine)
        if found is None:
            raise CloudError(
                f"{machine.rpartition(':')[2]} has not been run yet, or is EXPRESS, of which no "
                "executions are kept",
                hint="`maestro run` starts one",
            )
        return found
    prefix, _, name = machine.rpartition(":stateMachine:")
    return f"{prefix}:execution:{name}:{wanted}"


def timeline(execution: str, *, cloud: Cloud) -> Timeline:
    """What an execution did so far.

    Raises:
        CloudError: there is no such execution, or it is an EXPRESS machine's.
    """
    return visits.of(cloud.machines.history(execution, 0))
