"""Names that a stack would take, and that something outside of it has."""

from collections.abc import Callable, Mapping

from maestro_cdk.actions.following import pauses
from maestro_cdk.actions.threads import threads
from maestro_cdk.cloud import Cloud
from maestro_cdk.errors import AccessDenied
from maestro_cdk.model import JSON, Identity
from maestro_cdk.ports import Clock

PATIENCE = 120.0
"""Seconds to wait for a state machine of the same name that is being deleted."""


def taken(
    old: JSON,
    new: Mapping[str, JSON],
    identity: Identity,
    *,
    cloud: Cloud,
    clock: Clock,
) -> tuple[str, ...]:
    """What a stack would make and cannot, for its name is taken; asked side by side.

    Args:
        old: the deployed template; None where nothing is.
        new: the new one.
        identity: whose account it is.
        cloud: where.
        clock: what waiting goes by.
    """
    known = old.get("Resources", {}) if isinstance(old, dict) else {}
    checks = [
        check
        for key, resource in new["Resources"].items()
        if key not in known
        and (check := _check(resource, identity, cloud=cloud, clock=clock)) is not None
    ]
    if not checks:
        return ()
    with threads(min(16, len(checks))) as pool:
        found = [each.result() for each in [pool.submit(check) for check in checks]]
    return tuple(name for name in found if name is not None)


def _check(
    resource: Mapping[str, JSON], identity: Identity, *, cloud: Cloud, clock: Clock
) -> Callable[[], str | None] | None:
    """Asks whether the name of a resource is taken; None for one that gets its name from AWS."""
    kinds: Mapping[str, tuple[str, Callable[[str], bool]]] = {
        "AWS::Lambda::Function": (
            "FunctionName",
            lambda name: cloud.functions.describe(name) is not None,
        ),
        "AWS::Logs::LogGroup": ("LogGroupName", lambda name: name in cloud.logs.groups(name)),
        "AWS::StepFunctions::StateMachine": (
            "StateMachineName",
            lambda name: _machine_is_there(name, identity, cloud=cloud, clock=clock),
        ),
    }
    if resource["Type"] not in kinds:
        return None
    member, ask = kinds[resource["Type"]]
    name = resource.get("Properties", {}).get(member)
    if not isinstance(name, str):
        return None

    def check() -> str | None:
        try:
            return f"{resource['Type']} {name}" if ask(name) else None
        except AccessDenied:
            return None  # then CloudFormation will tell

    return check


def _machine_is_there(name: str, identity: Identity, *, cloud: Cloud, clock: Clock) -> bool:
    """Whether there is a state machine of that name; one that is being deleted is waited for."""
    where = f"{identity.region}:{identity.account}"
    arn = f"arn:{identity.partition}:states:{where}:stateMachine:{name}"
    until = clock.monotonic() + PATIENCE
    for pause in pauses(first=0.5):
        found = cloud.machines.live(arn)
        if found is None or not found.deleting or clock.monotonic() > until:
            return found is not None
        clock.sleep(pause)
    return True
