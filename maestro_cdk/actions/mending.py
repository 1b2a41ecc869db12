"""Making what lives as a template says, past CloudFormation, in an order in which all of it runs.

What a role may do comes first, then functions, and the definition, which uses both, at the end. So
what stops half-way leaves a machine that runs: the old one, with functions that may be new already.
"""

from collections.abc import Mapping, Sequence

from maestro_cdk.actions.following import pauses
from maestro_cdk.actions.living import Repair
from maestro_cdk.actions.patience import PATIENCE, once_settled, patiently
from maestro_cdk.actions.remedies import REMEDIES, propagates
from maestro_cdk.actions.threads import threads
from maestro_cdk.actions.wording import counted
from maestro_cdk.cloud import Cloud
from maestro_cdk.errors import CloudError, DeploymentFailed
from maestro_cdk.model import JSON
from maestro_cdk.ports import Advanced, Clock, Reporter, Step


def mend(
    repairs: Sequence[Repair],
    *,
    cloud: Cloud,
    reporter: Reporter,
    clock: Clock,
    leaves_last: bool = False,
) -> None:
    """Carry out repairs, those of different functions side by side.

    Args:
        repairs: what is to be done; the code that is needed has to be in the asset bucket.
        cloud: where.
        reporter: hears of each.
        clock: tells and passes the time.
        leaves_last: whether Lambda may still be taking over new code when this returns, where
            nothing comes after that: it takes about a second, and whoever needs it waits.

    Raises:
        DeploymentFailed: one of them failed; it says which are done.
    """
    if not repairs:
        return
    reporter.emit(Step(f"updating {counted(len(repairs), 'thing')} past CloudFormation"))
    done: list[Repair] = []
    leaves = leaves_last and all(repair.kind in ("policy", "code") for repair in repairs)

    def carry_out(part: Sequence[Repair]) -> None:
        for repair in part:
            _mend(repair, cloud=cloud, clock=clock, leaves=leaves)
            done.append(repair)
            reporter.emit(Advanced(str(repair), len(done), len(repairs)))

    functions = [item for item in repairs if item.kind in ("code", "configuration")]
    by_name = [[item for item in functions if item.name == name] for name in _names(functions)]
    try:
        carry_out([item for item in repairs if item.kind == "policy"])
        with threads(8) as pool:
            for each in [pool.submit(carry_out, part) for part in by_name]:
                each.result()
        carry_out([item for item in repairs if item.kind in ("definition", "watching")])
    except CloudError as error:
        raise _halfway(error, repairs, done) from error


def _names(repairs: Sequence[Repair]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.name for item in repairs))


def _halfway(error: CloudError, repairs: Sequence[Repair], done: Sequence[Repair]) -> CloudError:
    """The error, with what is done and what is not; the state machine runs in either case."""
    left = ", ".join(str(item) for item in repairs if item not in done)
    made = ", ".join(map(str, done)) or "nothing"
    known = next((each.hint for each in REMEDIES if each.match(error.message)), None)
    hint = known if known and "{" not in known else error.hint
    return DeploymentFailed(
        error.message,
        hint=f"{hint}\n  " * bool(hint)
        + f"done: {made}; not done: {left}. What is deployed runs; the same command again goes on",
    )


def _mend(repair: Repair, *, cloud: Cloud, clock: Clock, leaves: bool) -> None:
    match repair.kind:
        case "policy":
            cloud.roles.put_policy(repair.role, repair.name, repair.value)
        case "code":
            bucket = cloud.assets.name
            once_settled(
                lambda: cloud.functions.update_code(repair.name, bucket=bucket, key=repair.value),
                clock,
            )
            if not leaves:
                _settle(repair.name, cloud=cloud, clock=clock)
        case "configuration":
            once_settled(lambda: cloud.functions.configure(repair.name, repair.value), clock)
            _settle(repair.name, cloud=cloud, clock=clock)
        case "definition":
            _change(repair.name, {"definition": repair.value}, cloud=cloud, clock=clock)
        case "watching":
            _change(repair.name, repair.value, cloud=cloud, clock=clock)


def _settle(name: str, *, cloud: Cloud, clock: Clock) -> None:
    """Wait until a function takes the next update.

    Raises:
        CloudError: the update failed, or does not end.
    """
    until = clock.monotonic() + PATIENCE
    for pause in pauses(first=0.05, longest=0.5):
        found = cloud.functions.describe(name)
        if found is None:
            raise CloudError(f"the function {name} was deleted meanwhile")
        if found.trouble:
            raise CloudError(f"Lambda could not update {name}: {found.trouble}")
        if found.settled:
            return
        if clock.monotonic() > until:
            raise CloudError(f"Lambda has not ended the update of {name} in {PATIENCE:.0f} s")
        clock.sleep(pause)


def _change(machine: str, changed: Mapping[str, JSON], *, cloud: Cloud, clock: Clock) -> None:
    """Change members of the machine, and wait until it answers with them.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html
    """
    revision = patiently(
        lambda: cloud.machines.update(machine, changed),
        lambda error: propagates(error.message),
        clock,
    )
    until = clock.monotonic() + PATIENCE
    for pause in pauses(first=0.1, longest=1.0):
        live = cloud.machines.live(machine)
        if live is None or not revision or live.revision == revision:
            return
        if clock.monotonic() > until:
            return  # it was taken: only this answer is late
        clock.sleep(pause)
