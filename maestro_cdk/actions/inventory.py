"""Looking at each resource of a stack that is deleted: is it gone?

A stack may be deleted before what it held: in express mode it does not wait, and some services take
their time: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-express-mode.html
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from maestro_cdk.actions.following import pauses
from maestro_cdk.actions.threads import threads
from maestro_cdk.cloud import Cloud, StackResource
from maestro_cdk.errors import AccessDenied
from maestro_cdk.ports import Clock, Reporter, Step

PATIENCE = 120.0
"""Seconds to wait for what deletes itself late: the name of a state machine is not free before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What was looked for, counted by type, and what of it is still there."""

    looked: Mapping[str, int] = field(default_factory=dict)
    left: tuple[str, ...] = ()


def look(
    resources: Sequence[StackResource], *, cloud: Cloud, reporter: Reporter, clock: Clock
) -> Inventory:
    """Look at resources that should be gone, side by side, until they are or for two minutes."""
    asks = _asks(cloud)
    known = [item for item in resources if item.type in asks]
    looked = Counter(item.type.rpartition("::")[2] for item in known)
    left, until = known, clock.monotonic() + PATIENCE
    said = False
    for pause in pauses(first=0.2):
        left = _there(left, asks)
        if not left or clock.monotonic() > until:
            break
        if not said:
            names = ", ".join(f"{item.type} {item.physical_id}" for item in left)
            reporter.emit(Step(f"waiting for what is still being deleted: {names}"))
            said = True
        clock.sleep(pause)
    return Inventory(
        looked=dict(sorted(looked.items())),
        left=tuple(f"{item.type} {item.physical_id}" for item in left),
    )


def _asks(cloud: Cloud) -> Mapping[str, Callable[[str], bool]]:
    """How to ask for a resource by its physical id, by type."""
    return {
        "AWS::IAM::Role": cloud.roles.exists,
        "AWS::Lambda::Function": lambda name: cloud.functions.describe(name) is not None,
        "AWS::Logs::LogGroup": lambda name: name in cloud.logs.groups(name),
        "AWS::StepFunctions::StateMachine": lambda arn: not cloud.machines.gone(arn),
    }


def _there(
    resources: Sequence[StackResource], asks: Mapping[str, Callable[[str], bool]]
) -> list[StackResource]:
    """Those that are there; what the caller may not look at counts as gone, as the stack says."""
    if not resources:
        return []

    def there(item: StackResource) -> bool:
        try:
            return asks[item.type](item.physical_id)
        except AccessDenied:
            return False

    with threads(min(16, len(resources))) as pool:
        found = list(pool.map(there, resources))
    return [item for item, still in zip(resources, found, strict=True) if still]
