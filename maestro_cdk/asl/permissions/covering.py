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


def may(policies: Iterable[Policy]) -> bool:
    """Whether there are managed policies among them: what these allow is not known here."""
    return any(isinstance(policy, str) for policy in policies)


def fills(policies: tuple[Policy, ...], actions: Iterable[str]) -> bool:
    """Whether the user's statements speak of all of these actions, or of any where none is known."""
    wanted = tuple(actions)
    if not wanted:
        return any(isinstance(policy, PolicyStatement) for policy in policies)
    return all(allows(policies, action) for action in wanted)
