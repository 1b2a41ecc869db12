"""What the user's own statements allow."""

from collections.abc import Iterable

from maestro_cdk.asl.permissions.merging import covers
from maestro_cdk.model import Policy, PolicyStatement


def allows(policies: Iterable[Policy], action: str) -> bool:
    """Whether one of the user's statements speaks of an action."""
    return any(
        covers(pattern.lower(), action.lower())
        for policy in policies
        if isinstance(policy, PolicyStatement)
        for pattern in policy.actions
    )


def may(policies: Iterable[Policy], actions: Iterable[str]) -> bool:
    """Whether the user's policies may allow these actions, though that is not known here.

    So it is with managed policies, and with statements where no action is known to look for.
    """
    policies = tuple(policies)
    managed = any(isinstance(policy, str) for policy in policies)
    return managed or (bool(policies) and not tuple(actions))


def fills(policies: tuple[Policy, ...], actions: Iterable[str]) -> bool:
    """Whether the user's statements speak of all of these actions; of none that is not known."""
    wanted = tuple(actions)
    return bool(wanted) and all(allows(policies, action) for action in wanted)
